import { expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import { MovingFences } from '../../../../server/tracking/fences/movingFences.ts';
import { NearFences } from '../../../../server/tracking/fences/nearFences.ts';
import { seededUniform } from '../../../fixtures/seededRandom.ts';
import { moved, placeNear } from '../../../property/fenceShapes.ts';
import { geodesicM } from './oracle.ts';

const near = new NearFences();
const found = (fences: MovingFences, [lon, lat]: LonLat, marginM: number) => {
  fences.locate(lon, lat, marginM, near);
  return Array.from(near.slots.subarray(0, near.count)).toSorted((a, b) => a - b);
};

it('goes along with its carrier, and is nowhere before the first place', () => {
  const home: LonLat = [117.5, 0.5];
  const fences = new MovingFences();
  fences.put(9, 1, 200);
  expect(found(fences, home, 300)).toEqual([]);
  fences.move(1, ...home);
  expect(found(fences, moved(home, 450, 0), 300)).toEqual([9]);
  fences.move(1, ...moved(home, 30_000, 0));
  expect(found(fences, home, 300)).toEqual([]);
  expect(found(fences, moved(home, 30_000, 0), 0)).toEqual([9]);
  expect([fences.remove(9), fences.remove(9), fences.size]).toEqual([true, false, 0]);
  expect(found(fences, moved(home, 30_000, 0), 0)).toEqual([]);
});

it('finds what looking at every fence finds, across 180 degrees too', () => {
  const random = seededUniform(4);
  for (const region of [
    [110, -7],
    [179.99, 10],
    [20, 84],
  ] as const) {
    const fences = new MovingFences();
    const places = new Map<number, LonLat>();
    const radiusOf = (unit: number) => 100 + 90 * unit;
    for (let unit = 0; unit < 60; unit++) fences.put(1_000 + unit, unit, radiusOf(unit));
    for (let round = 0; round < 2_000; round++) {
      const carrier = Math.floor(60 * random());
      const wrap = ([lon, lat]: LonLat): LonLat => [lon > 180 ? lon - 360 : lon, lat];
      const place = wrap(placeNear(random, region, 20_000));
      places.set(carrier, place);
      fences.move(carrier, ...place);
      const asked = wrap(placeNear(random, region, 20_000));
      const expected = [...places]
        .filter(([unit, at]) => geodesicM(at, asked) - radiusOf(unit) <= 150)
        .map(([unit]) => 1_000 + unit);
      expect(found(fences, asked, 150)).toEqual(expected.toSorted((a, b) => a - b));
    }
  }
});
