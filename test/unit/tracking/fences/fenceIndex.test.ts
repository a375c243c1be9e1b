import { beforeEach, describe, expect, it } from 'vitest';
import type { FixedShape, LonLat } from '../../../../server/domain/fence.ts';
import { FenceIndex } from '../../../../server/tracking/fences/fenceIndex.ts';
import { NearFences } from '../../../../server/tracking/fences/nearFences.ts';
import { SafeDiscs } from '../../../../server/tracking/fences/safeDiscs.ts';
import { moved } from '../../../property/fenceShapes.ts';

const home: LonLat = [117.5, 0.5];
const circle = (center: LonLat, radiusM = 100): FixedShape => ({ kind: 'circle', center, radiusM });

let index: FenceIndex;
let near: NearFences;
beforeEach(() => {
  index = new FenceIndex();
  near = new NearFences();
});
const locate = ([lon, lat]: LonLat, marginM = 100) => index.locate(lon, lat, marginM, near);
const foundKeys = () => Array.from(near.slots.subarray(0, near.count), (slot) => index.keyOf(slot));

describe('the fence index', () => {
  it('finds nothing where there is nothing, and says how far that goes', () => {
    expect(locate(home)).toBeGreaterThan(5_000);
    expect(near.count).toBe(0);
  });

  it('finds the fences that hold a place and those within the margin', () => {
    index.put(7, 1, circle(home));
    index.put(8, 1, circle(moved(home, 250, 0)));
    index.put(9, 1, circle(moved(home, 350, 0)));
    locate(home, 160);
    expect(foundKeys().toSorted()).toEqual([7, 8]);
    expect(Array.from(near.distancesM.subarray(0, 2)).map(Math.round).toSorted()).toEqual([
      -100, 150,
    ]);
  });

  it('lets a unit go as far as the next edge, from either side of it', () => {
    index.put(7, 1, circle(home));
    const safeM = locate(moved(home, 400, 0));
    expect(safeM).toBeGreaterThan(285);
    expect(safeM).toBeLessThan(300);
    expect(locate(moved(home, 60, 0))).toBeGreaterThan(38);
    expect(locate(moved(home, 60, 0))).toBeLessThan(40);
  });

  it('replaces and removes in place, and uses the slot again', () => {
    const slot = index.put(7, 1, circle(home));
    expect(index.put(7, 2, circle(moved(home, 5_000, 0)))).toBe(slot);
    expect([index.size, index.versionOf(7), index.slotOf(7)]).toEqual([1, 2, slot]);
    locate(home);
    expect(near.count).toBe(0);
    expect(index.remove(7)).toBe(true);
    expect(index.remove(7)).toBe(false);
    locate(moved(home, 5_000, 0));
    expect(near.count).toBe(0);
    expect(index.put(8, 1, circle(home))).toBe(slot);
  });

  it('gives back the memory of fences that are gone', () => {
    const fill = () => {
      for (let key = 0; key < 2_000; key++) {
        index.put(key, 1, circle(moved(home, (key % 50) * 90, Math.floor(key / 50) * 90)));
      }
      for (let key = 0; key < 2_000; key++) index.remove(key);
    };
    fill();
    const { memoryBytes } = index;
    for (let round = 0; round < 5; round++) fill();
    expect(index.memoryBytes).toBe(memoryBytes);
  });

  it('takes a place on the very edge for inside', () => {
    const ring: LonLat[] = [
      [117, 0],
      [117.01, 0],
      [117.013, 0.017],
      [117, 0.01],
    ];
    index.put(1, 1, { kind: 'polygon', polygons: [[ring]] });
    for (const [i, [lon, lat]] of ring.entries()) {
      const [nextLon, nextLat] = ring[(i + 1) % ring.length] ?? [0, 0];
      for (let t = 0; t < 1; t += 1 / 64) {
        locate([lon + t * (nextLon - lon), lat + t * (nextLat - lat)], 0);
        expect([near.count, near.distancesM[0]]).toEqual([1, 0]);
      }
    }
  });

  it('holds a country with a province, a regency and a site in it', () => {
    const box = (size: number): FixedShape => ({
      kind: 'polygon',
      polygons: [
        [
          [
            moved(home, -size, -size),
            moved(home, size, -size),
            moved(home, size, size),
            moved(home, -size, size),
          ],
        ],
      ],
    });
    for (const [key, size] of [900_000, 200_000, 40_000, 3_000].entries())
      index.put(key, 1, box(size));
    locate(home);
    expect(foundKeys().toSorted()).toEqual([0, 1, 2, 3]);
    locate(moved(home, 30_000, 0));
    expect(foundKeys().toSorted()).toEqual([0, 1, 2]);
    locate(moved(home, 0, -500_000));
    expect(foundKeys()).toEqual([0]);
  });

  it('answers at the ends of the world', () => {
    for (const place of [
      [180, 0],
      [-180, 0],
      [0, 90],
      [0, -90],
      [180, 90],
      [12, 85.3],
    ] as const) {
      const safeM = locate(place);
      expect([near.count, safeM >= 0, safeM <= 10_000]).toEqual([0, true, true]);
    }
  });

  it('refuses a margin that the cells do not answer for', () => {
    expect(() => locate(home, 301)).toThrow('expected a margin of 0 to 300 m, got 301');
  });
});

