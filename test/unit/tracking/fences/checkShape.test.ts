import { describe, expect, it } from 'vitest';
import type { LonLat, Shape } from '../../../../server/domain/fence.ts';
import { checkShape, type ShapeFault } from '../../../../server/tracking/fences/checkShape.ts';
import { fromGeoJson } from '../../../../server/tracking/fences/fromGeoJson.ts';

const square = (west: number, south: number, size: number): LonLat[] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
];
const polygon = (...polygons: LonLat[][][]): Shape => ({ kind: 'polygon', polygons });
const outer = square(117, 0, 1);
const hole = square(117.2, 0.2, 0.2);

describe('a good shape', () => {
  it('comes back with open rings, outer ones anticlockwise and holes clockwise', () => {
    const closed = [...outer.toReversed(), ...outer.slice(-1)];
    const checked = checkShape(polygon([closed, hole]));
    const [start] = outer.toReversed();
    expect(checked).toEqual({
      ok: true,
      value: polygon([closed.slice(0, 4).toReversed(), hole.toReversed()]),
    });
    expect(start).toBeDefined();
  });

  it('loses points that come twice in a row', () => {
    const [a = [0, 0], b = [0, 0], c = [0, 0], d = [0, 0]] = outer;
    expect(checkShape(polygon([[a, a, b, c, c, c, d, a, a]]))).toEqual({
      ok: true,
      value: polygon([outer]),
    });
  });

  it.each<[string, Shape]>([
    ['an island in a hole', polygon([outer, hole], [square(117.25, 0.25, 0.1)])],
    [
      'a hole that touches its outer ring in a point',
      polygon([
        outer,
        [
          [117, 0],
          [117.3, 0.1],
          [117.1, 0.3],
        ],
      ]),
    ],
    ['polygons that touch in a corner', polygon([square(117, 0, 1)], [square(118, 1, 1)])],
    [
      'a corridor that crosses itself',
      {
        kind: 'corridor',
        line: [
          [117, 0],
          [118, 1],
          [118, 0],
          [117, 1],
        ],
        halfWidthM: 20,
      },
    ],
    ['a circle', { kind: 'circle', center: [117.5, 0.5], radiusM: 100 }],
    ['a circle around a unit', { kind: 'moving', unitKey: 3, radiusM: 100 }],
  ])('may be %s', (_, shape) => {
    expect(checkShape(shape)).toMatchObject({ ok: true });
  });
});

