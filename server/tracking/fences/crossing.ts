import type { Confirmation } from './confirmation.ts';

/*
 * One unit at one fence. It is on the side that was confirmed last until enough speaks for the
 * other:
 *
 *   unknown --- silent ---> outside <--- exit --- inside
 *      |                       |  fix inside       |  fix outside
 *      | silent                v                   v
 *      v                  maybe inside        maybe outside
 *   inside since arming        |  confirmed        |  confirmed
 *                              v                   v
 *                            inside             outside
 *
 * "Maybe" is no state of its own: it is what speaks for the other side, and it goes with the first
 * fix that speaks against it.
 */

/** What one fix, or the anchor of a unit that stands, says about a fence. */
export type Sight = {
  readonly atMs: number;
  /** Signed distance to the edge, negative inside, metres. */
  readonly distanceM: number;
  /** One sigma of one axis, metres. */
  readonly sigmaM: number;
  readonly xM: number;
  readonly yM: number;
  /** How long the unit has stood at its anchor, milliseconds; undefined: it moves. */
  readonly anchoredMs: number | undefined;
};

export type Side = 'unknown' | 'outside' | 'inside';

/** What is known of one unit at one fence. Plain data: it is part of a checkpoint. */
export type Crossing = {
  side: Side;
  /** Inside, and was so before the fence counted: its way in is not known. */
  isSinceArming: boolean;
  /** The newest sight on the confirmed side. */
  lastSame: Sight | undefined;
  /** What speaks for the other side, oldest first. */
  maybe: Sight[];
};

/** Why it was decided. */
export type CrossingRule = 'beyond_hysteresis' | 'long_enough' | 'anchored';

/** A side that is confirmed, with what it rests on. */
export type Decision = {
  readonly side: 'inside' | 'outside';
  /** The unit was unknown before: nothing is told. */
  readonly isSilent: boolean;
  readonly rule: CrossingRule;
  readonly before: Sight | undefined;
  readonly rests: readonly Sight[];
};

/** From the edge on, the probability of being inside is 0.9 (or 0.1 outside) at so many sigmas. */
const decisiveSigmas = 1.281_552;
const maxMaybe = 16;

export function freshCrossing(): Crossing {
  return { side: 'unknown', isSinceArming: false, lastSame: undefined, maybe: [] };
}

/** Takes what a fix says. */
export function advanceCrossing(
  crossing: Crossing,
  sight: Sight,
  rules: Confirmation,
  depthM: number,
): Decision | undefined {
  if (crossing.side === 'unknown') return settle(crossing, sight, rules, depthM);
  const isInside = sight.distanceM <= 0;
  if (isInside === (crossing.side === 'inside')) {
    crossing.lastSame = sight;
    if (crossing.maybe.length > 0) crossing.maybe = [];
    return undefined;
  }
  // the first that is over the edge is where it crossed, even if it proves nothing yet
  const { maybe } = crossing;
  if (maybe.length === maxMaybe) maybe.splice(1, 1);
  maybe.push(sight);
  const rule = ruleFor(maybe, sight, rules, depthM);
  if (rule === undefined) return undefined;
  const before = crossing.lastSame;
  crossing.side = isInside ? 'inside' : 'outside';
  crossing.isSinceArming = false;
  crossing.lastSame = sight;
  crossing.maybe = [];
  return { side: crossing.side, isSilent: false, rule, before, rests: maybe };
}

function ruleFor(
  maybe: readonly Sight[],
  sight: Sight,
  rules: Confirmation,
  depthM: number,
): CrossingRule | undefined {
  const farM = Math.abs(sight.distanceM);
  const marginM = Math.min(
    Math.max(rules.hysteresisM, rules.hysteresisSigmas * sight.sigmaM),
    // a fence that is narrower than its margin would never be entered
    sight.distanceM < 0 ? depthM / 2 : Number.POSITIVE_INFINITY,
  );
  if (sight.anchoredMs !== undefined) {
    const anchorM = rules.anchorSigmas * sight.sigmaM;
    const isFresh = sight.anchoredMs < rules.freshAnchorMs;
    const neededM = isFresh ? Math.max(marginM, anchorM) : anchorM;
    return farM > neededM && maybe.length >= rules.fixes ? 'anchored' : undefined;
  }
  if (!isDecisive(sight)) return undefined;
  let decisive = 0;
  let firstMs = sight.atMs;
  for (const each of maybe) {
    if (!isDecisive(each)) continue;
    if (decisive === 0) firstMs = each.atMs;
    decisive += 1;
  }
  if (decisive < rules.fixes) return undefined;
  if (farM >= marginM) return 'beyond_hysteresis';
  const isLong = sight.atMs - firstMs >= rules.nearEdgeMs && decisive > rules.fixes;
  return isLong && farM >= rules.hysteresisSigmas * sight.sigmaM ? 'long_enough' : undefined;
}

/** True when a sight speaks for the side it is on: above 0.9, or below 0.1. */
export function isDecisive({ distanceM, sigmaM }: Sight): boolean {
  return Math.abs(distanceM) > decisiveSigmas * sigmaM;
}

/**
 * Takes a fix that came late, but within the reorder window: it joins what speaks for the other side
 * in its place, or, speaking against it, ends what was before it. It never decides alone.
 */
export function insertLate(crossing: Crossing, late: Sight): void {
  const { maybe } = crossing;
  const last = maybe.at(-1);
  if (crossing.side === 'unknown' || last === undefined || late.atMs >= last.atMs) return;
  const isInside = late.distanceM <= 0;
  if (isInside === (crossing.side === 'inside')) {
    const { lastSame } = crossing;
    if (lastSame === undefined || late.atMs > lastSame.atMs) crossing.lastSame = late;
    crossing.maybe = maybe.filter(({ atMs }) => atMs > late.atMs);
    return;
  }
  const isAfterSame = crossing.lastSame === undefined || late.atMs > crossing.lastSame.atMs;
  if (!isAfterSame || maybe.length >= maxMaybe) return;
  maybe.push(late);
  maybe.sort((a, b) => a.atMs - b.atMs);
}

/** The first side: where the unit is when the fence begins to count for it. Nothing is told. */
function settle(
  crossing: Crossing,
  sight: Sight,
  rules: Confirmation,
  depthM: number,
): Decision | undefined {
  const { maybe } = crossing;
  if (maybe.length === maxMaybe) maybe.splice(1, 1);
  maybe.push(sight);
  const same = maybe.filter(({ distanceM }) => distanceM <= 0 === sight.distanceM <= 0);
  const rule = ruleFor(same, sight, rules, depthM);
  if (rule === undefined) return undefined;
  crossing.side = sight.distanceM <= 0 ? 'inside' : 'outside';
  crossing.isSinceArming = crossing.side === 'inside';
  crossing.lastSame = sight;
  crossing.maybe = [];
  return { side: crossing.side, isSilent: true, rule, before: undefined, rests: same };
}
