import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import { assignTracker } from '../../../server/storage/assignTracker.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { Maintenance } from '../../../server/storage/maintenance.ts';
import { applyRetentionRules } from '../../../server/storage/privacy/applyRetentionRules.ts';
import { trimDeviceEvents } from '../../../server/storage/privacy/deleteDeviceEvents.ts';
import { eraseUnit } from '../../../server/storage/privacy/eraseUnit.ts';
import { exportUnit, exportUser } from '../../../server/storage/privacy/exportPerson.ts';
import { findPerson } from '../../../server/storage/privacy/findPerson.ts';
import {
  listRetentionRules,
  removeRetentionRule,
  setRetentionRule,
} from '../../../server/storage/privacy/retentionRules.ts';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { addTracker, changeTracker, listTrackers } from '../../../server/storage/trackerStore.ts';
import { addUser } from '../../../server/storage/userStore.ts';
import {
  addPatrol,
  count,
  dayMs,
  describeOver,
  fixAt,
  live,
  minuteMs,
  nowMs,
  patrol,
} from './openedStores.ts';
import type { OpenedDatabase, Opener } from './openers.ts';
import { silent } from './silent.ts';

const deed: Deed = { actor: 'cli', action: 'x', subject: null, region: null, data: {} };
const today = Math.floor(nowMs / dayMs) * dayMs;
const hourMs = 60 * minuteMs;

