import type { Fix } from '../../domain/fix.ts';
import { type ArmedFence, depthMOf } from './armedFence.ts';
import {
  advanceCrossing,
  type Decision,
  freshCrossing,
  isDecisive,
  type Sight,
} from './crossing.ts';
import type { PlacedFix } from './fixTrail.ts';
import type { Insiders, WatchParts } from './insiders.ts';
import { crossedAtMs } from './segment.ts';
import type { Happened } from './transitionOf.ts';
import {
  type AtFence,
  distanceAtOf,
  freshAtFence,
  sideOnlyM,
  sightAt,
  type UnitAtFences,
} from './unitAtFences.ts';
import { passedThrough, planeShare, waysThrough } from './wayThrough.ts';

/** A place that a fix, or the mean of many, shows, and what else the fix says. */
export type Seen = {
  readonly place: PlacedFix;
  readonly lon: number;
  readonly lat: number;
  /** How long the unit has stood there, milliseconds; undefined: it moves. */
  readonly anchoredMs: number | undefined;
  readonly fix: Fix;
  readonly isCorrection: boolean;
};

/** More fences than this hold no unit: the rest is not watched, and counted. */
export const maxFencesOfUnit = 64;

/** Where units are watched: what is asked and told, and who is inside. */
export type Watch = WatchParts & {
  readonly insiders: Insiders;
  readonly onUnwatched: () => void;
};

/** Who was inside for so long, by its fixes, was not only passing, milliseconds. */
const stayMs = 30_000;

/** Collected anew with each question: fences, and how far they are, metres. */
const found: ArmedFence[] = [];
const foundM: number[] = [];

/**
 * Takes what a place shows at all fences around it.
 *
 * @param marginM fences that the unit may be in unseen are watched within this
 * @returns the safe radius around the place, metres: within it none of this changes
 */
export function watchUnit(watch: Watch, unit: UnitAtFences, seen: Seen, marginM: number): number {
  const { ground, tell } = watch;
  const { place, lon, lat, anchoredMs, isCorrection } = seen;
  const { before } = unit;
  const isUnderWay = anchoredMs === undefined && unit.hasMoved && before !== undefined;
  const wayM = isUnderWay
    ? Math.sqrt((place.xM - before.xM) ** 2 + (place.yM - before.yM) ** 2)
    : 0;
  // a fence on the way is no farther from its end; others matter while it may have been in them unseen
  const nearM = hasBeenSeen(unit, ground.newestArmedAtMs)
    ? Math.min(marginM, wayM * planeShare)
    : marginM;
  const radiusM = ground.locate(lon, lat, nearM, found, foundM);
  for (const [nth, armed] of found.entries()) approach(watch, unit, armed, foundM[nth] ?? 0);
  if (isUnderWay && (found.length > 0 || wayM > nearM)) {
    const ways = waysThrough(ground, unit, before, place, found, nearM, isCorrection);
    for (const { armed, happened } of ways) tell(unit, armed, happened);
  }
  unit.isSettled = true;
  let kept = 0;
  for (const at of unit.at) {
    const nth = found.findIndex(({ key }) => key === at.fenceKey);
    if (!watchAt(watch, unit, seen, at, marginM, found[nth], foundM[nth])) continue;
    unit.at[kept] = at;
    kept += 1;
  }
  unit.at.length = kept;
  return radiusM;
}

/**
 * Takes what a place shows at one fence.
 *
 * @param near the fence, when it is near, and how far, as far as that is known, metres
 * @returns false when there is nothing more to keep of the unit at this fence
 */
