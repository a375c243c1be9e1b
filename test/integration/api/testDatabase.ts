import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import pino from 'pino';
import { openDatabase } from '../../../server/storage/database.ts';

/** A database of its own, without a server. */
export async function openTestDatabase(): Promise<{ pool: Pool; close: () => Promise<void> }> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  const log = pino({ level: 'silent' });
  const { pool, close } = await openDatabase({ databaseUrl: undefined, dataDir, log });
  return {
    pool,
    close: async () => {
      await close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The last entries of the log, oldest first: who did what to what, and in which region's log it is. */
export async function readDeeds(
  pool: Pool,
): Promise<readonly (readonly [string | null, string, string | null, string | null])[]> {
  const { rows } = await pool.query<{
    actor: string | null;
    action: string;
    subject: string | null;
    region: string | null;
  }>('select actor, action, subject, region from log order by sequence');
  return rows.map(({ actor, action, subject, region }) => [actor, action, subject, region]);
}
