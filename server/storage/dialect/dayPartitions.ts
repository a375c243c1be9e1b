import type { Pool } from 'pg';
import { dayMs } from '../../domain/durations.ts';
import { errorCode } from '../../domain/systemError.ts';
import { inTransaction } from '../inTransaction.ts';

/*
 * How plain PostgreSQL splits `positions` and `position_minutes`: a partition for each UTC day, made
 * and dropped by Posko. `positions_20241127` holds 2024-11-27 00:00 UTC to the next midnight.
 */

/** The tables that are split into days. */
const splitTables = ['positions', 'position_minutes'] as const;

/** The start of the UTC day that holds a moment. Epoch ms. */
export function dayOf(ms: number): number {
  return Math.floor(ms / dayMs) * dayMs;
}

/**
 * Makes the partitions of these days where they are missing. Reading and writing go on meanwhile: a
 * table is made by itself and attached, which locks out neither.
 *
 * @param days any moment of each day, epoch ms
 */
export async function makePartitions(pool: Pool, days: Iterable<number>): Promise<void> {
  const wanted = [...new Set([...days].map(dayOf))].sort((a, b) => a - b);
  for (const day of wanted) {
    await inTransaction(pool, async (client) => {
      for (const table of splitTables) {
        const name = partitionName(table, day);
        // of two who make the same day, the second waits here and then finds it made
        await client.query('select pg_advisory_xact_lock(hashtext($1))', [name]);
        const { rows } = await client.query('select from pg_class where oid = to_regclass($1)', [
          name,
        ]);
        if (rows.length > 0) continue;
        const from = new Date(day).toISOString();
        const to = new Date(day + dayMs).toISOString();
        await client.query(
          `create table ${name} (like ${table} including all);
           alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`,
        );
      }
    });
  }
}

/**
 * Drops the days that ended before a moment, with all that is in them.
 *
 * @returns how many partitions were dropped
 * @throws Error when a long reader, such as a backup, keeps one of them; those before it are gone
 */
export async function dropPartitionsBefore(pool: Pool, beforeMs: number): Promise<number> {
  let dropped = 0;
  for (const table of splitTables) {
    const { rows } = await pool.query<{ name: string }>(
      `select child.relname as name
       from pg_inherits join pg_class child on child.oid = inhrelid
       where inhparent = $1::regclass
       order by child.relname`,
      [table],
    );
    for (const { name } of rows) {
      const day = partitionDay(table, name);
      if (day === undefined || day + dayMs > beforeMs) continue;
      await inTransaction(pool, async (client) => {
        // a drop that waits for a long reader makes all others wait behind it: better another time
        await client.query("set local lock_timeout = '2s'");
        await client.query(`drop table if exists ${name}`);
      });
      dropped += 1;
    }
  }
  return dropped;
}

/**
 * Runs `write`, and once more when it failed for want of a partition, which is made meanwhile: that
 * of a day long ago for a late position, or of tomorrow.
 *
 * @param fixTimesMs of what `write` writes into `positions`
 */
export async function withPartitions<Value>(
  pool: Pool,
  fixTimesMs: readonly number[],
  write: () => Promise<Value>,
): Promise<Value> {
  try {
    return await write();
  } catch (error) {
    if (!isMissingPartition(error)) throw error;
    await makePartitions(pool, fixTimesMs);
    return write();
  }
}

/** True when a position is of a day that has no partition yet: only that check has no name. */
function isMissingPartition(error: unknown): boolean {
  return (
    error instanceof Error &&
    errorCode(error) === '23514' &&
    'table' in error &&
    error.table === 'positions' &&
    (!('constraint' in error) || error.constraint === undefined)
  );
}

function partitionName(table: string, day: number): string {
  return `${table}_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** The day of a partition by its name; undefined for one that is not ours. */
function partitionDay(table: string, name: string): number | undefined {
  const match = /^_(\d{4})(\d\d)(\d\d)$/.exec(name.slice(table.length));
  return match === null ? undefined : Date.parse(`${match[1]}-${match[2]}-${match[3]}`);
}
