import type { Pool } from 'pg';
import pino from 'pino';
import type { Config } from '../config.ts';
import { openUnprepared } from '../storage/database.ts';
import { markOutside, refuseAbandoned } from '../storage/databaseOfFolder.ts';
import { openDataDir } from '../storage/dataDir.ts';
import { startEmbeddedPostgres } from '../storage/embedded/startEmbeddedPostgres.ts';

/**
 * Runs `work` on the database of this installation as one that is to be filled: whatever it holds is
 * left alone, and no server runs on the data folder meanwhile.
 *
 * @throws ObstacleError when there is no database to be had, or a server has it
 */
export async function withTarget<Value>(
  { databaseUrl, dataDir }: Config,
  work: (target: Pool) => Promise<Value>,
): Promise<Value> {
  const folder = openDataDir(dataDir, 'command');
  try {
    refuseAbandoned(folder.dir, databaseUrl);
    if (databaseUrl !== undefined) {
      const done = await endAfter(await openUnprepared(databaseUrl), work);
      markOutside(folder.dir, databaseUrl);
      return done;
    }
    const log = pino({ level: 'silent' });
    const embedded = await startEmbeddedPostgres({ dataDir: folder.dir, log });
    try {
      return await endAfter(await openUnprepared({ ...embedded.connection }), work);
    } finally {
      await embedded.stop();
    }
  } finally {
    folder.release();
  }
}

/** Runs `work` on a database that somebody names, as one that is to be filled. */
export async function endAfter<Value>(
  target: Pool,
  work: (target: Pool) => Promise<Value>,
): Promise<Value> {
  try {
    return await work(target);
  } finally {
    await target.end();
  }
}
