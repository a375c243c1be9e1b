import { FixTrail } from './fixTrail.ts';
import {
  adoptRestless,
  correlationS,
  freshNoise,
  learnAway,
  learnLeap,
  learnRestless,
  learnStep,
  learnStill,
  sigmaM,
  sigmaOfFixM,
  type TrackerNoise,
} from './trackerNoise.ts';

/*
 * Where a unit stands, or that it moves. While it stands, its place is the mean of its fixes, which
 * after an hour is several times better than any of them, and a fix far from it is a jump of the
 * receiver until the unit is seen to set off (step after step in one direction) or stays there for
 * longer than jumps last. So a parked unit next to an edge is one place, not thousands.
 */

/** What is known of a unit's motion. */
export type TrackerMotion = {
  noise: TrackerNoise;
  isStill: boolean;
  /** Where it stands, or stood last; since when, and over how many seconds that is averaged. */
  anchorXM: number;
  anchorYM: number;
  stillSinceMs: number;
  anchorS: number;
  /** When it was seen to leave its anchor. */
  leftAtMs: number;
  lastXM: number;
  lastYM: number;
  lastMs: number;
  /** While it stands: fixes away from the anchor, without one near it between them. */
  readonly away: FixTrail;
  /** While it moves: the fixes of the last minute, at least four. */
  readonly recent: FixTrail;
  /** One fix in ten seconds of the last six minutes, to tell a wild receiver from a moving unit. */
  readonly sparse: FixTrail;
  /** When the next of these is taken, and when they are looked at next. */
  sampleAtMs: number;
  restlessAtMs: number;
};

type Trails = 'away' | 'recent' | 'sparse';

/** The same as plain data: part of a checkpoint. */
export type SavedMotion = Omit<TrackerMotion, Trails> & {
  readonly [trail in Trails]: readonly number[];
};

/**
 * - `anchored`: it stands; the anchor is its place.
 * - `moving`: the fix is its place.
 * - `doubtful`: it stood, and this fix is elsewhere: not believed yet.
 * - `set_off`: it has left the anchor; `recent` are the fixes since, which were not believed so far.
 */
export type MotionState = 'anchored' | 'moving' | 'doubtful' | 'set_off';

/** Within this of the anchor a fix says that it still stands there, metres and sigmas. */
const gateM = 12;
const gateSigmas = 4;
/** Standing is: all fixes of this long within so many metres and sigmas of their mean. */
const standS = 55;
const standM = 10;
const standSigmas = 3;
/** All but one fix in eight: that one may be a jump. */
const mostShare = 0.875;
/** One sigma of one axis in distances within which 80 % are (Rayleigh). */
const rayleigh80 = 1 / Math.sqrt(-2 * Math.log(0.2));
const maxRecent = 24;
const minRecent = 4;
/** A new place is believed when the unit stayed there for so long: longer than jumps last. */
const stayS = 65;
/** Fixes that agree on no place for so long: it moves. */
const maxDoubtS = 240;
const maxAway = 64;
/** Older stillness than this does not make an anchor firmer, seconds. */
const maxAnchorS = 4 * 3600;
/** The slow part of the noise hangs together for so long, seconds, or so many times as long as the rest. */
const wanderS = 600;
const wanderCorrelations = 5;
/** It may come back to the anchor that it left for so long: it never left. */
const comeBackMs = 120_000;
/** Steps in one direction: at most 60 degrees apart, neither much longer than the other. */
const sameWayCos = 0.5;
const sameLength = 0.35;
/** Slower than this nothing sets off, metres a second. */
const setOffMps = 0.7;
/** With more jumps than this, three steps in one direction are not enough. */
const jumpyShare = 0.015;
/** A fix nearer to the one before than this is the same place once more. */
const heldM = 0.5;
const sparseMs = 10_000;
const maxSparse = 36;
const restlessS = 120;
const restlessEveryMs = 30_000;
/** Nothing that stands is seen this far around, metres. */
const widestM = 150;
/** A still tracker that goes to and fro by less than this (one sigma of one axis) is no cause for concern, metres. */
const quietM = 15;

export function freshMotion(): TrackerMotion {
  return motionOf({
    noise: freshNoise(),
    isStill: false,
    anchorXM: 0,
    anchorYM: 0,
    stillSinceMs: 0,
    anchorS: 0,
    leftAtMs: Number.MIN_SAFE_INTEGER,
    lastXM: 0,
    lastYM: 0,
    lastMs: Number.MIN_SAFE_INTEGER,
    away: [],
    recent: [],
    sparse: [],
    sampleAtMs: Number.MIN_SAFE_INTEGER,
    restlessAtMs: 0,
  });
}

