import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnitGrid } from '../../../../server/tracking/coverage/unitGrid.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';

/** A town, the antimeridian, the high north and the pole itself. */
const boxes = [
  [112.6, 112.9, -7.4, -7.1],
  [179.8, 180.2, -0.2, 0.2],
  [20, 26, 83, 84.5],
  [-180, 180, 89.9, 90],
] as const;

const moves = fc.constantFrom(...boxes).chain(([west, east, south, north]) => {
  const lon = fc
    .double({ min: west, max: east, noNaN: true })
    .map((each) => (each > 180 ? each - 360 : each));
  const move = fc.record({
    unitKey: fc.integer({ min: 1, max: 30 }),
    lon,
    lat: fc.double({ min: south, max: north, noNaN: true }),
    fixedAtMs: fc.integer({ min: 0, max: 100 }),
    isGone: fc.integer({ min: 0, max: 9 }).map((each) => each === 0),
  });
  return fc.array(move, { minLength: 1, maxLength: 60 });
});

it('finds the units near a place as looking at all does, 20,000 times', () => {
  fc.assert(
    fc.property(
      moves,
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (all, cellM, cells) => {
        const grid = new UnitGrid(cellM);
        const now = new Map<number, (typeof all)[number]>();
        const withinM = cellM * cells;
        for (const each of all) {
          const { unitKey, lon, lat, fixedAtMs } = each;
          if (each.isGone) {
            grid.remove(unitKey);
            now.delete(unitKey);
          } else {
            grid.put({ unitKey, lon, lat, fixedAtMs });
            now.set(unitKey, each);
          }
          const found = grid.near(lon, lat, withinM, 50).map((fix) => fix.unitKey);
          const expected = [...now.values()]
            .filter((fix) => fix.fixedAtMs >= 50)
            .filter((fix) => distanceM(lon, lat, fix.lon, fix.lat) <= withinM)
            .map((fix) => fix.unitKey)
            .sort((a, b) => a - b);
          expect(found).toEqual(expected);
          expect(grid.size).toBe(now.size);
        }
      },
    ),
    { numRuns: 700 },
  );
});

it('finds a unit on the other side of a pole', () => {
  const grid = new UnitGrid(1);
  grid.put({ unitKey: 1, lon: 178, lat: 89.999_999_9, fixedAtMs: 0 });
  expect(grid.near(0, 89.999_999_9, 0.5, 0).map(({ unitKey }) => unitKey)).toEqual([1]);
  // nearer to the pole than the place that is asked about, so that the way there is shorter
  grid.put({ unitKey: 2, lon: 100, lat: 89.999_999_9, fixedAtMs: 0 });
  expect(grid.near(0, 89.999_99, 1.5, 0).map(({ unitKey }) => unitKey)).toContain(2);
});

it.each([0, -1, Number.NaN, 100_001])('refuses cells of %d m', (cellM) => {
  expect(() => new UnitGrid(cellM)).toThrow(RangeError);
});
