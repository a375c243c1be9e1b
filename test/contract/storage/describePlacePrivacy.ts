import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import type { PlaceEvent } from '../../../server/domain/placeEvent.ts';
import { addFence } from '../../../server/storage/fenceStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { Maintenance } from '../../../server/storage/maintenance.ts';
import { addOperation } from '../../../server/storage/operationStore.ts';
import { applyRetentionRules } from '../../../server/storage/privacy/applyRetentionRules.ts';
import { trimTransitions } from '../../../server/storage/privacy/deleteTransitions.ts';
import { eraseCaller } from '../../../server/storage/privacy/eraseCaller.ts';
import { eraseUnit } from '../../../server/storage/privacy/eraseUnit.ts';
import { eraseUser } from '../../../server/storage/privacy/eraseUser.ts';
import {
  exportCaller,
  exportUnit,
  exportUser,
} from '../../../server/storage/privacy/exportPerson.ts';
import { findPerson } from '../../../server/storage/privacy/findPerson.ts';
import { setRetentionRule } from '../../../server/storage/privacy/retentionRules.ts';
import { trimCheckIns } from '../../../server/storage/privacy/trimCheckIns.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { addSite } from '../../../server/storage/siteStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { listTransitions, writeTransitions } from '../../../server/storage/transitionStore.ts';
import { addUser } from '../../../server/storage/userStore.ts';
import { dayMs, describeOver, fixAt, live, minuteMs, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { convergence, enter, roaming, underStrength } from './placeEvents.ts';
import { silent } from './silent.ts';

const deed: Deed = { actor: 'cli', action: 'x', subject: null, region: null, data: {} };
const why = { actor: 'cli', reason: 'diminta' };
const noted = () => [];
const never = new AbortController().signal;

function taken<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly detail: string },
): Value {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

/** What the stores promise of what transitions and check-ins tell of persons, and how long. */
export function describePlacePrivacy(opener: Opener): void {
  describeOver('persons in transitions and check-ins', opener, (database) => {
    const pool = () => database().pool;
    const addUnit = async (id: string, kind: 'handheld' | 'apc' = 'handheld') =>
      taken(await addTracker(pool(), { ...patrol, id, kind }));

    /** Two units, a fence and a site of 64.08.04. */
    async function begin() {
      taken(
        await addOperation(
          pool(),
          {
            ...{ id: 'op', name: 'Op', region: '64.08', isExercise: false, startsAtMs: nowMs },
            ...{ endsAtMs: undefined, phases: [] },
          },
          noted,
        ),
      );
      const fence = await addFence(
        pool(),
        {
          ...{ id: 'gudang', name: 'Gudang', region: '64.08', fenceClass: 'area' },
          shape: { kind: 'circle', center: [117.53, 0.5], radiusM: 100 },
          ...{ conditions: {}, watch: {}, operationId: undefined },
        },
        noted,
      );
      const site = await addSite(
        pool(),
        'op',
        {
          ...{ id: 'tps-1', name: 'TPS 1', kind: 'tps', siteClass: 'rawan', region: '64.08.04' },
          ...{ place: [117.5, 0.5], required: {}, ringRadiusM: undefined },
        },
        noted,
      );
      const [one, other] = [await addUnit('HT-01'), await addUnit('HT-02', 'apc')];
      return {
        ...{ one: one.unit.key, other: other.unit.key, trackerKey: one.tracker.key },
        ...{ fenceKey: taken(fence).value.key, siteKey: taken(site).value.key },
      };
    }

    async function checkIn(id: string, who: string, more: { untilMs?: number; madeBy?: string }) {
      const { untilMs = nowMs, madeBy = 'andi' } = more;
      await pool().query(
        `insert into check_ins (id, site_key, agency, strength, means, who, from_at, until_at,
                                made_by, ended_at, ended_who)
         select $1, key, 'linmas', 2, 'radio', $2, to_timestamp($3::float8 / 1000) - interval '1 hour',
                to_timestamp($3::float8 / 1000), $4, to_timestamp($3::float8 / 1000), 'Pak RT'
         from sites`,
        [id, who, untilMs, madeBy],
      );
    }

    async function openIncident(region: string, openedMs: number, unitKey?: number) {
      const id = randomUUID();
      await pool().query(
        `insert into incidents (id, version, sequence, title, level, region, is_exercise, opened_at,
                                added_units, data)
         values ($1, 1, 0, 'Ricuh', 'merah', $2, false, to_timestamp($3::float8 / 1000), $4, '{}')`,
        [id, region, openedMs, unitKey === undefined ? [] : [unitKey]],
      );
    }
    const closeIncidents = () => pool().query('update incidents set closed_at = opened_at');

    const kept = async (): Promise<readonly PlaceEvent[]> =>
      (await listTransitions(pool(), {}, 100)).transitions.map(({ event }) => event);
    const keptDays = async () =>
      (await listTransitions(pool(), {}, 100)).transitions.map(({ happenedAtMs }) =>
        Math.round((happenedAtMs - nowMs) / dayMs),
      );
    const callers = async () => {
      const { rows } = await pool().query<{ who: string; ended_who: string }>(
        'select who, ended_who from check_ins order by id',
      );
      return rows.map((row) => [row.who, row.ended_who]);
    };

    it('are found by who called in, whom the log does not name', async () => {
      await begin();
      await addTracker(pool(), { ...patrol, id: 'HT-03', bearer: 'Bripka Andi' });
      await checkIn('c1', 'Andi Linmas', {});
      await checkIn('c2', 'Andi Linmas', {});
      await checkIn('c3', 'Budi', {});
      expect(await findPerson(pool(), 'ANDI', why)).toEqual([
        { kind: 'unit', id: 'HT-03', name: 'Bripka Andi', region: '64.08' },
        { kind: 'caller', id: 'Andi Linmas', name: 'Andi Linmas', region: '64.08.04' },
      ]);
      expect(await findPerson(pool(), 'pak', why)).toMatchObject([{ id: 'Pak RT' }]);
      const log = await readLog(pool(), { before: undefined, limit: 9, regions: undefined });
      expect(log).toMatchObject([
        { data: { found: [], callers: 1 } },
        { data: { found: ['unit:HT-03'], callers: 1 } },
      ]);
      expect(JSON.stringify(log)).not.toMatch(/Linmas|Pak/);
    });

    it('are exported as far as they are theirs', async () => {
      const { one, other, fenceKey, siteKey } = await begin();
      await writeTransitions(pool(), [
        enter(one, fenceKey, 1),
        enter(other, fenceKey, 2),
        underStrength(siteKey, [one, other], 3),
        convergence([one, other], 4),
        underStrength(siteKey, [other], 5),
      ]);
      const ofUnit = JSON.parse(await textOf(await exportUnit(pool(), 'HT-01')));
      expect(ofUnit.transitions).toHaveLength(3);
      expect(ofUnit.transitions).toMatchObject(
        [
          { fence: 'gudang', event: enter(one, fenceKey, 1) },
          { site: 'tps-1', event: { kind: 'under_strength', confirmedAtMs: nowMs + 60_003 } },
          { event: { kind: 'convergence' }, fixes: [{ unitKey: one, lon: 117.5 }] },
        ].toSorted((a, b) => (a.event.kind < b.event.kind ? -1 : 1)),
      );
      const text = JSON.stringify(ofUnit.transitions);
      expect(text).not.toContain(`"unitKey":${other}`);
      expect(text).not.toContain('evidence');
      await checkIn('c1', 'Budi', { madeBy: 'andi' });
      await checkIn('c2', 'Citra', { madeBy: 'andi/skrip' });
      await checkIn('c3', 'Budi', { madeBy: 'andita' });
      await addUser(pool(), account, deed);
      const ofUser = await textOf(await exportUser(pool(), 'andi'));
      expect(JSON.parse(ofUser).checkIns).toMatchObject([
        { site: 'tps-1', strength: 2, madeBy: 'andi' },
        { madeBy: 'andi/skrip' },
      ]);
      expect(ofUser).not.toMatch(/Budi|Citra/);
      const ofCaller = await textOf(await exportCaller(pool(), 'Budi'));
      expect(JSON.parse(ofCaller).checkIns).toMatchObject([
        { site: 'tps-1', agency: 'linmas', calledIn: true, checkedOut: false },
        { calledIn: true },
      ]);
      expect(JSON.parse(await textOf(await exportCaller(pool(), 'Pak RT'))).checkIns).toHaveLength(
        3,
      );
      expect(await exportCaller(pool(), 'bud')).toBeUndefined();
    });

    it('lose the transitions of a unit in a time, and sites who counted there', async () => {
      const { one, other, fenceKey, siteKey } = await begin();
      await writeTransitions(pool(), [
        ...[1, 2, 3, 4].map((at) => enter(one, fenceKey, at)),
        enter(other, fenceKey, 2),
        roaming([one, other], 3),
        underStrength(siteKey, [one, other], 2),
        underStrength(siteKey, [one, other], 9),
      ]);
      const { dialect } = database();
      const window = { fromMs: nowMs + 2, toMs: nowMs + 4 };
      const erase = () => eraseUnit(pool(), { unitId: 'HT-01', dialect, ...window, ...why });
      expect(await erase()).toMatchObject({ ok: true, value: { transitions: 4 } });
      expect((await kept()).toReversed().toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        [
          enter(one, fenceKey, 1),
          enter(one, fenceKey, 4),
          enter(other, fenceKey, 2),
          underStrength(siteKey, [other], 2),
          underStrength(siteKey, [one, other], 9),
        ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      );
      const [seen] = (await listTransitions(pool(), { toMs: nowMs + 3, siteId: 'tps-1' }, 9))
        .transitions;
      expect(seen?.unitIds).toEqual(new Map([[other, 'HT-02']]));
      expect(await erase()).toMatchObject({ ok: true, value: { transitions: 0 } });
    });

    it('lose their name in check-ins, while the people that it speaks of stay', async () => {
      await begin();
      await checkIn('c1', 'Budi', {});
      await checkIn('c2', 'Citra', {});
      expect(await eraseCaller(pool(), { who: 'Budi', ...why })).toEqual({ ok: true, value: 1 });
      expect(await callers()).toEqual([
        ['erased', 'Pak RT'],
        ['Citra', 'Pak RT'],
      ]);
      expect(await eraseCaller(pool(), { who: 'Pak RT', ...why })).toEqual({ ok: true, value: 2 });
      expect(await callers()).toEqual([
        ['erased', 'erased'],
        ['Citra', 'erased'],
      ]);
      for (const who of ['Budi', 'citra', 'erased']) {
        expect(await eraseCaller(pool(), { who, ...why })).toMatchObject({
          reason: 'unknown_caller',
        });
      }
      const { rows } = await pool().query('select distinct strength from check_ins');
      expect(rows).toEqual([{ strength: 2 }]);
      const log = await readLog(pool(), { before: undefined, limit: 9, regions: undefined });
      expect(log).toMatchObject([
        { action: 'person.erased', subject: 'caller', data: { reason: 'diminta', checkIns: 2 } },
        { data: { checkIns: 1 } },
      ]);
      expect(JSON.stringify(log)).not.toMatch(/Budi|Pak/);
    });

    it.each([
      ['64.08', nowMs + dayMs - 1, true],
      ['64.08', nowMs + dayMs, false],
      ['64.71', nowMs, false],
    ])('keep their name while there is an open incident in %s of %d: %s', async (region, openedMs, isHeld) => {
      await begin();
      await checkIn('c1', 'Budi', {});
      await openIncident(region, openedMs);
      const erased = await eraseCaller(pool(), { who: 'Budi', ...why });
      expect(erased).toMatchObject(isHeld ? { reason: 'held' } : { ok: true });
      await closeIncidents();
      expect(await eraseCaller(pool(), { who: 'Pak RT', ...why })).toMatchObject({ ok: true });
    });

    it('lose who typed a check-in with the account', async () => {
      await begin();
      await addUser(pool(), account, deed);
      await checkIn('c1', 'Budi', { madeBy: 'andi' });
      await checkIn('c2', 'Budi', { madeBy: 'andi/skrip' });
      await checkIn('c3', 'Budi', { madeBy: 'andita' });
      const name = await eraseUser(pool(), { name: 'andi', ...why });
      const { rows } = await pool().query('select made_by from check_ins order by id');
      expect(rows.map(({ made_by }) => made_by)).toEqual([name, name, 'andita']);
    });

    it('are kept as long as positions, and what an open incident holds longer', async () => {
      const { one, other, trackerKey, fenceKey, siteKey } = await begin();
      await writeRecorded(pool(), { positions: [live(trackerKey, fixAt(nowMs))], quarantined: [] });
      const days = [-20, -9, -6, -4.5, -1];
      const at = (day: number) => day * dayMs;
      await writeTransitions(pool(), [
        ...days.map((day) => enter(one, fenceKey, at(day))),
        enter(other, fenceKey, at(-12)),
        roaming([other, one], at(-13)),
        underStrength(siteKey, [other], at(-14)),
        underStrength(siteKey, [one], at(-15)),
      ]);
      for (const day of days) await checkIn(`c${day}`, 'Budi', { untilMs: nowMs + at(day) });
      const checkIns = async () => (await callers()).length;
      const run = async () => {
        const { dialect } = database();
        const options = { pool: pool(), dialect, retentionDays: 3, log: silent };
        const maintenance = new Maintenance({ ...options, nowMs: () => nowMs });
        await maintenance.runAll();
        expect(maintenance.status().failing).toEqual([]);
        return keptDays();
      };
      await openIncident('73.01', nowMs, one);
      expect(await run()).toEqual([-1, -4, -6, -9, -13, -15, -20]);
      // who called in is no unit, and the incident is of now
      expect(await checkIns()).toBe(1);
      await closeIncidents();
      await openIncident('64.71', nowMs + at(-5));
      expect(await run()).toEqual([-1, -4, -6]);
      await closeIncidents();
      expect(await run()).toEqual([-1]);
    });

    it('stay in check-ins of the days that an open incident holds', async () => {
      await begin();
      for (const day of [-9, -6, -5, -1]) {
        await checkIn(`c${day}`, 'Budi', { untilMs: nowMs + day * dayMs });
      }
      await openIncident('64.71', nowMs - 5 * dayMs);
      expect(await trimCheckIns(pool(), nowMs, 3, never)).toBe(1);
      await closeIncidents();
      expect(await trimCheckIns(pool(), nowMs, 3, never)).toBe(2);
      // a clock that jumps ahead takes nothing that the newest row does not
      expect(await trimCheckIns(pool(), nowMs + 3_000 * dayMs, 3, never)).toBe(0);
    });

    it('lose nothing to a clock that jumps ahead', async () => {
      const { one, fenceKey } = await begin();
      await writeTransitions(
        pool(),
        [-9, -4, -1].map((day) => enter(one, fenceKey, day * dayMs)),
      );
      expect(await trimTransitions(pool(), nowMs + 3_000 * dayMs, 5, never)).toBe(1);
      expect(await keptDays()).toEqual([-1, -4]);
    });

    it('go after the days of the rule of their unit, unless an open incident holds them', async () => {
      const { one, other, trackerKey, fenceKey, siteKey } = await begin();
      await writeRecorded(pool(), { positions: [live(trackerKey, fixAt(nowMs))], quarantined: [] });
      const at = (day: number) => day * dayMs - 30 * minuteMs;
      await writeTransitions(pool(), [
        ...[-9, -5, -1].map((day) => enter(one, fenceKey, at(day))),
        enter(other, fenceKey, at(-8)),
        roaming([one, other], at(-7)),
        roaming([other, other], at(-6)),
        underStrength(siteKey, [one], at(-10)),
      ]);
      await setRetentionRule(pool(), { region: '*', unitKind: 'handheld', days: 3 }, deed);
      const run = async () => {
        const { dialect } = database();
        const options = { dialect, nowMs, retentionDays: 30, signal: never };
        const { deletedTransitions } = await applyRetentionRules(pool(), options);
        return [deletedTransitions, await keptDays()];
      };
      // it is of both, and one of them is held
      await openIncident('73.01', nowMs, other);
      expect(await run()).toEqual([2, [-1, -6, -7, -8, -10]]);
      await closeIncidents();
      expect(await run()).toEqual([1, [-1, -6, -8, -10]]);
      await setRetentionRule(pool(), { region: '*', unitKind: '*', days: 2 }, deed);
      await openIncident('64.08', nowMs - 7 * dayMs);
      expect(await run()).toEqual([1, [-1, -6, -10]]);
      await closeIncidents();
      expect(await run()).toEqual([1, [-1, -10]]);
    });
  });
}

const account = {
  ...{ name: 'andi', fullName: 'Andi S.', passwordHash: null, mustChangePassword: false },
  grants: [],
};

async function textOf(parts: AsyncGenerator<string> | undefined): Promise<string> {
  let text = '';
  for await (const part of parts ?? []) text += part;
  return text;
}
