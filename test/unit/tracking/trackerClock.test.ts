import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fixAt, startMs, TrackJudge } from './trackJudge.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let tracker: TrackJudge;
let nowMs: number;
beforeEach(() => {
  tracker = new TrackJudge();
  nowMs = startMs;
});

/** A fix each `everyMs` for a while, by a clock that is ahead by so much; delays as given. */
function send(
  forMs: number,
  aheadMs: number,
  everyMs = 10 * secondMs,
  delayOf: (i: number) => number = () => 700,
): string[] {
  const verdicts: string[] = [];
  for (let i = 0; i * everyMs < forMs; i++) {
    nowMs += everyMs;
    verdicts.push(tracker.take(fixAt(nowMs - delayOf(i) + aheadMs), nowMs));
  }
  return verdicts;
}
const clock = () => [tracker.track.clock.state, tracker.track.clock.offsetMs];
/** A clock that is corrected by so much, within a second: offsets differ in their fraction of one. */
const correctedBy = (aheadMs: number) => [
  'corrected',
  expect.toSatisfy((offsetMs: number) => Math.abs(offsetMs - aheadMs) <= secondMs),
];
const newestAgeMs = (): number => nowMs - (tracker.track.newest?.fixedAtMs ?? Number.NaN);

describe('the clock of a tracker', () => {
  it.each([
    ['always late by a minute at most', 0, 55 * secondMs],
    ['a little fast', 40 * secondMs, 1 * secondMs],
    ['a little slow', -40 * secondMs, 1 * secondMs],
  ])('is right when it is %s', (_what, aheadMs, delayMs) => {
    const verdicts = send(hourMs, aheadMs, 10 * secondMs, () => delayMs);
    expect(new Set(verdicts)).toEqual(new Set(['live']));
    expect(clock()).toEqual(['right', 0]);
  });

  it.each([
    ['an hour and three minutes', 63 * minuteMs],
    ['eight hours, of local time that is told as UTC', 8 * hourMs],
    ['two minutes', 2 * minuteMs],
    ['seventy years', 70 * 365 * 24 * hourMs],
  ])('is corrected within three minutes when it is ahead by %s', (_what, aheadMs) => {
    send(3 * minuteMs, aheadMs);
    const [state, offsetMs] = clock();
    expect(state).toBe('corrected');
    expect(Math.abs(Number(offsetMs) - aheadMs)).toBeLessThanOrEqual(secondMs);
    expect(new Set(send(minuteMs, aheadMs))).toEqual(new Set(['live']));
    expect(Math.abs(newestAgeMs())).toBeLessThan(2 * secondMs);
  });

  it.each([
    ['seven hours: UTC, told as local time of Jakarta', 7 * hourMs],
    ['an hour: the time of Jakarta in Makassar', hourMs],
    ['1,024 weeks, which GPS counts and begins again', 1_024 * 7 * 24 * hourMs],
  ])('is corrected when it is behind by %s, after a quarter of an hour', (_what, behindMs) => {
    send(9 * minuteMs, -behindMs);
    expect(clock()).toEqual(['right', 0]);
    send(6 * minuteMs, -behindMs);
    expect(clock()).toEqual(correctedBy(-behindMs));
    expect(Math.abs(newestAgeMs())).toBeLessThan(2 * secondMs);
    send(minuteMs, 0);
    expect(clock()).toEqual(['right', 0]);
  });

  it.each([
    ['three hours', 3 * hourMs],
    ['ten minutes', 10 * minuteMs],
    ['seven hours and a minute', 7 * hourMs + minuteMs],
    ['a quarter of an hour', 15 * minuteMs],
  ])('is flagged and not corrected when its fixes are late by always %s', (_what, behindMs) => {
    const verdicts = send(40 * minuteMs, -behindMs, minuteMs, (i) => (i * 37) % 3_000);
    expect(clock()).toEqual(['behind', 0]);
    expect(new Set(verdicts)).toEqual(new Set(['live']));
    expect(newestAgeMs()).toBeGreaterThanOrEqual(behindMs);
    send(minuteMs, 0);
    expect(clock()).toEqual(['right', 0]);
  });

  it('is not corrected by a queue that goes on where the fresh fixes ended, however even', () => {
    send(5 * minuteMs, 0);
    const endedMs = nowMs;
    for (let i = 1; i < 60; i++) {
      nowMs = endedMs + 2 * hourMs + i * minuteMs;
      tracker.take(fixAt(endedMs + i * minuteMs), nowMs);
    }
    expect(clock()).toEqual(['behind', 0]);
    expect(newestAgeMs()).toBe(2 * hourMs);
  });

  it('is timed by what the first fix from the future shows, and again when that was a slip', () => {
    expect(send(10 * secondMs, 2 * hourMs)).toEqual(['live']);
    const [state, offsetMs] = clock();
    expect([state, Number(offsetMs) >= 2 * hourMs - secondMs]).toEqual(['ahead', true]);
    expect(newestAgeMs()).toBeLessThanOrEqual(secondMs);
    expect(newestAgeMs()).toBeGreaterThanOrEqual(0);
    expect(send(10 * secondMs, 0)).toEqual(['live']);
    expect(clock()).toEqual(['right', 0]);
    send(5 * minuteMs, 2 * hourMs);
    expect(send(10 * secondMs, 30 * 24 * hourMs)).toEqual(['live']);
    expect(clock()[0]).toBe('ahead');
    expect(send(10 * secondMs, 2 * hourMs)).toEqual(['live']);
    expect(clock()).toEqual(correctedBy(2 * hourMs));
  });

  it('is timed by the freshest fix of a message, so that stored ones keep their distance', () => {
    const times = Array.from({ length: 100 }, (_, i) => nowMs - (99 - i) * minuteMs + 8 * hourMs);
    const newestOfMessageMs = Math.max(...times);
    const given = times.map((deviceMs) => {
      const judged = tracker.judge(fixAt(deviceMs), nowMs + 700, { newestOfMessageMs });
      tracker.take(fixAt(deviceMs), nowMs + 700, { newestOfMessageMs });
      return judged.position.fix.fixedAtMs;
    });
    expect(given.map((ms, i) => ms - (given[i - 1] ?? ms - minuteMs))).toEqual(
      times.map(() => minuteMs),
    );
    expect(nowMs + 700 - (given.at(-1) ?? 0)).toBeLessThanOrEqual(secondMs);
  });

  it('is corrected although some of its fixes come late', () => {
    send(10 * minuteMs, hourMs, 10 * secondMs, (i) => (i % 9 === 0 ? 300 * secondMs : 900));
    expect(clock()).toEqual(correctedBy(hourMs));
  });

  it('is right again as soon as it is set, and no place is shown at a wrong time meanwhile', () => {
    send(5 * minuteMs, 8 * hourMs);
    const verdicts = send(2 * minuteMs, 0);
    expect(clock()).toEqual(['right', 0]);
    expect(new Set(verdicts)).toEqual(new Set(['clock_distrusted', 'live']));
    expect(verdicts.filter((verdict) => verdict !== 'live').length).toBeLessThanOrEqual(5);
    expect(newestAgeMs()).toBeLessThan(2 * secondMs);
  });

  it('is corrected anew when it is off by something else', () => {
    send(5 * minuteMs, 8 * hourMs);
    send(5 * minuteMs, 9 * hourMs);
    expect(clock()).toEqual(correctedBy(9 * hourMs));
    send(20 * minuteMs, 7 * hourMs);
    expect(clock()).toEqual(correctedBy(7 * hourMs));
  });

  it('is not what stored fixes show that come in a burst, or one by one while more are stored', () => {
    send(5 * minuteMs, 0);
    const burst = Array.from({ length: 500 }, (_, i) => nowMs - 5 * hourMs + i * 20 * secondMs);
    for (const fixedAtMs of burst) tracker.take(fixAt(fixedAtMs), nowMs);
    expect(clock()).toEqual(['right', 0]);
    // a backlog that shrinks by a second a fix
    send(hourMs, 0, 10 * secondMs, (i) => (3_600 - i) * secondMs);
    expect(clock()).toEqual(['right', 0]);
    send(minuteMs, 0);
    expect(tracker.track.clock.samples.length).toBeLessThanOrEqual(12);
  });

  it('is distrusted when it jumps, and the last place of a message counts as of now', () => {
    const jumps = [3, 1, 7, 2, 9, 5, 4, 8];
    for (let i = 0; i < 40; i++) {
      nowMs += 20 * secondMs;
      tracker.take(fixAt(nowMs + (jumps[i % 8] ?? 0) * hourMs), nowMs);
    }
    expect(clock()).toEqual(['distrusted', 0]);
    nowMs += 5 * secondMs;
    expect(tracker.take(fixAt(77 * hourMs), nowMs, { isLastOfMessage: false })).toBe(
      'clock_distrusted',
    );
    expect(tracker.take(fixAt(78 * hourMs), nowMs)).toBe('live');
    expect(newestAgeMs()).toBe(0);
    expect(tracker.take(fixAt(78 * hourMs), nowMs + 1)).toBe('duplicate');
  });

  it('is trusted again after some minutes without a jump', () => {
    for (let i = 0; i < 40; i++) {
      nowMs += 20 * secondMs;
      tracker.take(fixAt(nowMs + (1 + (i % 7)) * hourMs), nowMs);
    }
    expect(clock()).toEqual(['distrusted', 0]);
    send(10 * minuteMs, 0);
    expect(clock()).toEqual(['right', 0]);
  });

  it('learns nothing from what the journal does not have, so that reading it again shows the same', () => {
    for (let i = 0; i < 40; i++) {
      nowMs += 20 * secondMs;
      tracker.take(fixAt(nowMs + 8 * hourMs), nowMs, { isStored: false });
    }
    expect(clock()).toEqual(['right', 0]);
    expect(tracker.track.clock.samples).toEqual([]);
  });

  it('is found to within its delays, whatever it is off by and however it reports', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 70, max: 40 * 3600 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 100, max: 6_000 }), { minLength: 1, maxLength: 20 }),
        (aheadS, everyS, delays) => {
          const judge = new TrackJudge();
          let atMs = startMs;
          for (let i = 0; i * everyS < 12 * 60; i++) {
            atMs += everyS * secondMs;
            const delayMs = delays[i % delays.length] ?? 100;
            judge.take(fixAt(atMs - delayMs + aheadS * secondMs), atMs);
          }
          const { state, offsetMs } = judge.track.clock;
          expect(state).toBe('corrected');
          expect(Math.abs(offsetMs - aheadS * secondMs)).toBeLessThanOrEqual(6_500);
        },
      ),
    );
  });

  it('is seen with the same eyes whenever the same fixes come', () => {
    const steps = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 90 }),
        fc.constantFrom(0, 0, 0, 3_600, -3_600, 7_200, 61),
        fc.integer({ min: 0, max: 100 }),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const run = () => {
          const judge = new TrackJudge();
          let atMs = startMs;
          const verdicts = given.map(([step, ahead, delay]) => {
            atMs += step * secondMs;
            const verdict = judge.take(fixAt(atMs + (ahead - delay) * secondMs), atMs);
            expect(judge.track.clock.samples.length).toBeLessThanOrEqual(12);
            return [verdict, judge.track.newest?.fixedAtMs];
          });
          return [verdicts, judge.track.clock];
        };
        expect(run()).toEqual(run());
      }),
      { numRuns: 200 },
    );
  });
});
