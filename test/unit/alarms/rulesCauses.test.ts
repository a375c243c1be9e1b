import { describe, expect, it } from 'vitest';
import {
  causeOfSite,
  causesOfSilentStay,
  causesOfTransition,
} from '../../../server/alarms/causesOf.ts';
import type { SiteTransition } from '../../../server/domain/siteTransition.ts';
import {
  type Transition,
  type TransitionKind,
  transitionKinds,
} from '../../../server/domain/transition.ts';

const transition = (kind: TransitionKind, isCorrection = false): Transition => ({
  ...{ id: `${kind}.1.2.1000`, kind, unitKey: 1, fenceKey: 2, fenceVersion: 3, siteKey: 4 },
  ...{ crossedAtMs: 1_000, confirmedAtMs: 601_000, probability: 0.9, accuracyM: 5 },
  ...{ signedDistanceM: -12, fixedAtMs: [900, 1_100], rule: 'beyond_hysteresis', isCorrection },
});
const told = (kind: TransitionKind): string[] =>
  causesOfTransition(transition(kind), 700_000).map(({ kind: of, edge }) => `${of} ${edge}`);

describe('what a transition causes', () => {
  it.each<[TransitionKind, readonly string[]]>([
    ['enter', ['exit ended', 'lost_inside ended', 'enter began']],
    ['provisional_enter', ['lost_inside ended', 'enter began']],
    ['withdrawn', ['enter ended']],
    ['exit', ['enter ended', 'dwell ended', 'lost_inside ended', 'exit began']],
    ['cross', ['lost_inside ended', 'cross momentary']],
    ['possible_cross', ['lost_inside ended', 'cross momentary']],
    ['dwell', ['dwell began']],
    ['lost_inside', ['lost_inside began']],
    ['zone_speed', ['lost_inside ended', 'zone_speed momentary']],
  ])('%s', (kind, causes) => {
    expect(told(kind)).toEqual(causes);
  });

  it('is nothing where it is a correction', () => {
    for (const kind of transitionKinds) {
      expect(causesOfTransition(transition(kind, true), 700_000)).toEqual([]);
    }
  });

  it('has the time of the crossing, and the evidence', () => {
    const [, , entered] = causesOfTransition(transition('enter'), 700_000);
    expect(entered).toMatchObject({
      ...{ subjectKey: 'unit:1/fence:2', happenedAtMs: 1_000, atMs: 700_000, siteKey: 4 },
      data: { transitionId: 'enter.1.2.1000', probability: 0.9, fixedAtMs: [900, 1_100] },
    });
    const [dwelt] = causesOfTransition(transition('dwell'), 700_000);
    expect(dwelt).toMatchObject({
      happenedAtMs: 601_000,
      value: { id: '10 menit', en: '10 minutes' },
    });
    const [, possible] = causesOfTransition(transition('possible_cross'), 700_000);
    expect(possible?.data).toMatchObject({ isPossible: true });
  });

  it('ends silently what a silent stay ends', () => {
    const stay = { unitKey: 1, fenceKey: 2, isInside: false };
    const kinds = causesOfSilentStay(stay, 5).map(({ kind, edge }) => `${kind} ${edge}`);
    expect(kinds).toEqual(['enter ended', 'dwell ended', 'lost_inside ended']);
    const back = causesOfSilentStay({ ...stay, isInside: true }, 5);
    expect(back.map(({ kind }) => kind)).toEqual(['exit']);
  });
});

describe('what a site causes', () => {
  const missing: SiteTransition = {
    ...{ id: 'under_strength/4/polri/0/began', kind: 'under_strength', edge: 'began', siteKey: 4 },
    ...{ agency: 'polri', sinceMs: 0, confirmedAtMs: 300_000, afterMs: 300_000 },
    evidence: {
      ...{ phase: 'voting', windowMs: 7_200_000, unitKeys: [1], checkInIds: [] },
      agencies: [{ agency: 'polri', required: 3, present: 1 }],
    },
  };

  it('is of the site and the agency, with how many there are', () => {
    expect(causeOfSite(missing, 301_000)).toMatchObject({
      ...{ subjectKey: 'site:4/polri', kind: 'under_strength', edge: 'began', siteKey: 4 },
      value: { id: '1 dari 3', en: '1 of 3' },
    });
    const { agency: _agency, ...whole } = missing;
    expect(causeOfSite({ ...whole, kind: 'absence' }, 301_000)).toMatchObject({
      ...{ subjectKey: 'site:4', value: { id: '5 menit', en: '5 minutes' } },
    });
  });
});
