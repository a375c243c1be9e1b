import { describe, expect, it } from 'vitest';
import { createServerClock, noteServerTime } from '../../../../web/src/live/serverClock.ts';

describe('the server clock', () => {
  it('believes the message that was least late', () => {
    const clock = createServerClock();
    noteServerTime(clock, 10_000, 9_300);
    noteServerTime(clock, 11_000, 10_050);
    noteServerTime(clock, 12_000, 11_040);
    expect(clock.offsetMs).toBeGreaterThan(940);
    expect(clock.offsetMs).toBeLessThanOrEqual(960);
  });

  it('follows a server clock that was set back within some minutes of messages', () => {
    const clock = createServerClock();
    noteServerTime(clock, 3_600_000, 0);
    for (let i = 1; i <= 600; i += 1) noteServerTime(clock, i * 500, i * 500);
    expect(Math.abs(clock.offsetMs)).toBeLessThan(100);
  });
});
