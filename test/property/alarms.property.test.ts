import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlarmEngine } from '../../server/alarms/alarmEngine.ts';
import type { Alarm, AlarmAction, AlarmEvent, AlarmState } from '../../server/domain/alarm.ts';
import type { Cause } from '../../server/domain/cause.ts';
import type { Rule } from '../../server/domain/rule.ts';
import { particularsOf, ruleOf, sosRule, startMs } from '../unit/alarms/alarmRig.ts';

const rules: readonly Rule[] = [
  sosRule,
  ruleOf({
    ...{ id: 'ring', escalation: [{ afterMs: 90_000, to: 'commanders' }] },
    suppressedPhases: ['counting'],
  }),
  ruleOf({ id: 'slow', delayMs: 45_000, needsOutcome: true, condition: { kind: 'absence' } }),
  ruleOf({ id: 'speed', priority: 'low', condition: { kind: 'zone_speed' } }),
];
const ruleById = new Map(rules.map((rule) => [rule.id, rule]));
const subjects = ['unit:1', 'unit:2'];
const minute = 60_000;

/** One record of the journal. */
type Input =
  | { readonly is: 'raise'; readonly rule: number; readonly subject: number }
  | { readonly is: 'end'; readonly rule: number; readonly subject: number }
  | { readonly is: 'tick' }
  | { readonly is: 'phase'; readonly isCounting: boolean }
  | { readonly is: 'order'; readonly alarm: number; readonly by: string; readonly action: Action };
type Action = 'acknowledge' | 'shelve' | 'unshelve' | 'take_out' | 'put_back' | 'close' | 'comment';
type Step = { readonly input: Input; readonly afterMs: number; readonly isRestart: boolean };

const pairs = { rule: fc.nat(rules.length - 1), subject: fc.nat(subjects.length - 1) };
const anyAction = fc.constantFrom<Action>(
  ...(['acknowledge', 'acknowledge', 'shelve', 'unshelve', 'take_out'] as const),
  ...(['put_back', 'close', 'comment'] as const),
);
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('raise' as const), ...pairs }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('end' as const), ...pairs }) },
  { weight: 6, arbitrary: fc.record({ is: fc.constant('tick' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('phase' as const), isCounting: fc.boolean() }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      is: fc.constant('order' as const),
      alarm: fc.nat(7),
      by: fc.constantFrom('siti', 'budi'),
      action: anyAction,
    }),
  },
);
const anyStep: fc.Arbitrary<Step> = fc.record({
  input: anyInput,
  afterMs: fc.constantFrom(0, 1_000, 15_000, 45_000, 120_000, 700_000),
  isRestart: fc.boolean(),
});
const anyStory = fc.array(anyStep, { minLength: 1, maxLength: 60, size: 'max' });

/** How the rule and subject came to be, by a number. */
function causeOf({ id, condition }: Rule, subjectKey: string, step: number, edge: Cause['edge']) {
  const atMs = startMs;
  const cause: Cause = {
    ...{ id: `${id}-${subjectKey}-${step}`, kind: condition.kind, subjectKey },
    ...{ edge, happenedAtMs: atMs, atMs },
  };
  return cause;
}

const edgeOf = (rule: Rule): 'momentary' | 'began' =>
  rule.id === 'sos' || rule.id === 'speed' ? 'momentary' : 'began';

function actionOf(action: Action, atMs: number): AlarmAction {
  switch (action) {
    case 'shelve':
      return { kind: 'shelve', reason: 'uji', untilMs: atMs + 10 * minute };
    case 'take_out':
      return { kind: 'put_out_of_service', reason: 'rusak' };
    case 'put_back':
      return { kind: 'return_to_service' };
    case 'close':
      return { kind: 'close', outcome: 'handled' };
    case 'comment':
      return { kind: 'comment', text: 'dicatat' };
    default:
      return { kind: action };
  }
}

const none = { alarms: [], ids: [] };

