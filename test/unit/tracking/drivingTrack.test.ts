import { describe, expect, it } from 'vitest';
import type { Tracker, TrackerRole } from '../../../server/domain/unit.ts';
import { drivingTrack } from '../../../server/tracking/drivingTrack.ts';
import { emptyTrack, type Track } from '../../../server/tracking/track.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const minuteMs = 60_000;

describe('who drives a unit', () => {
  it('is its primary, whatever its backup says', () => {
    expect(driverOf(['primary', 0], ['backup', minuteMs])).toBe(1);
    expect(driverOf(['primary', 0], ['backup', 5 * minuteMs])).toBe(1);
    expect(driverOf(['backup', 0], ['primary', minuteMs])).toBe(2);
  });

  it('is the backup while the primary is lost, has said nothing yet, or is not there', () => {
    expect(driverOf(['primary', 0], ['backup', 5 * minuteMs + 1])).toBe(2);
    expect(driverOf(['primary', undefined], ['backup', 0])).toBe(2);
    expect(driverOf(['backup', 0])).toBe(1);
  });

  it('is the first of two backups until that is lost too', () => {
    expect(driverOf(['primary', -9e6], ['backup', 0], ['backup', minuteMs])).toBe(2);
    expect(driverOf(['primary', -9e6], ['backup', 0], ['backup', 6 * minuteMs])).toBe(3);
  });

  it('stays the backup when an old fix of the primary comes in late', () => {
    expect(driverOf(['primary', minuteMs], ['backup', 7 * minuteMs])).toBe(2);
  });

  it('is nobody while nothing is known', () => {
    expect(driverOf(['primary', undefined], ['backup', undefined])).toBeUndefined();
    expect(driverOf()).toBeUndefined();
  });

  it('is not the tracker whose clock is ahead of what came in meanwhile', () => {
    const tracks = [
      seenAt(1, nowMs),
      { ...seenAt(2, nowMs + 9 * minuteMs), newestReceivedAtMs: nowMs },
    ];
    const trackers = [tracker(1, 'primary'), tracker(2, 'backup')];
    expect(drivingTrack(trackers, 'patrol_car', (key) => tracks[key - 1])?.trackerKey).toBe(1);
  });
});

/** The key of the tracker that drives, of trackers 1, 2, ... with these roles and newest fixes, ms from now. */
function driverOf(
  ...given: readonly (readonly [TrackerRole, number | undefined])[]
): number | undefined {
  const trackers = given.map(([role], index) => tracker(index + 1, role));
  const tracks = new Map(
    given.map(([, ms], index) => [
      index + 1,
      ms === undefined ? emptyTrack(index + 1, 70) : seenAt(index + 1, nowMs + ms),
    ]),
  );
  return drivingTrack(trackers, 'patrol_car', (key) => tracks.get(key))?.trackerKey;
}

function tracker(key: number, role: TrackerRole): Tracker {
  return { key, id: `hp-${key}`, region: '64.08', unitKey: 70, role };
}

function seenAt(trackerKey: number, ms: number): Track {
  return {
    ...emptyTrack(trackerKey, 70),
    newest: { fixedAtMs: ms, lon: 117.5, lat: 0.5 },
    newestReceivedAtMs: ms,
  };
}
