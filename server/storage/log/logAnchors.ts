import type { Pool, PoolClient } from 'pg';
import { hourMs } from '../../domain/durations.ts';
import { inTransaction } from '../inTransaction.ts';

/*
 * An anchor is the last entry of a day. Its hash stands for all entries up to it, so whoever notes it
 * elsewhere can tell later whether any of them was changed, or the end of the log cut off.
 */

/** The last entry of the log of a day. */
export type LogAnchor = {
  /** `2024-11-27`, by the clock of western Indonesia. */
  readonly day: string;
  readonly sequence: number;
  /** SHA-256, of the entry. */
  readonly hash: Uint8Array;
};

/** Western Indonesia, where the capital is, has had UTC+7 without daylight saving since 1964. */
const offsetMs = 7 * hourMs;

/** The day that an entry counts to, such as `2024-11-27`; later days sort after earlier ones. */
export function dayOfEntry(happenedAtMs: number): string {
  return new Date(happenedAtMs + offsetMs).toISOString().slice(0, 10);
}

/** The end of the log, while its lock is held. */
export type LogEnd = {
  readonly last:
    | { readonly sequence: number; readonly hash: Uint8Array; readonly happenedAtMs: number }
    | undefined;
  /** By the clock of the database, epoch ms. */
  readonly nowMs: number;
};

/** Any number that no other program takes in the same database; see migrate.ts and claimDatabase.ts. */
const lockKey = '482671522673';

/** Until the transaction ends nobody else appends. */
export async function lockLogEnd(client: PoolClient): Promise<LogEnd> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
  // a statement of its own, so that it sees what was appended while the lock was waited for
  const { rows } = await client.query<{
    sequence: number | null;
    hash: Buffer | null;
    happened_ms: number | null;
    now_ms: number;
  }>(
    `select last.sequence::float8 as sequence, last.hash,
            (extract(epoch from last.happened_at) * 1000)::float8 as happened_ms,
            floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
     from (select) as one
     left join (select sequence, hash, happened_at from log order by sequence desc limit 1)
               as last on true`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('The database does not say how its log ends.');
  const { sequence, hash, happened_ms: happenedAtMs, now_ms: nowMs } = row;
  if (sequence === null || hash === null || happenedAtMs === null)
    return { last: undefined, nowMs };
  return { last: { sequence, hash, happenedAtMs }, nowMs };
}

/** Makes the anchor of the newest day with entries, if that day is over and has none. */
export async function anchorLastDay(client: PoolClient, { last, nowMs }: LogEnd): Promise<void> {
  if (last === undefined) return;
  const day = dayOfEntry(last.happenedAtMs);
  if (day >= dayOfEntry(nowMs)) return;
  // there already where the clock was put back meanwhile: the next day's covers these entries
  await client.query(
    `insert into log_anchors (day, sequence, hash) values ($1, $2, $3) on conflict do nothing`,
    [day, last.sequence, last.hash],
  );
}

/** Makes the anchor that is due, if there is one; whoever appends does so too. */
export function makeDueAnchor(pool: Pool): Promise<void> {
  return inTransaction(pool, async (client) => anchorLastDay(client, await lockLogEnd(client)));
}

/** Anchors of days after one, or all, the oldest first. */
export async function readAnchors(
  pool: Pick<Pool, 'query'>,
  afterDay?: string | undefined,
): Promise<readonly LogAnchor[]> {
  const { rows } = await pool.query<{ day: string; sequence: number; hash: Buffer }>(
    `select day::text, sequence::float8 as sequence, hash from log_anchors
     where $1::date is null or day > $1::date
     order by day`,
    [afterDay ?? null],
  );
  return rows;
}

/** The anchor of the newest day; undefined: there is none yet. */
export async function newestAnchor(pool: Pick<Pool, 'query'>): Promise<LogAnchor | undefined> {
  const { rows } = await pool.query<{ day: string; sequence: number; hash: Buffer }>(
    `select day::text, sequence::float8 as sequence, hash from log_anchors
     order by day desc limit 1`,
  );
  return rows[0];
}
