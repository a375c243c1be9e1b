import type { Agency, UnitKind } from '../../domain/unit.ts';
import type { ArmedFence } from './armedFence.ts';
import type { Crossing, Sight } from './crossing.ts';
import type { FencesInForce, UnitPlace } from './fencesInForce.ts';
import type { PlacedFix } from './fixTrail.ts';
import { planeAt, wrapLon } from './localPlane.ts';
import type { DistanceAt } from './segment.ts';
import {
  freshMotion,
  motionOf,
  type SavedMotion,
  savedMotion,
  type TrackerMotion,
} from './trackerMotion.ts';
import { freshNoise, type TrackerNoise } from './trackerNoise.ts';

/** What is known of one unit at one fence that it is near, or in. */
export type AtFence = {
  readonly fenceKey: number;
  readonly crossing: Crossing;
  /** Since when it is inside; undefined: it is outside, or was inside before the fence counted. */
  insideSinceMs: number | undefined;
  /** A provisional enter that is neither confirmed nor withdrawn: when it crossed, and until when. */
  provisional: { readonly crossedAtMs: number; readonly dueMs: number } | undefined;
  /** No provisional enter before this: one that was withdrawn a moment ago would come again. */
  quietUntilMs: number;
  /** Since when its dwell is counted: as `insideSinceMs`, or since it was found inside silently. */
  dwellFromMs: number;
  /** When the next dwell and lost-inside are due; undefined: told, or not watched for. */
  dwellDueMs: number | undefined;
  lostDueMs: number | undefined;
  isDwellTold: boolean;
  isLostTold: boolean;
  /** Since when it is faster than the fence allows, and whether that was told. */
  fastSinceMs: number | undefined;
  isSpeedTold: boolean;
};

/** What is known of one unit and all fences around it. */
export type UnitAtFences = {
  readonly unitKey: number;
  kind: UnitKind;
  agency: Agency;
  /** Middle of the plane in which its places are metres, and metres for a degree there. */
  originLon: number;
  originLat: number;
  eastM: number;
  northM: number;
  /** The tracker that drives it, and the noise of the others that did. */
  trackerKey: number;
  otherNoise: { readonly trackerKey: number; readonly noise: TrackerNoise }[];
  readonly motion: TrackerMotion;
  /** The newest place that was believed, and whether the unit moved then. */
  before: { -readonly [part in keyof PlacedFix]: PlacedFix[part] } | undefined;
  hasMoved: boolean;
  /** Time of its newest fix, and when it was last heard, epoch ms. */
  fixedAtMs: number;
  heardAtMs: number;
  /** At a fence at least it was told to be lost inside. */
  isLostTold: boolean;
  /** When its newest fix came in: what was armed since, it has not been seen outside of. */
  takenAtMs: number;
  /** Nothing is undecided, so that within its safe disc nothing needs to be looked at. */
  isSettled: boolean;
  at: AtFence[];
  /** Fixes that come too late are followed here; undefined: none did. */
  past: UnitAtFences | undefined;
};

/** The same as plain data: part of a checkpoint. */
export type SavedUnit = Omit<UnitAtFences, 'motion' | 'past'> & {
  readonly motion: SavedMotion;
  readonly past: SavedUnit | undefined;
};

/** A unit as it is now, sharing much with it: to be written out at once. */
export function savedUnit(unit: UnitAtFences): SavedUnit {
  const { motion, past } = unit;
  return {
    ...unit,
    motion: savedMotion(motion),
    past: past === undefined ? undefined : savedUnit(past),
  };
}

/** What was saved goes on: it is taken over, not copied. */
export function restoredUnit(saved: SavedUnit): UnitAtFences {
  const { motion, past } = saved;
  return {
    ...saved,
    motion: motionOf(motion),
    past: past === undefined ? undefined : restoredUnit(past),
  };
}

export function freshUnit(
  unit: { readonly unitKey: number; readonly kind: UnitKind; readonly agency: Agency },
  trackerKey: number,
  lon: number,
  lat: number,
): UnitAtFences {
  const { eastM, northM } = planeAt(lat);
  return {
    ...unit,
    originLon: lon,
    originLat: lat,
    eastM,
    northM,
    trackerKey,
    otherNoise: [],
    motion: freshMotion(),
    before: undefined,
    hasMoved: false,
    fixedAtMs: Number.MIN_SAFE_INTEGER,
    heardAtMs: Number.MIN_SAFE_INTEGER,
    isLostTold: false,
    takenAtMs: Number.MIN_SAFE_INTEGER,
    isSettled: false,
    at: [],
    past: undefined,
  };
}

