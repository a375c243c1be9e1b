import type { Pool, PoolClient } from 'pg';
import { sqlTime, type TimeWindow } from '../queries/timeWindow.ts';

/** A unit whose traces are to go. */
type ErasedUnit = { readonly key: number; readonly id: string };

/** SQL: an alarm `a` is of the unit of $1, and was so in the time from $2 to $3. */
const isOfUnitThen = `(a.unit_key = $1 or a.unit_keys @> array[$1::int])
  and a.raised_at < $3 and to_timestamp((a.data ->> 'lastOccurredAtMs')::float8 / 1000) >= $2`;

const valuesOf = (unitKey: number, { fromMs, toMs }: TimeWindow): readonly unknown[] => [
  ...[unitKey, sqlTime(fromMs), sqlTime(toMs)],
];

/** Alarms of a unit in a time that are not closed, a sentence each: the live core would write them anew. */
export async function findOpenAlarms(
  client: Pick<Pool, 'query'>,
  unitKey: number,
  window: TimeWindow,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `select a.id, a.data -> 'name' ->> 'id' as name from alarms a
     where ${isOfUnitThen} and a.closed_at is null order by a.raised_at, a.id`,
    [...valuesOf(unitKey, window)],
  );
  return rows.map(({ id, name }) => `the alarm "${name}" (${id}) is not closed`);
}

/**
 * Takes a unit out of the alarms of a time. What happened at the place, and what people did about it,
 * stays; which unit it was, its callsign, where it was and what the server noted of it go. Likewise
 * that alarms were given to it.
 *
 * @returns how many were changed
 */
export async function eraseUnitFromAlarms(
  client: PoolClient,
  { key, id }: ErasedUnit,
  window: TimeWindow,
): Promise<number> {
  const values = valuesOf(key, window);
  const { rows } = await client.query<{ id: string }>(
    `update alarms a
     set unit_key = nullif(unit_key, $1),
         unit_keys = nullif(array_remove(unit_keys, $1::int), '{}'),
         data = data || jsonb_build_object(
           'causeKey', rule_id || '|erased', 'text', data -> 'name',
           'subject', (data -> 'subject') - '{unitKey,unitId,callsign,place,unitKeys}'::text[])
     where ${isOfUnitThen}
     returning id`,
    [...values],
  );
  const { rowCount: unassigned } = await client.query(
    `update alarms a set data = data - 'assignee'
     where data -> 'assignee' ->> 'unitId' = $1 and raised_at < $3
       and (closed_at is null or closed_at >= $2)
       and not id = any ($4::uuid[])`,
    [id, ...values.slice(1), rows.map((row) => row.id)],
  );
  await client.query(
    `update alarms set data = data - 'assignee'
     where data -> 'assignee' ->> 'unitId' = $1 and id = any ($2::uuid[])`,
    [id, rows.map((row) => row.id)],
  );
  await client.query(
    `update alarm_events e set data = '{"erased": true}'
     where e.alarm_id = any ($4::uuid[]) and e.actor is null
        or e.happened_at >= $2 and e.happened_at < $3 and ${names('e.data', '$1')}`,
    [id, ...values.slice(1), rows.map((row) => row.id)],
  );
  return rows.length + (unassigned ?? 0);
}

/** SQL: a text stands somewhere in JSON. */
function names(data: string, parameter: string): string {
  return `jsonb_path_exists(${data}, '$.** ? (@ == $id)', jsonb_build_object('id', ${parameter}::text))`;
}

/**
 * Takes a unit out of closed incidents of a time: that it worked on them, came and went.
 *
 * @returns how many were changed
 */
export async function eraseUnitFromIncidents(
  client: PoolClient,
  { key, id }: ErasedUnit,
  window: TimeWindow,
): Promise<number> {
  const values = valuesOf(key, window);
  const { rowCount } = await client.query(
    `update incidents
     set added_units = array_remove(added_units, $1::int),
         come_units = array_remove(come_units, $1::int),
         data = jsonb_set(data, '{units}', coalesce(
           (select jsonb_agg(unit) from jsonb_array_elements(data -> 'units') unit
            where (unit -> 'unitKey')::int <> $1), '[]'))
     where (added_units @> array[$1::int] or come_units @> array[$1::int])
       and opened_at < $3 and closed_at >= $2`,
    [...values],
  );
  await client.query(
    `update incident_events e set data = '{"erased": true}'
     where e.happened_at >= $2 and e.happened_at < $3
       and (${names('e.data', '$1')} or e.data -> 'unitKey' = to_jsonb($4::int))`,
    [id, ...values.slice(1), key],
  );
  return rowCount ?? 0;
}

/**
 * Puts a pseudonym in the place of a user's name, and of the names of their tokens, in alarms,
 * incidents, photos and rules. What they wrote stays: it belongs to the operation.
 */
export async function eraseUserFromAlarms(
  client: PoolClient,
  name: string,
  pseudonym: string,
): Promise<void> {
  // as PostgreSQL writes JSON out; quotes within texts are escaped there, so no text looks like this
  const plain = name.replaceAll(/[^a-z0-9]/g, '\\$&');
  const pattern = `"(by|openedBy|name)": "${plain}(/[^"]*)?"`;
  for (const table of ['alarms', 'alarm_events', 'incidents', 'incident_events']) {
    await client.query(
      `update ${table} set data = regexp_replace(data::text, $1, $2, 'g')::jsonb
       where data::text ~ $1`,
      [pattern, `"\\1": "${pseudonym}"`],
    );
  }
  const columns = [
    ...['alarm_events.actor', 'incident_events.actor', 'incident_photos.added_by'],
    ...['rule_versions.begun_by', 'rule_versions.ended_by'],
  ];
  for (const [table, column] of columns.map((each) => each.split('.'))) {
    await client.query(
      `update ${table} set ${column} = $2 where ${column} = $1 or starts_with(${column}, $1 || '/')`,
      [name, pseudonym],
    );
  }
}
