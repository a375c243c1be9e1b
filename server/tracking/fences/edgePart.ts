import {
  type Box,
  boxM2,
  type EdgeTree,
  isRunBetween,
  looksFurther,
  nearestEdgeM,
  runM2,
  runsBetween,
} from './edgeTree.ts';
import { type LocalPlane, planeAt } from './localPlane.ts';

/*
 * The edges of a fence that matter in one small cell: which runs of its edge tree come near, and on
 * which side of them one place of the cell is. A question there looks at these few and asks which of
 * them lie between it and that place, in place of looking through the whole fence.
 *
 *     part   slot | 2 x number of the known place, + 1 when it is inside | runs | offset of each run
 */
export const partHead = 3;

/** Another known place is taken when an edge is nearer to this one, metres. */
const clearM = 1;
const knownPlaces = 8;

/**
 * @param box degrees that the cell lies between
 * @param around the same with all that is asked for around it
 */
export function edgePart(slot: number, tree: EdgeTree, box: Box, around: Box): readonly number[] {
  const runs = runsBetween(tree, around);
  let best = 0;
  let bestM = 0;
  for (let which = 0; which < knownPlaces && Math.abs(bestM) < clearM; which++) {
    const [lon, lat] = knownPlace(which, box[0], box[1], box[2] - box[0]);
    const fromM = nearestEdgeM(tree, planeAt(lat), lon, clearM);
    if (which > 0 && Math.abs(fromM) <= Math.abs(bestM)) continue;
    best = which;
    bestM = fromM;
  }
  return [slot, 2 * best + (bestM < 0 ? 1 : 0), runs.length, ...runs];
}

/**
 * As `nearestEdgeM`, for a place in the cell of a part.
 *
 * @param at where the part is in `ints`
 * @param withinM not more than was listed around the cell
 */
export function nearestInPartM(
  tree: EdgeTree,
  ints: Int32Array,
  at: number,
  plane: LocalPlane,
  lon: number,
  withinM: number,
  west: number,
  south: number,
  sizeDeg: number,
): number {
  const { lat } = plane;
  const known = ints[at + 1] ?? 0;
  const which = known >> 1;
  const toLon = west + sizeDeg * shareOf(which, lonStep);
  const toLat = south + sizeDeg * shareOf(which, latStep);
  const first = at + partHead;
  const end = first + (ints[at + 2] ?? 0);
  const atMostM2 = withinM * withinM;
  let isOdd = known % 2 === 1;
  let leastM2 = atMostM2;
  let likeliest = -1;
  for (let each = first; each < end; each++) {
    const run = ints[each] ?? 0;
    if (isRunBetween(tree, run, lon, lat, toLon, toLat)) isOdd = !isOdd;
    const m2 = boxM2(tree, run, plane, lon);
    if (m2 < leastM2) {
      leastM2 = m2;
      likeliest = run;
    }
  }
  if (likeliest < 0) return isOdd ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // the run whose box is nearest goes first: it spares most of the others
  let limitM2 = atMostM2 * looksFurther;
  let nearestM2 = runM2(tree, likeliest, plane, lon, limitM2);
  limitM2 = Math.min(limitM2, nearestM2 * looksFurther);
  for (let each = first; each < end; each++) {
    const run = ints[each] ?? 0;
    if (run === likeliest || boxM2(tree, run, plane, lon) > limitM2) continue;
    const m2 = runM2(tree, run, plane, lon, limitM2);
    if (m2 < nearestM2) {
      nearestM2 = m2;
      limitM2 = Math.min(limitM2, m2 * looksFurther);
    }
  }
  const nearestM = nearestM2 > atMostM2 ? Number.POSITIVE_INFINITY : Math.sqrt(nearestM2);
  return isOdd ? -nearestM : nearestM;
}

/** The middle of the cell, or somewhere else in it, by numbers that no grid of edges has. */
const lonStep = 0.381_966;
const latStep = 0.267_949;

function shareOf(which: number, step: number): number {
  return (0.5 + which * step) % 1;
}

function knownPlace(which: number, west: number, south: number, sizeDeg: number) {
  return [
    west + sizeDeg * shareOf(which, lonStep),
    south + sizeDeg * shareOf(which, latStep),
  ] as const;
}