export function freshAtFence(fenceKey: number, crossing: Crossing): AtFence {
  return {
    fenceKey,
    crossing,
    insideSinceMs: undefined,
    provisional: undefined,
    quietUntilMs: Number.MIN_SAFE_INTEGER,
    dwellFromMs: Number.MIN_SAFE_INTEGER,
    dwellDueMs: undefined,
    lostDueMs: undefined,
    isDwellTold: false,
    isLostTold: false,
    fastSinceMs: undefined,
    isSpeedTold: false,
  };
}

/** Moves the origin of a unit's plane, and with it all that is kept in it, by so many metres. */
export function moveOrigin(
  unit: UnitAtFences,
  lon: number,
  lat: number,
  byXM: number,
  byYM: number,
) {
  const { eastM, northM } = planeAt(lat);
  unit.originLon = lon;
  unit.originLat = lat;
  unit.eastM = eastM;
  unit.northM = northM;
  const moved = <Each extends { readonly xM: number; readonly yM: number }>(each: Each): Each => ({
    ...each,
    xM: each.xM - byXM,
    yM: each.yM - byYM,
  });
  const { motion } = unit;
  motion.anchorXM -= byXM;
  motion.anchorYM -= byYM;
  motion.lastXM -= byXM;
  motion.lastYM -= byYM;
  for (const trail of [motion.away, motion.recent, motion.sparse]) trail.moveBy(-byXM, -byYM);
  if (unit.before !== undefined) unit.before = moved(unit.before);
  for (const { crossing } of unit.at) {
    if (crossing.lastSame !== undefined) crossing.lastSame = moved(crossing.lastSame);
    crossing.maybe = crossing.maybe.map(moved);
  }
}

/** Keeps the newest place that was believed: written over the one before, so that a ping leaves nothing to collect. */
export function keepBefore(unit: UnitAtFences, { atMs, xM, yM, sigmaM }: PlacedFix): void {
  const { before } = unit;
  if (before === undefined) {
    unit.before = { atMs, xM, yM, sigmaM };
    return;
  }
  before.atMs = atMs;
  before.xM = xM;
  before.yM = yM;
  before.sigmaM = sigmaM;
}

/** Its tracker is not believed: it stays where it was believed to be last, and nothing speaks for elsewhere. */
export function doubt(unit: UnitAtFences): void {
  const { before } = unit;
  for (const { crossing } of unit.at) {
    const { lastSame } = crossing;
    if (crossing.maybe.length > 0) crossing.maybe = [];
    else if (before !== undefined && (lastSame === undefined || lastSame.atMs < before.atMs)) {
      crossing.lastSame = sightAt(before, lastSame?.distanceM ?? 0);
    }
  }
  unit.isSettled = false;
  unit.before = undefined;
}

/** The place of a unit that is known, in degrees. */
export function placeOf(unit: UnitAtFences): UnitPlace | undefined {
  const { before, originLon, originLat, eastM, northM } = unit;
  if (before === undefined) return undefined;
  const lon = wrapLon(originLon + before.xM / eastM);
  return { lon, lat: originLat + before.yM / northM, sigmaM: before.sigmaM };
}

/** To know on which side of an edge a place is, no more than this has to be exact, metres. */
export const sideOnlyM = 0.001;

/**
 * Signed distance of a place in a unit's plane to a fence, metres; Infinity: that is nowhere now.
 *
 * @param withinM beyond this only the sign is right, and that it is beyond
 */
export function distanceAtOf(
  unit: UnitAtFences,
  ground: FencesInForce,
  armed: ArmedFence,
  withinM = Number.POSITIVE_INFINITY,
): DistanceAt {
  const { originLon, originLat, eastM, northM } = unit;
  return (xM, yM) =>
    ground.distanceOf(armed, wrapLon(originLon + xM / eastM), originLat + yM / northM, withinM) ??
    Number.POSITIVE_INFINITY;
}

/** What a place by itself says about a fence. */
export function sightAt(place: PlacedFix, distanceM: number): Sight {
  return { ...place, distanceM, anchoredMs: undefined };
}

/** Most trackers, beside the one that drives it, that a unit's noise is kept of. */
const maxOtherTrackers = 4;

/** Another tracker drives the unit now, with a noise of its own. */
export function switchTracker(unit: UnitAtFences, trackerKey: number): void {
  const { otherNoise, motion } = unit;
  otherNoise.push({ trackerKey: unit.trackerKey, noise: motion.noise });
  const at = otherNoise.findIndex((each) => each.trackerKey === trackerKey);
  motion.noise = at < 0 ? freshNoise() : (otherNoise.splice(at, 1)[0]?.noise ?? freshNoise());
  if (otherNoise.length > maxOtherTrackers) otherNoise.shift();
  unit.trackerKey = trackerKey;
}
