import { describe, expect, it } from 'vitest';
import { createThrottle, during } from '../../../server/accounts/throttle.ts';

const options = { maxWaitMs: 30_000, atOnce: 1, maxKeys: 100 };

describe('a throttle', () => {
  it('lets three failures pass and then doubles the wait up to its longest', () => {
    const throttle = createThrottle(options);
    let nowMs = 0;
    const waits: number[] = [];
    for (let time = 0; time < 10; time++) {
      const waitMs = throttle.begin('andi', nowMs);
      waits.push(waitMs / 1000);
      nowMs += waitMs;
      if (waitMs > 0) expect(throttle.begin('andi', nowMs)).toBe(0);
      throttle.end('andi', 'failed', nowMs);
    }
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
    expect(throttle.begin('budi', nowMs)).toBe(0);
  });

  it('forgets after a quarter of an hour without failure, and at once when one passes', () => {
    const throttle = createThrottle(options);
    const fail = (times: number, nowMs: number) => {
      for (let time = 0; time < times; time++) {
        throttle.begin('andi', nowMs);
        throttle.end('andi', 'failed', nowMs);
      }
    };
    fail(3, 0);
    expect(throttle.begin('andi', 0)).toBe(1000);
    fail(1, 1000);
    expect(throttle.begin('andi', 2999)).toBe(1);
    fail(2, 15 * 60_000 + 1000);
    expect(throttle.begin('andi', 15 * 60_000 + 1000)).toBe(0);
    throttle.end('andi', 'passed', 0);
    expect(throttle.size).toBe(0);
  });

  it('checks one at a time once it has failed often, so that nothing is gained by haste', () => {
    const throttle = createThrottle({ ...options, atOnce: 1 });
    expect([1, 2, 3, 4].map(() => throttle.begin('andi', 0))).toEqual([0, 0, 0, 1000]);
    for (let time = 0; time < 3; time++) throttle.end('andi', 'failed', 0);
    expect(throttle.begin('andi', 1000)).toBe(0);
    expect(throttle.begin('andi', 1000)).toBe(1000);
    throttle.end('andi', 'withdrawn', 1000);
    expect(throttle.begin('andi', 1000)).toBe(0);
  });

  it('makes nobody wait for as long as the clock was ahead', () => {
    const throttle = createThrottle(options);
    const aheadMs = 3_600_000;
    for (let time = 0; time < 4; time++) throttle.end('andi', 'failed', aheadMs);
    expect(throttle.begin('andi', 0)).toBe(2000);
    expect(throttle.begin('andi', 1500)).toBe(500);
    expect(throttle.begin('andi', 2000)).toBe(0);
  });

  it('forgets the key that was tried longest ago when there are too many', () => {
    const throttle = createThrottle({ ...options, maxKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) {
      throttle.begin(key, 0);
      throttle.end(key, 'failed', 0);
    }
    expect(throttle.size).toBe(2);
    throttle.begin('a', 0);
    throttle.end('a', 'failed', 0);
    expect(throttle.begin('a', 0)).toBe(1000);
    // of one that was forgotten while it was tried, the failure is kept
    const small = createThrottle({ ...options, maxKeys: 1 });
    small.begin('a', 0);
    small.begin('b', 0);
    small.end('a', 'failed', 0);
    small.end('b', 'passed', 0);
    expect(small.size).toBe(1);
  });

  it('counts nothing of an attempt that threw', async () => {
    const throttle = createThrottle(options);
    for (let time = 0; time < 5; time++) {
      expect(throttle.begin('andi', 0)).toBe(0);
      const attempt = during(
        throttle,
        'andi',
        () => 0,
        async () => {
          throw new Error('the database is away');
        },
      );
      await expect(attempt).rejects.toThrow('away');
    }
    expect(throttle.size).toBe(0);
  });
});