function watchAt(
  watch: Watch,
  unit: UnitAtFences,
  { place, lon, lat, anchoredMs, fix, isCorrection }: Seen,
  at: AtFence,
  marginM: number,
  near: ArmedFence | undefined,
  nearM: number | undefined,
): boolean {
  const { ground } = watch;
  const armed = near ?? ground.get(at.fenceKey);
  const counts = armed?.isArmed === true && ground.countsFor(armed, unit);
  const knownM = counts && armed.slot >= 0 ? nearM : undefined;
  const aboutM = counts ? (knownM ?? ground.distanceOf(armed, lon, lat, marginM)) : undefined;
  if (armed === undefined || aboutM === undefined) {
    if (!isCorrection) watch.insiders.end(unit.unitKey, at.fenceKey, place.atMs, true);
    return false;
  }
  rearm(unit, at, armed);
  // the place of the newest fix is kept with the unit
  if (saysNothingNew(at, armed, aboutM)) return !isDone(at, aboutM, marginM, place.atMs);
  const flatM = ground.distanceOf(armed, lon, lat) ?? aboutM;
  const distanceM = heightened(flatM, armed, fix);
  const isMoving = armed.slot < 0;
  const sight: Sight = {
    ...place,
    distanceM,
    sigmaM: isMoving ? Math.hypot(place.sigmaM, ground.sigmaOf(armed)) : place.sigmaM,
    // the edge of a fence that moves: standing proves nothing
    anchoredMs: isMoving ? undefined : anchoredMs,
  };
  step(watch, unit, at, armed, sight, isCorrection);
  if (at.crossing.side === 'inside') watchSpeed(watch, unit, at, armed, sight, fix, isCorrection);
  if (isDone(at, flatM, marginM, place.atMs)) return false;
  if (needsEveryFix(at, armed)) unit.isSettled = false;
  return true;
}

/** Tells of urgent fences that one fix is inside, as it came. */
export function watchUrgent(watch: Watch, unit: UnitAtFences, fix: Fix, place: PlacedFix): void {
  const { ground, insiders, tell } = watch;
  for (const armed of ground.urgentAt(fix.lon, fix.lat)) {
    approach(watch, unit, armed, 0);
    const { key } = armed.fence;
    const at = unit.at.find(({ fenceKey }) => fenceKey === key);
    const { atMs } = place;
    if (at === undefined || at.crossing.side !== 'outside' || at.provisional !== undefined)
      continue;
    if (atMs < at.quietUntilMs) continue;
    const distanceAt = distanceAtOf(unit, ground, armed);
    const { before } = unit;
    const from = before !== undefined && before.atMs < atMs ? before : at.crossing.lastSame;
    const crossedMs = from === undefined ? atMs : crossedAtMs(from, place, distanceAt);
    const dueMs = atMs + armed.rules.provisionalMs;
    at.provisional = { crossedAtMs: crossedMs, dueMs };
    unit.isSettled = false;
    insiders.scheduleWithdrawal(unit.unitKey, key, dueMs);
    tell(unit, armed, {
      kind: 'provisional_enter',
      rule: 'raw_fix',
      crossedAtMs: crossedMs,
      rests: [sightAt(place, distanceAt(place.xM, place.yM))],
      isCorrection: false,
    });
  }
}

/** True of a unit that was taken since all fences counted, or those that count since then. */
function hasBeenSeen({ takenAtMs }: UnitAtFences, armedAtMs: number): boolean {
  return takenAtMs >= armedAtMs && takenAtMs > Number.MIN_SAFE_INTEGER;
}

/**
 * Begins to watch a unit at a fence that it is in, or near when nobody looked before the fence
 * counted: otherwise it was outside.
 */
function approach(watch: Watch, unit: UnitAtFences, armed: ArmedFence, aboutM: number): void {
  const { key } = armed;
  const wasSeen = hasBeenSeen(unit, armed.armedAtMs);
  if (wasSeen && aboutM > 0) return;
  if (unit.at.some(({ fenceKey }) => fenceKey === key) || !watch.ground.countsFor(armed, unit)) {
    return;
  }
  if (unit.at.length >= maxFencesOfUnit) {
    watch.onUnwatched();
    return;
  }
  const crossing = freshCrossing();
  if (wasSeen) crossing.side = 'outside';
  unit.at.push(freshAtFence(key, crossing));
}

