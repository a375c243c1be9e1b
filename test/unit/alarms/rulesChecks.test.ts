import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { builtInSosRule, defaultRules } from '../../../server/alarms/defaultRules.ts';
import { priorities, type Rule, ruleKinds } from '../../../server/domain/rule.ts';
import {
  ruleBodySchema,
  ruleDetails,
  ruleDetailsSchema,
} from '../../../server/domain/ruleDetails.ts';
import { checkRule, type RuleInput } from '../../../server/domain/ruleFields.ts';

const typed: RuleInput = {
  id: 'masuk-gudang',
  name: { id: ' Masuk gudang ', en: '' },
  condition: { kind: 'enter' },
  priority: 'low',
  text: { id: '{unit} masuk {place}', en: '{unit} entered {place}' },
};
const reasonOf = (changes: Partial<RuleInput>): string => {
  const checked = checkRule({ ...typed, ...changes });
  return checked.ok ? 'taken' : `${checked.reason}: ${checked.detail}`;
};

describe('a rule that somebody typed', () => {
  it('comes back whole: switched off, for everybody, in both languages', () => {
    const checked = checkRule(typed);
    expect(checked).toMatchObject({
      ok: true,
      value: {
        ...{ name: { id: 'Masuk gudang', en: 'Masuk gudang' }, isEnabled: false, delayMs: 0 },
        ...{ where: {}, who: {}, during: {}, tell: ['dispatchers'], escalation: [] },
        needsOutcome: false,
      },
    });
  });

  it('of an unknown kind is told which there are', () => {
    const told = reasonOf({ condition: { kind: 'entre' } });
    expect(told).toContain('bad_condition: there is no kind "entre"');
    for (const kind of ruleKinds) expect(told).toContain(kind);
    expect(reasonOf({ condition: { kind: 'constructor' } })).toContain('there is no kind');
  });

  it.each<[string, Partial<RuleInput>]>([
    ['bad_id', { id: 'Masuk Gudang' }],
    ['bad_name', { name: { id: ' ' } }],
    ['bad_name', { name: { id: 'x'.repeat(81) } }],
    ['bad_text: there is no {units}', { text: { id: '{units} masuk' } }],
    ['bad_text', { text: { id: 'masuk', en: 'x'.repeat(301) } }],
    ['bad_condition: enter has no radiusM', { condition: { kind: 'enter', radiusM: 20 } }],
    ['bad_condition: forMs of stopped', { condition: { kind: 'stopped', radiusM: 50 } }],
    ['bad_condition: belowPct', { condition: { kind: 'battery_low', belowPct: Number.NaN } }],
    [
      'bad_condition: unitIds of roaming',
      { condition: { kind: 'roaming', unitIds: ['a', 'a'], sense: 'nearer', limitM: 50 } },
    ],
    [
      'bad_condition: sense',
      { condition: { kind: 'roaming', unitIds: ['a', 'b'], sense: 'near', limitM: 50 } },
    ],
    ['bad_where: there is no province', { where: { regions: ['99.01'] } }],
    ['bad_where: siteKinds has', { where: { siteKinds: [] } }],
    [
      'bad_where: battery_low is not of a site',
      { condition: { kind: 'battery_low', belowPct: 20 }, where: { siteKinds: ['tps'] } },
    ],
    [
      'bad_where: absence is not of a fence',
      { condition: { kind: 'absence' }, where: { fenceIds: ['a'] } },
    ],
    [
      'bad_who: absence is of a site',
      { condition: { kind: 'absence' }, who: { unitKinds: ['truck'] } },
    ],
    [
      'bad_who: not_reported is of all',
      { condition: { kind: 'not_reported' }, who: { agencies: ['polri'] } },
    ],
    ['bad_during: a phase', { during: { phases: ['Voting Day'] } }],
    ['bad_during: weekly', { during: { weekly: [] } }],
    ['bad_during: timeZone goes', { during: { timeZone: 'Asia/Makassar' } }],
    ['bad_during: a phase', { suppressedPhases: ['-'] }],
    ['bad_priority', { priority: 'sos' }],
    ['bad_priority', { condition: { kind: 'sos' } }],
    [
      'bad_priority: an SOS is never',
      { condition: { kind: 'sos' }, priority: 'sos', suppressedPhases: ['quiet'] },
    ],
    ['bad_delay', { delayMs: 24 * 3_600_000 + 1 }],
    ['bad_delay: cross does not last', { condition: { kind: 'cross' }, delayMs: 1_000 }],
    [
      'bad_escalation: afterMs',
      {
        escalation: [
          { afterMs: 60_000, to: 'commanders' },
          { afterMs: 60_000, to: 'everyone' },
        ],
      },
    ],
    ['bad_escalation: tell', { tell: [] }],
    ['bad_procedure: text of step 1', { procedure: [{ text: { id: '' }, answers: { id: 'a' } }] }],
    ['bad_procedure: a procedure', { procedure: Array(21).fill(null) }],
  ])('is refused as %s', (told, changes) => {
    expect(reasonOf(changes)).toMatch(new RegExp(`^${told.replaceAll(/[{}]/g, '\\$&')}`));
  });

  it('of an SOS always needs an outcome', () => {
    const checked = checkRule({ ...typed, condition: { kind: 'sos' }, priority: 'sos' });
    expect(checked).toMatchObject({ ok: true, value: { needsOutcome: true } });
  });
});

describe('the rules that come with Posko', () => {
  it.each(
    defaultRules.map((rule): [string, Rule] => [rule.id, rule]),
  )('%s can be typed and shown', (_, rule) => {
    const { version: _version, isDefault: _isDefault, ...fields } = rule;
    expect(checkRule(fields)).toEqual({ ok: true, value: { ...fields, operationId: undefined } });
    const details = ruleDetails(rule);
    expect(Value.Check(ruleDetailsSchema, details)).toBe(true);
    const { id: _id, version: _v, isDefault: _d, ...body } = details;
    expect(Value.Check(ruleBodySchema, body)).toBe(true);
    expect(rule.procedure.length).toBeGreaterThan(0);
  });

  it('have ids of their own, and hold one SOS rule', () => {
    const ids = [...defaultRules, builtInSosRule].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(defaultRules.filter(({ priority }) => priority === 'sos')).toHaveLength(1);
    expect(new Set(defaultRules.map(({ priority }) => priority))).toEqual(new Set(priorities));
  });
});
