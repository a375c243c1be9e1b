import { describe, expect, it } from 'vitest';
import { readFileBudget } from '../../server/fileBudget.ts';

const line = (soft: string): string =>
  `Max open files            ${soft}                 524288               files`;

describe('file budget', () => {
  it.each([
    ['1024', { http: 181, trackers: 543 }],
    ['20000', { http: 1_500, trackers: 16_000 }],
    ['unlimited', { http: 1_500, trackers: 16_000 }],
    ['100', { http: 1, trackers: 1 }],
  ])('shares out a limit of %s', (soft, budget) => {
    expect(readFileBudget(line(soft))).toEqual(budget);
  });

  it('assumes the most where the system does not tell', () => {
    expect(readFileBudget('')).toEqual({ http: 1_500, trackers: 16_000 });
  });
});
