import { describe, expect, it } from 'vitest';
import {
  checkFit,
  checkOperation,
  phasesAt,
  wrongFencePhases,
} from '../../../server/domain/operation.ts';
import { isPhase } from '../../../server/domain/phase.ts';
import type { PlanFields } from '../../../server/domain/requirementPlan.ts';

const logistics = { phase: 'logistics', startsAtMs: 1, endsAtMs: 100 };
const campaign = { phase: 'campaign', startsAtMs: 20, endsAtMs: 40 };
const phases = [logistics, campaign];

it.each([
  [0, []],
  [1, ['logistics']],
  [20, ['logistics', 'campaign']],
  [39, ['logistics', 'campaign']],
  [40, ['logistics']],
  [100, []],
])('at %d the phases are %o: those that overlap all, the one that began last as the last', (atMs, running) => {
  expect(phasesAt({ startsAtMs: 0, endsAtMs: undefined, phases }, atMs)).toEqual(running);
});

it.each([
  [9, []],
  [10, ['logistics']],
  [29, ['logistics', 'campaign']],
  [30, []],
])('at %d the phases are %o: none before an operation begins and when it is over', (atMs, running) => {
  expect(phasesAt({ startsAtMs: 10, endsAtMs: 30, phases }, atMs)).toEqual(running);
});

it('takes no name for a phase that every object has', () => {
  expect(['voting', 'putaran_2', 'constructor', 'Voting', ''].map(isPhase)).toEqual([
    ...[true, true, false, false, false],
  ]);
});

describe('the plan of an operation', () => {
  const fields = {
    ...{ id: 'pilkada', name: 'Mantap Praja', region: '64.08', isExercise: false },
    ...{ startsAtMs: 1, endsAtMs: undefined, phases },
  };
  const span = { fromMs: 20, toMs: 40 };

  it('asks for nothing when it is left out, wholly or in part', () => {
    const none = { byClass: {}, hours: {} };
    expect(checkOperation(fields)).toMatchObject({ ok: true, value: { plan: none } });
    expect(checkOperation({ ...fields, plan: {} })).toMatchObject({ value: { plan: none } });
    const hours = { campaign: [span] };
    expect(checkOperation({ ...fields, plan: { hours } })).toMatchObject({
      value: { plan: { byClass: {}, hours } },
    });
  });

  it.each<readonly [PlanFields, string]>([
    [{ byClass: { rawan: { 'Voting!': {} } } }, 'class rawan: a phase is a word'],
    [{ byClass: { rawan: { voting: { polri: 1.5 } } } }, 'polri in voting is a whole number'],
    [{ byClass: { rawan: { voting: { polri: -1 } } } }, 'polri in voting is a whole number'],
    [{ byClass: { rawan: { voting: { polri: 2_001 } } } }, 'polri in voting is a whole number'],
    [JSON.parse('{"byClass": {"rawan": {"voting": {"marines": 1}}}}'), 'an agency is one of polri'],
    [JSON.parse('{"byClass": {"dangerous": {}}}'), 'a class is one of kurang_rawan'],
    [{ hours: { constructor: [span] } }, 'a phase is a word'],
    [{ hours: { voting: [{ fromMs: 40, toMs: 40 }] } }, 'hours of voting ends after it starts'],
    [{ hours: { voting: [{ fromMs: Number.NaN, toMs: 40 }] } }, 'ends after it starts'],
    [{ hours: { voting: [{ fromMs: 20, toMs: 9e15 }] } }, 'ends after it starts'],
    [{ hours: { voting: Array(65).fill(span) } }, 'voting has at most 64 spans'],
  ])('is refused where it is %o: %s', (plan, detail) => {
    expect(checkOperation({ ...fields, plan })).toMatchObject({
      ...{ ok: false, reason: 'bad_plan', detail: expect.stringContaining(detail) },
    });
  });
});

describe('phases and plan of an operation', () => {
  const voting = { phase: 'voting', startsAtMs: 20, endsAtMs: 40 };
  const plain = {
    ...{ startsAtMs: 20, endsAtMs: 40, phases: [voting], plan: { byClass: {}, hours: {} } },
  };
  const asked = { phases: true, plan: true };

  it('go with the rest of it where they lie in its times', () => {
    expect(checkFit(plain, asked)).toMatchObject({ ok: true });
    expect(checkFit({ ...plain, endsAtMs: undefined }, asked)).toMatchObject({ ok: true });
  });

  it.each([
    [{ ...voting, endsAtMs: 41 }, 'the phase voting (1970-01-01T00:00:00.020Z to 1970-01-01T00:'],
    [{ ...voting, startsAtMs: 19 }, 'does not lie in its operation'],
  ])('are refused where a phase lies outside: %o', (phase, detail) => {
    const outside = { ...plain, phases: [phase] };
    expect(checkFit(outside, asked)).toMatchObject({
      ...{ ok: false, reason: 'bad_phase', detail: expect.stringContaining(detail) },
    });
    // it was ended early
    expect(checkFit(outside, { phases: false, plan: false })).toMatchObject({ ok: true });
  });

  it.each<readonly [PlanFields]>([
    [{ byClass: { rawan: { votng: { polri: 2 } } } }],
    [{ hours: { votng: [{ fromMs: 20, toMs: 40 }] } }],
  ])('are refused where the plan names a phase that there is not: %o', (plan) => {
    const { byClass = {}, hours = {} } = plan;
    const planned = { ...plain, plan: { byClass, hours } };
    expect(checkFit(planned, { phases: false, plan: true })).toMatchObject({
      ...{ ok: false, reason: 'bad_plan' },
      detail: expect.stringContaining('does not have: votng; it has voting'),
    });
    expect(checkFit(planned, { phases: true, plan: false })).toMatchObject({ ok: false });
    expect(checkFit(planned, { phases: false, plan: false })).toMatchObject({ ok: true });
  });
});

it('tells of phases in which a fence would never count', () => {
  const operation = { id: 'pilkada', phases };
  expect(wrongFencePhases(undefined, undefined)).toBeUndefined();
  expect(wrongFencePhases(['campaign', 'logistics'], operation)).toBeUndefined();
  expect(wrongFencePhases(['campaign', 'voting'], operation)).toBe(
    'the fence would never count in voting: the operation pilkada has the phases logistics, campaign',
  );
  expect(wrongFencePhases(['voting'], undefined)).toMatch(/without an operation/);
});
