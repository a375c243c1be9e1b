import type {
  ConvergenceTransition,
  RoamingTransition,
  SiteTransition,
} from '../../../server/domain/siteTransition.ts';
import type { Transition } from '../../../server/domain/transition.ts';
import { nowMs } from './openedStores.ts';

/** At so many ms after the clock of the tests. */
export function enter(
  unitKey: number,
  fenceKey: number,
  at: number,
  more: Partial<Transition> = {},
): Transition {
  const kind = more.kind ?? 'enter';
  const crossedAtMs = nowMs + at;
  return {
    ...{ id: `${kind}.${unitKey}.${fenceKey}.${crossedAtMs}`, kind },
    ...{ unitKey, fenceKey, fenceVersion: 1, crossedAtMs, confirmedAtMs: crossedAtMs + 8_000 },
    ...{ probability: 0.99, accuracyM: 5, signedDistanceM: -30, fixedAtMs: [crossedAtMs] },
    ...{ rule: 'beyond_hysteresis', isCorrection: false },
    ...more,
  };
}

export function underStrength(
  siteKey: number,
  unitKeys: readonly number[],
  at: number,
): SiteTransition {
  const sinceMs = nowMs + at;
  return {
    id: `under_strength/${siteKey}/polri/${sinceMs}/began`,
    ...{ kind: 'under_strength', edge: 'began', siteKey, agency: 'polri', sinceMs },
    ...{ confirmedAtMs: sinceMs + 60_000, afterMs: 60_000 },
    evidence: {
      ...{ phase: 'voting', windowMs: 7_200_000, unitKeys, checkInIds: ['c1'], agencies: [] },
    },
  };
}

export function roaming(unitKeys: readonly [number, number], at: number): RoamingTransition {
  const sinceMs = nowMs + at;
  return {
    id: `roaming/3/${unitKeys.join('+')}/${sinceMs}/began`,
    ...{ kind: 'roaming', edge: 'began', ruleKey: 3, sense: 'farther', unitKeys, limitM: 500 },
    ...{ distanceM: 620, accuracyM: 9, probability: 0.99, sinceMs, confirmedAtMs: sinceMs },
    fixes: [],
  };
}

export function convergence(unitKeys: readonly number[], at: number): ConvergenceTransition {
  const sinceMs = nowMs + at;
  return {
    id: `convergence/2/${unitKeys.join('+')}/${sinceMs}/began`,
    ...{ kind: 'convergence', edge: 'began', ruleKey: 2, place: [117.5, 0.5], radiusM: 200 },
    ...{ sinceMs, confirmedAtMs: sinceMs },
    fixes: unitKeys.map((unitKey) => ({ unitKey, fixedAtMs: sinceMs, lon: 117.5, lat: 0.5 })),
  };
}
