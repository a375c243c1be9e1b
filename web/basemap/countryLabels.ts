import type { Feature, Position } from 'geojson';
import { type PlaceFeature, placeFeature } from './placeFeature.ts';

/** Where the middle of the largest polygon is a bad place for the name. */
const labelPlaces: ReadonlyMap<string, readonly [number, number]> = new Map([
  // an archipelago's largest island is not its middle, and on Kalimantan the name would sit among provinces
  ['Indonesia', [118.3, -2.3]],
  ['Malaysia', [113.6, 2.6]],
  ['United States of America', [-99, 39.5]],
  ['France', [2.5, 46.7]],
  ['Norway', [9.5, 61.2]],
  ['Vietnam', [108.2, 14]],
]);

/** Natural Earth's English names that the Unicode CLDR, from which Indonesian names come, has otherwise. */
const codeByNaturalEarthName: ReadonlyMap<string, string> = new Map([
  ['Bosnia and Herz.', 'BA'],
  ['Central African Rep.', 'CF'],
  ['Congo', 'CG'],
  ['Czechia', 'CZ'],
  ["Côte d'Ivoire", 'CI'],
  ['Dem. Rep. Congo', 'CD'],
  ['Dominican Rep.', 'DO'],
  ['Eq. Guinea', 'GQ'],
  ['Falkland Is.', 'FK'],
  ['Macedonia', 'MK'],
  ['Marshall Is.', 'MH'],
  ['Myanmar', 'MM'],
  ['Palestine', 'PS'],
  ['S. Sudan', 'SS'],
  ['Solomon Is.', 'SB'],
  ['Turkey', 'TR'],
  ['United States of America', 'US'],
  ['W. Sahara', 'EH'],
  ['eSwatini', 'SZ'],
]);

const earthRadiusKm = 6371;

/** One label a country, in the middle of its largest polygon; larger countries come at smaller zooms. */
export function countryLabels(countries: readonly Feature[]): PlaceFeature[] {
  const codes = codesByEnglishName();
  const indonesian = new Intl.DisplayNames(['id'], { type: 'region', fallback: 'none' });
  const labels: PlaceFeature[] = [];
  for (const { geometry, properties } of countries) {
    const english: unknown = properties?.['name'];
    if (typeof english !== 'string') continue;
    const polygons =
      geometry.type === 'Polygon'
        ? [geometry.coordinates]
        : geometry.type === 'MultiPolygon'
          ? geometry.coordinates
          : [];
    const shapes = polygons.map(([outer]) => middleAndArea(outer ?? []));
    const largest = shapes.reduce((a, b) => (b.areaKm2 > a.areaKm2 ? b : a), {
      middle: [0, 0],
      areaKm2: 0,
    });
    const areaKm2 = shapes.reduce((sum, shape) => sum + shape.areaKm2, 0);
    const code = codes.get(english) ?? codeByNaturalEarthName.get(english);
    const name = (code === undefined ? undefined : indonesian.of(code)) ?? english;
    labels.push(
      placeFeature(labelPlaces.get(english) ?? largest.middle, {
        kind: 'country',
        name,
        'name:en': english,
        'name:id': name,
        min_zoom: minZoomOf(areaKm2),
      }),
    );
  }
  return labels;
}

function minZoomOf(areaKm2: number): number {
  if (areaKm2 > 1_500_000) return 2;
  if (areaKm2 > 400_000) return 4;
  if (areaKm2 > 60_000) return 5;
  return areaKm2 > 2_000 ? 6 : 7;
}

/** Centroid and area of a ring, by the shoelace formula on the equal-area cylinder (x = lon, y = sin lat). */
function middleAndArea(ring: readonly Position[]): { middle: [number, number]; areaKm2: number } {
  const radians = Math.PI / 180;
  const points = ring.map(
    ([lon = 0, lat = 0]) => [lon * radians, Math.sin(lat * radians)] as const,
  );
  let twiceArea = 0;
  let x = 0;
  let y = 0;
  for (const [index, [x1, y1]] of points.entries()) {
    const [x2, y2] = points[index + 1] ?? [x1, y1];
    const cross = x1 * y2 - x2 * y1;
    twiceArea += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  if (twiceArea === 0) return { middle: [0, 0], areaKm2: 0 };
  return {
    middle: [x / (3 * twiceArea) / radians, Math.asin(y / (3 * twiceArea)) / radians],
    areaKm2: Math.abs(twiceArea / 2) * earthRadiusKm ** 2,
  };
}

function codesByEnglishName(): Map<string, string> {
  const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = new Map<string, string>();
  for (const first of letters) {
    for (const second of letters) {
      const name = english.of(first + second);
      // the first code wins: withdrawn ones such as DD and SU have the name of their successor
      if (name !== undefined && !codes.has(name)) codes.set(name, first + second);
    }
  }
  return codes;
}
