import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { maxAheadMs, worstAccuracyM } from '../../../server/tracking/acceptFix.ts';
import { measuredAtMs } from '../../../server/tracking/track.ts';
import { fixAt, startMs as nowMs, retentionMs, TrackJudge } from './trackJudge.ts';

const minuteMs = 60_000;
/** Degrees of longitude at the equator for so many metres. */
const eastM = (metres: number): number => 117.5279 + metres / 111_195;

let tracker: TrackJudge;
beforeEach(() => {
  tracker = new TrackJudge();
});

describe('accepting a fix', () => {
  it('takes the first fix of a tracker as live', () => {
    const { position } = tracker.judge(fixAt(nowMs - minuteMs), nowMs);
    expect(position).toMatchObject({ trackerKey: 7, verdict: 'live' });
  });

  it.each([
    ['a newer one', nowMs + 1, 'live'],
    ['the same again', nowMs, 'duplicate'],
    ['an older one, that came late', nowMs - 1, 'delayed'],
  ])('judges %s', (_what, fixedAtMs, verdict) => {
    tracker.take(fixAt(nowMs));
    expect(tracker.take(fixAt(fixedAtMs), nowMs)).toBe(verdict);
  });

  it.each([
    ['the year 1970', 3_600_000, 'clock_behind'],
    ['just too old', nowMs - retentionMs - 1, 'clock_behind'],
  ])('puts a fix of %s in quarantine, with the time that it said', (_what, fixedAtMs, reason) => {
    const { position } = tracker.judge(fixAt(fixedAtMs), nowMs);
    expect(position).toMatchObject({ verdict: 'quarantined', reason, fix: { fixedAtMs } });
  });

  it.each([
    ['as old as may be', nowMs - retentionMs],
    ['of the year 2099', Date.UTC(2099, 0, 1)],
  ])('believes a fix %s', (_what, fixedAtMs) => {
    expect(tracker.take(fixAt(fixedAtMs), nowMs)).toBe('live');
  });

  it('does not believe (0, 0), where a receiver without a fix says it is', () => {
    expect(tracker.take(fixAt(nowMs, 0, 0))).toBe('null_island');
    // but Indonesia lies on the equator, and 0 N alone is a place
    expect(tracker.take(fixAt(nowMs, 109.32, 0))).toBe('live');
  });

  it('does not believe what the device itself does not, nor what could be anywhere', () => {
    expect(tracker.take({ ...fixAt(nowMs), isInvalid: true })).toBe('flagged_invalid');
    expect(tracker.take({ ...fixAt(nowMs), accuracyM: worstAccuracyM + 1 })).toBe('inaccurate');
    expect(tracker.take({ ...fixAt(nowMs), accuracyM: worstAccuracyM })).toBe('live');
  });

  it('takes right fixes for news although one of a fast clock came before', () => {
    tracker.take(fixAt(nowMs + 9 * minuteMs), nowMs);
    expect(tracker.judge(fixAt(nowMs + 5_000), nowMs + 5_200).position.verdict).toBe('live');
    expect(tracker.judge(fixAt(nowMs - 5_000), nowMs + 5_200).position.verdict).toBe('delayed');
  });

  it('keeps the order of a clock that is always fast', () => {
    for (const [fixedAtMs, verdict] of [
      [9, 'live'],
      [10, 'live'],
      [11, 'live'],
      [10.5, 'delayed'],
    ] as const) {
      expect(tracker.take(fixAt(nowMs + fixedAtMs * 10_000), nowMs)).toBe(verdict);
    }
  });

  it('never moves a track back, whatever comes in whatever order', () => {
    const anyFix = fc.record({
      fixedAtMs: fc.integer({ min: nowMs - 2 * retentionMs, max: nowMs + 2 * maxAheadMs }),
      lon: fc.constantFrom(0, 117.5),
      lat: fc.constantFrom(0, 0.5),
    });
    fc.assert(
      fc.property(fc.array(anyFix, { maxLength: 40 }), (fixes) => {
        const judge = new TrackJudge();
        for (const fix of fixes) {
          const before = judge.track.newest;
          const verdict = judge.take(fix, nowMs);
          const after = judge.track.newest;
          if (verdict !== 'live') expect(after).toBe(before);
          else if (before !== undefined && after !== undefined) {
            expect(measuredAtMs(after, nowMs)).toBeGreaterThanOrEqual(measuredAtMs(before, nowMs));
            expect(after.fixedAtMs).not.toBe(before.fixedAtMs);
          }
        }
      }),
    );
  });
});

