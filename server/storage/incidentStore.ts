import type { Pool, PoolClient } from 'pg';
import type { Incident, IncidentEvent, Level } from '../domain/incident.ts';
import type { EventsWritten } from './eventsWritten.ts';
import { deedOnIncident } from './incidentDeeds.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { epochMs, inRegions } from './placeChanges.ts';
import { storableJson, storableText } from './storableText.ts';

/**
 * Writes events of incidents, all or nothing: the events that are new, the incidents as they are after
 * the newest of them, and what the log says of them. What is there already, or twice among them, is
 * skipped.
 *
 * @param events some thousands at most, of one incident in the order of their versions
 * @throws Error of the database; with SQLSTATE class 22 or 23 one of them is at fault
 */
export function writeIncidentEvents(
  pool: Pool,
  events: readonly IncidentEvent[],
): Promise<EventsWritten> {
  return inTransaction(pool, async (client) => {
    await upsertIncidents(client, newestIncidents(events));
    const { rows } = await client.query<{ id: string }>(insertEventsSql, [
      storableJson(events.map(({ incident: _, ...event }) => event)),
    ]);
    const added = new Set(rows.map(({ id }) => id));
    const deeds = events.flatMap((event) => {
      // of one that is there twice the first counts
      const deed = added.delete(event.id) ? deedOnIncident(event) : undefined;
      return deed === undefined ? [] : [deed];
    });
    await appendAll(client, deeds);
    return { written: rows.length, leftOut: [] };
  });
}

/** Each incident once, after the newest of its events. */
function newestIncidents(events: readonly IncidentEvent[]): readonly Incident[] {
  const newest = new Map<string, Incident>();
  for (const { incident } of events) {
    const before = newest.get(incident.id);
    if (before === undefined || before.version < incident.version) {
      newest.set(incident.id, incident);
    }
  }
  return [...newest.values()];
}

function upsertIncidents(client: PoolClient, incidents: readonly Incident[]): Promise<unknown> {
  const keysOf = ({ units }: Incident, isAdded: boolean): readonly number[] =>
    units.filter((unit) => unit.isAdded === isAdded).map(({ unitKey }) => unitKey);
  const rows = incidents.map((incident) => ({
    ...{ id: incident.id, version: incident.version, sequence: incident.sequence },
    ...{ title: incident.title, level: incident.level, region: incident.region },
    ...{ operationId: incident.operationId, isExercise: incident.isExercise },
    ...{ addedUnits: keysOf(incident, true), comeUnits: keysOf(incident, false) },
    ...{ openedAtMs: incident.openedAtMs, closedAtMs: incident.closedAtMs, data: incident },
  }));
  return client.query(upsertIncidentsSql, [storableJson(rows)]);
}

const upsertIncidentsSql = `
  insert into incidents (id, version, sequence, title, level, region, operation_id, is_exercise,
                         added_units, come_units, opened_at, closed_at, data)
  select id, version, sequence, title, level, region, "operationId", "isExercise", "addedUnits",
         "comeUnits", to_timestamp("openedAtMs" / 1000), to_timestamp("closedAtMs" / 1000), data
  from jsonb_to_recordset($1::jsonb) as each (
    id uuid, version int, sequence bigint, title text, level text, region text,
    "operationId" text, "isExercise" boolean, "addedUnits" int[], "comeUnits" int[],
    "openedAtMs" float8, "closedAtMs" float8, data jsonb)
  -- of two writers of the same, none waits for the other in a circle
  order by id
  on conflict (id) do update
    set version = excluded.version, sequence = excluded.sequence, title = excluded.title,
        level = excluded.level, region = excluded.region, added_units = excluded.added_units,
        come_units = excluded.come_units, closed_at = excluded.closed_at, data = excluded.data
    where incidents.version < excluded.version`;

const insertEventsSql = `
  insert into incident_events (id, incident_id, version, kind, happened_at, actor, data)
  select id, "incidentId", version, kind, to_timestamp("atMs" / 1000), actor, data
  from rows from (jsonb_to_recordset($1::jsonb) as (
    id uuid, "incidentId" uuid, version int, kind text, "atMs" float8, actor text, data jsonb))
    with ordinality as each (id, "incidentId", version, kind, "atMs", actor, data, place)
  order by place
  on conflict do nothing
  returning id`;

