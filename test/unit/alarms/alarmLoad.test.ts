import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { AlarmHistory, maxCalls } from '../../../server/alarms/alarmHistory.ts';
import { alarmLoad, briefLoad, type LoadQuestion } from '../../../server/alarms/alarmLoad.ts';
import { raisedAlarm } from '../../../server/alarms/raisedAlarm.ts';
import { seededUniform } from '../../fixtures/seededRandom.ts';
import { alarmRig, causeOf, particularsOf, ruleOf, sosRule, startMs } from './alarmRig.ts';

const ofAll: Omit<LoadQuestion, 'nowMs'> = { scope: ['*'], operators: 1 };
const sample = raisedAlarm(ruleOf(), causeOf('a'), particularsOf(), { atMs: 0, sequence: 1 });

function historyOf(timesS: readonly number[], regions = ['64.08']): AlarmHistory {
  const history = new AlarmHistory();
  for (const atS of timesS) history.called({ ...sample, regions }, startMs + 1000 * atS);
  return history;
}

function at(atS: number): LoadQuestion {
  return { ...ofAll, nowMs: startMs + 1000 * atS };
}

it('counts the last ten minutes, and for each of those who handle alarms', () => {
  const history = historyOf([0, 1, 300, 600]);
  expect(briefLoad(history, { ...at(600), operators: 2 })).toMatchObject({
    ...{ last10Min: 3, perOperator10Min: 1.5, isFlood: false, floodSinceMs: null },
  });
  expect(briefLoad(history, { ...at(600), operators: 0 }).perOperator10Min).toBe(3);
});