/** What was saved goes on: it is taken over, not copied. */
export function motionOf(saved: SavedMotion): TrackerMotion {
  return {
    ...saved,
    away: new FixTrail(maxAway, saved.away),
    recent: new FixTrail(maxRecent, saved.recent),
    sparse: new FixTrail(maxSparse, saved.sparse),
  };
}

export function savedMotion(motion: TrackerMotion): SavedMotion {
  const { away, recent, sparse } = motion;
  return { ...motion, away: away.numbers(), recent: recent.numbers(), sparse: sparse.numbers() };
}

/** One sigma of one axis of the anchor, metres: of so many errors as do not hang together. */
export function anchorSigmaM({ noise, anchorS }: TrackerMotion): number {
  const apartS = Math.max(wanderS, wanderCorrelations * correlationS(noise));
  return sigmaM(noise) / Math.sqrt(Math.max(1, anchorS / apartS));
}

/** Takes the next fix of a unit, later than all before it. */
export function advanceMotion(
  motion: TrackerMotion,
  atMs: number,
  xM: number,
  yM: number,
  accuracyM: number | undefined,
): MotionState {
  const dtS = Math.min(60, Math.max(0.1, (atMs - motion.lastMs) / 1000));
  const sigma = sigmaOfFixM(motion.noise, accuracyM);
  const state = motion.isStill
    ? standOn(motion, atMs, xM, yM, sigma, dtS, accuracyM)
    : moveOn(motion, atMs, xM, yM, sigma);
  motion.lastXM = xM;
  motion.lastYM = yM;
  motion.lastMs = atMs;
  return state;
}

function standOn(
  motion: TrackerMotion,
  atMs: number,
  xM: number,
  yM: number,
  sigma: number,
  dtS: number,
  accuracyM: number | undefined,
): MotionState {
  const { noise, away } = motion;
  sample(motion, atMs, xM, yM, sigma);
  const dx = xM - motion.anchorXM;
  const dy = yM - motion.anchorYM;
  const gate = gateOf(sigma);
  if (distanceOf(dx, dy) <= gate) {
    if (away.length === 0) {
      const stepX = xM - motion.lastXM;
      const stepY = yM - motion.lastYM;
      learnStep(noise, stepX, stepY, dtS);
      learnLeap(noise, distanceOf(stepX, stepY), 0.5);
    } else {
      learnAway(noise, farthestM(motion), (atMs - away.atMs(0)) / 1000);
      away.clear();
    }
    motion.anchorS = Math.min(maxAnchorS, motion.anchorS + dtS);
    const share = dtS / motion.anchorS;
    motion.anchorXM += share * dx;
    motion.anchorYM += share * dy;
    learnStill(noise, dx, dy, dtS, accuracyM);
    return 'anchored';
  }
  away.push(atMs, xM, yM, sigma);
  if (setsOff(motion)) return leave(motion);
  const awayS = (atMs - away.atMs(0)) / 1000;
  if (awayS < stayS || away.length < 3) return 'doubtful';
  const center = centerOf(away);
  if (isMostWithin(away, center, gate)) {
    standAt(motion, center, away);
    return 'anchored';
  }
  return awayS < maxDoubtS ? 'doubtful' : leave(motion);
}

function moveOn(
  motion: TrackerMotion,
  atMs: number,
  xM: number,
  yM: number,
  sigma: number,
): MotionState {
  const { noise, recent, away } = motion;
  if (atMs - motion.leftAtMs <= comeBackMs) {
    const backM = distanceOf(xM - motion.anchorXM, yM - motion.anchorYM);
    if (backM <= gateOf(sigma) / 2) {
      motion.isStill = true;
      away.clear();
      return 'anchored';
    }
  }
  recent.push(atMs, xM, yM, sigma);
  while (recent.length > minRecent && atMs - recent.atMs(1) >= standS * 1000) recent.dropFirst();
  if (recent.length >= minRecent && atMs - recent.atMs(0) >= standS * 1000) {
    const limitM = Math.max(standM, standSigmas * sigmaM(noise));
    const center = getsAway(recent, 2 * limitM) ? undefined : centerOf(recent);
    if (center !== undefined && isMostWithin(recent, center, limitM)) {
      standAt(motion, center, recent);
      return 'anchored';
    }
  }
  if (sample(motion, atMs, xM, yM, sigma)) {
    adoptRestless(noise, restlessS);
    standAt(motion, centerOf(motion.sparse), motion.sparse);
    return 'anchored';
  }
  return 'moving';
}

