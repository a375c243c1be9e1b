/** A point on the way from one fix to the next: metres of the unit's plane. */
type Point = { readonly atMs: number; readonly xM: number; readonly yM: number };

/** Signed distance to an edge of a place in the unit's plane, metres. */
export type DistanceAt = (xM: number, yM: number) => number;

/** So exactly it is looked for, milliseconds: what is told is whole ones. */
const exactMs = 0.25;
/** No distance changes by more than the way that was gone, so these many strides cross any segment. */
const maxStrides = 64;
const leastStrideM = 1;

/**
 * When the straight way from one fix to the next was at the edge, epoch ms. Between two places on
 * one side, which a mean of fixes may show: when the later one was.
 */
export function crossedAtMs(from: Point, to: Point, distanceAt: DistanceAt): number {
  const isInsideAfter = distanceAt(to.xM, to.yM) <= 0;
  if (distanceAt(from.xM, from.yM) <= 0 === isInsideAfter) return to.atMs;
  let before = 0;
  let after = 1;
  const exact = exactMs / Math.max(exactMs, to.atMs - from.atMs);
  while (after - before > exact) {
    const middle = (before + after) / 2;
    const isInside =
      distanceAt(from.xM + middle * (to.xM - from.xM), from.yM + middle * (to.yM - from.yM)) <= 0;
    if (isInside === isInsideAfter) after = middle;
    else before = middle;
  }
  return Math.round(from.atMs + ((before + after) / 2) * (to.atMs - from.atMs));
}

/**
 * The deepest point of the straight way between two fixes: its signed distance, metres, and when it
 * was there. Strides are as long as the distance allows (sphere tracing, Hart 1996), or halves of it
 * inside, so the depth may be short of the true one by half.
 */
export function deepestOf(
  from: Point,
  to: Point,
  distanceAt: DistanceAt,
): { distanceM: number; atMs: number } {
  const wayM = Math.hypot(to.xM - from.xM, to.yM - from.yM);
  let deepest = { distanceM: Number.POSITIVE_INFINITY, atMs: from.atMs };
  let goneM = 0;
  for (let i = 0; i < maxStrides && goneM <= wayM; i++) {
    const share = wayM === 0 ? 0 : goneM / wayM;
    const distanceM = distanceAt(
      from.xM + share * (to.xM - from.xM),
      from.yM + share * (to.yM - from.yM),
    );
    if (distanceM < deepest.distanceM) {
      deepest = { distanceM, atMs: Math.round(from.atMs + share * (to.atMs - from.atMs)) };
    }
    const strideM = distanceM > 0 ? distanceM : -distanceM / 2;
    goneM += Math.max(strideM, leastStrideM, wayM / maxStrides);
  }
  return deepest;
}