/** Runs a story; with restarts the engine is written out, read back and made anew where the story says so. */
function run(
  story: readonly Step[],
  hasRestarts: boolean,
  look?: (world: World) => void,
  adopted: { readonly alarms: readonly Alarm[]; readonly ids: readonly string[] } = none,
) {
  const events: AlarmEvent[] = [];
  let isCounting = false;
  const open = () =>
    new AlarmEngine({
      onEvent: (event) => void events.push(event),
      ruleOf: (id) => ruleById.get(id),
      isSuppressedNow: () => isCounting,
      bounds: { closed: 1_000 },
    });
  let engine = open();
  engine.adopt(adopted.alarms);
  let atMs = startMs;
  const ids = (): readonly string[] =>
    adopted.ids.length > 0 ? adopted.ids : [...new Set(events.map(({ alarmId }) => alarmId))];
  for (const [number, { input, afterMs, isRestart }] of story.entries()) {
    atMs += afterMs;
    const moment = { atMs, sequence: number + 1 };
    if (hasRestarts && isRestart) {
      const kept: ReturnType<AlarmEngine['checkpoint']> = deserialize(
        serialize(engine.checkpoint()),
      );
      engine = open();
      engine.restore(kept);
    }
    const told = events.length;
    let ordered: World['ordered'];
    switch (input.is) {
      case 'raise': {
        const rule = rules[input.rule] ?? sosRule;
        const cause = causeOf(rule, subjects[input.subject] ?? '', number, edgeOf(rule));
        const isSuppressed = isCounting && rule.suppressedPhases.length > 0;
        engine.raise(rule, cause, particularsOf({ isSuppressed }), moment);
        break;
      }
      case 'end': {
        const rule = rules[input.rule] ?? sosRule;
        engine.end(causeOf(rule, subjects[input.subject] ?? '', number, 'ended'), moment);
        break;
      }
      case 'phase':
        isCounting = input.isCounting;
        break;
      case 'tick':
        engine.tick(moment);
        break;
      case 'order': {
        const known = ids();
        const alarmId = known[input.alarm % Math.max(1, known.length)] ?? 'none';
        const order = { orderId: `order-${number}`, alarmId, actor: input.by };
        const result = engine.order({ ...order, action: actionOf(input.action, atMs) }, moment);
        ordered = { alarmId, isDone: result.ok && result.isDone };
      }
    }
    look?.({ engine, input, atMs, number, isCounting, fresh: events.slice(told), ordered });
  }
  return { events, engine };
}

type World = {
  readonly engine: AlarmEngine;
  readonly input: Input;
  readonly atMs: number;
  readonly number: number;
  readonly isCounting: boolean;
  readonly fresh: readonly AlarmEvent[];
  readonly ordered?: { readonly alarmId: string; readonly isDone: boolean } | undefined;
};

/**
 * The lifecycle told once more, as prose would: no table, no queue, every alarm looked at every time.
 * Knows nothing of the engine but what goes in.
 */
class Model {
  readonly lives = new Map<string, Life>();
  readonly waiting = new Map<string, number>();

  take({ input, atMs, isCounting, ordered }: World): void {
    switch (input.is) {
      case 'raise': {
        const rule = rules[input.rule] ?? sosRule;
        const key = `${rule.id}|${subjects[input.subject]}`;
        const life = this.lives.get(key);
        if (rule.delayMs > 0 && life?.isActive !== true) {
          if (!this.waiting.has(key)) this.waiting.set(key, atMs + rule.delayMs);
        } else this.#occur(key, rule, atMs, isCounting);
        return;
      }
      case 'end': {
        const rule = rules[input.rule] ?? sosRule;
        const key = `${rule.id}|${subjects[input.subject]}`;
        this.waiting.delete(key);
        const life = this.lives.get(key);
        if (life === undefined || !life.isActive || rule.id === 'sos') return;
        life.isActive = false;
        life.changedAtMs = atMs;
        return;
      }
      case 'tick':
        this.#tick(atMs, isCounting);
        return;
      case 'phase':
        return;
      case 'order':
        if (ordered !== undefined) this.#order(ordered.alarmId, input.action, atMs);
    }
  }

  /** What people see of one. */
  stateOf({ isActive, put, isTaken }: Life): AlarmState {
    if (put !== undefined) return put;
    if (isActive) return isTaken ? 'acknowledged' : 'unacknowledged';
    return isTaken ? 'normal' : 'returned_unacknowledged';
  }

