import { AlarmEngine, type AlarmEngineParts } from '../../../server/alarms/alarmEngine.ts';
import type { Particulars } from '../../../server/alarms/raisedAlarm.ts';
import type { Alarm, AlarmAction, AlarmEvent, AlarmResult } from '../../../server/domain/alarm.ts';
import type { Cause } from '../../../server/domain/cause.ts';
import type { Rule } from '../../../server/domain/rule.ts';

export const startMs = Date.UTC(2024, 10, 27, 1, 0, 0);

/** A rule of an urgent ring, with what differs. */
export function ruleOf(fields: Partial<Rule> = {}): Rule {
  return {
    id: 'ring',
    version: 1,
    isDefault: false,
    isEnabled: true,
    name: { id: 'Masuk ring 1', en: 'Inside ring 1' },
    condition: { kind: 'enter' },
    where: {},
    who: {},
    during: {},
    priority: 'high',
    text: { id: '{unit} masuk', en: '{unit} is inside' },
    procedure: [
      { text: { id: 'Hubungi', en: 'Call' }, answers: { id: 'Operator', en: 'Dispatcher' } },
      { text: { id: 'Kirim', en: 'Send' }, answers: { id: 'Kabag Ops', en: 'Head of operations' } },
    ],
    tell: ['dispatchers'],
    escalation: [],
    delayMs: 0,
    suppressedPhases: [],
    needsOutcome: false,
    ...fields,
  };
}

export const sosRule = ruleOf({
  ...{ id: 'sos', condition: { kind: 'sos' }, priority: 'sos', needsOutcome: true },
});

/** Of unit 12 at fence 7, with what differs. */
export function causeOf(id: string, fields: Partial<Cause> = {}): Cause {
  return {
    ...{ id, kind: 'enter', edge: 'began', subjectKey: 'unit:12/fence:7' },
    ...{ unitKey: 12, fenceKey: 7, happenedAtMs: startMs, atMs: startMs },
    ...fields,
  };
}

export function particularsOf(fields: Partial<Particulars> = {}): Particulars {
  return {
    subject: { unitKey: 12, unitId: 'patroli-12', callsign: 'Patroli 12', fenceKey: 7 },
    ...{ regions: ['64.08'], isExercise: false, isSuppressed: false },
    text: { id: 'Patroli 12 masuk', en: 'Patroli 12 is inside' },
    ...fields,
  };
}

export type AlarmRig = ReturnType<typeof alarmRig>;

/** An engine whose records come one after the other; times are seconds from the start. */
export function alarmRig(rules: readonly Rule[], parts: Partial<AlarmEngineParts> = {}) {
  const events: AlarmEvent[] = [];
  const inForce = new Map(rules.map((rule) => [rule.id, rule]));
  const suppressed = { isNow: false };
  const engine = new AlarmEngine({
    onEvent: (event) => void events.push(event),
    ruleOf: (id) => inForce.get(id),
    isSuppressedNow: () => suppressed.isNow,
    ...parts,
  });
  let sequence = 0;
  let orders = 0;
  const at = (atS: number) => {
    sequence += 1;
    return { atMs: startMs + 1000 * atS, sequence };
  };
  const rule = (id: string): Rule => {
    const found = inForce.get(id);
    if (found === undefined) throw new Error(`no rule ${id}`);
    return found;
  };
  return {
    ...{ engine, events, inForce, suppressed, at },
    raise(
      atS: number,
      cause: Cause,
      particulars: Partial<Particulars> = {},
      ruleId?: string,
    ): void {
      const of = rule(ruleId ?? rules[0]?.id ?? '');
      engine.raise(of, cause, particularsOf(particulars), at(atS));
    },
    end(atS: number, fields: Partial<Cause> = {}): void {
      engine.end(causeOf(`end-${atS}`, { edge: 'ended', ...fields }), at(atS));
    },
    tick(atS: number): void {
      engine.tick(at(atS));
    },
    /** Each second from the first to the last. */
    ticks(fromS: number, toS: number): void {
      for (let atS = fromS; atS <= toS; atS++) engine.tick(at(atS));
    },
    order(
      atS: number,
      alarm: Alarm,
      action: AlarmAction,
      fields: { actor?: string; seenVersion?: number; orderId?: string } = {},
    ): AlarmResult {
      orders += 1;
      const order = { orderId: `order-${orders}`, actor: 'siti', ...fields };
      return engine.order({ ...order, alarmId: alarm.id, action }, at(atS));
    },
    /** The only alarm there is, or the newest one. */
    get alarm(): Alarm {
      const last = events.at(-1);
      const [any] = engine.open();
      const alarm = last === undefined ? any : (engine.find(last.alarmId) ?? last.alarm);
      if (alarm === undefined) throw new Error('there is no alarm');
      return alarm;
    },
    kinds(): readonly string[] {
      return events.map(({ kind }) => kind);
    },
  };
}
