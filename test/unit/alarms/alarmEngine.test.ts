import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../server/domain/alarm.ts';
import { isStale } from '../../../server/domain/alarm.ts';
import { alarmRig, causeOf, ruleOf, sosRule, startMs } from './alarmRig.ts';

const sos = { kind: 'sos', edge: 'momentary', subjectKey: 'unit:12' } as const;

describe('what happens again', () => {
  it('counts on the alarm that there is instead of raising another', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    rig.end(100);
    rig.raise(200, causeOf('second'));
    expect(rig.kinds()).toEqual(['raised', 'returned', 'occurred_again']);
    expect(rig.alarm).toMatchObject({ occurrences: 2, state: 'unacknowledged', isActive: true });
    expect([...rig.engine.open()]).toHaveLength(1);
  });

  it('counts the same cause once, however often it is told', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    rig.raise(1, causeOf('first'));
    expect(rig.kinds()).toEqual(['raised']);
  });

  it('keeps what is acknowledged so as long as it never ended, and calls again after it did', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    rig.order(1, rig.alarm, { kind: 'acknowledge' });
    rig.raise(100, causeOf('second'));
    expect(rig.alarm.state).toBe('acknowledged');
    rig.end(200);
    rig.raise(300, causeOf('third'));
    expect(rig.alarm).toMatchObject({ state: 'unacknowledged', occurrences: 3 });
    expect(rig.alarm.acknowledged).toBeUndefined();
    expect(rig.alarm.unacknowledgedAtMs).toBe(startMs + 300_000);
  });

  it('takes an SOS that is pressed after acknowledgement as a new call for help', () => {
    const rig = alarmRig([sosRule]);
    rig.raise(0, causeOf('first', sos));
    rig.order(1, rig.alarm, { kind: 'acknowledge' });
    rig.raise(2, causeOf('second', sos), { subject: { unitKey: 12, place: [117.5, 0.5] } });
    expect(rig.alarm).toMatchObject({ state: 'unacknowledged', occurrences: 2 });
    expect(rig.alarm.subject.place).toEqual([117.5, 0.5]);
  });

  it('raises another one after the alarm was closed', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const first = rig.alarm;
    rig.order(1, first, { kind: 'close', outcome: 'handled' });
    rig.raise(2, causeOf('second'));
    expect(rig.alarm.id).not.toBe(first.id);
    expect(rig.alarm.version).toBe(1);
  });

  it('raises none for what was closed while it was so, until it begins anew', () => {
    const rig = alarmRig([ruleOf()], { bounds: { closed: 0 } });
    rig.raise(0, causeOf('first'));
    rig.order(1, rig.alarm, { kind: 'close', outcome: 'handled' });
    rig.raise(2, causeOf('first'));
    expect(rig.kinds()).toEqual(['raised', 'closed']);
    rig.end(3);
    rig.raise(4, causeOf('second'));
    expect(rig.kinds()).toEqual(['raised', 'closed', 'raised']);
  });
});

describe('chattering', () => {
  it('begins with the third occurrence within a minute and ends 10 minutes after the last', () => {
    const rig = alarmRig([ruleOf({ needsOutcome: true })]);
    rig.raise(0, causeOf('a'));
    rig.end(1);
    rig.raise(30, causeOf('b'));
    rig.end(31);
    expect(rig.alarm.isChattering).toBe(false);
    rig.raise(60, causeOf('c'));
    expect(rig.alarm.isChattering).toBe(true);
    expect(rig.kinds().at(-1)).toBe('chattering_began');
    rig.tick(659);
    expect(rig.alarm.isChattering).toBe(true);
    rig.tick(660);
    expect(rig.alarm.isChattering).toBe(false);
  });

  it('is not three occurrences over more than a minute', () => {
    const rig = alarmRig([ruleOf()]);
    for (const [id, atS] of [
      ['a', 0],
      ['b', 30],
      ['c', 61],
    ] as const) {
      rig.raise(atS, causeOf(id));
    }
    expect(rig.alarm.isChattering).toBe(false);
  });
});