  #occur(key: string, rule: Rule, atMs: number, isCounting: boolean): void {
    const isHidden = isCounting && rule.suppressedPhases.length > 0;
    const isMomentary = edgeOf(rule) === 'momentary' && rule.id !== 'sos';
    const life = this.lives.get(key);
    if (life === undefined) {
      this.lives.set(key, {
        ...{ alarmId: undefined, rule, isActive: !isMomentary, isTaken: false, count: 1 },
        put: isHidden ? 'suppressed' : undefined,
        ...{ wasShown: !isHidden, changedAtMs: atMs, times: [atMs], isChattering: false },
        ...{ calledAtMs: atMs, escalations: 0, shelfEndsMs: 0, isNewsOnShelf: false },
      });
      return;
    }
    const wasActive = life.isActive;
    const wasCalling = isCalling(life);
    life.count += 1;
    life.times = [...life.times, atMs];
    life.changedAtMs = atMs;
    life.isActive ||= !isMomentary;
    if (life.put === 'shelved') life.isNewsOnShelf = true;
    if (life.put === undefined) {
      if (isHidden) life.put = 'suppressed';
      else if (!wasActive || rule.id === 'sos') life.isTaken = false;
    }
    this.#call(life, wasCalling, atMs);
    const [third] = life.times.slice(-3);
    if (!life.isChattering && life.times.length > 2 && atMs - (third ?? 0) <= minute) {
      life.isChattering = true;
    }
  }

  #tick(atMs: number, isCounting: boolean): void {
    for (const [key, dueMs] of [...this.waiting]) {
      const rule = ruleById.get(key.split('|')[0] ?? '') ?? sosRule;
      if (dueMs > atMs) continue;
      this.waiting.delete(key);
      this.#occur(key, rule, atMs, isCounting);
    }
    for (const [key, life] of [...this.lives]) {
      const { rule } = life;
      const wasCalling = isCalling(life);
      if (life.put === 'shelved' && life.shelfEndsMs <= atMs) {
        life.put = undefined;
        life.isTaken = !life.isActive && !life.isNewsOnShelf;
        life.changedAtMs = atMs;
      }
      this.#call(life, wasCalling, atMs);
      if (life.isChattering && (life.times.at(-1) ?? 0) + 10 * minute <= atMs) {
        // the table of timers goes by time: what settled before is closed and does not chatter on
        const settledAtMs = life.changedAtMs + 10 * minute;
        const isSettled = this.stateOf(life) === 'normal' && !rule.needsOutcome;
        if (!isSettled || (life.times.at(-1) ?? 0) + 10 * minute <= settledAtMs) {
          life.isChattering = false;
          life.changedAtMs = atMs;
        }
      }
      const step = rule.escalation[life.escalations];
      if (isCalling(life) && step !== undefined && life.calledAtMs + step.afterMs <= atMs) {
        life.escalations += 1;
        life.changedAtMs = atMs;
      }
      const isNormal = this.stateOf(life) === 'normal' && !rule.needsOutcome;
      if (isNormal && life.changedAtMs + 10 * minute <= atMs) {
        this.lives.delete(key);
        continue;
      }
      this.#suppress(key, life, atMs, isCounting);
    }
  }

  #suppress(key: string, life: Life, atMs: number, isCounting: boolean): void {
    const mayBe = life.rule.suppressedPhases.length > 0;
    if (life.put === undefined && life.isActive && mayBe && isCounting) {
      life.put = 'suppressed';
      life.changedAtMs = atMs;
      return;
    }
    if (life.put !== 'suppressed' || isCounting) return;
    if (!life.isActive && !life.wasShown && !life.isTaken) {
      this.lives.delete(key);
      return;
    }
    life.put = undefined;
    life.wasShown = true;
    if (life.isActive) life.isTaken = false;
    life.changedAtMs = atMs;
    this.#call(life, false, atMs);
  }

  #order(alarmId: string, action: Action, atMs: number): void {
    const found = [...this.lives].find(([, { alarmId: id }]) => id === alarmId);
    if (found === undefined) return;
    const [key, life] = found;
    const isSos = life.rule.id === 'sos';
    const isHidden = life.put === 'suppressed';
    const done = (): void => {
      life.changedAtMs = atMs;
    };
    switch (action) {
      case 'comment':
        done();
        return;
      case 'acknowledge':
        if (life.put !== undefined || life.isTaken) return;
        life.isTaken = true;
        done();
        return;
      case 'shelve':
        if (isSos || isHidden || life.put === 'out_of_service') return;
        Object.assign(life, { put: 'shelved', isTaken: true });
        // at the same time nobody knows which was first: better to call
        life.isNewsOnShelf = life.times.at(-1) === atMs;
        life.shelfEndsMs = atMs + 10 * minute;
        done();
        return;
      case 'unshelve':
        if (life.put !== 'shelved') return;
        life.put = undefined;
        done();
        return;
      case 'take_out':
        if (life.put === 'out_of_service') return;
        Object.assign(life, { put: 'out_of_service', isTaken: true });
        done();
        return;
      case 'put_back': {
        if (life.put !== 'out_of_service') return;
        life.put = undefined;
        life.isTaken = !life.isActive;
        this.#call(life, false, atMs);
        done();
        return;
      }
      case 'close':
        if (isHidden || (isSos && isCalling(life))) return;
        this.lives.delete(key);
    }
  }

  /** It calls now and did not before. */
  #call(life: Life, wasCalling: boolean, atMs: number): void {
    if (wasCalling || !isCalling(life)) return;
    life.calledAtMs = atMs;
    life.escalations = 0;
  }
}

