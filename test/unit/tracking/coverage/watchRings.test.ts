import { expect, it } from 'vitest';
import type { Fence } from '../../../../server/domain/fence.ts';
import type { Site } from '../../../../server/domain/site.ts';
import { usualWatchRadiiM, type WatchRadii } from '../../../../server/domain/watchRadii.ts';
import { WatchRings } from '../../../../server/tracking/coverage/watchRings.ts';
import { distanceM } from '../../../../server/tracking/fences/localPlane.ts';
import { ringOf, siteAt } from '../placeRig.ts';

/** Rings that count the places of TPS that are read: each time an index of them is built. */
function watched(sites: readonly Site[], radiusM = 100, radiiM?: WatchRadii) {
  let read = 0;
  const counted = (site: Site): Site => ({
    ...site,
    get place() {
      read += 1;
      return site.place;
    },
  });
  const fences = new Map<number, Fence>();
  const rings = new WatchRings((fenceKey, lon, lat) => {
    const shape = fences.get(fenceKey)?.shape;
    if (shape?.kind !== 'circle') return undefined;
    return distanceM(lon, lat, ...shape.center) - shape.radiusM;
  }, radiiM);
  const put = (site: Site, version = 1, ringM = radiusM): Fence => {
    const fence = ringOf(site, version, ringM);
    fences.set(fence.key, fence);
    return fence;
  };
  const begun = sites.map((site) => put(site));
  rings.set(
    sites.map((site) => (site.kind === 'tps' ? counted(site) : site)),
    begun,
  );
  const near = ([lon, lat]: Site['place']): number[] =>
    rings.proximitiesOf(lon, lat, 10).map(({ siteKey }) => siteKey);
  /** How often the place of a TPS was read since it was asked last. */
  const readSince = (): number => {
    const since = read;
    read = 0;
    return since;
  };
  return { rings, near, put, readSince };
}

const { place } = siteAt(0, 0);

it('sorts the sites of a kind anew only when one of them came, went or moved', () => {
  const office = siteAt(3, 50, { kind: 'kpu' });
  const { rings, near, put, readSince } = watched([siteAt(1, 0), siteAt(2, 700), office]);
  expect(near(place).toSorted()).toEqual([1, 2, 3]);
  expect(readSince()).toBeGreaterThan(0);
  const far = siteAt(3, 9_000, { kind: 'kpu' });
  rings.change({ begun: [far], endedKeys: [] }, { begun: [put(far, 2)] });
  expect(near(place)).toEqual([1, 2]);
  expect(readSince()).toBe(0);
  // renamed, where it was
  rings.change({ begun: [siteAt(1, 0, { name: 'TPS 01' })], endedKeys: [] }, { begun: [] });
  readSince();
  expect(near(place)).toEqual([1, 2]);
  expect(readSince()).toBe(0);
  rings.change({ begun: [], endedKeys: [1] }, { begun: [] });
  expect(near(place)).toEqual([2]);
  expect(readSince()).toBeGreaterThan(0);
});

it('finds a site that became one of another kind as that, and not as what it was', () => {
  const { rings, near } = watched([siteAt(1, 0), siteAt(2, 2_000)]);
  expect(near(place)).toEqual([1]);
  // beyond the watch radius of a TPS, within that of an office
  rings.change({ begun: [siteAt(2, 2_000, { kind: 'kpu' })], endedKeys: [] }, { begun: [] });
  expect(near(place)).toEqual([1, 2]);
});

it('finds a site by its ring that became larger', () => {
  const { rings, near, put } = watched([siteAt(1, 0), siteAt(2, 1_300)]);
  expect(near(place)).toEqual([1]);
  rings.change({ begun: [], endedKeys: [] }, { begun: [put(siteAt(2, 1_300), 2, 500)] });
  expect(near(place)).toEqual([1, 2]);
});

it('watches as far as it is told, kind by kind', () => {
  const sites = [siteAt(1, 1_500), siteAt(2, 1_500, { kind: 'kpu' })];
  const near = (radiiM?: WatchRadii) => watched(sites, 100, radiiM).near(place).toSorted();
  expect(near()).toEqual([2]);
  expect(near({ ...usualWatchRadiiM, tps: 2_000 })).toEqual([1, 2]);
  expect(near({ ...usualWatchRadiiM, tps: 2_000, kpu: 500 })).toEqual([1]);
});
