import { minuteMs } from '../domain/durations.ts';
import type { Fix } from '../domain/fix.ts';
import type { AcceptReason, Position, Verdict } from '../domain/position.ts';
import { measuredAtMs, type Track } from './track.ts';

/** A device clock may be this far ahead of the server's before its fixes are put in quarantine. */
export const maxAheadMs = 10 * minuteMs;
/** A place this near to 0 N 0 E is a receiver without a fix, not a ship in the Gulf of Guinea (degrees, about 1 m). */
const nullIslandDeg = 1e-5;

/**
 * Judges a fix by itself and by what is known of its tracker. Pure: the clock comes in as
 * `receivedAtMs`.
 *
 * @param retentionMs older fixes have no place in the history any more: their clock is wrong
 */
export function acceptFix(
  fix: Fix,
  track: Track,
  receivedAtMs: number,
  retentionMs: number,
): Position {
  const trackerKey = track.trackerKey;
  const judged = (verdict: Verdict, reason?: AcceptReason): Position =>
    reason === undefined
      ? { trackerKey, fix, receivedAtMs, verdict }
      : { trackerKey, fix, receivedAtMs, verdict, reason };

  if (fix.fixedAtMs > receivedAtMs + maxAheadMs) return judged('quarantined', 'clock_ahead');
  if (fix.fixedAtMs < receivedAtMs - retentionMs) return judged('quarantined', 'clock_behind');
  if (Math.abs(fix.lon) < nullIslandDeg && Math.abs(fix.lat) < nullIslandDeg) {
    return judged('implausible', 'null_island');
  }
  const { newest, newestReceivedAtMs } = track;
  if (newest === undefined || newestReceivedAtMs === undefined) return judged('live');
  // one that could not be stored was not acknowledged either: this is its sender's next attempt
  if (fix.fixedAtMs === newest.fixedAtMs) {
    return judged(track.isNewestStored ? 'duplicate' : 'live');
  }
  // by the device's own clock, or, when that ran ahead before, by when it can have been at the latest
  const isNews =
    fix.fixedAtMs > newest.fixedAtMs ||
    measuredAtMs(fix, receivedAtMs) > measuredAtMs(newest, newestReceivedAtMs);
  return judged(isNews ? 'live' : 'delayed');
}
