import { expect, it } from 'vitest';
import type { Alarm } from '../../../server/domain/alarm.ts';
import type { AlarmsMessage } from '../../../server/domain/liveMessage.ts';
import { AlarmFeed, maxShown } from '../../../server/live/alarmFeed.ts';
import { anAlarm } from '../../fixtures/anAlarm.ts';

const load = { last10Min: 0, perOperator10Min: 0, isFlood: true, floodSinceMs: 0 };

/** A feed over alarms that a test raises. */
function feedOver(open: Map<string, Alarm>): AlarmFeed {
  return new AlarmFeed(
    { openAlarms: () => open.values(), openIncidents: () => [], loadOf: () => load },
    ['64.08'],
  );
}

function read(texts: readonly string[]): readonly AlarmsMessage[] {
  return texts.map((text) => JSON.parse(text));
}

it('sends all of it once a second at most in a flood, and between that what changed', () => {
  const open = new Map<string, Alarm>();
  const feed = feedOver(open);
  const raise = (id: string, changes: Partial<Alarm> = {}): void => {
    const alarm = anAlarm({ id, priority: 'low', ...changes });
    open.set(id, alarm);
    feed.alarmChanged(alarm);
  };
  for (let nth = 0; nth < maxShown + 100; nth++) raise(`low-${nth}`);
  const [first] = read(feed.takeChanges(0));
  expect(first).toMatchObject({ complete: true, omitted: 100 });
  expect(first?.alarms).toHaveLength(maxShown);
  const whole: number[] = [];
  for (let atMs = 50; atMs <= 3_000; atMs += 50) {
    raise(`later-${atMs}`);
    const [said] = read(feed.takeChanges(atMs));
    if (said?.complete === true) whole.push(atMs);
    else expect(said?.alarms.map(({ id }) => id)).toEqual([`later-${atMs}`]);
  }
  expect(whole).toEqual([1_000, 2_000, 3_000]);
  // an SOS does not wait for the next time
  raise('sos', { priority: 'sos' });
  const [sos] = read(feed.takeChanges(3_050));
  expect(sos).toMatchObject({ complete: false, alarms: [{ id: 'sos' }] });
  // what is owed comes by itself, and then all is told
  expect(feed.isDue).toBe(true);
  expect(feed.takeChanges(3_500)).toEqual([]);
  const [last] = read(feed.takeChanges(4_000));
  expect(last).toMatchObject({ complete: true, omitted: 161 });
  expect(last?.alarms[0]?.id).toBe('sos');
  expect(feed.isDue).toBe(false);
});

it('sends no more than fit at once, the most important ones', () => {
  const open = new Map<string, Alarm>();
  const feed = feedOver(open);
  const raise = (id: string, priority: Alarm['priority']): void => {
    const alarm = anAlarm({ id, priority });
    open.set(id, alarm);
    feed.alarmChanged(alarm);
  };
  for (let nth = 0; nth <= maxShown; nth++) raise(`a-${nth}`, 'low');
  feed.takeChanges(0);
  for (let nth = 0; nth < 2 * maxShown; nth++) raise(`b-${nth}`, nth % 4 === 0 ? 'high' : 'low');
  const [said] = read(feed.takeChanges(50));
  expect(said?.complete).toBe(false);
  expect(said?.alarms).toHaveLength(maxShown);
  expect(said?.alarms.filter(({ priority }) => priority === 'high')).toHaveLength(maxShown / 2);
});
