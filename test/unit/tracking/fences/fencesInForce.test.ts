import { expect, it } from 'vitest';
import type { Fence } from '../../../../server/domain/fence.ts';
import type { ArmedFence } from '../../../../server/tracking/fences/armedFence.ts';
import { FenceIndex } from '../../../../server/tracking/fences/fenceIndex.ts';
import { FencesInForce } from '../../../../server/tracking/fences/fencesInForce.ts';
import { center, ring } from './engineRig.ts';

const nobody = () => undefined;

it('finds fences in the order of their keys, whatever was added and removed before', () => {
  const ground = new FencesInForce(new FenceIndex(), nobody, () => {});
  for (const key of [5, 3, 9, 1]) ground.put(ring({ key }), 0);
  ground.remove(3, 0);
  ground.put(ring({ key: 7 }), 0);
  ground.put(ring({ key: 2 }), 0);
  const found: ArmedFence[] = [];
  ground.locate(center.lon, center.lat, 50, found, []);
  expect(found.map(({ fence }) => fence.key)).toEqual([1, 2, 5, 7, 9]);
});

it('keeps only what counts now in the index, and arms the rest by the clock', () => {
  const disarmed: number[] = [];
  const onDisarmed = ({ fence }: ArmedFence) => disarmed.push(fence.key);
  const ground = new FencesInForce(new FenceIndex(), nobody, onDisarmed);
  ground.put(ring({ conditions: { validFromMs: 1_000, validToMs: 2_000 } }), 0);
  expect(ground.index.size).toBe(0);
  ground.tick(1_000);
  expect(ground.index.size).toBe(1);
  expect(ground.get(1)?.armedAtMs).toBe(1_000);
  ground.tick(2_000);
  expect(ground.index.size).toBe(0);
  expect(disarmed).toEqual([1]);
});

it('does not build again what a snapshot brought', () => {
  const index = new FenceIndex();
  const first = new FencesInForce(index, nobody, () => {});
  first.setAll([ring({ key: 1 }), ring({ key: 2 })], 0);
  const edits = index.edits.count;
  const second = new FencesInForce(index, nobody, () => {});
  second.setAll([ring({ key: 1 }), ring({ key: 2 })], 0);
  expect(index.edits.count).toBe(edits);
  // a new version, and one that is gone
  second.setAll([ring({ key: 1, version: 2 })], 0);
  expect(index.versionOf(1)).toBe(2);
  expect(index.size).toBe(1);
});

const around = (key: number, changes: Partial<Fence> = {}): Fence =>
  ring({
    key,
    fenceClass: 'escort',
    shape: { kind: 'moving', unitKey: 9, radiusM: 100 },
    ...changes,
  });

it('arms a moving fence that found no room when there is some again, the one that waited longest', () => {
  const ground = new FencesInForce(new FenceIndex(), nobody, () => {}, 2);
  for (const key of [1, 2]) ground.put(around(key), 0);
  ground.put(around(3), 100);
  ground.put(around(4, { conditions: { validToMs: 150 } }), 100);
  ground.put(around(5), 100);
  expect(ground.waiting).toBe(3);
  expect(ground.get(3)?.isArmed).toBe(false);
  // known ones need no more room
  ground.put(around(1, { version: 2 }), 120);
  expect(ground.waiting).toBe(3);
  // one that ended while it waited lets the others go first
  ground.remove(3, 130);
  ground.tick(160);
  expect(ground.waiting).toBe(1);
  ground.remove(2, 200);
  expect(ground.get(5)).toMatchObject({ isArmed: true, armedAtMs: 200 });
  expect(ground.waiting).toBe(0);
  // of another sort now
  ground.put(around(6), 300);
  ground.put(ring({ key: 1, version: 3 }), 310);
  expect(ground.get(6)).toMatchObject({ isArmed: true, armedAtMs: 310 });
});
