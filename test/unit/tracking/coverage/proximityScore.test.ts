import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  probabilityInside,
  proximityOf,
  proximityScore,
} from '../../../../server/tracking/coverage/proximityScore.ts';
import { normalCdf } from '../../../../server/tracking/normalCdf.ts';
import { drawProximity } from './drawProximity.ts';

const watchRadiusM = 1_000;
const plain = (u: number): number => (u <= 0 ? 1 : u >= 1 ? 0 : 1 - 3 * u ** 2 + 2 * u ** 3);

/** The mean of the formula, by adding up 4,000 slices of the normal distribution. */
function scoreBySlices(distanceM: number, accuracyM: number): number {
  const slices = 4_000;
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < slices; i++) {
    const z = -9 + (18 * (i + 0.5)) / slices;
    const density = Math.exp((-z * z) / 2);
    sum += density * plain((distanceM + accuracyM * z) / watchRadiusM);
    weight += density;
  }
  return (100 * sum) / weight;
}

const distances = fc.double({ min: -3_000, max: 6_000, noNaN: true });
const accuracies = fc.double({ min: 0, max: 5_000, noNaN: true });

describe('the proximity score', () => {
  it('is 100 inside, 50 halfway to the watch radius and 0 from it on', () => {
    expect([-500, 0, 500, 1_000, 4_000].map((d) => proximityScore(d, 0, watchRadiusM))).toEqual([
      100, 100, 50, 0, 0,
    ]);
  });

  it('gives a poor receiver less beside the edge than a good one', () => {
    const [good, fair, poor] = [5, 50, 300].map((s) => proximityScore(0, s, watchRadiusM));
    expect(good).toBeGreaterThan(99.9);
    expect(fair).toBeLessThan(good ?? 0);
    expect(poor).toBeLessThan(fair ?? 0);
  });

  it('never rises with the distance', () => {
    fc.assert(
      fc.property(distances, distances, accuracies, (a, b, accuracyM) => {
        const near = proximityScore(Math.min(a, b), accuracyM, watchRadiusM);
        const far = proximityScore(Math.max(a, b), accuracyM, watchRadiusM);
        expect(near).toBeGreaterThanOrEqual(far - 1e-9);
      }),
      { numRuns: 5_000 },
    );
  });

  it('lies within 0 to 100', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: 1, max: 20_000, noNaN: true }),
        (distanceM, accuracyM, radiusM) => {
          const score = proximityScore(distanceM, accuracyM, radiusM);
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(100);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('changes by no more than a fifth of a point within a metre, so without a jump', () => {
    fc.assert(
      fc.property(distances, accuracies, (distanceM, accuracyM) => {
        const here = proximityScore(distanceM, accuracyM, watchRadiusM);
        const beside = proximityScore(distanceM + 1, accuracyM, watchRadiusM);
        // the plain score falls by 150 points a radius at most, and a mean falls no faster
        expect(Math.abs(here - beside)).toBeLessThan(0.2);
      }),
      { numRuns: 5_000 },
    );
  });

  it('becomes the plain formula as the error goes to nothing', () => {
    fc.assert(
      fc.property(
        distances,
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (distanceM, accuracyM) => {
          const score = proximityScore(distanceM, accuracyM, watchRadiusM);
          expect(Math.abs(score - 100 * plain(distanceM / watchRadiusM))).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['poor', 50, 5_000],
    ['good', 5, 60],
  ])('is the mean of the plain formula over where a unit with a %s receiver may be', (_, min, max) => {
    fc.assert(
      fc.property(distances, fc.double({ min, max, noNaN: true }), (distanceM, accuracyM) => {
        const score = proximityScore(distanceM, accuracyM, watchRadiusM);
        expect(Math.abs(score - scoreBySlices(distanceM, accuracyM))).toBeLessThan(1e-3);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [Number.NaN, 5, 1_000],
    [10, Number.NaN, 1_000],
    [10, -1, 1_000],
    [10, 5, 0],
    [10, 5, Number.NaN],
  ])('refuses %d m with an accuracy of %d m and a radius of %d m', (distanceM, accuracyM, radiusM) => {
    expect(() => proximityScore(distanceM, accuracyM, radiusM)).toThrow(RangeError);
  });
});

describe('the probability of inside', () => {
  it('is a half on the edge, and 0.9 at 1.28 sigma inside', () => {
    expect(probabilityInside(0, 8)).toBeCloseTo(0.5, 12);
    expect(probabilityInside(-1.2816 * 8, 8)).toBeCloseTo(0.9, 4);
  });

  it('is certain without an error', () => {
    expect([-1, 0, 1].map((d) => probabilityInside(d, 0))).toEqual([1, 1, 0]);
  });

  it('comes with the score', () => {
    expect(proximityOf(500, 0, watchRadiusM)).toEqual({
      signedDistanceM: 500,
      accuracyM: 0,
      probabilityInside: 0,
      score: 50,
    });
  });
});

describe('the normal distribution', () => {
  it.each([
    // Abramowitz and Stegun, table 26.1
    [0, 0.5],
    [1, 0.841_344_746_068_543],
    [2, 0.977_249_868_051_821],
    [-3, 0.001_349_898_031_63],
    [-5, 2.866_515_719e-7],
  ])('has Phi(%d) = %d', (z, probability) => {
    expect(Math.abs(normalCdf(z) - probability)).toBeLessThan(1e-14);
  });

  it('is the sum of its density', () => {
    let sum = 0.5;
    let worst = 0;
    const step = 1e-3;
    for (let z = 0; z < 8; z += step) {
      const [a, b, c] = [z, z + step / 2, z + step].map((x) => Math.exp((-x * x) / 2));
      sum += ((step / 6) * ((a ?? 0) + 4 * (b ?? 0) + (c ?? 0))) / Math.sqrt(2 * Math.PI);
      worst = Math.max(worst, Math.abs(normalCdf(z + step) - sum));
    }
    expect(worst).toBeLessThan(1e-13);
  });
});

it('is drawn in the documents as it is reckoned', () => {
  const drawn = readFileSync(new URL('../../../../docs/proximity.svg', import.meta.url), 'utf8');
  expect(drawn).toBe(drawProximity());
});
