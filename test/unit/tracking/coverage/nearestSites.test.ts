import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import {
  farthestM,
  indexPlaces,
  nearestByScan,
  nearestSite,
  visitSitesWithin,
} from '../../../../server/tracking/coverage/nearestSites.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';

const keyed = (places: readonly LonLat[]) => places.map((place, i) => ({ key: i + 1, place }));

/** Distances of all places, nearest first. */
function byDistance(places: readonly LonLat[], [lon, lat]: LonLat): [key: number, m: number][] {
  return places
    .map((place, i): [number, number] => [i + 1, distanceM(lon, lat, place[0], place[1])])
    .sort((a, b) => a[1] - b[1]);
}

/** A country, a town, a street, the antimeridian, and where meridians run together. */
const boxes = [
  [95, 141, -11, 6],
  [112.6, 112.7, -7.3, -7.2],
  [117.527, 117.528, 0.504, 0.505],
  [179.5, 180.5, -20, -19],
  [10, 14, 83, 84.5],
] as const;

const cases = fc.constantFrom(...boxes).chain(([west, east, south, north]) => {
  const lon = fc
    .double({ min: west, max: east, noNaN: true })
    .map((each) => (each > 180 ? each - 360 : each));
  const place = fc.tuple(lon, fc.double({ min: south, max: north, noNaN: true }));
  return fc.tuple(
    fc.array(place, { maxLength: 60 }),
    fc.array(place, { minLength: 20, maxLength: 20 }),
  );
});

describe('nearest sites by the grid', () => {
  it('finds as near a site as looking at all, or none when none is near, 20,000 times', () => {
    fc.assert(
      fc.property(cases, ([places, queries]) => {
        const index = indexPlaces(keyed(places));
        for (const query of queries) {
          const [nearest] = byDistance(places, query);
          const found = nearestSite(index, query[0], query[1]);
          if (nearest === undefined || nearest[1] > farthestM + 1) {
            expect(found).toBeUndefined();
          } else if (nearest[1] < farthestM - 1) {
            // two at the same distance but for rounding: either is right
            expect(found?.distanceM).toBeLessThanOrEqual(nearest[1] * (1 + 1e-4) + 0.01);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds every site within a distance, and no other, once', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 100_000 }), ([places, queries], withinM) => {
        const index = indexPlaces(keyed(places));
        for (const query of queries) {
          const found: number[] = [];
          visitSitesWithin(index, query[0], query[1], withinM, (key) => found.push(key));
          const within = byDistance(places, query).filter(([, m]) => m <= withinM);
          expect(found.toSorted((a, b) => a - b)).toEqual(
            within.map(([key]) => key).toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds the same among few by a scan', () => {
    const places: LonLat[] = [
      [117.5279, 0.5049],
      [112.5505, -3.3923],
      [113.3962, -7.7585],
      [112.1681, -8.0983],
    ];
    expect(nearestByScan(keyed(places), 112.2, -8)?.key).toBe(4);
    expect(nearestByScan([], 112.2, -8)).toBeUndefined();
  });

  it('is the same index whatever order the sites come in', () => {
    const places = keyed(Array.from({ length: 200 }, (_, i) => [110 + (i % 7), -7 + (i % 5)]));
    expect(indexPlaces(places.toReversed())).toEqual(indexPlaces(places));
  });

  it('looks no further than it is asked to', () => {
    const index = indexPlaces(keyed([[112, -7]]));
    expect(nearestSite(index, 112.01, -7, 2_000)?.key).toBe(1);
    expect(nearestSite(index, 112.01, -7, 1_000)).toBeUndefined();
  });

  it.each([[[0, 86]], [[Number.NaN, 0]], [[181, 0]]] as const)('refuses a site at %j', (place) => {
    expect(() => indexPlaces(keyed([place]))).toThrow(RangeError);
  });

  it('refuses to look from no place, or further than the plane is good', () => {
    const index = indexPlaces([]);
    expect(() => nearestSite(index, 0, Number.NaN)).toThrow(RangeError);
    expect(() => nearestSite(index, 0, 0, farthestM + 1)).toThrow(RangeError);
    expect(() => visitSitesWithin(index, 0, 90, 1, () => {})).toThrow(RangeError);
  });
});