/** Keeps one fix in ten seconds, and says when they show that it goes to and fro. */
function sample(
  motion: TrackerMotion,
  atMs: number,
  xM: number,
  yM: number,
  sigma: number,
): boolean {
  if (atMs < motion.sampleAtMs) return false;
  const { sparse, noise, isStill } = motion;
  motion.sampleAtMs = atMs + sparseMs;
  sparse.push(atMs, xM, yM, sigma);
  if (atMs < motion.restlessAtMs) return false;
  motion.restlessAtMs = atMs + restlessEveryMs;
  const leastM = isStill ? quietM : 0;
  const restlessM2 = restlessVariance(sparse, leastM * leastM);
  learnRestless(noise, restlessM2);
  return restlessM2 > 0;
}

function gateOf(sigma: number): number {
  return Math.max(gateM, gateSigmas * sigma);
}

function standAt(motion: TrackerMotion, center: Center, fixes: FixTrail): void {
  const firstMs = fixes.atMs(0);
  motion.isStill = true;
  motion.anchorXM = center.xM;
  motion.anchorYM = center.yM;
  motion.stillSinceMs = firstMs;
  motion.anchorS = Math.max(1, (fixes.atMs(fixes.length - 1) - firstMs) / 1000);
  motion.away.clear();
  motion.recent.clear();
}

function leave(motion: TrackerMotion): MotionState {
  const { away, recent, sparse } = motion;
  const last = away.length - 1;
  const lastMs = away.atMs(last);
  motion.isStill = false;
  motion.leftAtMs = lastMs;
  recent.clear();
  for (let i = 0; i <= last; i++) recent.push(away.atMs(i), away.xM(i), away.yM(i), away.sigmaM(i));
  sparse.clear();
  sparse.push(lastMs, away.xM(last), away.yM(last), away.sigmaM(last));
  motion.sampleAtMs = lastMs + sparseMs;
  away.clear();
  return 'set_off';
}

/** True when the last steps away from the anchor go one way. */
function setsOff({ away, noise, anchorXM, anchorYM }: TrackerMotion): boolean {
  const needed = noise.jumpShare > jumpyShare ? 4 : 3;
  let later = away.length - 1;
  let after: Step | undefined;
  let steps = 0;
  for (let i = later - 1; i >= -1 && steps < needed; i--) {
    const isAnchor = i < 0;
    const fromXM = isAnchor ? anchorXM : away.xM(i);
    const fromYM = isAnchor ? anchorYM : away.yM(i);
    const step = { dx: away.xM(later) - fromXM, dy: away.yM(later) - fromYM };
    // receivers that hold a place while the unit is slow say it several times
    if (distanceOf(step.dx, step.dy) < heldM) continue;
    if (after !== undefined && !isOneWay(step, after)) return false;
    if (!isAnchor) {
      const fartherM =
        distanceOf(away.xM(later) - anchorXM, away.yM(later) - anchorYM) -
        distanceOf(fromXM - anchorXM, fromYM - anchorYM);
      const dtS = (away.atMs(later) - away.atMs(i)) / 1000;
      const stepSigmaM = Math.sqrt((2 * noise.stepVarianceM2 * dtS) / noise.stepS);
      if (fartherM < Math.max(setOffMps * dtS, 2 * stepSigmaM)) return false;
    }
    steps += 1;
    after = step;
    later = i;
  }
  return steps >= needed;
}

type Step = { readonly dx: number; readonly dy: number };

function isOneWay(before: Step, after: Step): boolean {
  const beforeM = distanceOf(before.dx, before.dy);
  const afterM = distanceOf(after.dx, after.dy);
  const cos = (before.dx * after.dx + before.dy * after.dy) / (beforeM * afterM);
  return cos > sameWayCos && afterM > sameLength * beforeM;
}

function farthestM({ away, anchorXM, anchorYM }: TrackerMotion): number {
  let farM = 0;
  for (let i = 0; i < away.length; i++) {
    farM = Math.max(farM, distanceOf(away.xM(i) - anchorXM, away.yM(i) - anchorYM));
  }
  return farM;
}

