import { expect, it } from 'vitest';
import { givenShape } from '../../../server/tracking/givenShape.ts';

const point = { type: 'Point', coordinates: [117.5, 0.5] };
const line = {
  type: 'LineString',
  coordinates: [
    [117.5, 0.5],
    [117.6, 0.5],
  ],
};

it('reads a circle and a corridor with their sizes', () => {
  expect(givenShape(point, { radiusM: 50 })).toMatchObject({ ok: true, value: { radiusM: 50 } });
  expect(givenShape(line, { halfWidthM: 20 })).toMatchObject({ value: { halfWidthM: 20 } });
});

it.each([
  [point, {}, 'radiusM is missing'],
  [point, { halfWidthM: 20 }, 'radiusM is missing'],
  [{ type: 'Feature', geometry: point }, {}, 'radiusM is missing'],
  [line, { radiusM: 50 }, 'halfWidthM is missing'],
])('says which size is missing of %o with %o', (geojson, size, detail) => {
  expect(givenShape(geojson, size)).toMatchObject({
    ...{ ok: false, reason: 'bad_size', detail: expect.stringContaining(detail) },
  });
});

it('says of what is no shape that it is none', () => {
  expect(givenShape(undefined, {})).toMatchObject({ ok: false, reason: 'unknown_geometry' });
});