describe('a delay', () => {
  const delayed = ruleOf({ delayMs: 60_000 });

  it('raises when it has been so for long enough', () => {
    const rig = alarmRig([delayed]);
    rig.raise(0, causeOf('first'));
    expect(rig.engine.isWaiting).toBe(true);
    rig.tick(59);
    expect(rig.events).toEqual([]);
    rig.tick(60);
    expect(rig.alarm).toMatchObject({ state: 'unacknowledged', raisedAtMs: startMs + 60_000 });
  });

  it('raises nothing for what ended before', () => {
    const rig = alarmRig([delayed]);
    rig.raise(0, causeOf('first'));
    rig.end(59);
    rig.tick(60);
    expect(rig.events).toEqual([]);
    expect(rig.engine.isWaiting).toBe(false);
  });

  it('holds for each new beginning of an alarm that is open', () => {
    const rig = alarmRig([delayed]);
    rig.raise(0, causeOf('first'));
    rig.tick(60);
    rig.end(61);
    rig.raise(62, causeOf('second'));
    expect(rig.alarm.occurrences).toBe(1);
    rig.tick(122);
    expect(rig.alarm).toMatchObject({ occurrences: 2, isActive: true });
  });

  it('holds nobody who asks for help', () => {
    const rig = alarmRig([{ ...sosRule, delayMs: 60_000 }]);
    rig.raise(0, causeOf('first', sos));
    expect(rig.alarm.state).toBe('unacknowledged');
  });

  it('is left out where too many are waiting', () => {
    const rig = alarmRig([delayed], { bounds: { pending: 1 } });
    rig.raise(0, causeOf('a'));
    rig.raise(0, causeOf('b', { subjectKey: 'unit:13/fence:7' }));
    expect(rig.kinds()).toEqual(['raised']);
    expect(rig.engine.counts()).toMatchObject({ pending: 1, undelayed: 1 });
  });

  it('raises nothing where the rule is gone by then', () => {
    const rig = alarmRig([delayed]);
    rig.raise(0, causeOf('first'));
    rig.inForce.clear();
    rig.engine.ruleGone('ring', rig.at(1));
    rig.tick(60);
    expect(rig.events).toEqual([]);
  });
});

describe('escalation', () => {
  const steep = ruleOf({
    escalation: [
      { afterMs: 60_000, to: 'commanders' },
      { afterMs: 120_000, to: 'everyone' },
    ],
  });

  it('tells the next ones step by step while nobody takes it', () => {
    const rig = alarmRig([steep]);
    rig.raise(0, causeOf('first'));
    rig.tick(59);
    expect(rig.alarm.told).toEqual(['dispatchers']);
    rig.tick(60);
    expect(rig.alarm).toMatchObject({ told: ['dispatchers', 'commanders'], escalations: 1 });
    rig.ticks(61, 300);
    expect(rig.alarm.told).toEqual(['dispatchers', 'commanders', 'everyone']);
    expect(rig.kinds()).toEqual(['raised', 'escalated', 'escalated']);
  });

  it('takes every step that passed while the clock stood', () => {
    const rig = alarmRig([steep]);
    rig.raise(0, causeOf('first'));
    rig.tick(500);
    expect(rig.events.slice(1).map(({ data }) => data['to'])).toEqual(['commanders', 'everyone']);
  });

  it('stops at acknowledgement and starts anew when nobody has it again', () => {
    const rig = alarmRig([steep]);
    rig.raise(0, causeOf('first'));
    rig.tick(60);
    rig.order(61, rig.alarm, { kind: 'acknowledge' });
    rig.end(62);
    rig.tick(200);
    expect(rig.alarm.escalations).toBe(1);
    rig.raise(210, causeOf('second'));
    rig.tick(269);
    expect(rig.alarm.escalations).toBe(0);
    rig.tick(270);
    expect(rig.alarm.escalations).toBe(1);
  });

  it('goes on while it is over and nobody took it', () => {
    const rig = alarmRig([steep]);
    rig.raise(0, causeOf('first'));
    rig.end(1);
    rig.tick(60);
    expect(rig.alarm).toMatchObject({ state: 'returned_unacknowledged', escalations: 1 });
  });

  it('is by a new version of the rule as soon as that is in force', () => {
    const rig = alarmRig([steep]);
    rig.raise(0, causeOf('first'));
    rig.inForce.set('ring', { ...steep, escalation: [{ afterMs: 10_000, to: 'province' }] });
    rig.engine.ruleChanged('ring', rig.at(5));
    rig.tick(10);
    expect(rig.alarm.told).toEqual(['dispatchers', 'province']);
  });

  it('comes no later than its time after the clock was set back an hour', () => {
    const rig = alarmRig([steep]);
    rig.raise(3_600, causeOf('first'));
    rig.tick(0);
    rig.tick(59);
    expect(rig.alarm.escalations).toBe(0);
    rig.tick(60);
    expect(rig.alarm.escalations).toBe(1);
  });
});