describe('safe discs', () => {
  const unit = 3;
  let discs: SafeDiscs;
  const keep = () => discs.keep(unit, ...home, locate(home), 100);
  beforeEach(() => {
    discs = new SafeDiscs(index.edits);
    index.put(1, 1, circle(moved(home, 1_000, 0)));
    keep();
  });

  it('hold until the unit leaves them, or is dropped', () => {
    const safeM = locate(home);
    expect(discs.holds(unit, ...moved(home, 0, safeM - 1))).toBe(true);
    expect(discs.holds(unit, ...moved(home, 0, safeM + 1))).toBe(false);
    expect(discs.holds(unit + 1, ...home)).toBe(false);
    expect(discs.holds(1_000, ...home)).toBe(false);
    discs.drop(unit);
    expect(discs.holds(unit, ...home)).toBe(false);
  });

  it.each<[string, () => void]>([
    ['adds a fence in it', () => index.put(2, 1, circle(moved(home, 0, 300)))],
    [
      'adds a fence whose edge comes near to it',
      () => index.put(2, 1, circle(moved(home, -1_300, 0), 500)),
    ],
    ['adds a fence around all of it', () => index.put(2, 1, circle(home, 15_000))],
    [
      'moves a fence into it',
      () => {
        index.put(2, 1, circle(moved(home, 0, 50_000)));
        keep();
        index.put(2, 2, circle(home));
      },
    ],
    [
      'moves a fence out of it',
      () => {
        index.put(2, 1, circle(home));
        keep();
        index.put(2, 2, circle(moved(home, 0, 50_000)));
      },
    ],
    [
      'removes a fence from it',
      () => {
        index.put(2, 1, circle(home));
        keep();
        index.remove(2);
      },
    ],
    [
      'is one of more than can be remembered',
      () => {
        for (let i = 0; i < 257; i++) index.put(2, i, circle(moved(home, 0, 90_000)));
      },
    ],
  ])('are void after an edit that %s', (_, edit) => {
    edit();
    expect(discs.holds(unit, ...home)).toBe(false);
  });

  it('outlive edits elsewhere', () => {
    for (let i = 0; i < 300; i++) {
      index.put(2, i, circle(moved(home, 3_000, 3_000)));
      expect(discs.holds(unit, ...home)).toBe(true);
    }
    index.remove(2);
    expect(discs.holds(unit, ...home)).toBe(true);
    index.put(3, 1, circle(home));
    expect(discs.holds(unit, ...home)).toBe(false);
  });
});