/** What the stores promise of what names a person, and of how long it is kept. */
export function describePrivacy(opener: Opener): void {
  describeOver('who carries a unit', opener, (database) => {
    it('is set, changed and taken away, and is in no list', async () => {
      const { pool } = database();
      await addTracker(pool, { ...patrol, bearer: ' Bripka Andi ' });
      expect(await bearers()).toEqual(['Bripka Andi']);
      expect(JSON.stringify(await listTrackers(pool))).not.toContain('Andi');
      const same = { region: undefined, callsign: undefined, kind: undefined, agency: undefined };
      await changeTracker(pool, 'HT-01', { ...same, callsign: 'Elang 2' });
      expect(await bearers()).toEqual(['Bripka Andi']);
      await changeTracker(pool, 'HT-01', { ...same, bearer: 'Briptu Budi' });
      expect(await bearers()).toEqual(['Briptu Budi']);
      const bad = await changeTracker(pool, 'HT-01', { ...same, bearer: 'x'.repeat(65) });
      expect(bad).toMatchObject({ ok: false, reason: 'bad_bearer' });
      await changeTracker(pool, 'HT-01', { ...same, bearer: null });
      expect(await bearers()).toEqual([null]);
      expect(await addTracker(pool, { ...patrol, id: 'B', bearer: ' ' })).toMatchObject({
        reason: 'bad_bearer',
      });
    });

    it('is found by any part, beside users, and the search is logged', async () => {
      const { pool } = database();
      await addTracker(pool, { ...patrol, bearer: 'Bripka ANDI Saputra' });
      await addTracker(pool, { ...patrol, id: 'HT-02', bearer: 'Budi' });
      const account = { passwordHash: null, mustChangePassword: false, grants: [] };
      await addUser(pool, { ...account, name: 'andi', fullName: 'Andi S.' }, deed);
      const searcher = { actor: 'cli', reason: 'diminta' };
      expect(await findPerson(pool, 'andi', searcher)).toEqual([
        { kind: 'unit', id: 'HT-01', name: 'Bripka ANDI Saputra', region: '64.08' },
        { kind: 'user', id: 'andi', name: 'Andi S.', region: null },
      ]);
      expect(await findPerson(pool, '%', searcher)).toEqual([]);
      const log = await readLog(pool, { before: undefined, limit: 9, regions: undefined });
      expect(log[1]).toMatchObject({
        action: 'person.searched',
        data: { reason: 'diminta', found: ['unit:HT-01', 'user:andi'] },
      });
    });

    async function bearers(): Promise<readonly (string | null)[]> {
      const { rows } = await database().pool.query<{ bearer: string | null }>(
        'select bearer from units order by id',
      );
      return rows.map(({ bearer }) => bearer);
    }
  });

  describeOver('an export of a person', opener, (database) => {
    it('holds everything of a unit while it carried a tracker, and nothing of the next', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      await addPatrol(pool, 'HT-02');
      await changeTracker(pool, 'HT-01', {
        ...{ region: undefined, callsign: undefined, kind: undefined, agency: undefined },
        bearer: 'Andi',
      });
      const handedMs = nowMs - hourMs;
      const mine = Array.from({ length: 5_003 }, (_, i) => handedMs - 5_003_000 + i * 1_000);
      await write(key, [...mine, handedMs, handedMs + 1_000]);
      await assignTracker(pool, {
        trackerId: 'HT-01',
        unitId: 'HT-02',
        role: 'backup',
        fromMs: handedMs,
      });
      await writeRecorded(pool, {
        positions: [],
        quarantined: [quarantined('HT-01', handedMs - 1)],
      });
      await insertEvent(pool, key, handedMs - 1);
      const read = JSON.parse(await textOf(await exportUnit(pool, 'HT-01')));
      expect(read.unit).toMatchObject([{ id: 'HT-01', bearer: 'Andi', kind: 'patrol_car' }]);
      expect(read.trackers).toEqual([
        { tracker: 'HT-01', from: null, to: new Date(handedMs).toISOString() },
      ]);
      expect(read.positions).toHaveLength(5_003);
      const times = read.positions.map(({ fixedAt }: { fixedAt: string }) => Date.parse(fixedAt));
      expect(times).toEqual(mine);
      expect(read.positions[0]).toMatchObject({ tracker: 'HT-01', lon: 117.5, lat: 0.5 });
      expect(read.quarantine).toMatchObject([{ tracker_id: 'HT-01', reason: 'clock_ahead' }]);
      expect(read.deviceEvents).toMatchObject([{ kind: 'sos' }]);
      expect(Object.keys(read)).toEqual([
        ...['unit', 'trackers', 'operations', 'incidents', 'alarms'],
        ...['deviceEvents', 'transitions', 'quarantine', 'positions'],
      ]);
      expect(await exportUnit(pool, 'nobody')).toBeUndefined();
    });

    it('holds the account of a user and what the log says of them, and no secret', async () => {
      const { pool } = database();
      const account = { fullName: 'Andi S.', mustChangePassword: false, grants: [] };
      const made = { ...deed, action: 'user.created', subject: 'user:andi' };
      await addUser(pool, { ...account, name: 'andi', passwordHash: 'geheim' }, made);
      await addUser(
        pool,
        { ...account, name: 'budi', passwordHash: null },
        { ...deed, actor: 'andi' },
      );
      await addUser(
        pool,
        { ...account, name: 'c', passwordHash: null },
        { ...deed, actor: 'andi/x' },
      );
      await addUser(
        pool,
        { ...account, name: 'd', passwordHash: null },
        { ...deed, actor: 'andita' },
      );
      await pool.query(
        `insert into sessions (user_key, id_hash, created_at, seen_at, expires_at, address, user_agent)
         select key, sha256('geheim'), now(), now(), now(), '10.0.0.7', 'Firefox'
         from users where name = 'andi'`,
      );
      const text = await textOf(await exportUser(pool, 'andi'));
      const read = JSON.parse(text);
      expect(read.user).toMatchObject([{ name: 'andi', fullName: 'Andi S.' }]);
      expect(read.sessions).toMatchObject([{ address: '10.0.0.7', user_agent: 'Firefox' }]);
      expect(read.log.map(({ actor }: { actor: string }) => actor)).toEqual([
        'cli',
        'andi',
        'andi/x',
      ]);
      expect(text).not.toMatch(/geheim|hash/i);
      expect(await exportUser(pool, 'nobody')).toBeUndefined();
    });

    const write = (key: number, times: readonly number[]) =>
      writeTimes(database().pool, key, times);
  });

  describeOver('erasing a person', opener, (database) => {
    const fromMs = today - 3 * dayMs + 12 * hourMs + 30_000;
    const toMs = today - dayMs + hourMs;

    it('takes what is in the window, of the trackers that the unit carried then', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      const other = await addPatrol(pool, 'HT-02');
      await changeTracker(pool, 'HT-01', {
        ...{ region: undefined, callsign: undefined, kind: undefined, agency: undefined },
        bearer: 'Andi',
      });
      const kept = [fromMs - dayMs, fromMs - 20_000, fromMs - 1, toMs];
      const gone = [fromMs, fromMs + 1, fromMs + dayMs, toMs - 1];
      await write(key, [...kept, ...gone]);
      await write(other, gone);
      await writeRecorded(pool, {
        positions: [],
        quarantined: [
          quarantined('HT-01', fromMs, 1),
          quarantined('HT-01', toMs, 2),
          quarantined('HT-02', fromMs, 3),
          // received later, but of then
          quarantined('HT-01', toMs + hourMs, 4, fromMs),
        ],
      });
      for (const ms of [fromMs - 1, fromMs, toMs - 1, toMs]) await insertEvent(pool, key, ms);
      await keepMinutes();
      await compressPositions(database());
      expect(await erase('HT-01')).toEqual({
        ok: true,
        value: {
          ...{ positions: 4, quarantined: 2, deviceEvents: 2, transitions: 0 },
          ...{ alarms: 0, incidents: 0 },
        },
      });
      expect(await timesOf(key)).toEqual(kept);
      expect(await timesOf(other)).toEqual(gone);
      expect(await count(pool, 'quarantine')).toBe(2);
      expect(await count(pool, 'device_events')).toBe(2);
      expect(await count(pool, 'units where bearer is not null')).toBe(0);
      // where the server keeps the minutes; else they have followed already
      if (database().dialect !== 'timescale') await keepMinutes();
      const minutes = (times: readonly number[]): readonly number[] => [
        ...new Set(times.map((ms) => Math.floor(ms / minuteMs) * minuteMs)),
      ];
      expect(await minutesOf(key)).toEqual(minutes(kept));
      expect(await minutesOf(other)).toEqual(minutes(gone));
      const log = await readLog(pool, { before: undefined, limit: 2, regions: ['64.08'] });
      expect(log).toMatchObject([
        {
          action: 'person.erased',
          subject: 'unit:HT-01',
          data: { positions: 4, reason: 'diminta' },
        },
        { action: 'person.erasure_began', data: { reason: 'diminta' } },
      ]);
    });

    it('leaves what the tracker did for another unit', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      await addPatrol(pool, 'HT-02');
      const handedMs = fromMs + hourMs;
      await assignTracker(pool, {
        trackerId: 'HT-01',
        unitId: 'HT-02',
        role: 'backup',
        fromMs: handedMs,
      });
      await write(key, [fromMs, handedMs - 1, handedMs, toMs - 1]);
      expect(await erase('HT-01')).toMatchObject({ ok: true, value: { positions: 2 } });
      expect(await timesOf(key)).toEqual([handedMs, toMs - 1]);
    });

    it.each([
      ['names the unit, whenever it opened', '64.71', today, true],
      ['is in the home region of the unit, then', '64.08', toMs + dayMs - 1, false],
    ])('is refused while an open incident %s', async (_, region, openedMs, isNamed) => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      await write(key, [fromMs]);
      const id = await openIncident(region, openedMs, isNamed);
      const refused = await erase('HT-01');
      expect(refused).toMatchObject({ ok: false, reason: 'held' });
      expect(refused).toHaveProperty('detail', expect.stringContaining(`Ricuh Sangatta" (${id})`));
      expect(await timesOf(key)).toEqual([fromMs]);
      await pool.query("update incidents set closed_at = opened_at + interval '1 hour'");
      expect(await erase('HT-01')).toMatchObject({ ok: true });
    });

    it.each([
      ['elsewhere', '64.71', toMs],
      ['later than what is erased', '64.08', toMs + dayMs],
    ])('is not refused for an open incident %s', async (_, region, openedMs) => {
      const { pool } = database();
      await write(await addPatrol(pool, 'HT-01'), [fromMs]);
      await openIncident(region, openedMs, false);
      expect(await erase('HT-01')).toMatchObject({ ok: true, value: { positions: 1 } });
    });

    it('is refused for a unit that was lent to the region of an incident', async () => {
      const { pool } = database();
      await write(await addPatrol(pool, 'HT-01'), [fromMs]);
      await openIncident('64.71', toMs, false);
      await pool.query(
        `with o as (
           insert into operations (id, name, region, starts_at) values ('op', 'Op', '64', now())
           returning key
         )
         insert into operation_assignments (operation_key, unit_key, valid_from)
         select o.key, u.key, to_timestamp($1::float8 / 1000) from o, units u`,
        [fromMs],
      );
      expect(await erase('HT-01')).toMatchObject({ ok: false, reason: 'held' });
    });

    it('is refused for a unit that is not there', async () => {
      expect(await erase('nobody')).toMatchObject({ ok: false, reason: 'unknown_unit' });
    });

    function erase(unitId: string) {
      const { pool, dialect } = database();
      const why = { actor: 'cli', reason: 'diminta' };
      return eraseUnit(pool, { unitId, fromMs, toMs, dialect, ...why });
    }

    const write = (key: number, times: readonly number[]) =>
      writeTimes(database().pool, key, times);
    const timesOf = (key: number) => readTimes(database().pool, 'positions', 'fixed_at', key);
    const minutesOf = (key: number) =>
      readTimes(database().pool, 'position_minutes', 'minute', key);
    const openIncident = (region: string, openedMs: number, isNamed: boolean) =>
      insertIncident(database().pool, region, openedMs, isNamed);

    async function keepMinutes(): Promise<void> {
      const { pool, dialect } = database();
      if (dialect === 'timescale') {
        await pool.query("call refresh_continuous_aggregate('position_minutes', null, null)");
        return;
      }
      const options = { pool, dialect, retentionDays: 366, log: silent, nowMs: () => nowMs };
      await new Maintenance(options).runAll();
    }
  });

  describeOver('retention by region and kind', opener, (database) => {
    it('is set, listed and removed, each with its deed', async () => {
      const { pool } = database();
      const rule = (region: string, unitKind: string, days: number) => ({ region, unitKind, days });
      await setRetentionRule(pool, rule('64.08', '*', 30), deed);
      await setRetentionRule(pool, rule('*', 'handheld', 90), deed);
      await setRetentionRule(pool, rule('*', '*', 180), deed);
      await setRetentionRule(pool, rule('64.08', '*', 31), deed);
      expect(await listRetentionRules(pool)).toEqual([
        rule('*', '*', 180),
        rule('*', 'handheld', 90),
        rule('64.08', '*', 31),
      ]);
      const { days: _, ...which } = rule('64.08', '*', 31);
      expect(await removeRetentionRule(pool, which, deed)).toBe(true);
      expect(await removeRetentionRule(pool, which, deed)).toBe(false);
      expect(await count(pool, 'log')).toBe(5);
    });

    it('goes by the smallest region, then the kind', async () => {
      const { pool } = database();
      const units = [
        ['A', '64.08', 'handheld'],
        ['B', '64.08', 'apc'],
        ['C', '64.71', 'handheld'],
        ['D', '73.01', 'apc'],
      ] as const;
      const times = [1, 2, 3, 4, 5, 6].map((days) => today - days * dayMs + hourMs).reverse();
      const keys = new Map<string, number>();
      for (const [id, region, kind] of units) {
        const added = await addTracker(pool, { ...patrol, id, region, kind });
        if (!added.ok) throw new Error(added.detail);
        keys.set(id, added.value.tracker.key);
        await write(added.value.tracker.key, [...times, nowMs]);
      }
      await setRetentionRule(pool, { region: '64', unitKind: '*', days: 2 }, deed);
      await setRetentionRule(pool, { region: '64.08', unitKind: '*', days: 3 }, deed);
      await setRetentionRule(pool, { region: '64.08', unitKind: 'apc', days: 4 }, deed);
      await setRetentionRule(pool, { region: '*', unitKind: 'handheld', days: 1 }, deed);
      await compressPositions(database());
      expect(await apply()).toEqual({
        units: 3,
        heldUnits: 0,
        deleted: 3 + 2 + 4,
        deletedEvents: 0,
        deletedTransitions: 0,
      });
      const left = async (id: string): Promise<number> =>
        (await timesOf(keys.get(id) ?? 0)).length - 1;
      expect([await left('A'), await left('B'), await left('C'), await left('D')]).toEqual([
        3, 4, 2, 6,
      ]);
      expect(await apply()).toMatchObject({ deleted: 0 });
    });

    it('spares what an open incident holds, until it is closed', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      const openedMs = today - 5 * dayMs;
      const times = [-8, -6.5, -5.5, -4, -2].map((days) => today + days * dayMs);
      await write(key, [...times, nowMs]);
      await setRetentionRule(pool, { region: '*', unitKind: '*', days: 3 }, deed);
      for (const ms of times) await insertEvent(pool, key, ms);
      await insertIncident(pool, '64.08', openedMs, false);
      const went = { deleted: 2, deletedEvents: 2, deletedTransitions: 0 };
      expect(await apply()).toEqual({ units: 1, heldUnits: 1, ...went });
      expect(await timesOf(key)).toEqual([...times.slice(2), nowMs]);
      expect(await eventsOf(key)).toEqual(times.slice(2));
      await pool.query('update incidents set closed_at = now()');
      expect(await apply()).toEqual({ units: 1, heldUnits: 0, ...went });
      expect(await timesOf(key)).toEqual([...times.slice(4), nowMs]);
      expect(await eventsOf(key)).toEqual(times.slice(4));
    });

    it('takes nothing of a unit that carried the tracker under no rule', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      await addTracker(pool, { ...patrol, id: 'HT-02', kind: 'apc' });
      const handedMs = today - 5 * dayMs;
      await assignTracker(pool, {
        trackerId: 'HT-01',
        unitId: 'HT-02',
        role: 'backup',
        fromMs: handedMs,
      });
      await write(key, [handedMs - 1, handedMs, nowMs]);
      await setRetentionRule(pool, { region: '*', unitKind: 'apc', days: 2 }, deed);
      expect(await apply()).toMatchObject({ deleted: 1 });
      expect(await timesOf(key)).toEqual([handedMs - 1, nowMs]);
    });

    it('spares, with the days of all units, what an open incident holds', async () => {
      const { pool, dialect } = database();
      const key = await addPatrol(pool, 'HT-01');
      const times = [-9, -6, -5, -1].map((days) => today + days * dayMs);
      await write(key, [...times, nowMs]);
      await insertIncident(pool, '64.71', today - 5 * dayMs, false);
      const options = { pool, dialect, retentionDays: 3, log: silent, nowMs: () => nowMs };
      const maintenance = new Maintenance(options);
      const keptDays = async (): Promise<string | undefined> => {
        const { rows } = await pool.query<{ days: string }>(
          `select config ->> 'drop_after' as days from timescaledb_information.jobs
           where proc_name = 'policy_retention' and hypertable_name = 'positions'`,
        );
        return rows[0]?.days;
      };
      await maintenance.runAll();
      expect(maintenance.status().failing).toEqual([]);
      if (dialect === 'timescale') expect(await keptDays()).toMatch(/^[67] days$/);
      else expect(await timesOf(key)).toEqual([...times.slice(1), nowMs]);
      await pool.query('update incidents set closed_at = now()');
      await maintenance.runAll();
      if (dialect === 'timescale') expect(await keptDays()).toBe('3 days');
      else expect(await timesOf(key)).toEqual([times[3], nowMs]);
    });

    it('keeps what devices say as long as positions, and what an open incident holds longer', async () => {
      const { pool, dialect } = database();
      const key = await addPatrol(pool, 'HT-01');
      const times = [-20, -9, -6, -5, -1].map((days) => today + days * dayMs);
      await write(key, [nowMs]);
      for (const ms of times) await insertEvent(pool, key, ms);
      const run = async () => {
        const options = { pool, dialect, retentionDays: 3, log: silent, nowMs: () => nowMs };
        const maintenance = new Maintenance(options);
        await maintenance.runAll();
        expect(maintenance.status().failing).toEqual([]);
        return eventsOf(key);
      };
      const named = await insertIncident(pool, '73.01', nowMs, true);
      expect(await run()).toEqual(times);
      await pool.query("update incidents set added_units = '{}' where id = $1", [named]);
      await insertIncident(pool, '64.71', today - 5 * dayMs, false);
      expect(await run()).toEqual(times.slice(2));
      await pool.query('update incidents set closed_at = now()');
      expect(await run()).toEqual(times.slice(4));
    });

    it('takes what devices say of those that report no place, and nothing when the clock jumps ahead', async () => {
      const { pool } = database();
      const key = await addPatrol(pool, 'HT-01');
      const times = [-9, -4, -1].map((days) => today + days * dayMs);
      for (const ms of times) await insertEvent(pool, key, ms);
      const { signal } = new AbortController();
      expect(await trimDeviceEvents(pool, nowMs + 3_000 * dayMs, 5, signal)).toBe(1);
      expect(await eventsOf(key)).toEqual(times.slice(1));
    });

    it('is kept by the maintenance, which says what it did', async () => {
      const { pool, dialect } = database();
      await write(await addPatrol(pool, 'HT-01'), [today - 5 * dayMs, nowMs]);
      await setRetentionRule(pool, { region: '*', unitKind: '*', days: 3 }, deed);
      const options = { pool, dialect, retentionDays: 366, log: silent, nowMs: () => nowMs };
      const maintenance = new Maintenance(options);
      expect(maintenance.status().retentionRules).toBeUndefined();
      await maintenance.runAll();
      expect(maintenance.status()).toMatchObject({
        retentionRules: { units: 1, heldUnits: 0, deleted: 1, ranAtMs: nowMs },
      });
    });

    function apply() {
      const { pool, dialect } = database();
      const { signal } = new AbortController();
      return applyRetentionRules(pool, { dialect, nowMs, retentionDays: 30, signal });
    }

    const write = (key: number, times: readonly number[]) =>
      writeTimes(database().pool, key, times);
    const timesOf = (key: number) => readTimes(database().pool, 'positions', 'fixed_at', key);
    const eventsOf = (key: number) =>
      readTimes(database().pool, 'device_events', 'happened_at', key);
  });
}