type Life = {
  alarmId: string | undefined;
  readonly rule: Rule;
  isActive: boolean;
  isTaken: boolean;
  count: number;
  put: 'shelved' | 'suppressed' | 'out_of_service' | undefined;
  wasShown: boolean;
  changedAtMs: number;
  times: readonly number[];
  isChattering: boolean;
  calledAtMs: number;
  escalations: number;
  shelfEndsMs: number;
  /** It was so again since it was put on the shelf. */
  isNewsOnShelf: boolean;
};

function isCalling({ put, isTaken }: Life): boolean {
  return put === undefined && !isTaken;
}

/** What was raised at the same time has no order in the database. */
function byId(engine: AlarmEngine): readonly Alarm[] {
  return [...engine.open()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

describe('alarms', () => {
  it('live as the reference model says, with restarts in between', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const model = new Model();
        run(story, true, (world) => {
          model.take(world);
          const open = [...world.engine.open()];
          for (const { id, causeKey } of open) {
            const life = model.lives.get(causeKey);
            if (life !== undefined) life.alarmId = id;
          }
          const shown = open.map((alarm) => [
            alarm.causeKey,
            ...[alarm.state, alarm.isActive, alarm.occurrences],
            ...[alarm.isChattering, alarm.escalations],
          ]);
          const expected = [...model.lives].map(([key, life]) => [
            key,
            ...[model.stateOf(life), life.isActive, life.count],
            ...[life.isChattering, life.escalations],
          ]);
          expect(shown.sort(), `after record ${world.number}`).toEqual(expected.sort());
        });
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  it('tell the same events with restarts and without', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const calm = run(story, false);
        const shaken = run(story, true);
        expect(shaken.events).toEqual(calm.events);
        expect(shaken.engine.checkpoint()).toEqual(calm.engine.checkpoint());
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('have versions without holes and ids of their own, and never two of one cause', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { events } = run(story, true, ({ engine }) => {
          const keys = Array.from(engine.open(), ({ causeKey }) => causeKey);
          expect(new Set(keys).size).toBe(keys.length);
        });
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        const versions = new Map<string, number>();
        for (const { alarmId, version, alarm } of events) {
          expect(version).toBe((versions.get(alarmId) ?? 0) + 1);
          expect(alarm.version).toBe(version);
          versions.set(alarmId, version);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('that only a person ends are ended by nobody else', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        for (const { alarm, kind, actor } of run(story, true).events) {
          if (!alarm.isLatching) continue;
          expect(alarm.isActive).toBe(true);
          if (kind === 'closed' || kind === 'acknowledged') expect(actor).not.toBeNull();
          expect(['suppressed', 'shelved', 'normal', 'returned_unacknowledged']).not.toContain(
            alarm.state,
          );
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('from the database take what they lack and nothing else', () => {
    fc.assert(
      fc.property(anyStory, fc.nat(60), (story, after) => {
        // orders name alarms by their ids, whoever raised them
        const ids = [...new Set(run(story, false).events.map(({ alarmId }) => alarmId))];
        const named = run(story, false, undefined, { alarms: [], ids });
        const kept = new Map<string, Alarm>();
        for (const { alarm } of named.events) {
          if (alarm.sequence <= after) kept.set(alarm.id, alarm);
        }
        const adopting = run(story, true, undefined, { alarms: [...kept.values()], ids });
        const later = named.events.filter(({ alarm }) => alarm.sequence > after);
        expect(adopting.events).toEqual(later);
        expect(byId(adopting.engine)).toEqual(byId(named.engine));
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
