// A server as far as the database goes, for tests that kill one: opens the data folder of its first
// argument and its database, tells so by one line of JSON, and stays.
import pino from 'pino';
import { openDatabase } from '../../../server/storage/database.ts';
import { openDataDir } from '../../../server/storage/dataDir.ts';

const { dir } = openDataDir(process.argv[2] ?? '');
process.stdout.write(`${JSON.stringify({ event: 'folderHeld' })}\n`);
const database = await openDatabase({
  databaseUrl: undefined,
  dataDir: dir,
  log: pino({ level: 'silent' }),
});
await database.pool.query('create table if not exists kept (value text)');
await database.pool.query("insert into kept values ('before the kill')");
const { host } = database.connection;
process.stdout.write(`${JSON.stringify({ event: 'databaseReady', host })}\n`);
