import type { Pool } from 'pg';
import { readLogOfUser } from '../log/logStore.ts';
import { userByName } from '../userStore.ts';
import { type CarriedTracker, readCarriedTrackers } from './carriedTrackers.ts';

/** Rows that are read at a time: some megabytes. */
const pageRows = 5_000;

/**
 * All that is kept of a user, as the text of one JSON object, piece by piece: the account, where they
 * are signed in, their tokens, the check-ins that they typed, what they did about alarms and incidents,
 * their photos there, versions of rules that they made, and what the log says of them. Times are ISO
 * 8601.
 *
 * @returns undefined when there is no such user
 */
export async function exportUser(
  pool: Pool,
  name: string,
): Promise<AsyncGenerator<string> | undefined> {
  const user = await userByName(pool, name);
  if (user === undefined) return undefined;
  const { passwordHash, totpSecret, createdAtMs, ...shown } = user;
  const account = { ...shown, createdAt: new Date(createdAtMs).toISOString() };
  return writeObject([
    ['user', [account]],
    ['sessions', rowsOf(pool, sessionsSql, [user.key])],
    ['tokens', rowsOf(pool, tokensSql, [user.key])],
    ['checkIns', pagesOf(pool, checkInsOfUserSql, [name])],
    ['alarmEvents', pagesOf(pool, alarmEventsSql, [name])],
    ['incidentEvents', pagesOf(pool, incidentEventsSql, [name])],
    ['photos', pagesOf(pool, photosSql, [name])],
    ['rules', pagesOf(pool, rulesSql, [name])],
    ['log', logOf(pool, name)],
  ]);
}

/**
 * All that is kept of a unit and of where it was, in the same form. Positions are those of the trackers
 * that it carried then.
 *
 * @returns undefined when there is no such unit
 */
export async function exportUnit(
  pool: Pool,
  id: string,
): Promise<AsyncGenerator<string> | undefined> {
  const { rows } = await pool.query<{ key: number }>('select key from units where id = $1', [id]);
  const key = rows[0]?.key;
  if (key === undefined) return undefined;
  const carried = await readCarriedTrackers(pool, [key]);
  return writeObject([
    [
      'unit',
      rowsOf(pool, 'select to_jsonb(u) - $2 as row from units u where key = $1', [key, 'key']),
    ],
    ['trackers', carried.map(describeCarried)],
    ['operations', rowsOf(pool, operationsSql, [key])],
    ['incidents', rowsOf(pool, incidentsSql, [key])],
    ['alarms', pagesOf(pool, alarmsSql, [key])],
    ['deviceEvents', ofEach(carried, (each) => rowsOf(pool, deviceEventsSql, timesOf(each)))],
    ['transitions', pagesOf(pool, transitionsSql, [key])],
    ['quarantine', ofEach(carried, (each) => quarantineOf(pool, each))],
    ['positions', ofEach(carried, (each) => positionsOf(pool, each))],
  ]);
}

/**
 * The check-ins that name a caller, exactly so, in the same form.
 *
 * @returns undefined when none does
 */
export async function exportCaller(
  pool: Pool,
  who: string,
): Promise<AsyncGenerator<string> | undefined> {
  const { rowCount } = await pool.query(
    'select from check_ins where who = $1 or ended_who = $1 limit 1',
    [who],
  );
  if (rowCount === 0) return undefined;
  return writeObject([['checkIns', pagesOf(pool, checkInsOfCallerSql, [who])]]);
}

/** Members of the object: a name and the items of its array. */
type Member = readonly [name: string, items: Iterable<unknown> | AsyncIterable<unknown>];

async function* writeObject(members: readonly Member[]): AsyncGenerator<string> {
  yield '{\n';
  for (const [at, [name, items]] of members.entries()) {
    yield `${at === 0 ? '' : ',\n'}${JSON.stringify(name)}: [`;
    let isFirst = true;
    for await (const item of items) {
      yield `${isFirst ? '' : ','}\n  ${JSON.stringify(item)}`;
      isFirst = false;
    }
    yield '\n]';
  }
  yield '\n}\n';
}

async function* ofEach(
  carried: readonly CarriedTracker[],
  read: (each: CarriedTracker) => AsyncIterable<unknown>,
): AsyncGenerator<unknown> {
  for (const each of carried) yield* read(each);
}