describe('an alarm that is normal', () => {
  it('closes by itself after 10 minutes without an event', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    rig.end(1);
    rig.order(10, rig.alarm, { kind: 'acknowledge' });
    rig.order(300, rig.alarm, { kind: 'comment', text: 'sudah pulang' });
    rig.tick(899);
    expect(rig.alarm.state).toBe('normal');
    rig.tick(900);
    expect(rig.alarm.closed).toMatchObject({ by: null, outcome: 'returned' });
    expect(rig.engine.isWaiting).toBe(false);
  });

  it('waits for a person where an outcome is needed', () => {
    const rig = alarmRig([ruleOf({ needsOutcome: true })]);
    rig.raise(0, causeOf('first'));
    rig.end(1);
    rig.order(10, rig.alarm, { kind: 'acknowledge' });
    rig.tick(100_000);
    expect(rig.alarm.state).toBe('normal');
  });
});

it('never lets an SOS end without a person', () => {
  const rig = alarmRig([sosRule]);
  rig.raise(0, causeOf('first', sos));
  rig.end(1, { kind: 'sos', subjectKey: 'unit:12' });
  rig.engine.ruleGone('sos', rig.at(2));
  rig.tick(1_000_000);
  expect(rig.alarm.state).toBe('unacknowledged');
  const early = rig.order(1_000_001, rig.alarm, { kind: 'close', outcome: 'handled' });
  expect(early).toMatchObject({ ok: false, reason: 'not_now' });
  rig.order(1_000_002, rig.alarm, { kind: 'acknowledge' });
  rig.order(1_000_003, rig.alarm, { kind: 'close', outcome: 'handled', text: 'dijemput' });
  expect(rig.alarm.closed).toMatchObject({ by: 'siti', outcome: 'handled', text: 'dijemput' });
});

describe('the shelf', () => {
  const until = (atS: number) =>
    ({ kind: 'shelve', reason: 'pintu rusak', untilMs: startMs + 1000 * atS }) as const;

  it('refuses an end that has passed or is more than 12 hours ahead', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    for (const atS of [5, 10, 10 + 12 * 3_600 + 1, Number.NaN]) {
      const result = rig.order(10, rig.alarm, until(atS));
      expect(result).toMatchObject({ ok: false, reason: 'bad' });
    }
    expect(rig.order(10, rig.alarm, until(10 + 12 * 3_600))).toMatchObject({ ok: true });
  });

  it('gives back what is still so as unacknowledged when it ends, and as acknowledged by hand', () => {
    for (const isByHand of [false, true]) {
      const rig = alarmRig([ruleOf()]);
      rig.raise(0, causeOf('first'));
      rig.order(1, rig.alarm, until(100));
      if (isByHand) rig.order(50, rig.alarm, { kind: 'unshelve' });
      rig.tick(100);
      expect(rig.alarm.state).toBe(isByHand ? 'acknowledged' : 'unacknowledged');
      expect(rig.alarm.shelf).toBeUndefined();
    }
  });
});

describe('suppression by design', () => {
  const phased = ruleOf({ suppressedPhases: ['counting'] });

  it('notes it, shows it to nobody, and calls when the phase is over and it still is so', () => {
    const rig = alarmRig([{ ...phased, escalation: [{ afterMs: 60_000, to: 'everyone' }] }]);
    rig.suppressed.isNow = true;
    rig.raise(0, causeOf('first'), { isSuppressed: true });
    rig.tick(100);
    expect(rig.alarm).toMatchObject({ state: 'suppressed', told: [], escalations: 0 });
    rig.suppressed.isNow = false;
    rig.tick(101);
    expect(rig.alarm).toMatchObject({ state: 'unacknowledged', told: ['dispatchers'] });
    rig.tick(161);
    expect(rig.alarm.told).toEqual(['dispatchers', 'everyone']);
  });

  it('never holds an SOS', () => {
    const rig = alarmRig([{ ...sosRule, suppressedPhases: ['counting'] }]);
    rig.suppressed.isNow = true;
    rig.raise(0, causeOf('first', sos), { isSuppressed: true });
    rig.tick(1);
    expect(rig.alarm.state).toBe('unacknowledged');
  });

  it('asks once for a rule and operation, however many alarms there are', () => {
    let asked = 0;
    const rig = alarmRig([phased], {
      isSuppressedNow: () => {
        asked += 1;
        return false;
      },
    });
    for (let unit = 0; unit < 100; unit++) {
      rig.raise(0, causeOf(`c${unit}`, { subjectKey: `unit:${unit}/fence:7` }));
    }
    rig.tick(1);
    expect(asked).toBe(1);
  });
});

