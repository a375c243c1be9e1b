import type { Pool } from 'pg';
import type { Fix } from '../domain/fix.ts';
import { quarantineEntryBytes } from './quarantineRow.ts';

/** Something that was put aside, as it is listed. */
export type QuarantineEntry = {
  readonly key: number;
  /** Whose it is, where that is known. */
  readonly trackerId: string | null;
  /** Of that tracker, else the one that the topic names. */
  readonly region: string | null;
  /** Only of what the door refused. */
  readonly topic: string | null;
  readonly address: string | null;
  readonly receivedAtMs: number;
  readonly reason: string;
  readonly detail: string;
  /** Form of a message that could not be decoded; null too where the door did not ask. */
  readonly codec: string | null;
  /** One or the other: length of a message, or a fix that was not believed. */
  readonly rawBytes: number | null;
  readonly fix: Fix | null;
  /** When the fix was put into the history after all. */
  readonly recoveredAtMs: number | null;
  /** When the message went through the door once more. */
  readonly replayedAtMs: number | null;
};

/** Of which regions, and those below, entries are looked at; undefined: of all, and of none. */
export type QuarantineScope = readonly string[] | undefined;

export type QuarantineFilter = {
  readonly regions?: QuarantineScope;
  readonly trackerId?: string | undefined;
  readonly reason?: string | undefined;
  /** Received at or after, and before; epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** True: only fixes with a place that were not recovered yet. */
  readonly isRecoverable?: boolean | undefined;
};

