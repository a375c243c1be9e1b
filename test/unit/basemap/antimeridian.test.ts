import type { Feature, Polygon, Position } from 'geojson';
import { describe, expect, test } from 'vitest';
import { unwrapFeature } from '../../../web/basemap/antimeridian.ts';

function polygon(...coordinates: Position[][]): Feature<Polygon> {
  return { type: 'Feature', properties: null, geometry: { type: 'Polygon', coordinates } };
}

describe('unwrapFeature', () => {
  test('leaves a polygon that does not cross the 180th meridian as it is', () => {
    const borneo = polygon([
      [109, -4],
      [119, -4],
      [119, 7],
      [109, -4],
    ]);
    expect(unwrapFeature(borneo)).toEqual(borneo);
  });

  test('lets the longitudes of one that crosses it run on, hole included', () => {
    const island = polygon(
      [
        [177, -19],
        [-178, -19],
        [-178, -16],
        [177, -16],
        [177, -19],
      ],
      [
        [-179.8, -18],
        [-179, -18],
        [-179, -17],
        [-179.8, -18],
      ],
    );
    expect(unwrapFeature(island).geometry).toEqual(
      polygon(
        [
          [177, -19],
          [182, -19],
          [182, -16],
          [177, -16],
          [177, -19],
        ],
        [
          [180.2, -18],
          [181, -18],
          [181, -17],
          [180.2, -18],
        ],
      ).geometry,
    );
  });

  test('closes a ring around a pole along the edge of the map', () => {
    const antarctica = polygon([
      [-120, -70],
      [0, -70],
      [120, -70],
      [-120, -70],
    ]);
    expect(unwrapFeature(antarctica).geometry).toEqual(
      polygon([
        [-120, -70],
        [0, -70],
        [120, -70],
        [240, -70],
        [240, -90],
        [-120, -90],
        [-120, -70],
      ]).geometry,
    );
  });
});
