import fc from 'fast-check';
import { readVarint } from 'pmtiles';
import { expect, test } from 'vitest';
import { appendVarint } from '../../../web/basemap/varint.ts';

test('every whole number up to 2^53 - 1 is read back as written', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), (values) => {
      const bytes: number[] = [];
      for (const value of values) appendVarint(bytes, value);
      const position = { buf: Uint8Array.from(bytes), pos: 0 };
      expect(values.map(() => readVarint(position))).toEqual(values);
      expect(position.pos).toBe(bytes.length);
    }),
  );
});

test('a number takes one byte for each seven bits', () => {
  for (const [value, length] of [
    [0, 1],
    [127, 1],
    [128, 2],
    [2 ** 32, 5],
    [Number.MAX_SAFE_INTEGER, 8],
  ] as const) {
    const bytes: number[] = [];
    appendVarint(bytes, value);
    expect(bytes).toHaveLength(length);
  }
});

test('what is no whole number is refused', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => appendVarint([], value)).toThrow(RangeError);
  }
});
