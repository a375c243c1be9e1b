import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../../../server/alarms/defaultRules.ts';
import { ruleDetails } from '../../../../server/domain/ruleDetails.ts';
import { ruleWords } from '../../../../web/src/rules/ruleWords.ts';
import {
  bodyOfRule,
  newRule,
  ruleBodyOf,
  ruleFault,
  typedRuleOf,
} from '../../../../web/src/rules/typedRule.ts';
import { yesterdayOf } from '../../../../web/src/rules/yesterdayOf.ts';
import { indonesian } from '../indonesian.ts';

const rules = defaultRules.map(ruleDetails);

describe('the form of a rule', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))('sends %s as it was', (_id, rule) => {
    const typed = typedRuleOf(rule);
    expect(ruleFault(typed)).toBeUndefined();
    expect(ruleBodyOf(typed)).toEqual(bodyOfRule(rule));
  });

  it('keeps hours of the week, and refuses what is no time', () => {
    const window = { row: 0, fromDay: 4, from: '18:30', toDay: 5, to: '24:00' };
    const typed = { ...newRule(['64.08']), weekly: [window] };
    expect(ruleBodyOf(typed).during).toEqual({
      weekly: [{ fromDay: 4, fromMinute: 1_110, toDay: 5, toMinute: 1_440 }],
    });
    const named = { ...typed, id: 'a', name: { id: 'A', en: '' }, text: { id: 'A', en: '' } };
    expect(ruleFault(named)).toBeUndefined();
    const wrong = { ...named, weekly: [{ ...window, from: 'sore' }] };
    expect(ruleFault(wrong)?.reason).toBe('bad_during');
  });

  it('takes minutes with a comma, and only the numbers that the kind asks for', () => {
    const begun = newRule([]);
    const numbers = { ...begun.numbers, radiusM: '50', forMs: '2,5', belowPct: '20' };
    const stopped = { ...begun, kind: 'stopped', numbers } as const;
    expect(ruleBodyOf(stopped).condition).toEqual({
      kind: 'stopped',
      radiusM: 50,
      forMs: 150_000,
    });
  });

  it('finds which part is wrong before it asks the server', () => {
    const begun = newRule(['64.08']);
    expect(ruleFault(begun)?.reason).toBe('bad_id');
    const named = {
      ...begun,
      ...{ id: 'baterai', name: { id: 'Baterai', en: '' }, text: { id: 'Baterai', en: '' } },
    };
    expect(ruleFault({ ...named, kind: 'battery_low' })?.reason).toBe('bad_condition');
    expect(ruleFault({ ...named, delayS: '' })?.reason).toBe('bad_delay');
    const late = [{ row: 0, afterS: '5', to: 'everyone' } as const];
    expect(ruleFault({ ...named, escalation: late })?.reason).toBe('bad_escalation');
    expect(ruleFault({ ...named, tell: [] })?.reason).toBe('bad_escalation');
  });

  it('begins with the regions of the person, and with none for who has all', () => {
    expect(ruleBodyOf(newRule(['64.08', '64.09'])).where).toEqual({ regions: ['64.08', '64.09'] });
    expect(ruleBodyOf(newRule(['*'])).where).toEqual({});
  });
});

describe('a rule in words', () => {
  it('says what the ring of KPU watches', async () => {
    const t = await indonesian();
    const ring = rules.find(({ id }) => id === 'kpu-ring-1');
    if (ring === undefined) throw new Error('there is no kpu-ring-1');
    expect(ruleWords(ring, t)).toBe(
      'Masuk ke ring KPU oleh Sepeda motor / Mobil patroli / Water cannon (AWC) / Kendaraan taktis (APC) / Mobil pemadam / Truk yang tidak ditugaskan',
    );
  });

  it('says something whole of each rule that comes with Posko', async () => {
    const t = await indonesian();
    for (const rule of rules) {
      expect(ruleWords(rule, t), rule.id).not.toMatch(/undefined|\{\{|NaN|ruleWords/);
    }
  });
});

it('takes yesterday from midnight to midnight of the zone', () => {
  const nowMs = Date.UTC(2024, 10, 27, 17, 30);
  expect(yesterdayOf(nowMs, { name: 'WITA' })).toEqual({
    fromMs: Date.UTC(2024, 10, 26, 16),
    toMs: Date.UTC(2024, 10, 27, 16),
  });
  expect(yesterdayOf(nowMs, { name: 'WIB' }).toMs).toBe(Date.UTC(2024, 10, 27, 17));
});
