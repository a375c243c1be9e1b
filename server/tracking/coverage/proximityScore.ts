import { normalCdf, normalDensity } from '../normalCdf.ts';

/** How near a unit is to a site. */
export type Proximity = {
  /** To the edge of the site's ring, metres; negative inside. */
  readonly signedDistanceM: number;
  /** One sigma across the edge that it was reckoned with, metres. */
  readonly accuracyM: number;
  /** 0 to 1. */
  readonly probabilityInside: number;
  /** 0 to 100, see `proximityScore`. */
  readonly score: number;
};

/** A receiver never says less than this; below it, the two formulas agree to 1e-7 points. */
const noErrorM = 1e-3;

/**
 * Errors count up to so many watch radii. Nothing is known of such a unit anyway, and the terms of
 * the formula, which cancel, would outgrow a double.
 */
const worstErrors = 50;

/** The proximity of a unit at a signed distance. */
export function proximityOf(
  signedDistanceM: number,
  accuracyM: number,
  watchRadiusM: number,
): Proximity {
  return {
    signedDistanceM,
    accuracyM,
    probabilityInside: probabilityInside(signedDistanceM, accuracyM),
    score: proximityScore(signedDistanceM, accuracyM, watchRadiusM),
  };
}

/** Probability that the true place is inside: the edge taken as straight over the width of the error. */
export function probabilityInside(signedDistanceM: number, accuracyM: number): number {
  if (accuracyM < noErrorM) return signedDistanceM <= 0 ? 1 : 0;
  return normalCdf(-signedDistanceM / accuracyM);
}

/**
 * Proximity score, 0 to 100 (docs/proximity.md, with a figure):
 *
 *     score(d, s, R) = 100 * E[ f((d + s Z) / R) ],   Z standard normal
 *     f(u) = 1 for u <= 0,   1 - 3 u^2 + 2 u^3 for 0 < u < 1,   0 for u >= 1
 *
 * The plain score f (the cubic "smoothstep" turned round) is 100 inside, 0 from the watch radius on,
 * and has no corner at either end. The accuracy weighs it as its mean over the places where the unit
 * may be, so that a poor receiver next to the edge scores less than a good one, and beyond the radius
 * a little more than nothing. A mean of values of a falling function falls with the distance, stays
 * within 0 to 100 and is continuous; without an error it is the plain score.
 *
 * @param signedDistanceM to the edge, negative inside
 * @param accuracyM one sigma across the edge, >= 0: the tracker's noise where it is known, else what
 *   the fix says
 * @param watchRadiusM > 0
 * @throws RangeError for anything else, NaN included
 */
export function proximityScore(
  signedDistanceM: number,
  accuracyM: number,
  watchRadiusM: number,
): number {
  if (!(watchRadiusM > 0) || !(accuracyM >= 0) || Number.isNaN(signedDistanceM)) {
    throw new RangeError(
      `expected a distance, an accuracy >= 0 and a watch radius > 0, got ${signedDistanceM}, ${accuracyM}, ${watchRadiusM}`,
    );
  }
  const m = signedDistanceM / watchRadiusM;
  if (accuracyM < noErrorM) return 100 * plainScore(m);
  const s = Math.min(accuracyM / watchRadiusM, worstErrors);
  const z0 = -m / s;
  const z1 = (1 - m) / s;
  // so far inside or outside that nothing is left of the other side in a double
  if (z0 > 9) return 100;
  if (z1 < -9) return 0;
  // and in between of either end: I_0 = I_2 = 1 and I_1 = I_3 = 0 below
  if (z0 < -9 && z1 > 9) return 100 * (plainCubic(m) + 3 * (2 * m - 1) * s * s);
  return 100 * Math.min(1, Math.max(0, normalCdf(z0) + fallingPart(m, s, z0, z1)));
}

/** f of above. */
function plainScore(u: number): number {
  if (u <= 0) return 1;
  return u >= 1 ? 0 : 1 - u * u * (3 - 2 * u);
}

/**
 * The mean over the falling part, integral of f(m + s z) phi(z) from z0 to z1, by the moments
 * I_k = integral of z^k phi(z), each of which follows from the two before it by parts.
 */
function fallingPart(m: number, s: number, z0: number, z1: number): number {
  const p0 = normalDensity(z0);
  const p1 = normalDensity(z1);
  const i0 = normalCdf(z1) - normalCdf(z0);
  const i1 = p0 - p1;
  const i2 = i0 + edgeTerm(z0, p0) - edgeTerm(z1, p1);
  const i3 = 2 * i1 + z0 * edgeTerm(z0, p0) - z1 * edgeTerm(z1, p1);
  return (
    plainCubic(m) * i0 +
    6 * m * (m - 1) * s * i1 +
    3 * (2 * m - 1) * s * s * i2 +
    2 * s * s * s * i3
  );
}

function plainCubic(m: number): number {
  return 1 - m * m * (3 - 2 * m);
}

function edgeTerm(z: number, density: number): number {
  return z * density;
}
