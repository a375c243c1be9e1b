import type { Pool } from 'pg';
import {
  type Alarm,
  type AlarmEvent,
  type AlarmEventKind,
  type AlarmState,
  staleMs,
} from '../domain/alarm.ts';
import { everywhere } from '../domain/region.ts';
import type { Priority } from '../domain/rule.ts';
import { epochMs } from './placeChanges.ts';
import { storableText } from './storableText.ts';

/** Which alarms to list; what is undefined does not restrict. */
export type AlarmFilter = {
  /** Of these regions and below, as a scope; `*` or undefined: of all. */
  readonly regions?: readonly string[] | undefined;
  /** And of this region or below; `*`: of all. */
  readonly region?: string | undefined;
  /** `open`: all that are not closed. */
  readonly state?: AlarmState | 'open' | 'all' | undefined;
  readonly priority?: Priority | undefined;
  readonly ruleId?: string | undefined;
  /** Of this unit, also among others. */
  readonly unitId?: string | undefined;
  readonly siteId?: string | undefined;
  readonly fenceId?: string | undefined;
  readonly operationId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly isExercise?: boolean | undefined;
  /** In names and texts, ids and callsign, and what was said when it was closed, whatever its case. */
  readonly search?: string | undefined;
  /** Raised at or after, and before; epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Not closed, and raised more than a day ago. */
  readonly isStale?: boolean | undefined;
};

/** What of a list to read. */
export type AlarmPageQuery = {
  /** From the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
  /** By which they are stale, epoch ms. */
  readonly nowMs: number;
};

