import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fix } from '../../server/domain/fix.ts';
import { acceptFix } from '../../server/tracking/acceptFix.ts';
import { advance, emptyTrack, type Track } from '../../server/tracking/track.ts';
import { clockToleranceMs, storedClock } from '../../server/tracking/trackerClock.ts';

const startMs = Date.UTC(2024, 10, 27, 0, 15);
const retentionMs = 366 * 24 * 3_600_000;

/** A place that names the fix, so that one that took another's place is seen. */
const fixOf = (deviceMs: number, index: number): Fix => ({
  fixedAtMs: deviceMs,
  lon: 117.5 + index * 1e-5,
  lat: 0.5,
});

/** One tracker, judged as the recorder does it, over a table that takes each time once. */
class Recorded {
  track: Track = emptyTrack(7, 70);
  /** Place by time. */
  readonly rows = new Map<number, number>();
  /** In the order of their receipt. */
  readonly given: { readonly atMs: number; readonly receivedAtMs: number; epoch: number }[] = [];
  readonly quarantined: string[] = [];
  #epoch = 0;

  take(fixes: readonly Fix[], receivedAtMs: number): void {
    const newestOfMessageMs = Math.max(...fixes.map(({ fixedAtMs }) => fixedAtMs));
    for (const fix of fixes) {
      const judged = acceptFix(fix, this.track, {
        receivedAtMs,
        retentionMs,
        kind: 'patrol_car',
        isStored: true,
        isLastOfMessage: fix === fixes.at(-1),
        newestOfMessageMs,
      });
      if (judged.clock.offsetMs !== this.track.clock.offsetMs) this.#epoch += 1;
      this.track = advance(this.track, judged, true);
      const { verdict, reason, fix: timed } = judged.position;
      if (verdict === 'quarantined' || verdict === 'implausible') {
        this.quarantined.push(reason ?? verdict);
      } else if (verdict !== 'duplicate' && !this.rows.has(timed.fixedAtMs)) {
        this.rows.set(timed.fixedAtMs, timed.lon);
        this.given.push({ atMs: timed.fixedAtMs, receivedAtMs, epoch: this.#epoch });
      }
    }
  }

  /** What the database has is what is known afterwards (liveCore.ts). */
  restart(): void {
    const { newest, newestReceivedAtMs, clock } = this.track;
    const { state, offsetMs, changedAtMs } = clock;
    this.track = {
      ...emptyTrack(7, 70),
      newest,
      newestReceivedAtMs,
      clock: storedClock({ state, offsetMs, changedAtMs }),
    };
  }
}

const anyJourney = {
  // from what is tolerated to a time zone and a day, and to years
  aheadMs: fc.oneof(
    fc.integer({ min: 0, max: 200_000 }),
    fc.integer({ min: 0, max: 12 * 3_600_000 }),
    fc.integer({ min: 0, max: 2_000 * 86_400_000 }),
  ),
  periodMs: fc.constantFrom(1_000, 1_000, 2_000, 5_000, 10_000, 60_000),
  /** Milliseconds of the device's clock, added to each period. */
  fractions: fc.oneof(
    fc.constant([0]),
    fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 40 }),
  ),
  delays: fc.array(fc.integer({ min: 100, max: 14_000 }), { minLength: 1, maxLength: 40 }),
  /** Of every hundred fixes so many come once more. */
  resent: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
};
const count = 500;

type Journey = {
  readonly aheadMs: number;
  readonly periodMs: number;
  readonly fractions: readonly number[];
  readonly delays: readonly number[];
  readonly resent: number;
};

/** Sends `count` fixes; each reaches the server after its delay, some once more after another. */
function send(journey: Journey, restartsAfter: readonly number[] = []): Recorded {
  const { aheadMs, periodMs, fractions, delays, resent } = journey;
  const delayOf = (i: number): number => delays[i % delays.length] ?? 100;
  const sentAt = (i: number): number =>
    startMs + i * periodMs + (fractions[i % fractions.length] ?? 0);
  const first = Array.from({ length: count }, (_, i) => ({
    receivedAtMs: sentAt(i) + delayOf(i),
    fix: fixOf(sentAt(i) + aheadMs, i),
  }));
  const again = first.flatMap((each, i) =>
    (i * 37) % 100 < resent
      ? [{ ...each, receivedAtMs: each.receivedAtMs + 300 + delayOf(i + 7) }]
      : [],
  );
  const recorded = new Recorded();
  const coming = [...first, ...again].sort((a, b) => a.receivedAtMs - b.receivedAtMs);
  for (const [n, { fix, receivedAtMs }] of coming.entries()) {
    recorded.take([fix], receivedAtMs);
    if (restartsAfter.includes(n)) recorded.restart();
  }
  return recorded;
}

