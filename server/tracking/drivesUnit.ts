import { lostAfterMs, type Tracker } from '../domain/unit.ts';
import { measuredAtMs, type Track } from './track.ts';

/**
 * Whether a tracker's news move its unit: a primary's always do, a backup's while the primary is
 * lost.
 *
 * @param primary the track of the unit's primary tracker; undefined when it has none
 * @param atMs when the news was measured, UTC epoch milliseconds
 */
export function drivesUnit(
  { key, role }: Tracker,
  primary: Track | undefined,
  atMs: number,
): boolean {
  if (role === 'primary' || primary === undefined || primary.trackerKey === key) return true;
  const { newest, newestReceivedAtMs } = primary;
  if (newest === undefined || newestReceivedAtMs === undefined) return true;
  return atMs - measuredAtMs(newest, newestReceivedAtMs) > lostAfterMs;
}