export type AlarmPage = {
  readonly alarms: readonly Alarm[];
  /** For the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
};

const maxLimit = 1_000;

/**
 * A page of alarms by when they were raised, newest first; those raised meanwhile move none of them.
 *
 * @throws RangeError on a cursor of another form
 */
export async function listAlarms(
  pool: Pick<Pool, 'query'>,
  filter: AlarmFilter,
  { cursor, limit, nowMs }: AlarmPageQuery,
): Promise<AlarmPage> {
  const count = Math.min(Math.max(limit, 1), maxLimit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = conditionsOf(filter, nowMs, given);
  if (after !== undefined) {
    const raisedAt = `to_timestamp(${given(after.raisedAtMs)}::float8 / 1000)`;
    conditions.push(`(a.raised_at, a.id) < (${raisedAt}, ${given(after.id)}::uuid)`);
  }
  const { rows } = await pool.query<{ data: Alarm }>(
    `select a.data from alarms a where ${conditions.join(' and ')}
     order by a.raised_at desc, a.id desc limit ${given(count + 1)}`,
    values,
  );
  const alarms = rows.slice(0, count).map(({ data }) => data);
  const last = alarms.at(-1);
  const hasMore = rows.length > count && last !== undefined;
  return { alarms, nextCursor: hasMore ? `${last.raisedAtMs}_${last.id}` : undefined };
}

function conditionsOf(
  filter: AlarmFilter,
  nowMs: number,
  given: (value: unknown) => string,
): string[] {
  const { regions, region, state, search, isStale } = filter;
  const conditions = ['true'];
  const add = <Value>(
    value: Value | undefined,
    condition: (parameter: string, value: Value) => string,
  ): void => {
    if (value !== undefined) conditions.push(condition(given(value), value));
  };
  const inScope = (parameter: string): string => `a.regions && ${parameter}::text[]`;
  if (regions?.includes(everywhere) !== true) add(regions, inScope);
  if (region !== undefined && region !== everywhere) add([region], inScope);
  if (state === 'open') conditions.push('a.closed_at is null');
  else if (state !== 'all') add(state, (p) => `a.state = ${p}`);
  add(filter.priority, (p) => `a.priority = ${p}`);
  add(filter.ruleId, (p) => `a.rule_id = ${p}`);
  add(filter.operationId, (p) => `a.operation_id = ${p}`);
  add(filter.incidentId, (p) => `a.incident_id = ${p}`);
  add(filter.isExercise, (p) => `a.is_exercise = ${p}`);
  add(filter.siteId, (p) => `a.site_key = (select key from sites where id = ${p})`);
  add(filter.fenceId, (p) => `a.fence_key = (select key from fences where id = ${p})`);
  add(filter.unitId, (p) => {
    const key = `(select key from units where id = ${p})`;
    return `(a.unit_key = ${key} or a.unit_keys @> array[${key}])`;
  });
  add(search === undefined ? undefined : storableText(search), (p) => {
    return `strpos(a.search_text, lower(${p})) > 0`;
  });
  const raisedAt = (p: string): string => `to_timestamp(${p}::float8 / 1000)`;
  add(filter.fromMs, (p) => `a.raised_at >= ${raisedAt(p)}`);
  add(filter.toMs, (p) => `a.raised_at < ${raisedAt(p)}`);
  if (isStale !== undefined) {
    const stale = `(a.closed_at is null and a.raised_at < ${raisedAt(given(nowMs - staleMs))})`;
    conditions.push(isStale ? stale : `not ${stale}`);
  }
  return conditions;
}

function readCursor(cursor: string): { readonly raisedAtMs: number; readonly id: string } {
  const match = /^(-?\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  const [, raisedAtMs, id] = match ?? [];
  if (id === undefined)
    throw new RangeError(`"${cursor.slice(0, 40)}" is not a cursor of this list`);
  return { raisedAtMs: Number(raisedAtMs), id };
}

/** An alarm by its id, a UUID; undefined where there is none. */
export async function readAlarm(pool: Pick<Pool, 'query'>, id: string): Promise<Alarm | undefined> {
  const { rows } = await pool.query<{ data: Alarm }>('select data from alarms where id = $1', [id]);
  return rows[0]?.data;
}

/** An event as it is kept: without the alarm, which is kept once. */
export type KeptAlarmEvent = Omit<AlarmEvent, 'alarm'> & {
  /** Ascending in the order in which events were written. */
  readonly key: number;
};

/**
 * Events of an alarm, oldest first: the newest 1,000 of them, or those before.
 *
 * @param id a UUID
 * @param beforeVersion only events before that version of the alarm
 */
export async function readAlarmEvents(
  pool: Pick<Pool, 'query'>,
  id: string,
  beforeVersion?: number | undefined,
): Promise<readonly KeptAlarmEvent[]> {
  const { rows } = await pool.query<EventRow>(
    `${selectEvents} where e.alarm_id = $1 and ($2::int is null or e.version < $2)
     order by e.version desc limit ${maxLimit}`,
    [id, beforeVersion],
  );
  return rows.map(toEvent).toReversed();
}

/** An event to be sent on, with the alarm as it is by now. */
export type AlarmNews = { readonly event: KeptAlarmEvent; readonly alarm: Alarm };

/**
 * Events of all alarms after one, in the order in which they were written.
 *
 * @param afterKey of the last that was read; 0: from the first
 * @param limit 1 to 1,000
 */
export async function readAlarmNews(
  pool: Pick<Pool, 'query'>,
  afterKey: number,
  limit: number,
): Promise<readonly AlarmNews[]> {
  const { rows } = await pool.query<EventRow & { alarm: Alarm }>(
    `select news.*, a.data as alarm
     from (${selectEvents} where e.key > $1 order by e.key limit $2) news
     join alarms a on a.id = news.alarm_id order by news.key`,
    [afterKey, Math.min(Math.max(limit, 1), maxLimit)],
  );
  return rows.map((row) => ({ event: toEvent(row), alarm: row.alarm }));
}

/** Key of the newest event of all alarms; 0: there is none. Who sends on from now begins after it. */
export async function newestAlarmEvent(pool: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ key: number | null }>(
    'select max(key)::float8 as key from alarm_events',
  );
  return rows[0]?.key ?? 0;
}

/**
 * What a live core without a kept state begins with: alarms that are not closed, and those that a
 * record of the journal after one changed, which it will meet again. By their ids.
 *
 * @param sequence the last record that the core knows of; of records that could not be stored there
 *   is nothing to meet again
 */
export async function alarmsToAdopt(
  pool: Pick<Pool, 'query'>,
  sequence: number,
): Promise<readonly Alarm[]> {
  const { rows } = await pool.query<{ data: Alarm }>(
    'select data from alarms where closed_at is null or sequence > $1 order by id',
    [sequence],
  );
  return rows.map(({ data }) => data);
}

const selectEvents = `
  select e.key::float8 as key, e.id, e.alarm_id, e.version, e.kind, e.state, e.actor, e.data,
         ${epochMs('e.happened_at')} as at_ms
  from alarm_events e`;

type EventRow = {
  readonly key: number;
  readonly id: string;
  readonly alarm_id: string;
  readonly version: number;
  /** As this program wrote it. */
  readonly kind: AlarmEventKind;
  readonly state: AlarmState;
  readonly actor: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at_ms: number;
};

function toEvent(row: EventRow): KeptAlarmEvent {
  const { key, id, alarm_id: alarmId, version, kind, state, actor, data, at_ms: atMs } = row;
  return { key, id, alarmId, version, kind, state, actor, data, atMs };
}
