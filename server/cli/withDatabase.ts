import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import pino from 'pino';
import type { Config } from '../config.ts';
import { ObstacleError } from '../domain/obstacleError.ts';
import { type Database, openDatabase, openExternal } from '../storage/database.ts';
import { refuseAbandoned } from '../storage/databaseOfFolder.ts';
import { DataDirHeldError, findDataDirHolder, openDataDir } from '../storage/dataDir.ts';
import { isInitialised } from '../storage/embedded/initialise.ts';
import { readConnection } from '../storage/embedded/runFolder.ts';

/** Work on a database; `pool` is that of `database`. */
type Work<Value> = (pool: Pool, database: Database) => Promise<Value>;

/**
 * The same as withDatabase, for commands that only have something to do where there is a database:
 * a mistyped data folder is refused and not filled with an empty one.
 *
 * @throws ObstacleError when there is no database to be had
 */
export async function withExistingDatabase<Value>(
  config: Config,
  work: Work<Value>,
): Promise<Value> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl === undefined) {
    // first, since what it says is the better reason for there being none
    refuseAbandoned(dataDir, databaseUrl);
    if (!isInitialised(path.join(dataDir, 'postgres'))) {
      throw new ObstacleError(
        `There is no database in the data folder ${dataDir}: correct POSKO_DATA_DIR, set POSKO_DATABASE_URL if it is an outside one, or start Posko, which makes one.`,
      );
    }
  }
  return withDatabase(config, work);
}

/**
 * Runs `work` on the database of this installation: the outside one if one is set, that of a
 * running server, or else the embedded one, started for the moment (and made, where there is none)
 * and stopped again.
 *
 * @throws ObstacleError when there is no database to be had
 */
export async function withDatabase<Value>(
  { databaseUrl, dataDir }: Config,
  work: Work<Value>,
): Promise<Value> {
  // a person reads the terminal: the sentence of an error is enough, the log of its causes is not
  const log = pino({ level: 'silent' });
  if (databaseUrl !== undefined) {
    return closeAfter(await openExternal(databaseUrl, log), work);
  }
  refuseAbandoned(dataDir, databaseUrl);
  const holder = existsSync(dataDir) ? findDataDirHolder(dataDir) : undefined;
  if (holder?.purpose === 'server') {
    const connection = readConnection(dataDir);
    if (connection === undefined) {
      throw new ObstacleError(
        `A Posko server (process ${holder.pid}) has ${dataDir}, and no built-in database runs there: if it uses an outside database, set POSKO_DATABASE_URL here as it is set there; if it has just been started, try again in a moment.`,
      );
    }
    return closeAfter(await openExternal({ ...connection }, log), work);
  }
  if (holder !== undefined) throw new DataDirHeldError(dataDir, holder);
  const folder = openDataDir(dataDir, 'command');
  try {
    return await closeAfter(await openDatabase({ databaseUrl, dataDir: folder.dir, log }), work);
  } finally {
    folder.release();
  }
}

async function closeAfter<Value>(database: Database, work: Work<Value>): Promise<Value> {
  try {
    return await work(database.pool, database);
  } finally {
    await database.close();
  }
}
