import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dayMs } from '../../../server/domain/durations.ts';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import {
  dropPartitionsBefore,
  makePartitions,
} from '../../../server/storage/dialect/dayPartitions.ts';
import { inTransaction } from '../../../server/storage/inTransaction.ts';
import { makeScratch, removeScratch, silent } from './scratch.ts';

const startMs = Date.UTC(2024, 10, 27);

let dataDir = '';
let database: Database;

beforeAll(async () => {
  dataDir = makeScratch();
  database = await openDatabase({ databaseUrl: undefined, dataDir, log: silent });
});

afterAll(async () => {
  await database.close();
  removeScratch(dataDir);
});

beforeEach(() => dropPartitionsBefore(database.pool, startMs + 1_000 * dayMs));

it('makes the partition of a day once, however many ask for it at once', async () => {
  const days = [startMs, startMs + dayMs - 1, startMs + dayMs];
  await Promise.all(Array.from({ length: 8 }, () => makePartitions(database.pool, days)));
  expect(await partitions()).toEqual([
    'position_minutes_20241127',
    'position_minutes_20241128',
    'positions_20241127',
    'positions_20241128',
  ]);
});

it('makes them while somebody reads and writes', async () => {
  await makePartitions(database.pool, [startMs]);
  await inTransaction(database.pool, async (client) => {
    await client.query('select from positions');
    await client.query(
      `insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, is_delayed)
       values (1, '2024-11-27 12:00Z', 0, 0, 0, false)`,
    );
    await makePartitions(database.pool, [startMs + dayMs]);
  });
  expect(await partitions()).toContain('positions_20241128');
});

it('drops the days that are over at the moment, and no other', async () => {
  await makePartitions(
    database.pool,
    [0, 1, 2].map((days) => startMs + days * dayMs),
  );
  expect(await dropPartitionsBefore(database.pool, startMs + 2 * dayMs - 1)).toBe(2);
  expect(await partitions()).toEqual([
    'position_minutes_20241128',
    'position_minutes_20241129',
    'positions_20241128',
    'positions_20241129',
  ]);
});

it('gives way to a long reader, who keeps the day until another time', async () => {
  await makePartitions(database.pool, [startMs]);
  await inTransaction(database.pool, async (client) => {
    await client.query('select from positions');
    await expect(dropPartitionsBefore(database.pool, startMs + dayMs)).rejects.toMatchObject({
      // lock_not_available
      code: '55P03',
    });
  });
  expect(await dropPartitionsBefore(database.pool, startMs + dayMs)).toBe(2);
});

async function partitions(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
     where relkind = 'r' order by 1`,
  );
  return rows.map(({ name }) => name);
}
