import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LonLat } from '../../../../server/domain/fence.ts';
import { FenceIndex } from '../../../../server/tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from '../../../../server/tracking/fences/fenceSnapshot.ts';
import { seededUniform } from '../../../fixtures/seededRandom.ts';
import { shapeNear } from '../../../property/fenceShapes.ts';

const home: LonLat = [117.5, 0.5];

function filled(): FenceIndex {
  const random = seededUniform(1);
  const index = new FenceIndex();
  for (let key = 0; key < 200; key++) index.put(key, key + 5, shapeNear(random, home, 900));
  for (let key = 0; key < 200; key += 7) index.remove(key);
  return index;
}

describe('a snapshot of the fence index', () => {
  it('brings back every fence with its version', () => {
    const index = filled();
    const read = readSnapshot(writeSnapshot(index, crc32), crc32);
    if (!read.ok) expect.fail(read.detail);
    expect([...read.value.keys()].toSorted()).toEqual([...index.keys()].toSorted());
    for (const key of index.keys()) expect(read.value.versionOf(key)).toBe(key + 5);
  });

  it('can be edited and written again', () => {
    const read = readSnapshot(writeSnapshot(filled(), crc32), crc32);
    if (!read.ok) expect.fail(read.detail);
    const random = seededUniform(2);
    for (let key = 0; key < 900; key++) read.value.put(key, 1, shapeNear(random, home, 900));
    const again = readSnapshot(writeSnapshot(read.value, crc32), crc32);
    expect(again.ok && again.value.size).toBe(900);
  });

  it('is read from bytes that begin anywhere', () => {
    const bytes = writeSnapshot(filled(), crc32);
    const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    expect(readSnapshot(shifted, crc32).ok).toBe(true);
  });

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['empty', () => Buffer.alloc(0), 'not_a_snapshot'],
    ['something else', () => Buffer.from('{"fences":[]}'.repeat(20)), 'not_a_snapshot'],
    ['of another format', (bytes) => bytes.fill(9, 4, 5), 'other_format'],
    ['cut short', (bytes) => bytes.subarray(0, -8), 'cut_short'],
    ['damaged in a bit', (bytes) => bytes.fill((bytes[5_000] ?? 0) ^ 1, 5_000, 5_001), 'damaged'],
  ])('that is %s is refused', (_, spoil, reason) => {
    expect(readSnapshot(spoil(writeSnapshot(filled(), crc32)), crc32)).toMatchObject({
      ok: false,
      reason,
    });
  });
});
