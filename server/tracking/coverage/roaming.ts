import { minuteMs } from '../../domain/durations.ts';
import type { RoamingRule } from '../../domain/encounterRule.ts';
import {
  type Edge,
  type RoamingTransition,
  type UnitFix,
  unitsTransitionId,
} from '../../domain/siteTransition.ts';
import { distanceM } from '../fences/localPlane.ts';
import { normalCdf } from '../normalCdf.ts';

/** A fix of a unit, as far as it matters for its distance from another. */
export type PairFix = UnitFix & {
  /** One sigma, metres; undefined: not known. */
  readonly accuracyM?: number | undefined;
  readonly speedMps?: number | undefined;
};

/** What a rule knows: plain data. */
export type RoamingState = {
  readonly ruleKey: number;
  readonly one: PairFix | undefined;
  readonly other: PairFix | undefined;
  /** Since when the limit is passed, as was told, epoch ms; undefined: it is kept. */
  readonly beyondSinceMs: number | undefined;
  /** Since when it looks as if that had changed, and by how many fixes. */
  readonly turning: { readonly sinceMs: number; readonly fixes: number } | undefined;
};

/** Passed or kept with this probability before it can be told, as at a fence. */
const sure = 0.9;
/** A limit that was passed is kept again only this far on its other side. */
const leastHysteresisM = 20;
const hysteresisSigmas = 1.5;
/** Fixes in a row, and the time from the first to the last of them, that must agree. */
export const fixesToConfirm = 2;
export const confirmMs = 10_000;
/** A place that is older than this says nothing of how far apart they are. */
export const oldestMs = 2 * minuteMs;
/** Where the accuracy is not known, metres. */
const usualAccuracyM = 15;
/** Where the speed is not known, metres a second: somebody who walks. */
const usualSpeedMps = 1.4;

/** A rule before anything is known of its units. */
export function emptyRoaming(ruleKey: number): RoamingState {
  return {
    ruleKey,
    one: undefined,
    other: undefined,
    beyondSinceMs: undefined,
    turning: undefined,
  };
}

/**
 * Takes a live fix of either unit; one of another unit, or older than its unit's newest, changes
 * nothing. Silence changes nothing either: of a unit that is lost nobody knows how far it is.
 *
 * @param nowMs when it is taken, by the operation's clock
 */
export function takePairFix(
  rule: RoamingRule,
  state: RoamingState,
  fix: PairFix,
  nowMs: number,
): { readonly state: RoamingState; readonly transition?: RoamingTransition } {
  const isOne = fix.unitKey === rule.unitKeys[0];
  if (!isOne && fix.unitKey !== rule.unitKeys[1]) return { state };
  const newest = isOne ? state.one : state.other;
  if (newest !== undefined && newest.fixedAtMs >= fix.fixedAtMs) return { state };
  const moved: RoamingState = isOne ? { ...state, one: fix } : { ...state, other: fix };
  const { one, other } = moved;
  if (one === undefined || other === undefined) return { state: moved };
  const apartMs = Math.abs(one.fixedAtMs - other.fixedAtMs);
  if (apartMs > oldestMs) return { state: moved };
  const distance = distanceOf(one, other, apartMs);
  const probability = probabilityBeyond(rule, distance);
  const wasBeyond = state.beyondSinceMs !== undefined;
  if (!isTurned(rule, wasBeyond, distance, probability)) {
    return { state: moved.turning === undefined ? moved : { ...moved, turning: undefined } };
  }
  const turning = {
    sinceMs: state.turning?.sinceMs ?? fix.fixedAtMs,
    fixes: (state.turning?.fixes ?? 0) + 1,
  };
  if (turning.fixes < fixesToConfirm || fix.fixedAtMs - turning.sinceMs < confirmMs) {
    return { state: { ...moved, turning } };
  }
  const sinceMs = state.beyondSinceMs ?? turning.sinceMs;
  const edge: Edge = wasBeyond ? 'ended' : 'began';
  const { key: ruleKey, unitKeys, sense, limitM } = rule;
  return {
    state: { ...moved, turning: undefined, beyondSinceMs: wasBeyond ? undefined : sinceMs },
    transition: {
      id: unitsTransitionId('roaming', ruleKey, unitKeys, sinceMs, edge),
      kind: 'roaming',
      edge,
      ruleKey,
      sense,
      unitKeys,
      limitM,
      ...distance,
      probability,
      sinceMs,
      confirmedAtMs: nowMs,
      fixes: [placeOf(one), placeOf(other)],
    },
  };
}

type Distance = { readonly distanceM: number; readonly accuracyM: number };

/** How far apart they are, and how sure that is: the older place was left at its speed since. */
function distanceOf(one: PairFix, other: PairFix, apartMs: number): Distance {
  const older = one.fixedAtMs < other.fixedAtMs ? one : other;
  const walkedM = ((older.speedMps ?? usualSpeedMps) * apartMs) / 1000;
  const sigmas = [one, other].map(({ accuracyM }) => accuracyM ?? usualAccuracyM);
  return {
    distanceM: distanceM(one.lon, one.lat, other.lon, other.lat),
    accuracyM: Math.hypot(...sigmas, walkedM),
  };
}

function probabilityBeyond({ sense, limitM }: RoamingRule, distance: Distance): number {
  const spareM = distance.distanceM - limitM;
  const signedM = sense === 'farther' ? spareM : -spareM;
  if (distance.accuracyM === 0) return signedM > 0 ? 1 : 0;
  return normalCdf(signedM / distance.accuracyM);
}

/** True when a fix speaks for the other side of the limit than the one that was told last. */
function isTurned(
  { sense, limitM }: RoamingRule,
  wasBeyond: boolean,
  { distanceM: apartM, accuracyM }: Distance,
  probability: number,
): boolean {
  if (!wasBeyond) return probability > sure;
  const keptByM = sense === 'farther' ? limitM - apartM : apartM - limitM;
  const neededM = Math.max(leastHysteresisM, hysteresisSigmas * accuracyM);
  // two units are never nearer than nothing, so a small limit could not be kept again otherwise
  const possibleM = sense === 'farther' ? limitM / 2 : neededM;
  return probability < 1 - sure && keptByM > Math.min(neededM, possibleM);
}

function placeOf({ unitKey, fixedAtMs, lon, lat }: PairFix): UnitFix {
  return { unitKey, fixedAtMs, lon, lat };
}
