import { expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import { indexPlaces } from '../../../../server/tracking/coverage/nearestSites.ts';
import { siteProximities } from '../../../../server/tracking/coverage/siteProximities.ts';
import { distanceM, planeAt } from '../../../../server/tracking/fences/localPlane.ts';

const { eastM } = planeAt(0);
/** Sites by key, so many metres to the east of the unit. */
const eastOf = new Map([
  [1, 0],
  [2, 600],
  [3, 1_099],
  [4, 1_101],
  [5, 300],
]);
const places = [...eastOf].map(([key, east]) => {
  const place: LonLat = [117 + east / eastM, 0];
  return { key, place };
});

it('scores a unit at every site whose watch radius, from the edge of its ring, it is in', () => {
  const watched = {
    index: indexPlaces(places),
    watchRadiusM: 1_000,
    largestRingM: 100,
    // the fifth has no ring
    signedDistanceM: (key: number, lon: number, lat: number) => {
      const place = places.find((each) => each.key === key && key !== 5)?.place;
      return place === undefined ? undefined : distanceM(lon, lat, place[0], place[1]) - 100;
    },
  };
  const found = siteProximities(watched, 117, 0, 0);
  expect(found.map(({ siteKey }) => siteKey)).toEqual([1, 2, 3]);
  expect(found.map(({ score }) => Math.round(score))).toEqual([100, 50, 0]);
  expect(found.map(({ probabilityInside }) => probabilityInside)).toEqual([1, 0, 0]);
});
