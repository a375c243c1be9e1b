import { layerOf, newestDriver } from '../domain/driverRule.ts';
import { presenceThresholds } from '../domain/presence.ts';
import type { Tracker, UnitKind } from '../domain/unit.ts';
import { measuredAtMs, type Track } from './track.ts';

/**
 * The track whose newest fix is the place of a unit now (driverRule.ts).
 *
 * @param trackers all that the unit carries
 * @param kind of the unit
 * @param trackOf the track of a tracker, by its key
 * @returns undefined while nothing is known of any of them
 */
export function drivingTrack(
  trackers: readonly Tracker[],
  kind: UnitKind,
  trackOf: (trackerKey: number) => Track | undefined,
): Track | undefined {
  // nearly all units, with every ping
  if (trackers.length === 1) {
    const [only] = trackers;
    const track = only === undefined ? undefined : trackOf(only.key);
    return track?.newest === undefined ? undefined : track;
  }
  const heard = trackers.flatMap((tracker) => {
    const track = trackOf(tracker.key);
    const { newest, newestReceivedAtMs } = track ?? {};
    if (track === undefined || newest === undefined || newestReceivedAtMs === undefined) return [];
    return [{ track, layer: layerOf(tracker), atMs: measuredAtMs(newest, newestReceivedAtMs) }];
  });
  return newestDriver(heard, presenceThresholds[kind].lostAfterMs)?.track;
}
