import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Alarm } from '../../../server/domain/alarm.ts';
import { listAlarms, readAlarm, readAlarmEvents } from '../../../server/storage/alarmStore.ts';
import { addPhoto, findPhoto } from '../../../server/storage/incidentPhotos.ts';
import {
  findIncident,
  listIncidentEvents,
  listIncidents,
  writeIncidentEvents,
} from '../../../server/storage/incidentStore.ts';
import { Maintenance } from '../../../server/storage/maintenance.ts';
import { eraseUnit } from '../../../server/storage/privacy/eraseUnit.ts';
import { eraseUser } from '../../../server/storage/privacy/eraseUser.ts';
import { exportUnit, exportUser } from '../../../server/storage/privacy/exportPerson.ts';
import { findLegalHolds } from '../../../server/storage/privacy/legalHold.ts';
import { trimAlarms } from '../../../server/storage/privacy/trimAlarms.ts';
import { addRule, listRuleVersions, removeRule } from '../../../server/storage/ruleStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { addUser } from '../../../server/storage/userStore.ts';
import { writeAlarmEvents } from '../../../server/storage/writeAlarmEvents.ts';
import {
  after,
  alarmAt,
  closedBy,
  draftOf,
  eventOf,
  incidentAt,
  later,
  lineOf,
  unitThere,
} from './alarmEvents.ts';
import { count, dayMs, describeOver, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const why = { actor: 'cli', reason: 'diminta' };
const never = new AbortController().signal;

/** What the stores promise of what alarms and incidents tell of persons, and how long. */
export function describeAlarmPrivacy(opener: Opener): void {
  describeOver('persons in alarms and incidents', opener, (database) => {
    const pool = () => database().pool;
    const addUnit = async (id: string, region = '64.08'): Promise<number> => {
      const added = await addTracker(pool(), { ...patrol, id, region });
      if (!added.ok) throw new Error(added.detail);
      return added.value.unit.key;
    };
    const addAndi = () =>
      addUser(
        pool(),
        {
          name: 'andi.s',
          fullName: 'Andi S.',
          passwordHash: null,
          mustChangePassword: false,
          grants: [],
        },
        { actor: 'cli', action: 'x', subject: null, region: null, data: {} },
      );
    const write = async (...alarms: readonly Alarm[]) => {
      await writeAlarmEvents(
        pool(),
        alarms.map((alarm) => eventOf(alarm)),
      );
    };

    it('lose a unit in a time, while what happened and what was done about it stay', async () => {
      const [one, other] = [await addUnit('HT-01'), await addUnit('HT-02')];
      const of = { unitKey: one, unitId: 'HT-01', callsign: 'Elang 1' };
      const subject = { ...of, fenceId: 'gudang', fenceKey: 5, place: [117.5, 0.5] as const };
      const raised = alarmAt(2, { subject, assignee: { kind: 'unit', unitId: 'HT-01' } });
      const noted = after(raised, { comments: 1 });
      const closed = closedBy(noted, 'andi');
      const events = [
        eventOf(raised, 'raised', { data: { cause: `enter.${one}.5` } }),
        eventOf(noted, 'commented', { actor: 'andi', data: { text: 'sudah ditelepon' } }),
        eventOf(closed, 'closed', { actor: 'andi' }),
      ];
      await writeAlarmEvents(pool(), events);
      const earlier = closedBy(alarmAt(1, { subject: of }), 'andi');
      const met = closedBy(alarmAt(3, { subject: { unitKeys: [one, other] } }), 'andi');
      const given = closedBy(
        alarmAt(3, {
          ...{ subject: { unitKey: other }, text: { id: '', en: '' } },
          assignee: { kind: 'unit', unitId: 'HT-01' },
        }),
        'andi',
      );
      await write(earlier, met, given);
      const { dialect } = database();
      const erased = await eraseUnit(pool(), {
        ...{ unitId: 'HT-01', dialect, fromMs: nowMs + 2, toMs: nowMs + 9, ...why },
      });
      expect(erased).toMatchObject({ ok: true, value: { alarms: 3, incidents: 0 } });
      const { assignee: _, ...unassigned } = closed;
      const alarm = await readAlarm(pool(), raised.id);
      expect(alarm).toEqual({
        ...unassigned,
        ...{ causeKey: 'sos|erased', text: closed.name },
        subject: { fenceId: 'gudang', fenceKey: 5 },
      });
      const kept = await readAlarmEvents(pool(), raised.id);
      expect(kept.map(({ data }) => data)).toEqual([
        { erased: true },
        { text: 'sudah ditelepon' },
        {},
      ]);
      expect(await readAlarm(pool(), earlier.id)).toEqual(earlier);
      expect((await readAlarm(pool(), met.id))?.subject).toEqual({});
      expect(await readAlarm(pool(), given.id)).not.toHaveProperty('assignee');
      const query = { limit: 9, nowMs };
      const ofOne = await listAlarms(pool(), { unitId: 'HT-01' }, query);
      expect(ofOne.alarms.map(({ id }) => id)).toEqual([earlier.id]);
      expect((await listAlarms(pool(), { unitId: 'HT-02' }, query)).alarms).toHaveLength(2);
      expect((await listAlarms(pool(), { search: 'elang' }, query)).alarms).toEqual([earlier]);
    });

    it('are not erased of a unit while an alarm of it is not closed', async () => {
      const key = await addUnit('HT-01');
      const open = alarmAt(5, { subject: { unitKey: key } });
      await write(open);
      const { dialect } = database();
      const erase = (toMs: number) =>
        eraseUnit(pool(), { unitId: 'HT-01', dialect, fromMs: nowMs, toMs, ...why });
      expect(await erase(nowMs + 9)).toEqual({
        ...{ ok: false, reason: 'held', detail: `the alarm "SOS" (${open.id}) is not closed` },
      });
      expect(await erase(nowMs + 5)).toMatchObject({ ok: true });
      await writeAlarmEvents(pool(), [eventOf(closedBy(open, 'andi'), 'closed')]);
      expect(await erase(nowMs + 9)).toMatchObject({ ok: true, value: { alarms: 1 } });
    });

    it('are held by an open incident: of units that were added all, of those that came there since a day before', async () => {
      const [added, came, far] = [
        await addUnit('HT-01', '73.01'),
        await addUnit('HT-02', '73.01'),
        await addUnit('HT-03', '73.01'),
      ];
      const units = [unitThere(added, 'HT-01', true), unitThere(came, 'HT-02', false)];
      const open = incidentAt(0, { units });
      await writeIncidentEvents(pool(), [lineOf(open)]);
      const about = { incidentId: open.id, title: open.title };
      expect(await findLegalHolds(pool(), [added, came, far])).toEqual([
        { ...about, unitKey: added, fromMs: Number.NEGATIVE_INFINITY },
        { ...about, unitKey: came, fromMs: nowMs - dayMs },
      ]);
      await writeIncidentEvents(pool(), [lineOf(later(open, { units: [] }), 'remove_unit')]);
      expect(await findLegalHolds(pool())).toEqual([]);
    });

    it('lose a unit in closed incidents, with when it came and went', async () => {
      const [one, other] = [await addUnit('HT-01'), await addUnit('HT-02')];
      const units = [unitThere(one, 'HT-01', false), unitThere(other, 'HT-02', true)];
      const opened = incidentAt(1);
      const arrived = later(opened, { units });
      const closed = later(arrived, { closedAtMs: nowMs + 3 });
      await writeIncidentEvents(pool(), [
        lineOf(opened),
        lineOf(arrived, 'unit_arrived', { actor: null, data: { unitKey: one, unitId: 'HT-01' } }),
        lineOf(closed, 'close', { data: { text: 'aman' } }),
      ]);
      const { dialect } = database();
      const erase = () =>
        eraseUnit(pool(), { unitId: 'HT-01', dialect, fromMs: nowMs, toMs: nowMs + dayMs, ...why });
      expect(await erase()).toMatchObject({ ok: true, value: { incidents: 1 } });
      expect(await findIncident(pool(), opened.id)).toEqual({ ...closed, units: units.slice(1) });
      const lines = await listIncidentEvents(pool(), opened.id, undefined, 9);
      expect(lines.map(({ data }) => data)).toEqual([{ text: 'aman' }, { erased: true }, {}]);
      expect(await erase()).toMatchObject({ ok: true, value: { incidents: 0 } });
    });

    it('lose the name of a user, and keep what they wrote', async () => {
      await addAndi();
      const raised = alarmAt(1);
      const taken = after(raised, {
        ...{ state: 'acknowledged', acknowledged: { by: 'andi.s/skrip', atMs: nowMs } },
        assignee: { kind: 'person', name: 'andi.s' },
      });
      const text = 'kata "by": "andi.s" dan andi.s';
      const closed = closedBy(taken, 'andiXs', { comments: 1 });
      await writeAlarmEvents(pool(), [
        eventOf(raised),
        eventOf(taken, 'commented', { actor: 'andi.s/skrip', data: { text, by: 'andi.s' } }),
        eventOf(closed, 'closed', { actor: 'andi.s' }),
      ]);
      const checked = [{ item: 'a', by: 'andi.s', atMs: nowMs }];
      const incident = incidentAt(1, {
        ...{ openedBy: 'andi.s', checked, decided: { version: 1, by: 'andi.s' } },
      });
      await writeIncidentEvents(pool(), [lineOf(incident, 'open', { actor: 'andi.s' })]);
      const photo = { id: randomUUID(), incidentId: incident.id, mediaType: 'image/png' };
      await addPhoto(pool(), { ...photo, bytes: Buffer.from('x'), addedBy: 'andi.s' });
      await addRule(pool(), draftOf('x'), 'andi.s', () => []);
      await removeRule(pool(), 'x', 1, 'andi.s/skrip', () => []);
      const pseudonym = await eraseUser(pool(), { name: 'andi.s', ...why });
      expect(pseudonym).toMatch(/^erased-/);
      expect(await readAlarm(pool(), raised.id)).toEqual({
        ...closed,
        acknowledged: { by: pseudonym, atMs: nowMs },
        assignee: { kind: 'person', name: pseudonym },
      });
      const [first, comment, last] = await readAlarmEvents(pool(), raised.id);
      expect(first?.actor).toBeNull();
      expect(comment).toMatchObject({ actor: pseudonym, data: { text, by: pseudonym } });
      expect(last?.actor).toBe(pseudonym);
      expect(await findIncident(pool(), incident.id)).toEqual({
        ...incident,
        ...{ openedBy: pseudonym, decided: { version: 1, by: pseudonym } },
        checked: [{ item: 'a', by: pseudonym, atMs: nowMs }],
      });
      const [line] = await listIncidentEvents(pool(), incident.id, undefined, 1);
      expect(line?.actor).toBe(pseudonym);
      expect(await findPhoto(pool(), incident.id, photo.id)).toMatchObject({ addedBy: pseudonym });
      expect(await listRuleVersions(pool(), 'x', undefined, 1)).toMatchObject([
        { begunBy: pseudonym, endedBy: pseudonym },
      ]);
    });

    it('are exported as far as they are theirs', async () => {
      const [one, other] = [await addUnit('HT-01'), await addUnit('HT-02')];
      await addAndi();
      const subject = { unitKey: one, unitId: 'HT-01', callsign: 'Elang 1' };
      const alone = closedBy(alarmAt(1, { subject }), 'budi');
      const met = closedBy(alarmAt(2, { subject: { unitKeys: [one, other] } }), 'budi');
      await write(alone, met, alarmAt(3, { subject: { unitKey: other } }));
      const taken = after(alone);
      const comment = { actor: 'andi.s/skrip', data: { text: 'dicek' } };
      await writeAlarmEvents(pool(), [
        eventOf(taken, 'commented', comment),
        eventOf(after(taken), 'commented', { ...comment, actor: 'andi' }),
      ]);
      const units = [unitThere(one, 'HT-01', true), unitThere(other, 'HT-02', true)];
      const incident = incidentAt(1, { units });
      await writeIncidentEvents(pool(), [lineOf(incident, 'open', { actor: 'andi.s' })]);
      const photo = { id: randomUUID(), incidentId: incident.id, mediaType: 'image/png' };
      await addPhoto(pool(), { ...photo, bytes: Buffer.from('x'), addedBy: 'andi.s' });
      await addRule(pool(), draftOf('x'), 'andi.s', () => []);
      await removeRule(pool(), 'x', 1, 'budi', () => []);
      const ofUnit = JSON.parse(await textOf(await exportUnit(pool(), 'HT-01')));
      expect(ofUnit.alarms).toHaveLength(2);
      expect(ofUnit.alarms).toContainEqual(
        expect.objectContaining({ alarm: alone.id, subject, state: 'closed', occurrences: 1 }),
      );
      expect(ofUnit.incidents).toMatchObject([{ incident: incident.id, unit: units[0] }]);
      expect(JSON.stringify([ofUnit.alarms, ofUnit.incidents])).not.toMatch(/budi|HT-02|andi/);
      const ofUser = JSON.parse(await textOf(await exportUser(pool(), 'andi.s')));
      expect(ofUser).toMatchObject({
        alarmEvents: [{ alarm: alone.id, kind: 'commented', data: { text: 'dicek' } }],
        incidentEvents: [{ incident: incident.id, kind: 'open' }],
        photos: [{ photo: photo.id, mediaType: 'image/png', sha256: expect.any(String) }],
        rules: [{ rule: 'x', version: 1, begunBy: 'andi.s', endedBy: null }],
      });
    });

    it('go five years after they were closed, with their events and photos', async () => {
      const old = -6 * 366 * dayMs;
      const incident = incidentAt(old);
      const photo = { incidentId: incident.id, mediaType: 'image/png', addedBy: 'andi' };
      await addPhoto(pool(), { ...photo, id: randomUUID(), bytes: Buffer.from('x') });
      await pool().query("update incident_photos set added_at = '2001-01-01'");
      const going = closedBy(alarmAt(old), 'andi');
      const linked = closedBy(alarmAt(old, { incidentId: incident.id }), 'andi');
      const open = alarmAt(old);
      const young = closedBy(alarmAt(old, { changedAtMs: nowMs }), 'andi');
      await write(going, linked, open, young);
      await writeIncidentEvents(pool(), [lineOf(incident), lineOf(incidentAt(0))]);
      const run = async () => {
        const { dialect } = database();
        const options = { pool: pool(), dialect, retentionDays: 366, log: silent };
        const maintenance = new Maintenance({ ...options, nowMs: () => nowMs + 1 });
        await maintenance.runAll();
        expect(maintenance.status().failing).toEqual([]);
        const { alarms } = await listAlarms(pool(), {}, { limit: 9, nowMs });
        return new Set(alarms.map(({ id }) => id));
      };
      expect(await run()).toEqual(new Set([linked.id, open.id, young.id]));
      const closed = later(incident, { closedAtMs: incident.openedAtMs });
      const recent = later(incidentAt(0), { closedAtMs: nowMs });
      await writeIncidentEvents(pool(), [lineOf(closed, 'close'), lineOf(recent, 'close')]);
      expect(await run()).toEqual(new Set([open.id, young.id]));
      expect((await listIncidents(pool(), {}, 9)).incidents).toHaveLength(2);
      expect(await count(pool(), 'incident_photos')).toBe(0);
      expect(await count(pool(), 'alarm_events')).toBe(2);
      // a clock that jumps ahead by years takes nothing that is younger than the newest allows
      expect(await trimAlarms(pool(), nowMs + 99 * 366 * dayMs, 5 * 366, never)).toEqual({
        ...{ alarms: 0, incidents: 0 },
      });
    });
  });
}

async function textOf(pieces: AsyncIterable<string> | undefined): Promise<string> {
  let text = '';
  for await (const piece of pieces ?? []) text += piece;
  return text;
}