export type QuarantinePage = {
  readonly entries: readonly QuarantineEntry[];
  /** For the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
};

/** Entries of a page, and of what is done to several at once. */
export const maxQuarantineKeys = 1_000;

/** The entries as `q` with what the database knows of their trackers, as `t`. */
export const quarantineWithTrackers = 'quarantine q left join trackers t on t.id = q.tracker_id';
/** The region of an entry of that. */
export const quarantineRegion = `coalesce(t.region, substring(q.topic from '^posko/([0-9]{2}[.][0-9]{2})/'))`;

/** True for entries of the regions in a parameter of the query, `text[]`, or null for all. */
export function isOfRegions(parameter: string): string {
  return `(${parameter}::text[] is null
           or exists (select from unnest(${parameter}::text[]) as scope
                      where ${quarantineRegion} = scope
                         or starts_with(${quarantineRegion}, scope || '.')))`;
}

type EntryRow = [
  key: number,
  trackerId: string | null,
  region: string | null,
  topic: string | null,
  address: string | null,
  receivedAtMs: number,
  reason: string,
  detail: string,
  codec: string | null,
  rawBytes: number | null,
  fix: Fix | null,
  recoveredAtMs: number | null,
  replayedAtMs: number | null,
];

const entryColumns = `
  q.key::float8, q.tracker_id, ${quarantineRegion}, q.topic, q.address,
  (extract(epoch from q.received_at) * 1000)::float8, q.reason, q.detail, q.codec,
  octet_length(q.raw), q.fix, (extract(epoch from q.recovered_at) * 1000)::float8,
  (extract(epoch from q.replayed_at) * 1000)::float8`;

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
  const count = Math.min(Math.max(limit, 1), maxQuarantineKeys);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const { rows } = await pool.query<EntryRow>({
    rowMode: 'array',
    text: `
      select ${entryColumns}
      from ${quarantineWithTrackers}
      where ($1::text is null or q.tracker_id = $1)
        and ($2::text is null or q.reason = $2)
        and ($3::float8 is null or q.received_at >= to_timestamp($3::float8 / 1000))
        and ($4::float8 is null or q.received_at < to_timestamp($4::float8 / 1000))
        and ($5::boolean is not true or (q.fix is not null and q.reason <> 'null_island'
                                    and q.recovered_at is null))
        and ($6::float8 is null
             or (q.received_at, q.key) < (to_timestamp($6::float8 / 1000), $7::bigint))
        and ${isOfRegions('$9')}
      order by q.received_at desc, q.key desc
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
      filter.regions ?? null,
    ],
  });
  const entries = rows.slice(0, count).map(toEntry);
  const last = entries.at(-1);
  const hasMore = rows.length > count && last !== undefined;
  return { entries, nextCursor: hasMore ? `${last.receivedAtMs}_${last.key}` : undefined };
}

/** An entry, and the message as it came where it is one; undefined: there is none in these regions. */
export async function readQuarantined(
  pool: Pool,
  key: number,
  regions: QuarantineScope,
): Promise<{ readonly entry: QuarantineEntry; readonly raw: Buffer | null } | undefined> {
  const { rows } = await pool.query<[...EntryRow, raw: Buffer | null]>({
    rowMode: 'array',
    text: `select ${entryColumns}, q.raw from ${quarantineWithTrackers}
           where q.key = $1 and ${isOfRegions('$2')}`,
    values: [key, regions ?? null],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return { entry: toEntry(row), raw: row[13] };
}

/** Removed at a time, so that no lock is held for long. */
const removeCount = 5_000;

export type QuarantineBounds = {
  /** What was received before goes, epoch ms. */
  readonly beforeMs: number;
  /** And the oldest beyond so many, or beyond so many bytes of all. */
  readonly maxEntries: number;
  readonly maxBytes: number;
};

/** How many entries went: because of their age, and to make room for newer ones. */
export type QuarantineTrimmed = { readonly expired: number; readonly displaced: number };

/** Keeps what was put aside within its bounds: the oldest go first. */
export async function trimQuarantine(
  pool: Pool,
  { beforeMs, maxEntries, maxBytes }: QuarantineBounds,
  signal: AbortSignal,
): Promise<QuarantineTrimmed> {
  const expired = await removeBefore(pool, beforeMs, signal);
  // the newest entry that is too many; it ends there, so within the bounds it reads all, the raw bytes
  // of which lie elsewhere and are not touched by their length
  const { rows } = await pool.query<{ received_at_ms: number }>(
    `select (extract(epoch from received_at) * 1000)::float8 as received_at_ms
     from (select received_at, key, row_number() over newest_first as entries,
                  sum(${quarantineEntryBytes} + coalesce(octet_length(raw), 0)
                      + coalesce(pg_column_size(fix), 0) + octet_length(detail)) over newest_first
                    as bytes
           from quarantine
           window newest_first as (order by received_at desc, key desc rows unbounded preceding)) q
     where entries > $1::bigint or bytes > $2::bigint
     order by received_at desc, key desc limit 1`,
    [maxEntries, maxBytes],
  );
  const [bound] = rows;
  if (bound === undefined) return { expired, displaced: 0 };
  // a millisecond more, so that the entry at the bound, the first that is too many, goes too
  return { expired, displaced: await removeBefore(pool, bound.received_at_ms + 1, signal) };
}

async function removeBefore(pool: Pool, beforeMs: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(
      `delete from quarantine where key in (
         select key from quarantine where received_at < to_timestamp($1::float8 / 1000)
         order by received_at limit ${removeCount}
       )`,
      [beforeMs],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < removeCount) break;
  }
  return removed;
}

function toEntry(row: EntryRow | readonly [...EntryRow, Buffer | null]): QuarantineEntry {
  return {
    key: row[0],
    trackerId: row[1],
    region: row[2],
    topic: row[3],
    address: row[4],
    receivedAtMs: row[5],
    reason: row[6],
    detail: row[7],
    codec: row[8],
    rawBytes: row[9],
    fix: row[10],
    recoveredAtMs: whole(row[11]),
    replayedAtMs: whole(row[12]),
  };
}

function readCursor(cursor: string): { receivedAtMs: number; key: number } {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)_(\d{1,16})$/.exec(cursor);
  if (match === null) throw new RangeError(`"${cursor.slice(0, 40)}" is not a cursor of this list`);
  return { receivedAtMs: Number(match[1]), key: Number(match[2]) };
}

/** The database counts microseconds. */
function whole(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