describe('a bad shape', () => {
  const bowTie = polygon([
    [
      [117, 0],
      [118, 1],
      [118, 0],
      [117, 1],
    ],
  ]);
  const circle = (lon: number, lat: number, radiusM = 100): Shape => ({
    kind: 'circle',
    center: [lon, lat],
    radiusM,
  });
  const many = Array.from({ length: 20_001 }, (_, i): LonLat => [117 + i * 1e-5, (i % 2) * 1e-5]);
  it.each<[string, Shape, ShapeFault, object | undefined]>([
    [
      'a bow-tie',
      bowTie,
      'crosses_itself',
      { lon: 117.5, lat: 0.5, polygon: 0, ring: 0, point: 0 },
    ],
    [
      'a ring that touches itself',
      polygon([
        [
          [117, 0],
          [119, 0],
          [119, 1],
          [118, 0],
          [117, 1],
        ],
      ]),
      'crosses_itself',
      { lon: 118, lat: 0 },
    ],
    [
      'a spike',
      polygon([
        [
          [117, 0],
          [118, 0],
          [118, 1],
          [118, 2],
          [118, 1],
          [117, 1],
        ],
      ]),
      'crosses_itself',
      { lon: 118 },
    ],
    [
      'a hole across the outer ring',
      polygon([outer, square(117.9, 0.5, 0.3)]),
      'crosses_itself',
      { lon: 118, lat: 0.5 },
    ],
    [
      'a hole outside',
      polygon([outer, square(119, 0, 0.1)]),
      'hole_outside',
      { lon: 119, lat: 0, polygon: 0, ring: 1 },
    ],
    [
      'a hole in a hole',
      polygon([outer, hole, square(117.25, 0.25, 0.1)]),
      'overlaps',
      { polygon: 0, ring: 2 },
    ],
    [
      'a polygon in another one',
      polygon([outer], [square(117.5, 0.5, 0.1)]),
      'overlaps',
      { polygon: 1, ring: 0 },
    ],
    [
      'a line that is called a polygon',
      polygon([
        [
          [117, 0],
          [118, 0],
          [117, 0],
        ],
      ]),
      'too_few_points',
      { lon: 117, lat: 0 },
    ],
    [
      'three places in a line',
      polygon([
        [
          [117, 0],
          [118, 0],
          [119, 0],
        ],
      ]),
      'crosses_itself',
      { lat: 0 },
    ],
    ['a speck', polygon([square(117, 0, 1e-7)]), 'no_area', { lon: 117, lat: 0 }],
    ['no ring', polygon([]), 'too_few_points', undefined],
    [
      'NaN',
      polygon([
        [
          [117, 0],
          [Number.NaN, 1],
          [118, 0],
        ],
      ]),
      'not_a_number',
      { point: 1 },
    ],
    ['infinity', circle(Number.POSITIVE_INFINITY, 0), 'not_a_number', undefined],
    ['a radius of nothing', circle(117, 0, 0), 'bad_size', undefined],
    ['a radius that is no number', circle(117, 0, Number.NaN), 'bad_size', undefined],
    ['a radius of 21 km', circle(117, 0, 21_000), 'bad_size', undefined],
    ['a latitude of 91', circle(10, 91), 'out_of_range', { lon: 10, lat: 91 }],
    ['the pole', circle(10, 89), 'polar', { lat: 89 }],
    ['a circle that reaches beyond 85 degrees', circle(10, 84.99, 2_000), 'polar', undefined],
    ['a circle over 180 degrees', circle(179.89, 0, 2_000), 'antimeridian', undefined],
    [
      'a polygon across 180 degrees',
      polygon([
        [
          [179, 0],
          [-179, 0],
          [-179, 1],
          [179, 1],
        ],
      ]),
      'antimeridian',
      { lon: -179, point: 1 },
    ],
    [
      'a line of one place',
      {
        kind: 'corridor',
        line: [
          [117, 0],
          [117, 0],
        ],
        halfWidthM: 10,
      },
      'too_few_points',
      undefined,
    ],
    [
      'more than 20,000 points',
      { kind: 'corridor', line: many, halfWidthM: 10 },
      'too_many_points',
      undefined,
    ],
  ])('is refused for %s, with the place', (_, shape, reason, place) => {
    const checked = checkShape(shape);
    expect(checked).toMatchObject({ ok: false, reason });
    if (place !== undefined) expect(checked).toMatchObject({ place });
  });

  it('with latitude first is recognised, and what was meant suggested', () => {
    expect(checkShape(circle(0.5, 117.5))).toMatchObject({
      ok: false,
      reason: 'swapped',
      suggestion: circle(117.5, 0.5),
    });
    const meant = polygon([outer]);
    const swapped = polygon([outer.map(([lon, lat]): LonLat => [lat, lon])]);
    expect(checkShape(swapped)).toMatchObject({ reason: 'swapped', suggestion: meant });
  });

  it('of 20,000 points is checked in a moment', () => {
    const ring = Array.from({ length: 20_000 }, (_, i): LonLat => {
      const angle = (2 * Math.PI * i) / 20_000;
      const far = 1 + 0.1 * Math.sin(300 * angle);
      return [117 + far * Math.cos(angle), far * Math.sin(angle)];
    });
    expect(checkShape(polygon([ring]))).toMatchObject({ ok: true });
  });
});

describe('GeoJSON', () => {
  const closed = [...outer, ...outer.slice(0, 1)];
  it.each([
    [{ type: 'Polygon', coordinates: [closed] }, polygon([outer])],
    [{ type: 'MultiPolygon', coordinates: [[closed]] }, polygon([outer])],
    [
      { type: 'Feature', properties: null, geometry: { type: 'Point', coordinates: [117, 0, 55] } },
      { kind: 'circle', center: [117, 0], radiusM: 90 },
    ],
    [
      {
        type: 'LineString',
        coordinates: [
          [117, 0],
          [118, 0],
        ],
      },
      {
        kind: 'corridor',
        line: [
          [117, 0],
          [118, 0],
        ],
        halfWidthM: 12,
      },
    ],
  ])('is read: %j', (geojson, value) => {
    expect(fromGeoJson(geojson, { radiusM: 90, halfWidthM: 12 })).toEqual({ ok: true, value });
  });

  it.each([
    [null],
    [7],
    [{ type: 'Polygon' }],
    [{ type: 'Polygon', coordinates: [[['117', 0]]] }],
    [{ type: 'GeometryCollection', geometries: [] }],
    [{ type: 'Feature', geometry: null }],
  ])('that is something else is refused: %j', (geojson) => {
    expect(fromGeoJson(geojson, {})).toMatchObject({ ok: false, reason: 'unknown_geometry' });
  });

  it('of a point needs a radius', () => {
    const point = { type: 'Point', coordinates: [117, 0] };
    expect(fromGeoJson(point, {})).toMatchObject({ ok: false, reason: 'bad_size' });
  });
});
