import type { Pool, PoolClient } from 'pg';
import type { Deed, LogEntry } from '../../domain/account.ts';
import { everywhere } from '../../domain/region.ts';
import { inTransaction } from '../inTransaction.ts';
import { storableJson, storableText } from '../storableText.ts';
import { anchorLastDay, lockLogEnd } from './logAnchors.ts';
import { firstPreviousHash, hashEntry } from './logChain.ts';

/** Longest data of a deed, characters of JSON: a log that anybody can fill is a way to fill the disk. */
const maxDataLength = 16_384;
const maxTextLength = 200;
const maxLimit = 1_000;

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
  const [entry] = await appendAll(client, [deed]);
  if (entry === undefined) throw new Error(`"${deed.action}" was appended and is no entry.`);
  return entry;
}

/**
 * The same for several deeds, in their order: some thousands at a time take as many milliseconds as
 * one alone takes ten times over.
 */
export async function appendAll(
  client: PoolClient,
  deeds: readonly Deed[],
): Promise<readonly LogEntry[]> {
  if (deeds.length === 0) return [];
  const storables = deeds.map(storable);
  const end = await lockLogEnd(client);
  await anchorLastDay(client, end);
  const entries: LogEntry[] = [];
  let sequence = end.last?.sequence ?? 0;
  let previousHash = end.last?.hash ?? firstPreviousHash;
  for (const deed of storables) {
    sequence += 1;
    const unchained = { ...deed, sequence, happenedAtMs: end.nowMs, previousHash };
    const entry: LogEntry = { ...unchained, hash: hashEntry(unchained) };
    entries.push(entry);
    previousHash = entry.hash;
  }
  await client.query(
    `insert into log (sequence, happened_at, actor, action, subject, region, data, previous_hash, hash)
     select sequence, to_timestamp($2::float8 / 1000), actor, action, subject, region, data::jsonb,
            previous_hash, hash
     from unnest($1::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::bytea[], $9::bytea[])
          as given (sequence, actor, action, subject, region, data, previous_hash, hash)`,
    [
      entries.map((entry) => entry.sequence),
      end.nowMs,
      entries.map(({ actor }) => actor),
      entries.map(({ action }) => action),
      entries.map(({ subject }) => subject),
      entries.map(({ region }) => region),
      entries.map(({ data }) => JSON.stringify(data)),
      entries.map((entry) => entry.previousHash),
      entries.map(({ hash }) => hash),
    ],
  );
  return entries;
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

/** Entries after a sequence, the oldest first: some hundred kilobytes of them. */
export async function readChain(
  pool: Pick<Pool, 'query'>,
  after: number,
): Promise<readonly LogEntry[]> {
  const { rows } = await pool.query<LogRow>(
    `select ${columns} from log where sequence > $1 order by sequence limit ${maxLimit}`,
    [after],
  );
  return rows.map(toEntry);
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
  const text = storableJson(data);
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
