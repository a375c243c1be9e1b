import type { Pool, PoolClient } from 'pg';
import type { Alarm, AlarmEvent } from '../domain/alarm.ts';
import { deedOnAlarm } from './alarmDeeds.ts';
import type { EventsWritten } from './eventsWritten.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { withRegionsAbove } from './regionsAbove.ts';
import { storableJson } from './storableText.ts';

/**
 * Writes events of alarms, all or nothing: the events that are new, the alarms as they are after the
 * newest of them, and what the log says of them. What is there already, or twice among them, is
 * skipped, so writing them again does no harm and logs nothing again.
 *
 * The log does not hear of an occurrence that left the alarm in its state: a device could fill it.
 *
 * @param events some thousands at most, of one alarm in the order of their versions
 * @throws Error of the database; with SQLSTATE class 22 or 23 one of them is at fault
 */
export async function writeAlarmEvents(
  pool: Pool,
  events: readonly AlarmEvent[],
): Promise<EventsWritten> {
  return inTransaction(pool, async (client) => {
    await upsertAlarms(client, newestAlarms(events));
    const { rows } = await client.query<{ id: string }>(insertEventsSql, [
      storableJson(events.map(({ alarm: _, ...event }) => event)),
    ]);
    const added = new Set(rows.map(({ id }) => id));
    const quiet = await quietOnes(client, [...added]);
    // of one that is there twice the first counts
    const logged = new Map(events.toReversed().map((event) => [event.id, event]));
    const deeds = events
      .filter((event) => logged.get(event.id) === event && added.has(event.id))
      .filter(({ id }) => !quiet.has(id))
      .map(deedOnAlarm);
    await appendAll(client, deeds);
    return { written: added.size, leftOut: [] };
  });
}

/** Each alarm once, after the newest of its events. */
function newestAlarms(events: readonly AlarmEvent[]): readonly Alarm[] {
  const newest = new Map<string, Alarm>();
  for (const { alarm } of events) {
    const before = newest.get(alarm.id);
    if (before === undefined || before.version < alarm.version) newest.set(alarm.id, alarm);
  }
  return [...newest.values()];
}

function upsertAlarms(client: PoolClient, alarms: readonly Alarm[]): Promise<unknown> {
  const rows = alarms.map((alarm) => ({
    ...{ id: alarm.id, version: alarm.version, sequence: alarm.sequence, state: alarm.state },
    ...{ priority: alarm.priority, ruleId: alarm.ruleId, operationId: alarm.operationId },
    ...{ isExercise: alarm.isExercise, regions: withRegionsAbove(alarm.regions) },
    ...{ unitKey: alarm.subject.unitKey, fenceKey: alarm.subject.fenceKey },
    ...{ siteKey: alarm.subject.siteKey, unitKeys: alarm.subject.unitKeys },
    ...{
      incidentId: alarm.incidentId,
      raisedAtMs: alarm.raisedAtMs,
      closedAtMs: alarm.closed?.atMs,
      data: alarm,
    },
  }));
  return client.query(upsertAlarmsSql, [storableJson(rows)]);
}

const upsertAlarmsSql = `
  insert into alarms (id, version, sequence, state, priority, rule_id, operation_id, is_exercise,
                      regions, unit_key, fence_key, site_key, unit_keys, incident_id, raised_at, closed_at, data)
  select id, version, sequence, state, priority, "ruleId", "operationId", "isExercise", regions,
         "unitKey", "fenceKey", "siteKey", "unitKeys", "incidentId", to_timestamp("raisedAtMs" / 1000),
         to_timestamp("closedAtMs" / 1000), data
  from jsonb_to_recordset($1::jsonb) as each (
    id uuid, version int, sequence bigint, state text, priority text, "ruleId" text,
    "operationId" text, "isExercise" boolean, regions text[], "unitKey" int, "fenceKey" int,
    "siteKey" int, "unitKeys" int[], "incidentId" text, "raisedAtMs" float8, "closedAtMs" float8, data jsonb)
  -- of two writers of the same, none waits for the other in a circle
  order by id
  on conflict (id) do update
    set version = excluded.version, sequence = excluded.sequence, state = excluded.state,
        priority = excluded.priority, operation_id = excluded.operation_id,
        is_exercise = excluded.is_exercise, regions = excluded.regions,
        unit_key = excluded.unit_key, fence_key = excluded.fence_key,
        site_key = excluded.site_key, unit_keys = excluded.unit_keys,
        incident_id = excluded.incident_id,
        closed_at = excluded.closed_at, data = excluded.data
    where alarms.version < excluded.version`;

const insertEventsSql = `
  insert into alarm_events (id, alarm_id, version, kind, state, happened_at, actor, data)
  select id, "alarmId", version, kind, state, to_timestamp("atMs" / 1000), actor, data
  from rows from (jsonb_to_recordset($1::jsonb) as (
    id uuid, "alarmId" uuid, version int, kind text, state text, "atMs" float8, actor text,
    data jsonb)) with ordinality as each (
    id, "alarmId", version, kind, state, "atMs", actor, data, place)
  order by place
  on conflict do nothing
  returning id`;

/** Ids of occurrences that left their alarm in the state that it had. */
async function quietOnes(
  client: PoolClient,
  added: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string }>(
    `select e.id from alarm_events e
     join alarm_events before on before.alarm_id = e.alarm_id and before.version = e.version - 1
     where e.id = any ($1::uuid[]) and e.kind = 'occurred_again' and before.state = e.state`,
    [added],
  );
  return new Set(rows.map(({ id }) => id));
}
