import type { ArmedFence } from './armedFence.ts';
import { isDecisive, type Sight } from './crossing.ts';
import { maxMarginM } from './fenceIndex.ts';
import type { FencesInForce } from './fencesInForce.ts';
import type { PlacedFix } from './fixTrail.ts';
import { wrapLon } from './localPlane.ts';
import { crossedAtMs, deepestOf } from './segment.ts';
import type { Happened } from './transitionOf.ts';
import { distanceAtOf, sideOnlyM, sightAt, type UnitAtFences } from './unitAtFences.ts';

/** Ways longer than this, metres, are not looked at: a unit was carried, or its tracker replaced. */
const longestWayM = 5_000;

/** What a unit's plane may be off by, as a share, and more. */
export const planeShare = 1.01;
const none: readonly WayThrough[] = [];

/** A fence that a unit went through, and how. */
export type WayThrough = { readonly armed: ArmedFence; readonly happened: Happened };

/**
 * Finds the fences that the straight way between two fixes leads into and out of.
 *
 * @param near the fences within `nearM` of its end
 */
export function waysThrough(
  ground: FencesInForce,
  unit: UnitAtFences,
  from: PlacedFix,
  to: PlacedFix,
  near: readonly ArmedFence[],
  nearM: number,
  isCorrection: boolean,
): readonly WayThrough[] {
  const wayM = Math.hypot(to.xM - from.xM, to.yM - from.yM);
  if (wayM < 2 * to.sigmaM || wayM > longestWayM) return none;
  const along = wayM <= nearM ? near : fencesAlong(ground, unit, from, to, wayM);
  let ways = none;
  for (const armed of along) {
    const at = unit.at.find(({ fenceKey }) => fenceKey === armed.key);
    const isWatched = at !== undefined;
    if (isWatched && (at.crossing.side !== 'outside' || at.crossing.maybe.length > 0)) continue;
    if (armed.armedAtMs > unit.takenAtMs || !ground.countsFor(armed, unit)) continue;
    const distanceAt = distanceAtOf(unit, ground, armed, wayM * planeShare);
    const fromM = distanceAt(from.xM, from.yM);
    const toM = distanceAt(to.xM, to.yM);
    if (fromM <= 0 || toM <= 0) continue;
    // no distance changes by more than the way that was gone
    if (fromM + toM > wayM * planeShare) continue;
    const deepest = deepestOf(from, to, distanceAt);
    if (deepest.distanceM > 0 || !isDecisive(sightAt(to, deepest.distanceM))) continue;
    const share = (deepest.atMs - from.atMs) / (to.atMs - from.atMs);
    const inside = {
      atMs: deepest.atMs,
      xM: from.xM + share * (to.xM - from.xM),
      yM: from.yM + share * (to.yM - from.yM),
    };
    const happened: Happened = {
      kind: to.atMs - from.atMs > armed.rules.gapMs ? 'possible_cross' : 'cross',
      rule: 'segment',
      crossedAtMs: crossedAtMs(from, inside, distanceAt),
      rests: [sightAt(from, fromM), sightAt(to, toM)],
      isCorrection,
    };
    ways = [...ways, { armed, happened }];
  }
  return ways;
}

function fencesAlong(
  ground: FencesInForce,
  { originLon, originLat, eastM, northM }: UnitAtFences,
  from: PlacedFix,
  to: PlacedFix,
  wayM: number,
): ReadonlySet<ArmedFence> {
  const parts = Math.ceil(wayM / (2 * maxMarginM));
  const found: ArmedFence[] = [];
  const along = new Set<ArmedFence>();
  for (let part = 0; part < parts; part++) {
    const share = (part + 0.5) / parts;
    const lon = wrapLon(originLon + (from.xM + share * (to.xM - from.xM)) / eastM);
    const lat = originLat + (from.yM + share * (to.yM - from.yM)) / northM;
    ground.locate(lon, lat, wayM / parts / 2, found, []);
    for (const armed of found) along.add(armed);
  }
  return along;
}

/**
 * Some fixes were inside, too few to be believed by themselves, and then one outside. If they go
 * right through it was a cross; if the way turns back it was a jump.
 */
export function passedThrough(
  ground: FencesInForce,
  unit: UnitAtFences,
  armed: ArmedFence,
  from: Sight | undefined,
  inside: readonly Sight[],
  to: Sight,
  isCorrection: boolean,
): Happened | undefined {
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || from === undefined) return undefined;
  if (to.anchoredMs !== undefined || !inside.some(isDecisive)) return undefined;
  const isThrough =
    (first.xM - from.xM) * (to.xM - last.xM) + (first.yM - from.yM) * (to.yM - last.yM) > 0;
  if (!isThrough) return undefined;
  const gapMs = Math.max(first.atMs - from.atMs, to.atMs - last.atMs);
  return {
    kind: gapMs > armed.rules.gapMs ? 'possible_cross' : 'cross',
    rule: 'segment',
    crossedAtMs: crossedAtMs(from, first, distanceAtOf(unit, ground, armed, sideOnlyM)),
    rests: [from, ...inside, to],
    isCorrection,
  };
}
