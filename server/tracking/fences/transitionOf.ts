import {
  type Transition,
  type TransitionKind,
  type TransitionRule,
  transitionId,
} from '../../domain/transition.ts';
import { normalCdf } from '../normalCdf.ts';
import type { ArmedFence } from './armedFence.ts';
import type { Sight } from './crossing.ts';
import { sigmaM } from './trackerNoise.ts';
import type { UnitAtFences } from './unitAtFences.ts';

/** What happened, by what, and when. */
export type Happened = {
  readonly kind: TransitionKind;
  readonly rule: TransitionRule;
  readonly crossedAtMs: number;
  /** What it rests on, oldest first. */
  readonly rests: readonly Sight[];
  readonly isCorrection: boolean;
  /** Undefined: with the newest fix that it rests on. */
  readonly confirmedAtMs?: number | undefined;
};

/** Writes down what a unit did at a fence. */
export function transitionOf(
  { unitKey, motion }: UnitAtFences,
  { fence: { key: fenceKey, version: fenceVersion, siteKey } }: ArmedFence,
  { kind, rule, crossedAtMs, rests, isCorrection, confirmedAtMs }: Happened,
): Transition {
  const last = rests.at(-1);
  const accuracyM = last?.sigmaM ?? sigmaM(motion.noise);
  const signedDistanceM = last?.distanceM ?? 0;
  const of = { kind, unitKey, fenceKey, crossedAtMs, isCorrection };
  return {
    id: transitionId(of),
    ...of,
    fenceVersion,
    siteKey,
    confirmedAtMs: confirmedAtMs ?? last?.atMs ?? crossedAtMs,
    probability: normalCdf(-signedDistanceM / accuracyM),
    accuracyM,
    signedDistanceM,
    fixedAtMs: rests.map(({ atMs }) => atMs),
    rule,
  };
}
