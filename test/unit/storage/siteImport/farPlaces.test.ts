import { expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import type { SiteFields } from '../../../../server/domain/siteFields.ts';
import { farPlaces } from '../../../../server/storage/siteImport/farPlaces.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';

const site = (id: string, place: LonLat, region = '64.08.04'): SiteFields => ({
  ...{ id, name: id, kind: 'tps', siteClass: 'rawan', region, place },
  ...{ required: {}, ringRadiusM: undefined },
});
/** Sites of a regency every so many degrees eastward. */
const row = (count: number, stepDeg: number): SiteFields[] =>
  Array.from({ length: count }, (_, at) => site(`t-${at}`, [117 + at * stepDeg, 0.5]));

it('finds the one that is elsewhere, and how far', () => {
  const wrong = site('wrong', [107.5, 0.5], '64.08.05');
  const far = farPlaces([...row(5, 0.05), wrong]);
  expect(far).toMatchObject([{ site: wrong, region: '64.08' }]);
  const trueKm = distanceM(107.5, 0.5, 117.15, 0.5) / 1_000;
  expect(Math.abs((far[0]?.distanceKm ?? 0) - trueKm) / trueKm).toBeLessThan(0.01);
});

it('takes a wide regency for what it is, and another one for another', () => {
  // 300 km from one end to the other
  expect(farPlaces(row(28, 0.1))).toEqual([]);
  const neighbour = site('n', [107, -6], '32.04.01');
  expect(farPlaces([...row(5, 0.05), neighbour])).toEqual([]);
  // of two nobody can say which one is elsewhere
  expect(farPlaces([site('a', [117, 0]), site('b', [107, 0])])).toEqual([]);
});