function expectEachOnce({ rows, quarantined }: Recorded): void {
  expect(quarantined).toEqual([]);
  expect(rows.size).toBe(count);
  expect(new Set(rows.values()).size).toBe(count);
}

describe('a clock that is ahead', () => {
  it('costs no fix and gives none the time of another, whatever it is off by', () => {
    fc.assert(
      fc.property(fc.record(anyJourney), (journey) => {
        const recorded = send(journey);
        expectEachOnce(recorded);
        const jitterMs = Math.max(...journey.delays);
        for (const { atMs, receivedAtMs } of recorded.given) {
          // what is tolerated is not corrected
          expect(atMs - receivedAtMs).toBeLessThanOrEqual(Math.max(clockToleranceMs, jitterMs));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives times that go on evenly but where the correction changes', () => {
    fc.assert(
      fc.property(fc.record({ ...anyJourney, resent: fc.constant(0) }), (journey) => {
        const { given } = send({ ...journey, delays: [journey.delays[0] ?? 100], fractions: [0] });
        const steps = given.slice(1).map(({ atMs, epoch }, i) => ({
          stepMs: atMs - (given[i]?.atMs ?? 0),
          isShift: epoch !== given[i]?.epoch,
        }));
        for (const { stepMs, isShift } of steps)
          if (!isShift) expect(stepMs).toBe(journey.periodMs);
        // from right to the offset first seen, and from there to what many have shown
        expect(steps.filter(({ isShift }) => isShift).length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 200 },
    );
  });

  it('costs nothing by a restart in the midst of it, where times are whole seconds', () => {
    const restarts = fc.array(fc.integer({ min: 0, max: count - 1 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.record(anyJourney), restarts, (journey, restartsAfter) => {
        const aheadMs = Math.round(journey.aheadMs / 1000) * 1000;
        const { rows, quarantined } = send({ ...journey, aheadMs, fractions: [0] }, restartsAfter);
        expect(quarantined).toEqual([]);
        expect(new Set(rows.values()).size).toBe(count);
        // one that comes again after a restart and a new correction nobody knows to be the same
        if (journey.resent === 0) expect(rows.size).toBe(count);
      }),
      { numRuns: 300 },
    );
  });

  it('is seen with the same eyes when the journal is read again', () => {
    fc.assert(
      fc.property(fc.record(anyJourney), (journey) => {
        expect([...send(journey).rows]).toEqual([...send(journey).rows]);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [300, 400],
    [61, 14_000],
    [75, 14_000],
    [599, 5_000],
  ])('of %d s and one fix a second for half an hour loses nothing (delays to %d ms)', (s, most) => {
    const recorded = new Recorded();
    for (let i = 0; i < 1_800; i++) {
      const sentMs = startMs + i * 1_000;
      recorded.take([fixOf(sentMs + s * 1_000, i)], sentMs + 100 + ((i * 7_919) % most));
    }
    expect(recorded.quarantined).toEqual([]);
    expect(recorded.rows.size).toBe(1_800);
    for (const [atMs, lon] of recorded.rows) {
      const index = Math.round((lon - 117.5) * 1e5);
      expect(Math.abs(atMs - (startMs + index * 1_000))).toBeLessThanOrEqual(
        Math.max(clockToleranceMs, most) + 1_000 + most,
      );
    }
  });

  it('loses none of the fixes that it stored, in one message or one by one', () => {
    for (const isOneMessage of [true, false]) {
      const recorded = new Recorded();
      const stored = Array.from({ length: 300 }, (_, i) =>
        fixOf(startMs + i * 20_000 + 8 * 3_600_000, i),
      );
      const endMs = startMs + 300 * 20_000;
      if (isOneMessage) recorded.take(stored, endMs);
      else for (const [i, fix] of stored.entries()) recorded.take([fix], endMs + i * 40);
      expect(recorded.quarantined).toEqual([]);
      expect(recorded.rows.size).toBe(300);
    }
  });
});