/** Which incidents to list; what is undefined does not restrict. */
export type IncidentFilter = {
  /** Of these regions and below; `*` or undefined: of all. */
  readonly regions?: readonly string[] | undefined;
  readonly isOpen?: boolean | undefined;
  readonly levels?: readonly Level[] | undefined;
  readonly operationId?: string | undefined;
  readonly isExercise?: boolean | undefined;
  /** In the title, whatever its case. */
  readonly text?: string | undefined;
  /** Opened at or after, and before; epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};

export type IncidentPage = {
  readonly incidents: readonly Incident[];
  /** For the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
};

const maxLimit = 1_000;

/**
 * A page of incidents by when they were opened, newest first.
 *
 * @param limit 1 to 1,000
 * @param cursor from the page before
 * @throws RangeError on a cursor of another form
 */
export async function listIncidents(
  pool: Pick<Pool, 'query'>,
  filter: IncidentFilter,
  limit: number,
  cursor?: string | undefined,
): Promise<IncidentPage> {
  const count = Math.min(Math.max(limit, 1), maxLimit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const { regions, text } = filter;
  const { rows } = await pool.query<{ data: Incident }>(
    `select i.data from incidents i
     where ${inRegions('i.region', '$1')}
       and ($2::boolean is null or (i.closed_at is null) = $2)
       and ($3::text[] is null or i.level = any ($3))
       and ($4::text is null or i.operation_id = $4)
       and ($5::boolean is null or i.is_exercise = $5)
       and ($6::text is null or strpos(lower(i.title), lower($6)) > 0)
       and ($7::float8 is null or i.opened_at >= to_timestamp($7::float8 / 1000))
       and ($8::float8 is null or i.opened_at < to_timestamp($8::float8 / 1000))
       and ($9::float8 is null
            or (i.opened_at, i.id) < (to_timestamp($9::float8 / 1000), $10::uuid))
     order by i.opened_at desc, i.id desc limit $11`,
    [
      ...[regions?.includes('*') === true ? undefined : regions, filter.isOpen, filter.levels],
      ...[filter.operationId, filter.isExercise, text && storableText(text), filter.fromMs],
      ...[filter.toMs, after?.openedAtMs, after?.id, count + 1],
    ],
  );
  const incidents = rows.slice(0, count).map(({ data }) => data);
  const last = incidents.at(-1);
  const hasMore = rows.length > count && last !== undefined;
  return { incidents, nextCursor: hasMore ? `${last.openedAtMs}_${last.id}` : undefined };
}

function readCursor(cursor: string): { readonly openedAtMs: number; readonly id: string } {
  const match = /^(-?\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  const [, openedAtMs, id] = match ?? [];
  if (id === undefined)
    throw new RangeError(`"${cursor.slice(0, 40)}" is not a cursor of this list`);
  return { openedAtMs: Number(openedAtMs), id };
}

/** An incident by its id, a UUID; undefined where there is none. */
export async function findIncident(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<Incident | undefined> {
  const { rows } = await pool.query<{ data: Incident }>(
    'select data from incidents where id = $1',
    [id],
  );
  return rows[0]?.data;
}

/** A line of an incident's log as it is kept: without the incident, which is kept once. */
export type KeptIncidentEvent = Omit<IncidentEvent, 'incident'>;

/**
 * The log of an incident, newest first.
 *
 * @param id a UUID
 * @param beforeVersion only lines before that version of the incident; undefined: from the newest
 * @param limit 1 to 1,000
 */
export async function listIncidentEvents(
  pool: Pick<Pool, 'query'>,
  id: string,
  beforeVersion: number | undefined,
  limit: number,
): Promise<readonly KeptIncidentEvent[]> {
  const { rows } = await pool.query<EventRow>(
    `select e.id, e.incident_id, e.version, e.kind, e.actor, e.data,
            ${epochMs('e.happened_at')} as at_ms
     from incident_events e
     where e.incident_id = $1 and ($2::int is null or e.version < $2)
     order by e.version desc limit $3`,
    [id, beforeVersion, Math.min(Math.max(limit, 1), maxLimit)],
  );
  return rows.map(({ incident_id: incidentId, at_ms: atMs, ...row }) => ({
    ...row,
    incidentId,
    atMs,
  }));
}

type EventRow = Omit<KeptIncidentEvent, 'incidentId' | 'atMs'> & {
  readonly incident_id: string;
  readonly at_ms: number;
};

/**
 * What a live core without a kept state begins with: incidents that are open, and those that a record
 * of the journal after one changed, which it will meet again. By their ids.
 */
export async function incidentsToAdopt(
  pool: Pick<Pool, 'query'>,
  sequence: number,
): Promise<readonly Incident[]> {
  const { rows } = await pool.query<{ data: Incident }>(
    'select data from incidents where closed_at is null or sequence > $1 order by id',
    [sequence],
  );
  return rows.map(({ data }) => data);
}
