import { existsSync } from 'node:fs';
import type { Pool } from 'pg';
import pino from 'pino';
import type { Config } from '../config.ts';
import { type Database, openDatabase, openExternal } from '../storage/database.ts';
import { DataDirHeldError, findDataDirHolder, openDataDir } from '../storage/dataDir.ts';
import { readConnection } from '../storage/embedded/runFolder.ts';

/**
 * Runs `work` on the database of this installation: the outside one if one is set, that of a
 * running server, or else the embedded one, started for the moment and stopped again.
 *
 * @throws Error with one sentence when there is no database to be had
 */
export async function withDatabase<Value>(
  { databaseUrl, dataDir }: Config,
  work: (pool: Pool, database: Database) => Promise<Value>,
): Promise<Value> {
  // a person reads the terminal: the sentence of an error is enough, the log of its causes is not
  const log = pino({ level: 'silent' });
  if (databaseUrl !== undefined) {
    return closeAfter(await openExternal(databaseUrl, log), work);
  }
  const holder = existsSync(dataDir) ? findDataDirHolder(dataDir) : undefined;
  if (holder?.purpose === 'server') {
    const connection = readConnection(dataDir);
    if (connection === undefined) {
      throw new Error(
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

async function closeAfter<Value>(
  database: Database,
  work: (pool: Pool, database: Database) => Promise<Value>,
): Promise<Value> {
  try {
    return await work(database.pool, database);
  } finally {
    await database.close();
  }
}