/** A fence that ceased to count and counts again is a new one. */
function rearm(unit: UnitAtFences, at: AtFence, armed: ArmedFence): void {
  if (armed.armedAtMs <= unit.takenAtMs || at.crossing.side === 'unknown') return;
  Object.assign(at, freshAtFence(at.fenceKey, freshCrossing()));
}

/** True of a unit that is where it was known to be, with nothing undecided: nothing can be told of it. */
function saysNothingNew({ crossing, provisional }: AtFence, armed: ArmedFence, distanceM: number) {
  const { side, maybe } = crossing;
  if (side === 'unknown' || maybe.length > 0 || provisional !== undefined) return false;
  return armed.isSimple && distanceM <= 0 === (side === 'inside');
}

/**
 * True when nothing is known of a unit at a fence but that it is outside: then nothing has to be kept.
 *
 * @param flatM whatever its height
 */
function isDone(
  { crossing, provisional, quietUntilMs }: AtFence,
  flatM: number,
  marginM: number,
  atMs: number,
): boolean {
  if (provisional !== undefined || quietUntilMs > atMs) return false;
  if (crossing.side === 'unknown') return flatM > marginM;
  return crossing.side === 'outside' && crossing.maybe.length === 0 && flatM > 0;
}

/** A unit above the ceiling or below the floor is as far away as that. */
function heightened(
  distanceM: number,
  { fence, isSimple }: ArmedFence,
  { altitudeM }: Fix,
): number {
  if (altitudeM === undefined || isSimple) return distanceM;
  const { floorM = -Infinity, ceilingM = Infinity } = fence.conditions;
  return Math.max(distanceM, floorM - altitudeM, altitudeM - ceilingM);
}

function step(
  watch: Watch,
  unit: UnitAtFences,
  at: AtFence,
  armed: ArmedFence,
  sight: Sight,
  isCorrection: boolean,
): void {
  const { ground, insiders, tell } = watch;
  const { crossing } = at;
  const { before } = unit;
  const isOver = sight.distanceM <= 0 !== (crossing.side === 'inside');
  // fixes within the safe disc are on the same side, and were not looked at
  if (
    isOver &&
    crossing.side !== 'unknown' &&
    crossing.maybe.length === 0 &&
    before !== undefined
  ) {
    const { lastSame } = crossing;
    if (lastSame === undefined || lastSame.atMs < before.atMs) {
      crossing.lastSame = { ...sight, ...before };
    }
  }
  const { maybe, lastSame: from } = crossing;
  const decision = advanceCrossing(crossing, sight, armed.rules, depthMOf(armed));
  if (decision !== undefined) {
    decide(watch, unit, at, armed, decision, isCorrection);
  } else if (crossing.side === 'outside' && maybe.length > 0 && crossing.maybe.length === 0) {
    const happened = passedThrough(ground, unit, armed, from, maybe, sight, isCorrection);
    if (happened?.kind === 'cross' && from !== undefined) {
      const last = maybe.at(-1) ?? sight;
      const leftAtMs = crossedAtMs(last, sight, distanceAtOf(unit, ground, armed, sideOnlyM));
      if (leftAtMs - happened.crossedAtMs >= stayMs) {
        tellStay(watch, unit, at, armed, from, maybe, sight, isCorrection);
        return;
      }
    }
    if (!isCorrection && isDecisive(sight)) insiders.withdraw(unit, at, armed, sight.atMs, [sight]);
    if (happened !== undefined) tell(unit, armed, happened);
  }
}

/** Tells of a stay that was too near the edge to be believed before it was over. */
function tellStay(
  watch: Watch,
  unit: UnitAtFences,
  at: AtFence,
  armed: ArmedFence,
  from: Sight,
  inside: readonly Sight[],
  to: Sight,
  isCorrection: boolean,
): void {
  const { crossing } = at;
  const over = { isSilent: false, rule: 'segment', confirmedAtMs: to.atMs } as const;
  crossing.side = 'inside';
  const enter = { ...over, side: 'inside', before: from, rests: inside } as const;
  decide(watch, unit, at, armed, enter, isCorrection);
  crossing.side = 'outside';
  const exit = { ...over, side: 'outside', before: inside.at(-1), rests: [to] } as const;
  decide(watch, unit, at, armed, exit, isCorrection);
}

