import { createHash } from 'node:crypto';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import type { AlarmEvent } from '../../../server/domain/alarm.ts';
import { alarmBounds, EventKeeper } from '../../../server/eventKeeper.ts';
import {
  type AlarmFilter,
  alarmsToAdopt,
  listAlarms,
  newestAlarmEvent,
  readAlarm,
  readAlarmEvents,
  readAlarmNews,
} from '../../../server/storage/alarmStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { verifyLog } from '../../../server/storage/log/verifyLog.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { writeAlarmEvents } from '../../../server/storage/writeAlarmEvents.ts';
import { after, alarmAt, closedBy, eventOf } from './alarmEvents.ts';
import { dayMs, describeOver, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';

/** What the store promises of alarms. */
export function describeAlarms(opener: Opener): void {
  describeOver('alarms', opener, (database) => {
    const pool = () => database().pool;
    const write = (...events: AlarmEvent[]) => writeAlarmEvents(pool(), events);
    const logged = async () =>
      (await readLog(pool(), { before: undefined, limit: 100, regions: undefined })).toReversed();
    const list = async (filter: AlarmFilter = {}, limit = 100): Promise<readonly string[]> =>
      (await listAlarms(pool(), filter, { limit, nowMs })).alarms.map(({ id }) => id);

    it('are kept as they are after their newest event, with each event once', async () => {
      const raised = alarmAt(1);
      const taken = after(raised, {
        state: 'acknowledged',
        acknowledged: { by: 'andi', atMs: nowMs + 2 },
      });
      const first = eventOf(raised, 'raised', { data: { cause: 'sos-1' } });
      const second = eventOf(taken, 'acknowledged', { actor: 'andi' });
      expect(await write(first, second, first)).toEqual({ written: 2, leftOut: [] });
      expect(await readAlarm(pool(), raised.id)).toEqual(taken);
      // as after a start that reads the journal again
      expect(await write(first)).toEqual({ written: 0, leftOut: [] });
      expect(await write()).toEqual({ written: 0, leftOut: [] });
      expect(await readAlarm(pool(), raised.id)).toEqual(taken);
      const events = await readAlarmEvents(pool(), raised.id);
      expect(events).toEqual(
        [first, second].map(({ alarm: _, ...event }) => ({
          ...event,
          key: expect.any(Number),
        })),
      );
      expect(await readAlarmEvents(pool(), raised.id, 2)).toMatchObject([{ version: 1 }]);
      expect(await readAlarm(pool(), alarmAt(9).id)).toBeUndefined();
    });

    it('put each transition into the log once, for the regions that see it, without names or texts', async () => {
      const regions = ['64.08.04', '64.71'];
      const subject = { unitId: 'HT-01', callsign: 'Elang 1' };
      const raised = alarmAt(1, { regions, subject });
      const noted = after(raised);
      const closed = closedBy(noted, 'budi', { isExercise: true });
      const events = [
        eventOf(raised, 'raised', { data: { fix: 7, cause: 'a\0b' } }),
        eventOf(noted, 'commented', { actor: 'budi/skrip', data: { text: 'Pak Joko luka' } }),
        eventOf(closed, 'closed', { actor: 'budi' }),
      ];
      await write(...events.slice(0, 2));
      await write(...events);
      const entries = await logged();
      const about = { subject: `alarm:${raised.id}`, region: '64' };
      const rule = { rule: 'sos', ruleVersion: 1, priority: 'sos', regions };
      const digest = createHash('sha256').update('{"cause":"a\u{fffd}b","fix":7}').digest('hex');
      expect(entries).toMatchObject([
        { ...about, actor: null, action: 'alarm.raised', data: { ...rule, version: 1, digest } },
        { ...about, actor: 'budi/skrip', action: 'alarm.commented', data: { ...rule, version: 2 } },
        { ...about, actor: 'budi', action: 'alarm.closed', data: { ...rule, outcome: 'handled' } },
      ]);
      expect(entries[2]?.data).toEqual({
        ...{ ...rule, version: 3, state: 'closed', outcome: 'handled', isExercise: true },
      });
      expect(JSON.stringify(entries)).not.toMatch(/Joko|Elang|HT-01/);
      expect(
        await readLog(pool(), { before: undefined, limit: 9, regions: ['64.71'] }),
      ).toHaveLength(3);
      expect(await readLog(pool(), { before: undefined, limit: 9, regions: ['64.72'] })).toEqual(
        [],
      );
      expect(await verifyLog(pool())).toMatchObject({ entries: 3, broken: undefined });
    });

    it('log an occurrence only where it changed the state: a device could fill the log', async () => {
      const raised = alarmAt(1);
      const again = after(raised, { occurrences: 2 });
      const taken = after(again, { state: 'acknowledged' });
      const anew = after(taken, { state: 'unacknowledged', occurrences: 3 });
      const still = after(anew, { occurrences: 4 });
      await write(eventOf(raised));
      await write(eventOf(again, 'occurred_again'), eventOf(taken, 'acknowledged'));
      await write(eventOf(anew, 'occurred_again'), eventOf(still, 'occurred_again'));
      expect((await logged()).map(({ action, data }) => [action, data['version']])).toEqual([
        ['alarm.raised', 1],
        ['alarm.acknowledged', 3],
        ['alarm.occurred_again', 4],
      ]);
      expect(await readAlarmEvents(pool(), raised.id)).toHaveLength(5);
    });

    it('are kept whatever became of what they name', async () => {
      const gone = 2_000_000_000;
      const subject = { unitKey: gone, fenceKey: gone, siteKey: gone, unitKeys: [gone, 1] };
      const alarm = alarmAt(1, {
        ruleId: 'x',
        operationId: 'gone',
        incidentId: 'no uuid',
        subject,
      });
      expect(await write(eventOf(alarm))).toEqual({ written: 1, leftOut: [] });
      expect(await readAlarm(pool(), alarm.id)).toEqual(alarm);
    });

    it('are listed by scope, state, priority, rule, unit, operation, incident, text and time', async () => {
      const unit = await addTracker(pool(), { ...patrol, id: 'HT-01' });
      if (!unit.ok) throw new Error(unit.detail);
      const { key: unitKey } = unit.value.unit;
      const a = alarmAt(1, { regions: ['64.08.04', '73'], subject: { unitKey }, incidentId: 'i' });
      const b = alarmAt(2, { ruleId: 'x', priority: 'low', operationId: 'op', isExercise: true });
      const c = alarmAt(3, {
        regions: ['64'],
        subject: { unitKeys: [unitKey, 7], siteName: 'Gudang É' },
        state: 'acknowledged',
      });
      const d = alarmAt(4, { regions: [], raisedAtMs: nowMs - dayMs - 1 });
      await write(...[a, b, c, d].map((alarm) => eventOf(alarm)));
      const gone = closedBy(b, 'andi');
      await write(eventOf(gone, 'closed'));
      const ids = (...alarms: { id: string }[]) => alarms.map(({ id }) => id);
      expect(await list()).toEqual(ids(c, b, a, d));
      expect(await list({ regions: ['64.08'] })).toEqual(ids(b, a));
      expect(await list({ regions: ['64.08.04.2001'] })).toEqual([]);
      expect(await list({ regions: ['64'], region: '73' })).toEqual(ids(a));
      expect(await list({ regions: ['*'], region: '*' })).toEqual(ids(c, b, a, d));
      expect(await list({ regions: [] })).toEqual([]);
      expect(await list({ state: 'open' })).toEqual(ids(c, a, d));
      expect(await list({ state: 'all' })).toHaveLength(4);
      expect(await list({ state: 'closed' })).toEqual(ids(b));
      expect(await list({ state: 'acknowledged' })).toEqual(ids(c));
      expect(await list({ priority: 'low' })).toEqual(ids(b));
      expect(await list({ ruleId: 'x' })).toEqual(ids(b));
      expect(await list({ unitId: 'HT-01' })).toEqual(ids(c, a));
      expect(await list({ unitId: 'HT-99' })).toEqual([]);
      expect(await list({ siteId: 'x', fenceId: 'x' })).toEqual([]);
      expect(await list({ operationId: 'op' })).toEqual(ids(b));
      expect(await list({ isExercise: false })).toEqual(ids(c, a, d));
      expect(await list({ incidentId: 'i' })).toEqual(ids(a));
      expect(await list({ search: 'GUDANG É' })).toEqual(ids(c));
      expect(await list({ search: 'aman' })).toEqual(ids(b));
      expect(await list({ search: 'x\0' })).toEqual([]);
      expect(await list({ fromMs: nowMs + 2, toMs: nowMs + 3 })).toEqual(ids(b));
      expect(await list({ isStale: true })).toEqual(ids(d));
      expect(await list({ isStale: false })).toEqual(ids(c, b, a));
    });

    it('come a page at a time, each once, though others are raised meanwhile', async () => {
      const alarms = Array.from({ length: 25 }, (_, i) => alarmAt(i >> 2));
      await write(...alarms.map((alarm) => eventOf(alarm)));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listAlarms(pool(), {}, { cursor, limit: 4, nowMs });
        seen.push(...page.alarms.map(({ id }) => id));
        cursor = page.nextCursor;
        await write(eventOf(alarmAt(100)));
      } while (cursor !== undefined);
      expect(seen.toSorted()).toEqual(alarms.map(({ id }) => id).toSorted());
      for (const bad of ['x', '1_', `1_${'g'.repeat(36)}`, `_${alarms[0]?.id}`]) {
        const query = { cursor: bad, limit: 4, nowMs };
        await expect(listAlarms(pool(), {}, query)).rejects.toThrow(RangeError);
      }
    });

    it('are adopted where they are open, or changed after a record of the journal', async () => {
      const [open, old, young] = [alarmAt(1), alarmAt(2), alarmAt(3)];
      const closedOld = closedBy(old, 'andi', { sequence: 200 });
      const closedYoung = closedBy(young, 'andi', { sequence: 201 });
      await write(...[open, old, young].map((alarm) => eventOf(alarm)));
      await write(eventOf(closedOld, 'closed'), eventOf(closedYoung, 'closed'));
      const adopted = await alarmsToAdopt(pool(), 200);
      expect(adopted).toEqual([open, closedYoung].toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    });

    it('are sent on in the order in which their events were written', async () => {
      expect(await newestAlarmEvent(pool())).toBe(0);
      const [one, two] = [alarmAt(2), alarmAt(1)];
      await write(eventOf(one), eventOf(two));
      const taken = after(one, { state: 'acknowledged' });
      await write(eventOf(taken, 'acknowledged'));
      const news = await readAlarmNews(pool(), 0, 10);
      expect(news.map(({ event, alarm }) => [event.alarmId, event.version, alarm.version])).toEqual(
        [
          [one.id, 1, 2],
          [two.id, 1, 1],
          [one.id, 2, 2],
        ],
      );
      const [, , last] = news;
      expect(await newestAlarmEvent(pool())).toBe(last?.event.key);
      expect(await readAlarmNews(pool(), news[1]?.event.key ?? 0, 10)).toEqual([last]);
    });

    it('are brought there by their keeper, but for those that cannot be', async () => {
      const log = pino({ level: 'silent' });
      const keeper = new EventKeeper<AlarmEvent>({
        name: 'alarmEvents',
        write: (events) => writeAlarmEvents(pool(), events),
        ...{ ...alarmBounds, log, nowMs: () => nowMs },
      });
      onTestFinished(() => keeper.close());
      const alarms = Array.from({ length: 1_200 }, (_, i) => alarmAt(i));
      keeper.add(alarms.slice(0, 700).map((alarm) => eventOf(alarm)));
      keeper.add([eventOf(alarmAt(1, { id: 'no uuid' }))]);
      keeper.add(alarms.slice(700).map((alarm) => eventOf(alarm)));
      await keeper.close();
      expect(keeper.status()).toEqual({
        ...{ written: 1_200, waiting: 0, dropped: 0, leftOut: 1, failing: null },
      });
      expect(await verifyLog(pool())).toMatchObject({ entries: 1_200, broken: undefined });
    });
  });
}
