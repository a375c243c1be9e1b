import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createThrottle, type Outcome } from '../../server/accounts/throttle.ts';

const maxWaitMs = 30_000;
const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  outcome: fc.constantFrom<Outcome>('failed', 'passed', 'withdrawn'),
  pauseMs: fc.integer({ min: 0, max: 40_000 }),
  /** Ends some steps later, as when several are checked at once. */
  lasts: fc.integer({ min: 0, max: 3 }),
});

describe('a throttle, whatever happens', () => {
  it('never waits longer than told, never keeps more keys than told, and always lets in after the wait', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, atOnce) => {
          const throttle = createThrottle({ maxWaitMs, atOnce, maxKeys: 3 });
          let nowMs = 0;
          const open: { key: string; outcome: Outcome; endsAt: number }[] = [];
          const endDue = (index: number) => {
            for (const due of open.filter(({ endsAt }) => endsAt <= index)) {
              throttle.end(due.key, due.outcome, nowMs);
            }
            open.splice(0, open.length, ...open.filter(({ endsAt }) => endsAt > index));
          };
          steps.forEach(({ key, outcome, pauseMs, lasts }, index) => {
            nowMs += pauseMs;
            endDue(index);
            const waitMs = throttle.begin(key, nowMs);
            expect(waitMs).toBeGreaterThanOrEqual(0);
            expect(waitMs).toBeLessThanOrEqual(maxWaitMs);
            expect(throttle.size).toBeLessThanOrEqual(3);
            if (waitMs === 0) open.push({ key, outcome, endsAt: index + lasts });
          });
          endDue(Number.POSITIVE_INFINITY);
          for (const key of ['a', 'b', 'c', 'd']) {
            const waitMs = throttle.begin(key, nowMs);
            if (waitMs > 0) expect(throttle.begin(key, nowMs + waitMs)).toBe(0);
          }
        },
      ),
    );
  });
});
