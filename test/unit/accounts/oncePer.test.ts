import { expect, it } from 'vitest';
import { createOncePer } from '../../../server/accounts/oncePer.ts';

it('says the same once a period, also when the clock was ahead before', () => {
  const says = createOncePer(1_000, 2);
  expect([says('a', 0), says('a', 999), says('b', 999), says('a', 1_000)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(says('a', 90_000)).toBe(true);
  expect(says('a', 2_000)).toBe(true);
  expect(says('a', 1_999)).toBe(false);
});