describe('orders', () => {
  it('give the second who acknowledges the result of the first', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const seen = { seenVersion: rig.alarm.version };
    const first = rig.order(1, rig.alarm, { kind: 'acknowledge' }, { actor: 'budi', ...seen });
    const second = rig.order(2, rig.alarm, { kind: 'acknowledge' }, { actor: 'siti', ...seen });
    expect(first).toMatchObject({ ok: true, isDone: true });
    expect(second).toMatchObject({
      ...{ ok: true, isDone: false },
      alarm: { acknowledged: { by: 'budi' } },
    });
  });

  it('do nothing again when they are asked again, and are answered the same', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const once = { orderId: 'once' };
    const first = rig.order(1, rig.alarm, { kind: 'comment', text: 'a' }, once);
    const again = rig.order(2, rig.alarm, { kind: 'comment', text: 'a' }, once);
    expect(again).toEqual(first);
    expect(rig.alarm.comments).toBe(1);
  });

  it('are refused where their id was used by somebody else, or for another action', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('enter-1'));
    const { alarm } = rig;
    const orderId = 'order-of-siti';
    expect(rig.order(1, alarm, { kind: 'acknowledge' }, { orderId })).toMatchObject({ ok: true });
    for (const [action, actor] of [
      [{ kind: 'comment', text: 'x' }, 'siti'],
      [{ kind: 'acknowledge' }, 'budi'],
    ] as const) {
      expect(rig.order(2, alarm, action, { orderId, actor })).toMatchObject({
        ...{ ok: false, reason: 'bad' },
      });
    }
    expect(rig.kinds()).toEqual(['raised', 'acknowledged']);
  });

  it('are refused where somebody else decided since', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const seen = { seenVersion: 1 };
    const to = { kind: 'unit', unitId: 'patroli-3' } as const;
    rig.order(1, rig.alarm, { kind: 'assign', to }, { actor: 'budi', ...seen });
    const late = rig.order(2, rig.alarm, { kind: 'close', outcome: 'duplicate' }, seen);
    expect(late).toMatchObject({ ok: false, reason: 'changed', alarm: { assignee: to } });
    const own = rig.order(3, rig.alarm, { kind: 'acknowledge' }, { actor: 'budi', ...seen });
    expect(own).toMatchObject({ ok: true, isDone: true });
  });

  it('are not refused for what the server did meanwhile, nor remarks for anything', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const seen = { seenVersion: 1 };
    rig.end(1);
    rig.raise(2, causeOf('second'));
    expect(rig.order(3, rig.alarm, { kind: 'acknowledge' }, seen)).toMatchObject({ ok: true });
    const step = { kind: 'answer_step', step: 1, isDone: true } as const;
    const by = { actor: 'budi', ...seen };
    expect(rig.order(4, rig.alarm, step, by)).toMatchObject({ ok: true, isDone: true });
    expect(rig.order(5, rig.alarm, step, by)).toMatchObject({ ok: true, isDone: false });
    expect(rig.alarm.procedure[1]?.done).toEqual({ by: 'budi', atMs: startMs + 4_000 });
    const text = { kind: 'comment', text: 'dicek' } as const;
    expect(rig.order(6, rig.alarm, text, by)).toMatchObject({ ok: true, isDone: true });
  });

  it('say what is wrong with them', () => {
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('first'));
    const noStep = rig.order(1, rig.alarm, { kind: 'answer_step', step: 2, isDone: true });
    expect(noStep).toMatchObject({ reason: 'bad', detail: expect.stringContaining('2 steps') });
    const unknown = rig.order(2, { ...rig.alarm, id: 'nobody' }, { kind: 'acknowledge' });
    expect(unknown).toMatchObject({ reason: 'not_found' });
    rig.order(3, rig.alarm, { kind: 'close', outcome: 'handled' });
    const after = rig.order(4, rig.alarm, { kind: 'comment', text: 'a' });
    expect(after).toMatchObject({ reason: 'not_now', detail: expect.stringContaining('closed') });
  });
});