/** As days are that are some days old, where the database does that. */
async function compressPositions({ pool, dialect }: OpenedDatabase): Promise<void> {
  if (dialect !== 'timescale') return;
  await pool.query("select compress_chunk(c) from show_chunks('positions') c");
}

async function textOf(parts: AsyncGenerator<string> | undefined): Promise<string> {
  let text = '';
  for await (const part of parts ?? []) text += part;
  return text;
}

async function writeTimes(pool: Pool, key: number, times: readonly number[]): Promise<void> {
  const positions = times.map((ms) => live(key, fixAt(ms), ms));
  await writeRecorded(pool, { positions, quarantined: [] });
}

async function readTimes(
  pool: Pool,
  table: string,
  column: string,
  trackerKey: number,
): Promise<readonly number[]> {
  const { rows } = await pool.query<{ at_ms: number }>(
    `select (extract(epoch from ${column}) * 1000)::float8 as at_ms from ${table}
     where tracker_key = $1 order by 1`,
    [trackerKey],
  );
  return rows.map((row) => row.at_ms);
}

/** @returns its id */
async function insertIncident(
  pool: Pool,
  region: string,
  openedMs: number,
  isNamed: boolean,
): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into incidents (id, version, sequence, title, level, region, is_exercise, opened_at,
                            added_units, data)
     values ($1, 1, 0, 'Ricuh Sangatta', 'merah', $2, false, to_timestamp($3::float8 / 1000),
             case when $4 then array(select key from units) else '{}' end, '{}')`,
    [id, region, openedMs, isNamed],
  );
  return id;
}

async function insertEvent(pool: Pool, trackerKey: number, atMs: number): Promise<void> {
  await pool.query(
    `insert into device_events (id, tracker_key, kind, happened_at, received_at)
     values ($1, $2, 'sos', to_timestamp($3::float8 / 1000), now())`,
    [randomUUID(), trackerKey, atMs],
  );
}

const journalId = '0193a3a0-0000-7000-8000-000000000001';

function quarantined(
  trackerId: string,
  receivedAtMs: number,
  sequence = 1,
  fixedAtMs = receivedAtMs + 30 * dayMs,
): Quarantined {
  const content = { kind: 'fix', fix: fixAt(fixedAtMs) } as const;
  const why = { reason: 'clock_ahead', detail: 'x' } as const;
  return { journalId, sequence, part: 0, trackerId, receivedAtMs, ...why, content };
}
