import { describe, expect, it } from 'vitest';
import { StoringClock } from '../../../ingest/journal/storingClock.ts';

describe('how long records take to the disk', () => {
  it('says nothing before a record came', () => {
    expect(new StoringClock().times(5)).toBeNull();
  });

  it('shows the first ten seconds while they last', () => {
    const clock = new StoringClock();
    for (let i = 1; i <= 100; i++) clock.stored(1_000, 1_000 + i);
    expect(clock.times(1_500)).toEqual({ p50: 50, p99: 99, max: 100 });
  });

  it('shows the ten seconds before, and forgets what is older', () => {
    const clock = new StoringClock();
    clock.stored(0, 90);
    clock.stored(10_000, 10_091);
    clock.stored(10_100, 10_104);
    expect(clock.times(10_200)?.max).toBeCloseTo(90, 0);
    expect(clock.times(20_100)?.max).toBeCloseTo(91, 0);
    expect(clock.times(60_000)).toBeNull();
  });
});
