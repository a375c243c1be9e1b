import { crc32 } from 'node:zlib';
import { booleanPointInPolygon, multiPolygon } from '@turf/turf';
import { describe, expect, it } from 'vitest';
import type { FixedShape, LonLat } from '../../server/domain/fence.ts';
import { FenceIndex } from '../../server/tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from '../../server/tracking/fences/fenceSnapshot.ts';
import { distanceM } from '../../server/tracking/fences/localPlane.ts';
import { NearFences } from '../../server/tracking/fences/nearFences.ts';
import { SafeDiscs } from '../../server/tracking/fences/safeDiscs.ts';
import { signedDistanceM } from '../../server/tracking/fences/signedDistance.ts';
import { seededUniform } from '../fixtures/seededRandom.ts';
import { geodesicM, oracleDistanceM } from '../unit/tracking/fences/oracle.ts';
import { placeNear, shapeNear } from './fenceShapes.ts';

const seed = Number(process.env['POSKO_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** What is nearer to an edge than this may lie on either side of it, metres. */
const edgeM = 0.01;

/** The equator, Java, Nusa Tenggara, where cells meet, and as far north and south as Posko goes. */
const regions: readonly LonLat[] = [
  [117.5, 0],
  [110.4, -7.8],
  [124, -10],
  [105.9999, -5.9999],
  [-71.3, 46.8],
  [25.7, 66.5],
  [-179.2, -70],
  [15.6, 78.2],
];

describe(`fences against an oracle on the ellipsoid (POSKO_TEST_SEED=${seed})`, () => {
  it('measures places less than 4 mm wrong at 1 km', () => {
    const random = seededUniform(seed);
    let worstM = 0;
    for (let round = 0; round < 20_000; round++) {
      const from: LonLat = [360 * random() - 180, 170 * random() - 85];
      const to = placeNear(random, from, 1_000);
      const measuredM = distanceM(from[0], from[1], to[0], to[1]);
      worstM = Math.max(worstM, Math.abs(measuredM - geodesicM(from, to)));
    }
    expect(worstM).toBeLessThan(0.004);
  });

  it('knows for 20,000 places and shapes how far the edge is', () => {
    const random = seededUniform(seed + 1);
    for (let round = 0; round < 20_000; round++) {
      const region = regions[round % regions.length] ?? [0, 0];
      const shape = shapeNear(random, region, 800);
      const place = placeNear(random, region, 2_500);
      const expectedM = oracleDistanceM(shape, place);
      const measuredM = signedDistanceM(shape, place[0], place[1]);
      const off = Math.abs(measuredM - expectedM);
      // further away than the millimetres are good for, the share counts
      const allowed = 0.004 * Math.max(1, (Math.abs(expectedM) / 1_000) ** 3);
      if (off > allowed && Math.abs(expectedM) > edgeM) {
        expect.fail(`${JSON.stringify({ shape, place, expectedM, measuredM })}`);
      }
    }
  });

  it('agrees with Turf on 20,000 places in and around polygons', () => {
    const random = seededUniform(seed + 3);
    for (let round = 0; round < 20_000; round++) {
      const region = regions[round % regions.length] ?? [0, 0];
      const shape = shapeNear(random, region, 800);
      if (shape.kind !== 'polygon') continue;
      const [lon, lat] = placeNear(random, region, 2_500);
      const fromM = signedDistanceM(shape, lon, lat);
      if (Math.abs(fromM) < edgeM) continue;
      const rings = shape.polygons.map((polygon) =>
        polygon.map((ring) => [...ring, ...ring.slice(0, 1)].map((corner) => [...corner])),
      );
      const isInside = booleanPointInPolygon([lon, lat], multiPolygon(rings));
      if (isInside !== fromM < 0) expect.fail(JSON.stringify({ shape, lon, lat, fromM }));
    }
  });

  it.each([
    ['at random', seed],
    // by which a cell that was emptied and filled again once missed a fence
    ['from a seed of old', 4],
  ])('finds the same fences and safe discs as looking at every one, with edits, %s', (_what, from) => {
    const random = seededUniform(from + 2);
    const near = new NearFences();
    let cases = 0;
    for (const region of regions) {
      let index = new FenceIndex();
      const discs = new SafeDiscs(index.edits);
      const shapes = new Map<number, FixedShape>();
      const sizeM = 100 * 10 ** (1.3 * random());
      const edit = () => {
        const key = Math.floor(70 * random());
        if (random() < 0.25) {
          expect(index.remove(key)).toBe(shapes.delete(key));
          return;
        }
        const shape = shapeNear(random, region, sizeM);
        shapes.set(key, shape);
        index.put(key, 1, shape);
      };
      for (let i = 0; i < 80; i++) edit();
      for (let round = 0; round < 250; round++) {
        if (round % 5 === 0) edit();
        if (round === 150) {
          const read = readSnapshot(writeSnapshot(index, crc32), crc32);
          if (!read.ok) expect.fail(read.detail);
          index = read.value;
        }
        const marginM = 300 * random();
        const place = placeNear(random, region, 4 * sizeM);
        const safeM = index.locate(place[0], place[1], marginM, near);
        cases += compare(index, near, shapes, place, marginM);
        // whatever holds any place in the disc is the same
        const other = placeNear(random, place, safeM * 1.02);
        discs.keep(1, place[0], place[1], safeM, marginM);
        if (!discs.holds(1, other[0], other[1])) continue;
        cases += compareSides(index, near, shapes, other);
      }
    }
    expect(cases).toBeGreaterThan(100_000);
  });
});

/** Fails unless `near` holds what lies within the margin of a place; returns how many fences that took. */
function compare(
  index: FenceIndex,
  near: NearFences,
  shapes: ReadonlyMap<number, FixedShape>,
  place: LonLat,
  marginM: number,
): number {
  const found = new Map<number, number>();
  for (let i = 0; i < near.count; i++) {
    found.set(index.keyOf(near.slots[i] ?? -1), near.distancesM[i] ?? Number.NaN);
  }
  if (found.size !== near.count) expect.fail('a fence was found twice');
  for (const [key, shape] of shapes) {
    const expectedM = oracleDistanceM(shape, place);
    const foundM = found.get(key);
    found.delete(key);
    if (Math.abs(expectedM - marginM) < edgeM || Math.abs(expectedM) < edgeM) continue;
    const isRight = foundM === undefined ? expectedM > marginM : foundM <= 0 === expectedM < 0;
    if (!isRight) expect.fail(JSON.stringify({ shape, place, marginM, expectedM, foundM }));
  }
  if (found.size > 0) expect.fail(`found what is not there: ${[...found.keys()]}`);
  return shapes.size;
}

/** Fails unless `near` says which fences hold a place; returns how many fences that took. */
function compareSides(
  index: FenceIndex,
  near: NearFences,
  shapes: ReadonlyMap<number, FixedShape>,
  place: LonLat,
): number {
  const holding = new Set<number>();
  for (let i = 0; i < near.count; i++) {
    if ((near.distancesM[i] ?? Number.NaN) <= 0) holding.add(index.keyOf(near.slots[i] ?? -1));
  }
  for (const [key, shape] of shapes) {
    const expectedM = oracleDistanceM(shape, place);
    if (Math.abs(expectedM) < edgeM || holding.has(key) === expectedM < 0) continue;
    expect.fail(JSON.stringify({ shape, place, expectedM, isHolding: holding.has(key) }));
  }
  return shapes.size;
}
