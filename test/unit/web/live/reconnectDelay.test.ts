import { describe, expect, it } from 'vitest';
import { reconnectDelay } from '../../../../web/src/live/reconnectDelay.ts';

describe('reconnectDelay', () => {
  it('doubles from 0.5 s to 10 s and stays there', () => {
    const delays = [1, 2, 3, 4, 5, 6, 50, 5000].map((attempt) => reconnectDelay(attempt, 0));
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('spreads screens over the later half of the delay', () => {
    expect(reconnectDelay(6, 0.5)).toBe(7500);
    expect(reconnectDelay(6, 0.999)).toBeGreaterThan(5000);
  });
});
