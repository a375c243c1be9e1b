import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import { presences } from '../../../../server/domain/presence.ts';
import { agencies, unitKinds } from '../../../../server/domain/unit.ts';
import {
  bearingDeg,
  type Candidate,
  maxResponders,
  nearestResponders,
} from '../../../../server/tracking/coverage/responders.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';

const place: LonLat = [117.5279, 0.5049];
const car: Candidate = {
  unitKey: 1,
  kind: 'patrol_car',
  agency: 'polri',
  presence: 'live',
  lon: 117.5279,
  lat: 0.5149,
  fixedAtMs: 1_732_666_503_000,
};

const candidates = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...unitKinds),
      agency: fc.constantFrom(...agencies),
      presence: fc.constantFrom(...presences),
      // few places, so that some are as near as others
      lon: fc.integer({ min: 0, max: 20 }).map((i) => 117.5 + i / 100),
      lat: fc.integer({ min: 0, max: 20 }).map((i) => 0.4 + i / 100),
    }),
    { maxLength: 60 },
  )
  .map((all) => all.map((each, i): Candidate => ({ ...each, unitKey: i + 1, fixedAtMs: 0 })));

describe('responders', () => {
  it('are the same as by sorting all', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 1, max: 10 }),
        fc.option(fc.subarray([...unitKinds]), { nil: undefined }),
        fc.option(fc.subarray([...agencies]), { nil: undefined }),
        fc.boolean(),
        (all, count, kinds, of, includesLost) => {
          const asked = all
            .filter(({ presence }) => presence !== 'no_fix')
            .filter(({ presence }) => includesLost || presence !== 'lost')
            .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
            .filter(({ agency }) => of === undefined || of.includes(agency))
            .map(({ unitKey, lon, lat }) => ({
              unitKey,
              m: distanceM(place[0], place[1], lon, lat),
            }))
            .sort((a, b) => a.m - b.m || a.unitKey - b.unitKey)
            .slice(0, count);
          const query = { place, count, unitKinds: kinds, agencies: of, includesLost };
          const found = nearestResponders(all, query);
          expect(found.map(({ unitKey }) => unitKey)).toEqual(asked.map(({ unitKey }) => unitKey));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('say how far, where and for how long, as an estimate by kind', () => {
    const [found] = nearestResponders([car], { place, count: 1 });
    expect(found?.distanceM).toBeCloseTo(1_105.7, 0);
    expect(found?.bearingDeg).toBe(0);
    // 1,106 m, 1.4 times as far by road, at 11 m/s
    expect(found?.estimatedS).toBeCloseTo(140.7, 0);
  });

  it('leave out units without contact unless they are asked for, and units without a place always', () => {
    const all: Candidate[] = [
      { ...car, unitKey: 1, presence: 'lost' },
      { ...car, unitKey: 2, presence: 'no_fix' },
      { ...car, unitKey: 3, presence: 'late' },
    ];
    const keys = (includesLost: boolean) =>
      nearestResponders(all, { place, count: 5, includesLost }).map(({ unitKey }) => unitKey);
    expect(keys(false)).toEqual([3]);
    expect(keys(true)).toEqual([1, 3]);
  });

  it.each([0, -1, 1.5, Number.NaN, maxResponders + 1])('refuses a count of %d', (count) => {
    expect(() => nearestResponders([], { place, count })).toThrow(RangeError);
  });

  it.each([
    ['north', 0, 1, 0],
    ['east', 1, 0, 90],
    ['south', 0, -1, 180],
    ['west', -1, 0, 270],
  ])('have a bearing of %s', (_, east, north, deg) => {
    expect(bearingDeg(117, 0, 117 + east / 100, north / 100)).toBeCloseTo(deg, 6);
  });

  it('have a bearing from 0 on and below 360, across the antimeridian, too', () => {
    expect(bearingDeg(179.99, 0, -179.99, 0)).toBeCloseTo(90, 6);
    const lon = fc.double({ min: -180, max: 180, noNaN: true });
    const lat = fc.double({ min: -85, max: 85, noNaN: true });
    fc.assert(
      fc.property(lon, lat, lon, lat, (fromLon, fromLat, toLon, toLat) => {
        const deg = bearingDeg(fromLon, fromLat, toLon, toLat);
        expect(deg).toBeGreaterThanOrEqual(0);
        expect(deg).toBeLessThan(360);
      }),
      { numRuns: 2_000 },
    );
  });
});