it('has a flood from the tenth in ten minutes on, until there are fewer than five', () => {
  const history = historyOf([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(briefLoad(history, at(89)).isFlood).toBe(false);
  expect(briefLoad(history, at(90))).toMatchObject({
    ...{ isFlood: true, floodSinceMs: startMs + 90_000 },
  });
  // the fifth newest, of second 50, leaves the window
  expect(briefLoad(history, at(649)).isFlood).toBe(true);
  expect(briefLoad(history, at(650)).isFlood).toBe(false);
});

it('lets a flood go on over a lull of five, and begins another one after one of four', () => {
  const first = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];
  const lull = historyOf([...first, 640, 655, 665]);
  expect(briefLoad(lull, at(675)).floodSinceMs).toBe(startMs + 90_000);
  const second = Array.from({ length: 10 }, (_, i) => 700 + i);
  const again = historyOf([...first, ...second]);
  expect(briefLoad(again, at(710)).floodSinceMs).toBe(startMs + 709_000);
});

it('agrees about floods with a walk from the beginning', () => {
  const random = seededUniform(11);
  for (let round = 0; round < 200; round++) {
    const times: number[] = [];
    let atS = 0;
    while (times.length < 60) {
      // bursts and lulls
      atS += Math.floor(random() * (random() < 0.3 ? 400 : 60));
      times.push(atS);
    }
    const history = historyOf(times);
    const nowS = atS + Math.floor(random() * 700);
    let since: number | null = null;
    for (let second = 0; second <= nowS; second++) {
      const count = times.filter((time) => time <= second && time > second - 600).length;
      if (since === null && count >= 10) since = second;
      if (since !== null && count < 5) since = null;
    }
    const expected = since === null ? null : startMs + 1000 * since;
    expect(briefLoad(history, at(nowS)).floodSinceMs, `round ${round}`).toBe(expected);
  }
});

it('sees the alarms of its regions, and those of exercises apart', () => {
  const history = historyOf([0, 1], ['64.08', '64.08.04']);
  history.called({ ...sample, regions: ['64.02'], isExercise: true }, startMs + 2_000);
  const counted = (question: Partial<LoadQuestion>) =>
    briefLoad(history, { ...at(3), ...question }).last10Min;
  expect(counted({ scope: ['64'] })).toBe(3);
  expect(counted({ scope: ['64.08.04'] })).toBe(2);
  expect(counted({ scope: ['35'] })).toBe(0);
  expect(counted({ isExercise: true })).toBe(1);
  expect(counted({ isExercise: false })).toBe(2);
});

it('groups by place and rule, names what calls most, and how long it took to be taken', () => {
  const rig = alarmRig([ruleOf({ priority: 'low' }), ruleOf({ id: 'high' }), sosRule]);
  const site = { siteKey: 3, siteId: 'tps-3', siteName: 'TPS 3' };
  for (let i = 0; i < 4; i++) {
    rig.raise(10 * i, causeOf(`s${i}`, { subjectKey: `s${i}` }), { subject: site });
    rig.order(10 * i + i + 1, rig.alarm, { kind: 'acknowledge' });
  }
  rig.raise(50, causeOf('h', { subjectKey: 'h' }), {}, 'high');
  rig.raise(60, causeOf('sos', { kind: 'sos', subjectKey: 'unit:12' }), {}, 'sos');
  const load = alarmLoad(rig.engine.history, rig.engine.open(), at(100));
  expect(load.byPlace).toEqual([
    { place: { kind: 'site', id: 'tps-3', name: 'TPS 3' }, count: 4 },
    { place: { kind: 'fence', id: '7', name: '7' }, count: 2 },
  ]);
  expect(load.byRule.map(({ ruleId, count }) => [ruleId, count])).toEqual([
    ['ring', 4],
    ['high', 1],
    ['sos', 1],
  ]);
  expect(load.topOffenders[0]).toMatchObject({ ruleId: 'ring', count: 4, share: 4 / 6 });
  expect(load.timeToAcknowledge).toEqual({ count: 4, medianMs: 2_000, p95Ms: 4_000 });
  expect(load.priorities).toEqual([
    { priority: 'low', count: 4, share: 0.8, targetPct: 80 },
    { priority: 'medium', count: 0, share: 0, targetPct: 15 },
    { priority: 'high', count: 1, share: 0.2, targetPct: 5 },
    { priority: 'sos', count: 1, share: null, targetPct: null },
  ]);
  expect(load).toMatchObject({ open: 6, unacknowledged: 2, chattering: 0, stale: 0, last24H: 6 });
});

it('counts an alarm again when it calls again, and not while it is suppressed', () => {
  const rig = alarmRig([ruleOf({ suppressedPhases: ['counting'] })]);
  rig.raise(0, causeOf('a'));
  rig.raise(1, causeOf('b'));
  expect(briefLoad(rig.engine.history, at(2)).last10Min).toBe(1);
  rig.order(2, rig.alarm, { kind: 'acknowledge' });
  rig.end(3);
  rig.raise(4, causeOf('c'));
  expect(briefLoad(rig.engine.history, at(5)).last10Min).toBe(2);
  rig.raise(5, causeOf('d', { subjectKey: 'other' }), { isSuppressed: true });
  expect(briefLoad(rig.engine.history, at(6)).last10Min).toBe(2);
});

it('keeps 24 hours and 100,000 calls, and the same after a restart', () => {
  const history = new AlarmHistory();
  for (let i = 0; i < maxCalls + 50_000; i++) {
    history.called({ ...sample, ruleId: `rule-${i % 7}` }, startMs + i);
  }
  expect(history.size).toBe(maxCalls);
  const again = new AlarmHistory();
  again.restore(deserialize(serialize(history.checkpoint())));
  const question = { ...ofAll, nowMs: startMs + maxCalls + 50_000 };
  expect(alarmLoad(again, [], question)).toEqual(alarmLoad(history, [], question));
  const call = again.called(sample, startMs + 86_400_000 + 149_999);
  expect(again.size).toBe(1);
  again.taken(call, 5_000);
  const later = { ...ofAll, nowMs: startMs + 86_400_000 + 149_999 };
  expect(alarmLoad(again, [], later).timeToAcknowledge.medianMs).toBe(5_000);
});

it('has no call ahead of a clock that was set back', () => {
  const rig = alarmRig([ruleOf()]);
  rig.raise(3_600, causeOf('a'));
  rig.tick(0);
  expect(briefLoad(rig.engine.history, at(1)).last10Min).toBe(1);
});
