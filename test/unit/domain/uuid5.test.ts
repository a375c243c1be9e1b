import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { uuidOf } from '../../../server/domain/uuid5.ts';

const namespace = Buffer.from('0cddbfc88a52491eaaac0d51b78a15cd', 'hex');

/** By the SHA-1 of Node. */
function expected(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

it('hashes names of every length around a block as Node does', () => {
  for (let length = 0; length < 200; length++) {
    const name = 'a'.repeat(length);
    expect(uuidOf(name), `of ${length} letters`).toBe(expected(name));
  }
});

it('hashes what is not ASCII as UTF-8', () => {
  const name = 'sos|unit:12/KPU Kutai Timur é 警';
  expect(uuidOf(name)).toBe(expected(name));
});

it('gives ids of version 5 and of the variant of RFC 9562', () => {
  for (let i = 0; i < 64; i++) {
    expect(uuidOf(String(i))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});
