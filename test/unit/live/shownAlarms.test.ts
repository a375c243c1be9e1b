import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../server/domain/alarm.ts';
import type { AlarmsMessage } from '../../../server/domain/liveMessage.ts';
import { AlarmFeed, maxShown } from '../../../server/live/alarmFeed.ts';
import { anAlarm } from '../../fixtures/anAlarm.ts';

const load = { last10Min: 0, perOperator10Min: 0, isFlood: false, floodSinceMs: null };

/** A feed over alarms that a test raises one after the other. */
function open(scope: readonly string[] = ['64.08']) {
  const alarms = new Map<string, Alarm>();
  const view = {
    openAlarms: () => alarms.values(),
    openIncidents: () => [],
    loadOf: () => load,
  };
  const feed = new AlarmFeed(view, scope);
  return {
    feed,
    raise: (n: number, more: Partial<Alarm> = {}): Alarm => {
      const id = `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
      const alarm = { ...anAlarm(), id, regions: ['64.08'], raisedAtMs: n, ...more };
      alarms.set(id, alarm);
      feed.alarmChanged(alarm);
      return alarm;
    },
  };
}

const read = (texts: readonly string[]): AlarmsMessage[] =>
  texts.map((text) => JSON.parse(text)).filter(({ type }) => type === 'alarms');

describe('what screens are told of alarms', () => {
  it('is nothing of another region', () => {
    const { feed, raise } = open(['35.13']);
    raise(1);
    expect(feed.isDue).toBe(false);
    expect(read(feed.complete())[0]?.alarms).toEqual([]);
  });

  it('is a new alarm at once, however many are open', () => {
    const { feed, raise } = open();
    for (let n = 1; n <= maxShown + 200; n++) raise(n, { priority: 'high' });
    const [first] = read(feed.takeChanges(0));
    expect(first?.omitted).toBe(200);
    const { id } = raise(maxShown + 201, { priority: 'high' });
    const told = read(feed.takeChanges(50)).flatMap(({ alarms }) => alarms);
    expect(told.map((alarm) => alarm.id)).toContain(id);
    // and whoever comes now sees it too: the newest of a rank are shown
    expect(read(feed.complete())[0]?.alarms[0]?.id).toBe(id);
  });

  it('leaves out the least important', () => {
    const { feed, raise } = open();
    const sos = raise(0, { priority: 'sos', ruleKind: 'sos' });
    for (let n = 1; n <= maxShown + 10; n++) raise(n, { priority: 'low' });
    const [all] = read(feed.complete());
    expect(all?.alarms[0]?.id).toBe(sos.id);
    expect(all?.alarms).toHaveLength(maxShown);
    expect(all?.omitted).toBe(11);
  });
});