describe('bounds', () => {
  it('closes the oldest of the lowest priority, and no SOS, past so many open ones', () => {
    const low = ruleOf({ id: 'low', priority: 'low' });
    const rig = alarmRig([low, ruleOf({ id: 'high' }), sosRule], { bounds: { open: 3 } });
    rig.raise(0, causeOf('s', sos), {}, 'sos');
    rig.raise(1, causeOf('a', { subjectKey: 'a' }), {}, 'high');
    rig.raise(2, causeOf('b', { subjectKey: 'b' }), {}, 'low');
    rig.raise(3, causeOf('c', { subjectKey: 'c' }), {}, 'low');
    const open = () => Array.from(rig.engine.open(), ({ causeKey }) => causeKey);
    expect(open()).toEqual(['sos|unit:12', 'high|a', 'low|c']);
    expect(rig.alarm).toMatchObject({
      causeKey: 'low|b',
      closed: { by: null, outcome: 'overflow' },
    });
    rig.raise(4, causeOf('d', { subjectKey: 'd' }), {}, 'high');
    rig.raise(5, causeOf('e', { subjectKey: 'e' }), {}, 'high');
    expect(open()).toEqual(['sos|unit:12', 'high|d', 'high|e']);
    expect(rig.engine.counts()).toMatchObject({ open: 3, overflowed: 3 });
  });

  it('forgets the alarm that was closed first', () => {
    const rig = alarmRig([ruleOf()], { bounds: { closed: 1 } });
    const ids = ['a', 'b'].map((id) => {
      rig.raise(0, causeOf(id, { subjectKey: id }));
      rig.order(1, rig.alarm, { kind: 'close', outcome: 'test' });
      return rig.alarm.id;
    });
    expect(ids.map((id) => rig.engine.find(id)?.state)).toEqual([undefined, 'closed']);
  });
});

describe('alarms of the database', () => {
  /** A journal of some records, the first `from` of which are in the database. */
  const story = (rig: ReturnType<typeof alarmRig>): void => {
    rig.raise(0, causeOf('first'));
    rig.tick(60);
    rig.order(61, rig.alarm, { kind: 'acknowledge' }, { orderId: 'ack' });
    rig.end(62);
    rig.raise(63, causeOf('second'));
    rig.tick(130);
  };
  const rule = ruleOf({ escalation: [{ afterMs: 60_000, to: 'everyone' }] });

  it('take no record that they have, and go on with the next', () => {
    const whole = alarmRig([rule]);
    story(whole);
    // after the acknowledgement, which was the third record
    const kept: Alarm | undefined = whole.events.find(({ kind }) => kind === 'acknowledged')?.alarm;
    const rig = alarmRig([rule]);
    if (kept !== undefined) rig.engine.adopt([kept]);
    story(rig);
    const later = whole.events.filter(({ alarm }) => alarm.sequence > (kept?.sequence ?? 0));
    expect(later.map(({ kind }) => kind)).toEqual(['returned', 'occurred_again', 'escalated']);
    expect(rig.events).toEqual(later);
  });

  it('are left where another one of the same cause is known', () => {
    const before = alarmRig([ruleOf()]);
    before.raise(0, causeOf('enter-1'));
    const rig = alarmRig([ruleOf()]);
    rig.raise(0, causeOf('enter-2'));
    const known = rig.alarm;
    rig.engine.adopt([{ ...before.alarm, id: 'other', sequence: 0 }]);
    expect([...rig.engine.open()]).toEqual([known]);
    rig.end(1);
    expect(rig.alarm.isActive).toBe(false);
  });

  it('are not raised again when they were closed lately', () => {
    const whole = alarmRig([rule]);
    whole.raise(0, causeOf('first'));
    whole.order(1, whole.alarm, { kind: 'close', outcome: 'handled' });
    const rig = alarmRig([rule]);
    rig.engine.adopt([whole.alarm]);
    rig.raise(0, causeOf('first'));
    expect(rig.events).toEqual([]);
  });
});

it('ends what a rule raised when it is gone, and says why', () => {
  const rig = alarmRig([ruleOf()]);
  rig.raise(0, causeOf('first'));
  rig.engine.ruleGone('ring', rig.at(1));
  expect(rig.alarm).toMatchObject({ state: 'returned_unacknowledged', isActive: false });
  expect(rig.events.at(-1)?.data).toEqual({ because: 'rule_gone' });
});

it('ends only what the cause names a rule of', () => {
  const rig = alarmRig([ruleOf(), ruleOf({ id: 'other' })]);
  rig.raise(0, causeOf('a'), {}, 'ring');
  rig.raise(0, causeOf('b'), {}, 'other');
  rig.end(1, { ruleId: 'other' });
  expect(Array.from(rig.engine.open(), ({ isActive }) => isActive)).toEqual([true, false]);
  rig.end(2);
  expect(Array.from(rig.engine.open(), ({ isActive }) => isActive)).toEqual([false, false]);
});

it('calls an alarm stale that is open for more than 24 hours', () => {
  const rig = alarmRig([ruleOf()]);
  rig.raise(0, causeOf('first'));
  const dayMs = 24 * 3_600_000;
  expect(isStale(rig.alarm, startMs + dayMs)).toBe(false);
  expect(isStale(rig.alarm, startMs + dayMs + 1)).toBe(true);
});
