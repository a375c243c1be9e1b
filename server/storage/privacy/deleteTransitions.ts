import type { Pool, PoolClient } from 'pg';
import { sqlTime, type TimeWindow } from '../queries/timeWindow.ts';
import { retentionEndOf } from '../retentionEnd.ts';
import { heldSince, namedByOpenIncident } from './legalHold.ts';
import { removeInSteps } from './removeInSteps.ts';

/**
 * Deletes transitions that are older than positions of that time may be, but nothing that an open
 * incident holds: from a day before it on everything, and of the units that it names all.
 *
 * @param nowMs epoch ms
 * @returns how many went
 */
export async function trimTransitions(
  pool: Pool,
  nowMs: number,
  retentionDays: number,
  signal: AbortSignal,
): Promise<number> {
  const of = { table: 'transitions', column: 'happened_at' };
  const endMs = await retentionEndOf(pool, of, nowMs, retentionDays);
  if (endMs === undefined) return 0;
  return removeInSteps(
    pool,
    `delete from transitions where id in (
       select t.id from transitions t
       where t.happened_at < to_timestamp($2::float8 / 1000) and not ${isOfHeldUnit}
       order by t.happened_at limit $1)`,
    [Math.min(endMs, await heldSince(pool))],
    signal,
  );
}

/** SQL: an open incident names a unit that a transition `t` is of, however long ago it was. */
const isOfHeldUnit = `exists (select from ${namedByOpenIncident} held
                              where held.unit_key = t.unit_key or held.unit_key = any (t.unit_keys))`;

/** What is older than this of a unit is to go, epoch ms. */
export type UnitEnd = { readonly unitKey: number; readonly toMs: number };

/**
 * Deletes what is older than these moments of transitions of these units, and of those that they had
 * with others, which must all be free of open incidents. Of sites nothing: who counted there is kept
 * as long as what it says of the site.
 *
 * @returns how many went
 */
export async function deleteTransitionsBefore(
  pool: Pool,
  ends: readonly UnitEnd[],
  signal: AbortSignal,
): Promise<number> {
  const given = [ends.map(({ unitKey }) => unitKey), ends.map(({ toMs }) => toMs)];
  const before = `t.happened_at < to_timestamp(given.to_ms / 1000)`;
  const ofUnits = `unnest($2::int[], $3::float8[]) as given (unit_key, to_ms)`;
  const alone = await removeInSteps(
    pool,
    `delete from transitions where id in (
       select t.id from ${ofUnits} join transitions t on t.unit_key = given.unit_key
       where ${before} limit $1)`,
    given,
    signal,
  );
  const met = await removeInSteps(
    pool,
    `delete from transitions where id in (
       select distinct t.id from ${ofUnits} join transitions t on t.unit_keys @> array[given.unit_key]
       where ${before} and t.site_key is null and t.happened_at < to_timestamp($4::float8 / 1000)
         and not ${isOfHeldUnit}
       limit $1)`,
    [...given, await heldSince(pool)],
    signal,
  );
  return alone + met;
}

/**
 * Takes a unit out of the transitions of a time: those that are of it, or of it and others, go; of a
 * site, that it counted there.
 *
 * @returns how many went or were changed
 */
export async function eraseTransitions(
  client: PoolClient,
  unitKey: number,
  { fromMs, toMs }: TimeWindow,
): Promise<number> {
  const values = [unitKey, sqlTime(fromMs), sqlTime(toMs)];
  const { rowCount: deleted } = await client.query(
    `delete from transitions
     where (unit_key = $1 or (unit_keys @> array[$1::int] and site_key is null))
       and happened_at >= $2 and happened_at < $3`,
    values,
  );
  const { rowCount: changed } = await client.query(
    `update transitions
     set unit_keys = array_remove(unit_keys, $1::int),
         data = jsonb_set(data, '{evidence,unitKeys}', to_jsonb(array_remove(unit_keys, $1::int)))
     where unit_keys @> array[$1::int] and happened_at >= $2 and happened_at < $3`,
    values,
  );
  return (deleted ?? 0) + (changed ?? 0);
}
