import type { Pool, PoolClient } from 'pg';
import type { ChangeId } from '../domain/places.ts';

/** Any number that no other program takes in the same database; see migrate.ts, logStore.ts and others. */
const lockKey = '482671522677';

/** Something that was changed, and the number by which the journal names the change. */
export type Changed<Value> = { readonly value: Value; readonly change: number };

/** Until the transaction ends nobody else changes sites, fences or operations; to be called first. */
export async function lockPlaces(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
}

/**
 * Gives a change its number and its time: both after those of the change before. Running servers hear
 * of it when it commits (see watchChanges). To be called after lockPlaces, and when something is
 * surely written.
 */
export async function beginChange(client: PoolClient): Promise<ChangeId> {
  const { rows } = await client.query<{ number: number; at_ms: number }>(
    `insert into place_changes (changed_at)
     select greatest(date_trunc('milliseconds', clock_timestamp()),
                     max(changed_at) + interval '1 millisecond')
     from place_changes
     returning number::float8, (extract(epoch from changed_at) * 1000)::float8 as at_ms`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('The database gave a change no number.');
  return { number: row.number, atMs: row.at_ms };
}

const selectChanges = `select number::float8 as number, ${epochMs('changed_at')} as at_ms from place_changes`;
type ChangeRow = { readonly number: number; readonly at_ms: number };

/** The newest change. All up to it can be read. */
export async function newestChange(pool: Pick<Pool, 'query'>): Promise<ChangeId> {
  const { rows } = await pool.query<ChangeRow>(`${selectChanges} order by number desc limit 1`);
  const [row] = rows;
  return row === undefined ? { number: 0, atMs: 0 } : { number: row.number, atMs: row.at_ms };
}

/** True when a change is one of this database, and of its history as it is now. */
export async function hasChange(
  pool: Pick<Pool, 'query'>,
  { number, atMs }: ChangeId,
): Promise<boolean> {
  if (number === 0) return true;
  const { rows } = await pool.query<ChangeRow>(`${selectChanges} where number = $1`, [number]);
  return rows[0]?.at_ms === atMs;
}

/** Most changes in one answer. */
const maxChanges = 10_000;

/** The changes after one, oldest first, at most 10,000: then ask again after the last. */
export async function changesAfter(
  pool: Pick<Pool, 'query'>,
  change: number,
): Promise<readonly ChangeId[]> {
  const { rows } = await pool.query<ChangeRow>(
    `${selectChanges} where number > $1 order by number limit $2`,
    [change, maxChanges],
  );
  return rows.map(({ number, at_ms }) => ({ number, atMs: at_ms }));
}

/** SQL: a version was in force when the change of a parameter was the newest, or is so now where that is null. */
export function inForceAsOf(version: string, parameter: string): string {
  return `(case when ${parameter}::bigint is null then ${version}.valid_to is null
           else ${version}.begun_by <= ${parameter}::bigint
                and (${version}.ended_by is null or ${version}.ended_by > ${parameter}::bigint) end)`;
}

/** Keys of the sites or fences that a change removed: it ended their version, and no other followed. */
export async function endedKeys(
  pool: Pick<Pool, 'query'>,
  place: 'site' | 'fence',
  change: number,
): Promise<readonly number[]> {
  const { rows } = await pool.query<{ key: number }>(
    `select ${place}_key as key from ${place}_versions v where ended_by = $1
       and not exists (select from ${place}_versions next
                       where next.${place}_key = v.${place}_key and next.begun_by = $1)`,
    [change],
  );
  return rows.map(({ key }) => key);
}

/** SQL: a version is in force at the epoch ms of a parameter, or now where that is null. */
export function inForce(version: string, parameter: string): string {
  return `(case when ${parameter}::float8 is null then ${version}.valid_to is null
           else ${version}.valid_from <= to_timestamp(${parameter}::float8 / 1000)
                and (${version}.valid_to is null
                     or ${version}.valid_to > to_timestamp(${parameter}::float8 / 1000)) end)`;
}

/** SQL: a region is one of the text array of a parameter or below; all where that is null. */
export function inRegions(column: string, parameter: string): string {
  return `(${parameter}::text[] is null
           or exists (select from unnest(${parameter}::text[]) as scope
                      where ${column} = scope or starts_with(${column}, scope || '.')))`;
}

/** SQL of a time as epoch ms. */
export function epochMs(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}