type Center = { readonly xM: number; readonly yM: number };

/** Mean place of the fixes from one number up to before another. */
function centerOf(fixes: FixTrail, from = 0, end = fixes.length): Center {
  let xM = 0;
  let yM = 0;
  for (let i = from; i < end; i++) {
    xM += fixes.xM(i);
    yM += fixes.yM(i);
  }
  return { xM: xM / (end - from), yM: yM / (end - from) };
}

/** True when the last two fixes are farther than that from the first two: spares to look at the others. */
function getsAway(fixes: FixTrail, awayM: number): boolean {
  const last = fixes.length - 1;
  return (
    distanceOf(fixes.xM(last) - fixes.xM(0), fixes.yM(last) - fixes.yM(0)) > awayM &&
    distanceOf(fixes.xM(last - 1) - fixes.xM(1), fixes.yM(last - 1) - fixes.yM(1)) > awayM
  );
}

/** True when most of the fixes are within a distance of a place. */
function isMostWithin(fixes: FixTrail, { xM, yM }: Center, withinM: number): boolean {
  let within = 0;
  for (let i = 0; i < fixes.length; i++) {
    if (distanceOf(fixes.xM(i) - xM, fixes.yM(i) - yM) <= withinM) within += 1;
  }
  return within >= Math.ceil(fixes.length * mostShare);
}

/** Distance from a place within which a share of the fixes is. */
function shareWithinM(fixes: FixTrail, { xM, yM }: Center, share: number): number {
  const distances = new Float64Array(fixes.length);
  for (let i = 0; i < fixes.length; i++) {
    distances[i] = distanceOf(fixes.xM(i) - xM, fixes.yM(i) - yM);
  }
  return distances.sort()[Math.ceil(distances.length * share) - 1] ?? 0;
}

/**
 * Variance of one axis of fixes that go to and fro without getting anywhere: steps of a unit that
 * moves have a direction that lasts, steps of a receiver that is all over the place do not. 0: they
 * get somewhere, or keep to less than `leastM2`.
 */
function restlessVariance(fixes: FixTrail, leastM2: number): number {
  const { length } = fixes;
  if (length < 12 || fixes.atMs(length - 1) - fixes.atMs(0) < restlessS * 1000) return 0;
  if (isSpreadWide(fixes)) return 0;
  const center = centerOf(fixes);
  let plainM2 = 0;
  let squares = 0;
  let products = 0;
  let beforeX = fixes.xM(0);
  let beforeY = fixes.yM(0);
  let dx = 0;
  let dy = 0;
  for (let i = 0; i < length; i++) {
    const xM = fixes.xM(i);
    const yM = fixes.yM(i);
    const toX = xM - beforeX;
    const toY = yM - beforeY;
    squares += toX * toX + toY * toY;
    products += toX * dx + toY * dy;
    plainM2 += (xM - center.xM) ** 2 + (yM - center.yM) ** 2;
    beforeX = xM;
    beforeY = yM;
    dx = toX;
    dy = toY;
  }
  plainM2 /= 2 * length;
  if (plainM2 < leastM2 || products >= 0.15 * squares) return 0;
  const third = Math.floor(length / 3);
  const from = centerOf(fixes, 0, third);
  const to = centerOf(fixes, length - third);
  // by what 80 % of the fixes keep to: one jump among them says nothing of the rest
  const spreadM = rayleigh80 * shareWithinM(fixes, center, 0.8);
  const getsM = distanceOf(to.xM - from.xM, to.yM - from.yM);
  return getsM < 2.2 * spreadM && spreadM < widestM ? spreadM * spreadM : 0;
}

/** True when too few fixes to be restless are within any circle that is not too wide for that: of two far apart one is not. */
function isSpreadWide(fixes: FixTrail): boolean {
  const half = Math.floor(fixes.length / 2);
  const apartM = (2 * widestM) / rayleigh80;
  let apart = 0;
  for (let i = 0; i < half; i++) {
    const dx = fixes.xM(i + half) - fixes.xM(i);
    const dy = fixes.yM(i + half) - fixes.yM(i);
    if (dx * dx + dy * dy >= apartM * apartM) apart += 1;
  }
  return apart > fixes.length - Math.ceil(fixes.length * 0.8);
}

/** `Math.hypot` guards against overflow, at ten times the cost. */
function distanceOf(dx: number, dy: number): number {
  return Math.sqrt(dx * dx + dy * dy);
}
