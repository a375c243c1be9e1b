import type { Pool, PoolClient } from 'pg';
import type { Deed, LogEntry } from '../../domain/account.ts';
import { everywhere } from '../../domain/region.ts';
import { inTransaction } from '../inTransaction.ts';
import { type ChainBreak, findBreak, firstPreviousHash, hashEntry } from './logChain.ts';

/** Any number that no other program takes in the same database; see migrate.ts and claimDatabase.ts. */
const lockKey = '482671522673';

/** Longest data of a deed, characters of JSON: a log that anybody can fill is a way to fill the disk. */
const maxDataLength = 16_384;
const maxTextLength = 200;
const maxLimit = 1_000;
/** Entries that are checked at a time: some hundred kilobytes. */
const verifyRows = 1_000;

/** Writes a deed to the log. */
export function appendLog(pool: Pool, deed: Deed): Promise<LogEntry> {
  return inTransaction(pool, (client) => appendTo(client, deed));
}

/**
 * Writes a deed to the log, in the transaction of what it tells of. To be called last: others who
 * append wait until the transaction ends.
 *
 * @throws RangeError when the data are too long
 */
export async function appendTo(client: PoolClient, deed: Deed): Promise<LogEntry> {
  const { action, data, ...texts } = storable(deed);
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
  // a statement of its own, so that it sees what was appended while the lock was waited for
  const { rows } = await client.query<{
    sequence: number | null;
    hash: Buffer | null;
    now_ms: number;
  }>(
    `select last.sequence::float8 as sequence, last.hash,
            floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
     from (select) as one
     left join (select sequence, hash from log order by sequence desc limit 1) as last on true`,
  );
  const last = rows[0];
  if (last === undefined) throw new Error('The database does not say how its log ends.');
  const unchained = {
    sequence: (last.sequence ?? 0) + 1,
    happenedAtMs: last.now_ms,
    action,
    data,
    ...texts,
    previousHash: last.hash ?? firstPreviousHash,
  };
  const entry: LogEntry = { ...unchained, hash: hashEntry(unchained) };
  await client.query(
    `insert into log (sequence, happened_at, actor, action, subject, region, data, previous_hash, hash)
     values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8, $9)`,
    [
      entry.sequence,
      entry.happenedAtMs,
      entry.actor,
      entry.action,
      entry.subject,
      entry.region,
      JSON.stringify(entry.data),
      entry.previousHash,
      entry.hash,
    ],
  );
  return entry;
}

export type LogQuery = {
  /** Only entries before this sequence. */
  readonly before: number | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
  /**
   * Of these regions and those below, by the entry's region or one of the `regions` of its data, which
   * a deed on somebody with roles in several has; all, also those of no region, where undefined
   * or with `*`.
   */
  readonly regions: readonly string[] | undefined;
};

/** Entries of the log, newest first. */
export async function readLog(
  pool: Pool,
  { before, limit, regions }: LogQuery,
): Promise<readonly LogEntry[]> {
  const wanted = regions?.includes(everywhere) === true ? undefined : regions;
  const { rows } = await pool.query<LogRow>(
    `select ${columns} from log
     where ($1::bigint is null or sequence < $1)
       and ($2::text[] is null
            or exists (select from unnest($2::text[]) as scope,
                         (select log.region as region
                          union all
                          select jsonb_array_elements_text(log.data->'regions')
                          where jsonb_typeof(log.data->'regions') = 'array') as places
                       where places.region = scope
                          or starts_with(places.region, scope || '.')))
     order by sequence desc
     limit $3`,
    [before ?? null, wanted ?? null, Math.min(Math.max(limit, 1), maxLimit)],
  );
  return rows.map(toEntry);
}

/**
 * Entries of one person, oldest first: what they did, also by their tokens, and what was done to
 * their account.
 *
 * @param after only entries after this sequence
 */
export async function readLogOfUser(
  pool: Pool,
  userName: string,
  after: number,
): Promise<readonly LogEntry[]> {
  const { rows } = await pool.query<LogRow>(
    `select ${columns} from log
     where sequence > $2
       and (actor = $1 or starts_with(actor, $1 || '/') or subject = 'user:' || $1)
     order by sequence
     limit ${maxLimit}`,
    [userName, after],
  );
  return rows.map(toEntry);
}

/** What a reading of the whole log found. */
export type VerifiedLog = {
  /** Entries that were read, up to the break if there is one. */
  readonly entries: number;
  readonly broken: ChainBreak | undefined;
  /** The last good entry: noted elsewhere, its hash shows later that nothing before it was rewritten. */
  readonly last: Pick<LogEntry, 'sequence' | 'hash' | 'happenedAtMs'> | undefined;
};

/** Reads the whole log and checks its chain. Entries may be appended meanwhile. */
export async function verifyLog(pool: Pool): Promise<VerifiedLog> {
  let last: LogEntry | undefined;
  let entries = 0;
  for (;;) {
    const { rows } = await pool.query<LogRow>(
      `select ${columns} from log where sequence > $1 order by sequence limit ${verifyRows}`,
      [last?.sequence ?? 0],
    );
    for (const entry of rows.map(toEntry)) {
      const broken = findBreak(last, entry);
      if (broken !== undefined) return { entries, broken, last };
      last = entry;
      entries += 1;
    }
    if (rows.length < verifyRows) return { entries, broken: undefined, last };
  }
}

const columns = `
  sequence::float8, (extract(epoch from happened_at) * 1000)::float8 as happened_at_ms, actor,
  action, subject, region, data, previous_hash, hash`;

type LogRow = {
  readonly sequence: number;
  readonly happened_at_ms: number;
  readonly actor: string | null;
  readonly action: string;
  readonly subject: string | null;
  readonly region: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
};

function toEntry(row: LogRow): LogEntry {
  return {
    sequence: row.sequence,
    happenedAtMs: row.happened_at_ms,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    region: row.region,
    data: row.data,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

/** The deed as the database will give it back: its hash is over that. */
function storable({ actor, action, subject, region, data }: Deed): Deed {
  const text = JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'string' ? storableText(value) : value,
  );
  if (text.length > maxDataLength) {
    throw new RangeError(
      `The data of "${action}" are ${text.length} characters long; the log takes ${maxDataLength}.`,
    );
  }
  return {
    actor: actor === null ? null : storableText(actor.slice(0, maxTextLength)),
    action,
    subject: subject === null ? null : storableText(subject.slice(0, maxTextLength)),
    region: region === everywhere ? null : region,
    data: JSON.parse(text),
  };
}

/** PostgreSQL takes neither NUL nor half a surrogate pair, and what people type may hold either. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed();
}