describe('the same fix by another way', () => {
  it('is one position, in whatever order the copies come', () => {
    const times = fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(times, (seconds) => {
        const judge = new TrackJudge();
        const taken = seconds.filter((second) => {
          const verdict = judge.take(fixAt(nowMs + second * 1_000), nowMs + 120_000);
          return verdict === 'live' || verdict === 'delayed';
        });
        expect(taken.toSorted((a, b) => a - b)).toEqual(
          [...new Set(seconds)].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('is known among the newest 128, and of those before by its time alone', () => {
    for (let i = 0; i < 129; i++) tracker.take(fixAt(nowMs + i * 1_000));
    expect(tracker.take(fixAt(nowMs + 1_000), nowMs + 130_000)).toBe('duplicate');
    // history takes a tracker and time once, whatever comes
    expect(tracker.take(fixAt(nowMs), nowMs + 130_000)).toBe('delayed');
  });

  it('is no duplicate while nobody could store it', () => {
    const notStored = { isStored: false };
    expect(tracker.take(fixAt(nowMs), nowMs, notStored)).toBe('live');
    expect(tracker.take(fixAt(nowMs), nowMs, notStored)).toBe('live');
    expect(tracker.take(fixAt(nowMs - 1_000), nowMs, notStored)).toBe('delayed');
    expect(tracker.take(fixAt(nowMs - 1_000), nowMs)).toBe('delayed');
    expect(tracker.take(fixAt(nowMs - 1_000), nowMs)).toBe('duplicate');
    expect(tracker.take(fixAt(nowMs), nowMs)).toBe('live');
    expect(tracker.take(fixAt(nowMs), nowMs)).toBe('duplicate');
  });

  it('is not another fix that a corrected clock brings to the same time', () => {
    // within the minute that is tolerated, then more than it
    expect(tracker.take(fixAt(nowMs + 50_000), nowMs)).toBe('live');
    expect(tracker.take(fixAt(nowMs + 85_000), nowMs + 20_000)).toBe('live');
    const { offsetMs } = tracker.track.clock;
    expect(offsetMs).toBeGreaterThan(60_000);
    const meeting = fixAt(nowMs + 50_000 + offsetMs);
    const judged = tracker.judge(meeting, nowMs + 52_000);
    expect(judged.position).toMatchObject({ verdict: 'live', fix: { fixedAtMs: nowMs + 50_001 } });
    tracker.take(meeting, nowMs + 52_000);
    expect(tracker.take(meeting, nowMs + 53_000)).toBe('duplicate');
    // nor one that was corrected before
    const next = fixAt(nowMs + 50_001 + offsetMs);
    expect(tracker.judge(next, nowMs + 53_000).position.fix.fixedAtMs).toBe(nowMs + 50_002);
  });

  it('is known over a month and over clocks that were set', () => {
    for (const days of [0, 20, 30, 90]) {
      const atMs = nowMs + days * 86_400_000;
      expect(tracker.take(fixAt(atMs))).toBe('live');
      expect(tracker.take(fixAt(atMs + 1_000))).toBe('live');
      expect(tracker.take(fixAt(atMs), atMs + 2_000)).toBe('duplicate');
    }
  });
});

describe('a fix that its tracker cannot have reached', () => {
  beforeEach(() => {
    tracker.take(fixAt(nowMs));
  });

  it('rejects a fix 400 km away in 5 s', () => {
    expect(tracker.take(fixAt(nowMs + 5_000, eastM(400_000)))).toBe('impossible_speed');
    expect(tracker.track.newest?.lon).toBe(117.5279);
  });

  it.each([
    ['a car at 250 km/h', 'patrol_car', 60, 250 / 3.6, 'live'],
    ['a car at 400 km/h', 'patrol_car', 60, 400 / 3.6, 'impossible_speed'],
    ['an aircraft at 400 km/h', 'drone', 60, 400 / 3.6, 'live'],
    ['an aircraft at 600 km/h', 'drone', 60, 600 / 3.6, 'impossible_speed'],
    ['a receiver that wanders 300 m in a second', 'handheld', 1, 300, 'live'],
    ['a receiver that jumps 1 km in a second', 'handheld', 1, 1_000, 'impossible_speed'],
  ] as const)('judges %s', (_what, kind, seconds, speedMps, verdict) => {
    const fix = fixAt(nowMs + seconds * 1_000, eastM(seconds * speedMps));
    expect(tracker.take(fix, fix.fixedAtMs, { kind })).toBe(verdict);
  });

  it('gives what is inaccurate the benefit of the doubt', () => {
    const far = fixAt(nowMs + 5_000, eastM(3_000));
    expect(tracker.judge(far, far.fixedAtMs).position.reason).toBe('impossible_speed');
    expect(tracker.take({ ...far, accuracyM: 2_500 })).toBe('live');
  });

  it('believes any place after hours of silence', () => {
    expect(tracker.take(fixAt(nowMs + 5 * 3_600_000, eastM(1_000_000)))).toBe('live');
  });

  it('is believed as the third of those that agree: then the one before was wrong', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((i) => fixAt(nowMs + i * 5_000, eastM(400_000 + i * 50)));
    expect([a, b, c, d].map((fix) => fix && tracker.take(fix))).toEqual([
      'impossible_speed',
      'impossible_speed',
      'live',
      'live',
    ]);
  });

  it('is not believed while others come from where the tracker is', () => {
    for (let i = 1; i < 30; i++) {
      const isFar = i % 3 !== 0;
      const fix = fixAt(nowMs + i * 5_000, isFar ? eastM(400_000) : 117.5279);
      expect(tracker.take(fix)).toBe(isFar ? 'impossible_speed' : 'live');
    }
  });

  it('is not believed because it came three times', () => {
    const far = fixAt(nowMs + 5_000, eastM(400_000));
    expect([1, 2, 3].map(() => tracker.take(far))).toEqual([
      'impossible_speed',
      'duplicate',
      'duplicate',
    ]);
    const notStored = fixAt(nowMs + 6_000, eastM(900_000));
    for (let i = 0; i < 4; i++) {
      expect(tracker.take(notStored, nowMs + 6_000, { isStored: false })).toBe('impossible_speed');
    }
  });

  it('does not stand in the way of the right one of the same second', () => {
    tracker.take(fixAt(nowMs + 5_000, eastM(400_000)));
    expect(tracker.take(fixAt(nowMs + 5_000, eastM(20)))).toBe('live');
  });

  it('does not stand in the way of one that came late from where it was', () => {
    tracker.take(fixAt(nowMs + 5_000, eastM(400_000)));
    expect(tracker.take(fixAt(nowMs - 60_000, eastM(500)), nowMs + 6_000)).toBe('delayed');
  });

  it('never loses a unit that goes by aircraft, whatever its kind', () => {
    const verdicts = Array.from({ length: 60 }, (_, i) => {
      const fix = fixAt(nowMs + (i + 1) * 10_000, eastM((i + 1) * 10 * 250));
      return tracker.take(fix, fix.fixedAtMs, { kind: 'handheld' });
    });
    expect(verdicts.filter((verdict) => verdict === 'live').length).toBeGreaterThanOrEqual(20);
  });

  it('never holds a tracker up: three fixes of one place show it there, whatever came before', () => {
    const jumble = fc.array(
      fc.record({
        step: fc.integer({ min: 0, max: 30_000 }),
        lon: fc.double({ min: 95, max: 141, noNaN: true }),
        lat: fc.double({ min: -11, max: 6, noNaN: true }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(jumble, (steps) => {
        const judge = new TrackJudge();
        let atMs = nowMs;
        for (const { step, lon, lat } of steps) {
          atMs += step;
          judge.take(fixAt(atMs, lon, lat));
        }
        for (let i = 0; i < 3; i++) {
          atMs += 5_000;
          judge.take(fixAt(atMs, 117.5, 0.5));
        }
        expect(judge.track.newest).toMatchObject({ fixedAtMs: atMs, lon: 117.5, lat: 0.5 });
      }),
      { numRuns: 500 },
    );
  });
});
