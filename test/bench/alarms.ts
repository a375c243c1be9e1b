/* What alarms cost: a flood of 10,000 in a minute with 50,000 open, a tick, the load, and keeping all of it. */
import { deserialize, serialize } from 'node:v8';
import { AlarmEngine } from '../../server/alarms/alarmEngine.ts';
import { alarmLoad, briefLoad } from '../../server/alarms/alarmLoad.ts';
import type { Particulars } from '../../server/alarms/raisedAlarm.ts';
import type { Cause } from '../../server/domain/cause.ts';
import { dayMs, minuteMs } from '../../server/domain/durations.ts';
import type { Rule } from '../../server/domain/rule.ts';
import { printResult, quantile, timeRounds } from './measure.ts';

const startMs = Date.UTC(2024, 10, 27, 1, 0, 0);
const openBefore = 50_000;
const flood = 10_000;
const scopes = ['*', '64', '64.08', '35'];
const rules = Array.from({ length: 20 }, (_, number) => ruleOf(number));
const ruleById = new Map(rules.map((rule) => [rule.id, rule]));

export function benchAlarms(): void {
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  let told = 0;
  const engine = openEngine(() => {
    told += 1;
  });
  let sequence = 0;
  const raise = (number: number, atMs: number): void => {
    const rule = rules[number % rules.length];
    if (rule === undefined) return;
    sequence += 1;
    engine.raise(rule, causeOf(number, atMs), particularsOf(number), { atMs, sequence });
  };
  for (let i = 0; i < openBefore; i++) raise(i, startMs + i);
  globalThis.gc?.();
  const heapMB = (process.memoryUsage().heapUsed - heapBefore) / 1e6;

  const floodMs = startMs + 2 * minuteMs;
  const beganMs = performance.now();
  for (let i = 0; i < flood; i++) raise(openBefore + i, floodMs + i * (minuteMs / flood));
  const raiseUs = (1000 * (performance.now() - beganMs)) / flood;

  const nowMs = floodMs + minuteMs;
  const tick = (afterMs: number): number =>
    timed(() => {
      sequence += 1;
      engine.tick({ atMs: nowMs + afterMs, sequence });
    });
  tick(0);
  const quiet = Array.from({ length: 200 }, (_, i) => tick(1 + i));
  const toldBefore = told;
  const busyMs = tick(10 * minuteMs);
  const question = { nowMs, operators: 4 };
  const brief = timeRounds(20, () => {
    for (const scope of scopes) briefLoad(engine.history, { ...question, scope: [scope] });
  });
  const full = timeRounds(5, () =>
    alarmLoad(engine.history, engine.open(), { ...question, scope: ['*'] }),
  );
  let bytes = Buffer.alloc(0);
  const keepMs = timed(() => {
    bytes = serialize(engine.checkpoint());
  });
  const restoreMs = timed(() => openEngine(() => undefined).restore(deserialize(bytes)));
  const { open, overflowed } = engine.counts();
  printResult('alarms', {
    ...{ open, overflowed, flood, escalated: told - toldBefore },
    ...rounded({ raiseUs, heapMB, busyTickMs: busyMs }),
    ...{ tickMs: quantile(quiet, 0.5), tickP99Ms: quantile(quiet, 0.99) },
    ...{ briefLoadMs: brief.median / scopes.length, loadMs: full.median },
    ...rounded({ keepMs, keptMB: bytes.byteLength / 1e6, restoreMs }),
  });
}

function openEngine(onEvent: () => void): AlarmEngine {
  return new AlarmEngine({
    ...{ onEvent, ruleOf: (id) => ruleById.get(id), isSuppressedNow: () => false },
  });
}

function ruleOf(number: number): Rule {
  const text = { id: 'Unit {unit} masuk {place}', en: 'Unit {unit} is inside {place}' };
  return {
    ...{ id: `rule-${number}`, version: 1, isDefault: true, isEnabled: true, name: text, text },
    ...{ condition: { kind: 'enter' }, where: {}, who: {}, during: {} },
    priority: (['low', 'low', 'low', 'medium', 'high'] as const)[number % 5] ?? 'low',
    procedure: Array.from({ length: 6 }, () => ({ text, answers: text })),
    tell: ['dispatchers'],
    escalation: [
      { afterMs: 5 * minuteMs, to: 'commanders' },
      { afterMs: dayMs, to: 'everyone' },
    ],
    ...{ delayMs: 0, suppressedPhases: number % 2 === 0 ? ['counting'] : [], needsOutcome: false },
  };
}

function causeOf(number: number, atMs: number): Cause {
  return {
    ...{ id: `0cddbfc8-8a52-591e-aaac-${String(number).padStart(12, '0')}`, kind: 'enter' },
    ...{ edge: 'began', subjectKey: `unit:${number}/fence:${number % 700}` },
    ...{ unitKey: number, fenceKey: number % 700, happenedAtMs: atMs, atMs },
  };
}

function particularsOf(number: number): Particulars {
  const callsign = `Patroli ${number}`;
  const text = `${callsign} masuk KPU Kutai Timur`;
  return {
    subject: {
      ...{ unitKey: number, unitId: `patroli-${number}`, callsign, fenceKey: number % 700 },
      ...{
        fenceId: `ring-${number % 700}`,
        fenceName: `Ring ${number % 700}`,
        place: [117.5, 0.5],
      },
    },
    ...{ regions: ['64.08', `64.0${number % 9}`], operationId: 'mantap-praja', isExercise: false },
    ...{ text: { id: text, en: text }, isSuppressed: false },
  };
}

function timed(work: () => unknown): number {
  const fromMs = performance.now();
  work();
  return performance.now() - fromMs;
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  );
}
