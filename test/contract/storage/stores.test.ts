import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { openDatabase } from '../../../server/storage/database.ts';
import { describeStores } from './describeStores.ts';

describeStores('embedded PostgreSQL', async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ databaseUrl: undefined, dataDir, log });
  return {
    pool: database.pool,
    connection: database.connection,
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});