/** Rows that are few by their nature, as the JSON that the database makes of them. */
async function* rowsOf(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<unknown> {
  const { rows } = await pool.query<{ row: unknown }>(sql, [...values]);
  for (const { row } of rows) yield row;
}

/** Rows of a statement that takes the last key of the page before as $2, '' for the first, and how many as $3. */
async function* pagesOf(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<unknown> {
  let after = '';
  for (;;) {
    const page = [...values, after, pageRows];
    const { rows } = await pool.query<{ key: string; row: unknown }>(sql, page);
    for (const { key, row } of rows) {
      yield row;
      after = key;
    }
    if (rows.length < pageRows) return;
  }
}

async function* logOf(pool: Pool, name: string): AsyncGenerator<unknown> {
  let after = 0;
  for (;;) {
    const entries = await readLogOfUser(pool, name, after);
    for (const { sequence, happenedAtMs, actor, action, subject, region, data } of entries) {
      const happenedAt = new Date(happenedAtMs).toISOString();
      yield { sequence, happenedAt, actor, action, subject, region, data };
      after = sequence;
    }
    if (entries.length === 0) return;
  }
}

async function* quarantineOf(pool: Pool, each: CarriedTracker): AsyncGenerator<unknown> {
  const [, from, to] = timesOf(each);
  let after = 0;
  for (;;) {
    const { rows } = await pool.query<{ key: number; row: unknown }>(
      `select key::float8, to_jsonb(q) - '{key,journal_id,sequence,part}'::text[] as row
       from quarantine q
       where tracker_id = $1 and received_at >= $2 and received_at < $3 and key > $4
       order by key limit ${pageRows}`,
      [each.trackerId, from, to, after],
    );
    for (const { key, row } of rows) {
      yield row;
      after = key;
    }
    if (rows.length < pageRows) return;
  }
}

async function* positionsOf(pool: Pool, each: CarriedTracker): AsyncGenerator<unknown> {
  const [trackerKey, from, to] = timesOf(each);
  let after = from;
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await pool.query<{ fixed_at: string; row: object }>(
      `select fixed_at::text, jsonb_strip_nulls(jsonb_build_object(
                'fixedAt', fixed_at, 'lon', lon / 1e6, 'lat', lat / 1e6,
                'receiveDelayMs', receive_delay_ms, 'speedMps', speed / 100.0,
                'courseDeg', course / 10.0, 'altitudeM', altitude, 'accuracyM', accuracy / 10.0,
                'batteryPct', battery, 'sats', sats, 'isDelayed', is_delayed,
                'attributes', attributes)) as row
       from positions
       where tracker_key = $1 and fixed_at >= $2 and fixed_at < $3 and ($4 or fixed_at > $2)
       order by fixed_at limit ${pageRows}`,
      [trackerKey, after, to, isFirst],
    );
    for (const { fixed_at: fixedAt, row } of rows) {
      yield { tracker: each.trackerId, ...row };
      after = fixedAt;
    }
    if (rows.length < pageRows) return;
  }
}

/** Key and times as parameters. */
function timesOf({ trackerKey, fromMs, toMs }: CarriedTracker): [number, string, string] {
  return [trackerKey, sqlTimeOrEnd(fromMs), sqlTimeOrEnd(toMs)];
}

function sqlTimeOrEnd(ms: number): string {
  if (Number.isFinite(ms)) return new Date(ms).toISOString();
  return ms < 0 ? '-infinity' : 'infinity';
}

function describeCarried({ trackerId, fromMs, toMs }: CarriedTracker): unknown {
  const time = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return { tracker: trackerId, from: time(fromMs), to: time(toMs) };
}

const sessionsSql = `
  select to_jsonb(s) - '{key,user_key,id_hash}'::text[] as row
  from sessions s where user_key = $1 order by key`;

const tokensSql = `
  select to_jsonb(t) - '{key,owner_key,id_hash}'::text[] as row
  from tokens t where owner_key = $1 order by key`;

const operationsSql = `
  select jsonb_build_object('operation', o.id, 'name', o.name, 'from', a.valid_from, 'to', a.valid_to)
         as row
  from operation_assignments a join operations o on o.key = a.operation_key
  where a.unit_key = $1 order by a.valid_from`;

const incidentsSql = `
  select jsonb_build_object(
           'incident', id, 'title', title, 'openedAt', opened_at, 'closedAt', closed_at,
           'unit', (select unit from jsonb_array_elements(data -> 'units') unit
                    where (unit -> 'unitKey')::int = $1)) as row
  from incidents
  where added_units @> array[$1::int] or come_units @> array[$1::int] order by opened_at`;

/** Without who handled it, and whom else it was of. */
const alarmsSql = `
  select id::text as key, jsonb_build_object(
           'alarm', id, 'name', data -> 'name', 'text', data -> 'text', 'priority', priority,
           'state', state, 'raisedAt', raised_at, 'closedAt', closed_at,
           'occurrences', data -> 'occurrences',
           'subject', (data -> 'subject') - 'unitKeys') as row
  from alarms
  where (unit_key = $1 or unit_keys @> array[$1::int]) and id::text > $2
  order by id::text limit $3`;

const isActor = (column: string): string => `(${column} = $1 or starts_with(${column}, $1 || '/'))`;

const alarmEventsSql = `
  select id::text as key, jsonb_build_object(
           'alarm', alarm_id, 'happenedAt', happened_at, 'kind', kind, 'state', state, 'actor', actor,
           'data', data) as row
  from alarm_events where ${isActor('actor')} and id::text > $2 order by id::text limit $3`;

const incidentEventsSql = `
  select id::text as key, jsonb_build_object(
           'incident', incident_id, 'happenedAt', happened_at, 'kind', kind, 'actor', actor,
           'data', data) as row
  from incident_events where ${isActor('actor')} and id::text > $2 order by id::text limit $3`;

/** Without what is on them: the incident has that. */
const photosSql = `
  select id::text as key, jsonb_build_object(
           'photo', id, 'incident', incident_id, 'addedAt', added_at, 'addedBy', added_by,
           'mediaType', media_type, 'sha256', encode(sha256, 'hex')) as row
  from incident_photos where ${isActor('added_by')} and id::text > $2 order by id::text limit $3`;

const rulesSql = `
  select r.id || '/' || v.version as key, jsonb_build_object(
           'rule', r.id, 'version', v.version, 'from', v.valid_from, 'to', v.valid_to,
           'begunBy', case when ${isActor('v.begun_by')} then v.begun_by end,
           'endedBy', case when ${isActor('v.ended_by')} then v.ended_by end) as row
  from rule_versions v join rules r on r.key = v.rule_key
  where (${isActor('v.begun_by')} or ${isActor('v.ended_by')}) and r.id || '/' || v.version > $2
  order by 1 limit $3`;

const deviceEventsSql = `
  select to_jsonb(e) - 'tracker_key' as row from device_events e
  where tracker_key = $1 and happened_at >= $2 and happened_at < $3 order by happened_at`;

/** Without who called in: that is somebody else. */
const checkInsOfUserSql = `
  select c.id as key, jsonb_build_object(
           'site', s.id, 'agency', agency, 'strength', strength, 'means', means, 'from', from_at,
           'until', until_at, 'madeAt', made_at, 'madeBy', made_by) as row
  from check_ins c join sites s on s.key = c.site_key
  where (made_by = $1 or starts_with(made_by, $1 || '/')) and c.id > $2
  order by c.id limit $3`;

const checkInsOfCallerSql = `
  select c.id as key, jsonb_build_object(
           'site', s.id, 'agency', agency, 'strength', strength, 'means', means, 'from', from_at,
           'until', until_at, 'madeAt', made_at, 'endedAt', ended_at,
           'calledIn', who = $1, 'checkedOut', ended_who is not distinct from $1) as row
  from check_ins c join sites s on s.key = c.site_key
  where (who = $1 or ended_who = $1) and c.id > $2
  order by c.id limit $3`;

/** Without where others were that it met, and who else counted at a site. */
const transitionsSql = `
  select t.id as key, jsonb_strip_nulls(jsonb_build_object(
           'happenedAt', happened_at, 'fence', f.id, 'site', s.id,
           'event', case when t.unit_key is null
                         then data - '{fixes,unitKeys,evidence}'::text[] else data end,
           'fixes', (select jsonb_agg(fix) from jsonb_array_elements(data -> 'fixes') fix
                     where (fix -> 'unitKey')::int = $1))) as row
  from transitions t
  left join fences f on f.key = t.fence_key
  left join sites s on s.key = t.site_key
  where (t.unit_key = $1 or t.unit_keys @> array[$1::int]) and t.id > $2
  order by t.id limit $3`;
