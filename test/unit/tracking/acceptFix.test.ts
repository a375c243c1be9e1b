import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Position } from '../../../server/domain/position.ts';
import { acceptFix, maxAheadMs } from '../../../server/tracking/acceptFix.ts';
import { advance, emptyTrack, measuredAtMs, type Track } from '../../../server/tracking/track.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const retentionMs = 366 * 24 * 3_600_000;
const accept = (fix: Fix, track: Track, receivedAtMs: number): Position =>
  acceptFix(fix, track, receivedAtMs, retentionMs);
const fixAt = (fixedAtMs: number, lon = 117.5279, lat = 0.5049): Fix => ({ fixedAtMs, lon, lat });
const empty = emptyTrack(7, 70);
const known = advance(empty, accept(fixAt(nowMs), empty, nowMs), true);

describe('accepting a fix', () => {
  it('takes the first fix of a tracker as live', () => {
    expect(accept(fixAt(nowMs - 60_000), empty, nowMs)).toMatchObject({
      trackerKey: 7,
      verdict: 'live',
    });
  });

  it.each([
    ['a newer one', nowMs + 1, 'live'],
    ['the same again', nowMs, 'duplicate'],
    ['an older one, that came late', nowMs - 1, 'delayed'],
  ])('judges %s', (_what, fixedAtMs, verdict) => {
    expect(accept(fixAt(fixedAtMs), known, nowMs).verdict).toBe(verdict);
  });

  it.each([
    ['the year 1970', 3_600_000, 'clock_behind'],
    ['the year 2099', Date.UTC(2099, 0, 1), 'clock_ahead'],
    ['just too old', nowMs - retentionMs - 1, 'clock_behind'],
    ['just too far ahead', nowMs + maxAheadMs + 1, 'clock_ahead'],
  ])('puts a fix of %s in quarantine', (_what, fixedAtMs, reason) => {
    expect(accept(fixAt(fixedAtMs), empty, nowMs)).toMatchObject({
      verdict: 'quarantined',
      reason,
    });
  });

  it.each([
    ['as old as may be', nowMs - retentionMs],
    ['as far ahead as may be', nowMs + maxAheadMs],
  ])('believes a fix %s', (_what, fixedAtMs) => {
    expect(accept(fixAt(fixedAtMs), empty, nowMs).verdict).toBe('live');
  });

  it('does not believe (0, 0), where a receiver without a fix says it is', () => {
    expect(accept(fixAt(nowMs, 0, 0), empty, nowMs)).toMatchObject({
      verdict: 'implausible',
      reason: 'null_island',
    });
    // but Indonesia lies on the equator, and 0 N alone is a place
    expect(accept(fixAt(nowMs, 109.32, 0), empty, nowMs).verdict).toBe('live');
  });

  it('takes right fixes for news although one of a fast clock came before', () => {
    const ahead = advance(empty, accept(fixAt(nowMs + 9 * 60_000), empty, nowMs), true);
    const right = accept(fixAt(nowMs + 5_000), ahead, nowMs + 5_200);
    expect(right.verdict).toBe('live');
    expect(accept(fixAt(nowMs - 5_000), ahead, nowMs + 5_200).verdict).toBe('delayed');
  });

  it('keeps the order of a clock that is always fast', () => {
    let track = empty;
    for (const [fixedAtMs, verdict] of [
      [9, 'live'],
      [10, 'live'],
      [11, 'live'],
      [10.5, 'delayed'],
    ] as const) {
      const position = accept(fixAt(nowMs + fixedAtMs * 10_000), track, nowMs);
      expect(position.verdict).toBe(verdict);
      track = advance(track, position, true);
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
        let track = empty;
        for (const fix of fixes) {
          const position = accept(fix, track, nowMs);
          const next = advance(track, position, true);
          if (position.verdict !== 'live') expect(next).toBe(track);
          else if (track.newest !== undefined) {
            const before = measuredAtMs(track.newest, nowMs);
            expect(measuredAtMs(fix, nowMs)).toBeGreaterThanOrEqual(before);
            expect(fix.fixedAtMs).not.toBe(track.newest.fixedAtMs);
          }
          track = next;
        }
      }),
    );
  });
});
