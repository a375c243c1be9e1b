import type { Pool } from 'pg';
import type { Fix } from '../domain/fix.ts';
import { withPartitions } from './dialect/dayPartitions.ts';
import { inTransaction } from './inTransaction.ts';
import { insertRecorded } from './recordStore.ts';

/** Something that was put aside, as it is listed. */
export type QuarantineEntry = {
  readonly key: number;
  readonly trackerId: string;
  readonly receivedAtMs: number;
  readonly reason: string;
  readonly detail: string;
  /** One or the other: a message that could not be decoded, or a fix that was not believed. */
  readonly codec: string | null;
  readonly raw: Uint8Array | null;
  readonly fix: Fix | null;
  /** When it was put into the history after all. */
  readonly recoveredAtMs: number | null;
};

export type QuarantineFilter = {
  readonly trackerId?: string | undefined;
  readonly reason?: string | undefined;
  /** Received at or after, and before; epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** True: only fixes that were not recovered yet. */
  readonly isRecoverable?: boolean | undefined;
};

export type QuarantinePage = {
  readonly entries: readonly QuarantineEntry[];
  /** For the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
};

const maxLimit = 1_000;

type EntryRow = [
  key: number,
  trackerId: string,
  receivedAtMs: number,
  reason: string,
  detail: string,
  codec: string | null,
  raw: Buffer | null,
  fix: Fix | null,
  recoveredAtMs: number | null,
];

/**
 * A page of what was put aside, newest first.
 *
 * @param limit 1 to 1,000
 * @param cursor from the page before; one of another form is refused
 * @throws RangeError on a bad cursor
 */
export async function listQuarantine(
  pool: Pool,
  filter: QuarantineFilter,
  limit: number,
  cursor?: string | undefined,
): Promise<QuarantinePage> {
  const count = Math.min(Math.max(limit, 1), maxLimit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const { rows } = await pool.query<EntryRow>({
    rowMode: 'array',
    text: `
      select key::float8, tracker_id, (extract(epoch from received_at) * 1000)::float8, reason,
             detail, codec, raw, fix, (extract(epoch from recovered_at) * 1000)::float8
      from quarantine
      where ($1::text is null or tracker_id = $1)
        and ($2::text is null or reason = $2)
        and ($3::float8 is null or received_at >= to_timestamp($3::float8 / 1000))
        and ($4::float8 is null or received_at < to_timestamp($4::float8 / 1000))
        and ($5::boolean is not true or (fix is not null and recovered_at is null))
        and ($6::float8 is null or (received_at, key) < (to_timestamp($6::float8 / 1000), $7::bigint))
      order by received_at desc, key desc
      limit $8`,
    values: [
      filter.trackerId ?? null,
      filter.reason ?? null,
      filter.fromMs ?? null,
      filter.toMs ?? null,
      filter.isRecoverable ?? null,
      after?.receivedAtMs ?? null,
      after?.key ?? null,
      count + 1,
    ],
  });
  const entries = rows.slice(0, count).map(toEntry);
  const last = entries.at(-1);
  const hasMore = rows.length > count && last !== undefined;
  return { entries, nextCursor: hasMore ? `${last.receivedAtMs}_${last.key}` : undefined };
}

/** When a recovered fix is said to have been: as the device said, or when it came in. */
export type RecoveredTime = 'own' | 'received';

export type RecoverOptions = {
  readonly time: RecoveredTime;
  /** Fixes outside of this have no place in the history; epoch ms. */
  readonly oldestMs: number;
  readonly newestMs: number;
};

/**
 * Why an entry was left as it was:
 * - `unknown_key`: there is none with this key;
 * - `message`: it could not be decoded, so there is no fix in it;
 * - `recovered_before`: it is in the history;
 * - `unknown_tracker`: its tracker is not registered;
 * - `time_out_of_range`: its time cannot be right.
 */
export type LeftReason =
  | 'unknown_key'
  | 'message'
  | 'recovered_before'
  | 'unknown_tracker'
  | 'time_out_of_range';

/** What became of entries that were to be recovered. */
export type Recovered = {
  /** Now in the history. */
  readonly recovered: number;
  /** The history had a position of that tracker and time already; counted as recovered from now on. */
  readonly duplicates: number;
  readonly left: readonly { readonly key: number; readonly reason: LeftReason }[];
};

type CandidateRow = {
  readonly key: number;
  readonly tracker_key: number | null;
  readonly received_at_ms: number;
  readonly is_recovered: boolean;
  readonly fix: Fix | null;
};

/** A fix that can go into the history, at the time that it is to have there. */
type Recoverable = {
  readonly trackerKey: number;
  readonly fix: Fix;
  readonly receivedAtMs: number;
};

/**
 * Puts fixes into the history after all, as delayed positions: all that can be, in one transaction.
 * A fix is recovered once at most.
 *
 * @param keys at most 1,000
 */
export async function recoverQuarantined(
  pool: Pool,
  keys: readonly number[],
  options: RecoverOptions,
): Promise<Recovered> {
  const { time, oldestMs, newestMs } = options;
  if (keys.length > maxLimit) {
    throw new RangeError(`${keys.length} entries are more than the ${maxLimit} that go at once`);
  }
  const { rows: times } = await pool.query<{ fixed_at_ms: number }>(
    `select case when $2 = 'own' then (fix ->> 'fixedAtMs')::float8
                 else extract(epoch from received_at)::float8 * 1000 end as fixed_at_ms
     from quarantine where key = any($1) and fix is not null`,
    [keys, time],
  );
  const days = times
    .map((row) => row.fixed_at_ms)
    .filter((fixedAtMs) => fixedAtMs >= oldestMs && fixedAtMs <= newestMs);
  return withPartitions(pool, days, () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<CandidateRow>(
        `select q.key::float8, t.key as tracker_key, q.fix, q.recovered_at is not null as is_recovered,
                (extract(epoch from q.received_at) * 1000)::float8 as received_at_ms
         from quarantine q left join trackers t on t.id = q.tracker_id
         where q.key = any($1)
         order by q.key for update of q`,
        [keys],
      );
      const rowByKey = new Map(rows.map((row) => [row.key, row]));
      const left: { readonly key: number; readonly reason: LeftReason }[] = [];
      const taken = new Map<number, Recoverable>();
      for (const key of new Set(keys)) {
        const judged = judge(rowByKey.get(key), options);
        if (typeof judged === 'string') left.push({ key, reason: judged });
        else taken.set(key, judged);
      }
      const { written, duplicates } = await insertRecorded(client, {
        positions: [...taken.values()].map((each) => ({ ...each, verdict: 'delayed' })),
        quarantined: [],
      });
      await client.query('update quarantine set recovered_at = now() where key = any($1)', [
        [...taken.keys()],
      ]);
      return { recovered: written, duplicates, left };
    }),
  );
}