/** A decision, or what is known when it is all over. */
type Told = Omit<Decision, 'rule'> & Pick<Happened, 'rule' | 'confirmedAtMs'>;

function decide(
  { ground, insiders, tell }: Watch,
  unit: UnitAtFences,
  at: AtFence,
  armed: ArmedFence,
  { side, isSilent, rule, before, rests, confirmedAtMs }: Told,
  isCorrection: boolean,
): void {
  const first = rests[0];
  if (first === undefined) return;
  const crossedMs =
    before === undefined
      ? first.atMs
      : crossedAtMs(before, first, distanceAtOf(unit, ground, armed, sideOnlyM));
  const kind = side === 'inside' ? 'enter' : 'exit';
  // no exit without an enter before it
  const isTold = !isSilent && (kind === 'enter' || at.insideSinceMs !== undefined);
  if (kind === 'enter') {
    at.provisional = undefined;
    at.insideSinceMs = isSilent ? undefined : crossedMs;
    if (!isCorrection) insiders.begin(unit, at, armed, crossedMs, isSilent);
  }
  if (kind === 'exit' && !isCorrection) insiders.tellDwell(unit, at, crossedMs);
  if (isTold) {
    tell(unit, armed, { kind, rule, crossedAtMs: crossedMs, rests, isCorrection, confirmedAtMs });
  }
  if (kind === 'enter') return;
  at.insideSinceMs = undefined;
  at.fastSinceMs = undefined;
  at.isSpeedTold = false;
  if (!isCorrection) insiders.end(unit.unitKey, at.fenceKey, crossedMs, !isTold);
}

/** Watches the speed of a unit that is inside. */
function watchSpeed(
  { tell }: Watch,
  unit: UnitAtFences,
  at: AtFence,
  armed: ArmedFence,
  sight: Sight,
  { speedMps }: Fix,
  isCorrection: boolean,
): void {
  if (armed.isSimple) return;
  const { speedLimitMps, speedForMs = 0 } = armed.fence.watch;
  if (speedLimitMps === undefined) return;
  if ((speedMps ?? speedOf(unit, sight)) <= speedLimitMps) {
    at.fastSinceMs = undefined;
    at.isSpeedTold = false;
    return;
  }
  at.fastSinceMs ??= sight.atMs;
  if (at.isSpeedTold || sight.atMs - at.fastSinceMs < speedForMs) return;
  at.isSpeedTold = true;
  tell(unit, armed, {
    kind: 'zone_speed',
    rule: 'speed',
    crossedAtMs: at.fastSinceMs,
    rests: [sight],
    isCorrection,
  });
}

/** By the way since the fix before, metres a second; of one that stands 0. */
function speedOf({ before, hasMoved }: UnitAtFences, sight: Sight): number {
  if (before === undefined || !hasMoved || sight.anchoredMs !== undefined) return 0;
  if (sight.atMs <= before.atMs) return 0;
  const wayM = Math.hypot(sight.xM - before.xM, sight.yM - before.yM);
  return (1000 * wayM) / (sight.atMs - before.atMs);
}

/** True when a unit must be looked at with every fix, wherever it is in its safe disc. */
function needsEveryFix(
  { crossing, provisional }: AtFence,
  { fence, isSimple }: ArmedFence,
): boolean {
  const { side, maybe } = crossing;
  if (side === 'unknown' || maybe.length > 0 || provisional !== undefined) return true;
  if (isSimple) return false;
  const { watch, conditions } = fence;
  if (side === 'inside' && watch.speedLimitMps !== undefined) return true;
  return conditions.floorM !== undefined || conditions.ceilingM !== undefined;
}
