import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectSmallest } from '../../../server/api/smallest.ts';

describe('the smallest of many', () => {
  it('are the first ones of all in order, however they come', () => {
    const byValue = (one: number, other: number): number => one - other;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 600 }),
        fc.integer({ min: 1, max: 40 }),
        (numbers, count) => {
          const smallest = collectSmallest(count, byValue);
          for (const each of numbers) smallest.add(each);
          expect(smallest.take()).toEqual(numbers.toSorted(byValue).slice(0, count));
        },
      ),
    );
  });

  it('goes on after they were taken', () => {
    const smallest = collectSmallest<number>(2, (one, other) => one - other);
    for (const each of [5, 3, 9]) smallest.add(each);
    expect(smallest.take()).toEqual([3, 5]);
    for (const each of [4, 7]) smallest.add(each);
    expect(smallest.take()).toEqual([3, 4]);
  });
});
