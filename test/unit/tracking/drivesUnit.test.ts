import { describe, expect, it } from 'vitest';
import type { Tracker } from '../../../server/domain/unit.ts';
import { drivesUnit } from '../../../server/tracking/drivesUnit.ts';
import { emptyTrack } from '../../../server/tracking/track.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);
const tracker = (key: number, role: Tracker['role']): Tracker => ({
  key,
  id: `hp-${key}`,
  region: '64.08',
  unitKey: 70,
  role,
});
const seenAt = (ms: number) => ({
  ...emptyTrack(1, 70),
  newest: { fixedAtMs: ms, lon: 117.5, lat: 0.5 },
  newestReceivedAtMs: ms,
});

describe('who drives a unit', () => {
  it('is its primary tracker, whatever its backup says', () => {
    expect(drivesUnit(tracker(1, 'primary'), seenAt(nowMs - 3_600_000), nowMs)).toBe(true);
    expect(drivesUnit(tracker(2, 'backup'), seenAt(nowMs - 5 * 60_000), nowMs)).toBe(false);
  });

  it('is the backup while the primary is lost, has said nothing yet, or is not there', () => {
    expect(drivesUnit(tracker(2, 'backup'), seenAt(nowMs - 5 * 60_000 - 1), nowMs)).toBe(true);
    expect(drivesUnit(tracker(2, 'backup'), emptyTrack(1, 70), nowMs)).toBe(true);
    expect(drivesUnit(tracker(2, 'backup'), undefined, nowMs)).toBe(true);
  });
});