function judge(
  row: CandidateRow | undefined,
  { time, oldestMs, newestMs }: RecoverOptions,
): Recoverable | LeftReason {
  if (row === undefined) return 'unknown_key';
  const { fix, tracker_key: trackerKey, received_at_ms: receivedAtMs } = row;
  if (fix === null) return 'message';
  if (row.is_recovered) return 'recovered_before';
  if (trackerKey === null) return 'unknown_tracker';
  const fixedAtMs = time === 'own' ? fix.fixedAtMs : receivedAtMs;
  if (fixedAtMs < oldestMs || fixedAtMs > newestMs) return 'time_out_of_range';
  return { trackerKey, fix: { ...fix, fixedAtMs }, receivedAtMs };
}

/** Removed at a time, so that no lock is held for long. */
const removeCount = 5_000;

/** Removes what was received before a moment, and the oldest beyond `maxEntries`. Returns how many went. */
export async function trimQuarantine(
  pool: Pool,
  { beforeMs, maxEntries }: { readonly beforeMs: number; readonly maxEntries: number },
  signal: AbortSignal,
): Promise<number> {
  const { rows } = await pool.query<{ received_at_ms: number }>(
    `select (extract(epoch from received_at) * 1000)::float8 as received_at_ms
     from quarantine order by received_at desc, key desc offset $1 limit 1`,
    [maxEntries],
  );
  // a millisecond more, so that the entry at the bound, the first that is too many, goes too
  const boundMs = Math.max(beforeMs, (rows[0]?.received_at_ms ?? beforeMs - 1) + 1);
  let removed = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(
      `delete from quarantine where key in (
         select key from quarantine where received_at < to_timestamp($1::float8 / 1000)
         order by received_at limit ${removeCount}
       )`,
      [boundMs],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < removeCount) break;
  }
  return removed;
}

function toEntry(row: EntryRow): QuarantineEntry {
  return {
    key: row[0],
    trackerId: row[1],
    receivedAtMs: row[2],
    reason: row[3],
    detail: row[4],
    codec: row[5],
    raw: row[6],
    fix: row[7],
    recoveredAtMs: row[8],
  };
}

function readCursor(cursor: string): { receivedAtMs: number; key: number } {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)_(\d{1,16})$/.exec(cursor);
  if (match === null) throw new RangeError(`"${cursor.slice(0, 40)}" is not a cursor of this list`);
  return { receivedAtMs: Number(match[1]), key: Number(match[2]) };
}
