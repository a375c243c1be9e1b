import type { Fix } from '../domain/fix.ts';
import type { Position } from '../domain/position.ts';

/** What is known of one tracker now. */
export type Track = {
  readonly trackerKey: number;
  /** The unit that carries it. */
  readonly unitKey: number;
  /** Its newest believable fix, and when that came in; undefined until there is one. */
  readonly newest: Fix | undefined;
  readonly newestReceivedAtMs: number | undefined;
  /** False when the newest fix could not be stored and is only shown. */
  readonly isNewestStored: boolean;
};

/** A tracker of which nothing is known yet. */
export function emptyTrack(trackerKey: number, unitKey: number): Track {
  return {
    trackerKey,
    unitKey,
    newest: undefined,
    newestReceivedAtMs: undefined,
    isNewestStored: true,
  };
}

/**
 * When a fix can have been measured at the latest, epoch ms: nothing comes in before it happened, so
 * a clock that runs ahead is held to the moment of receipt. Otherwise one fix of such a clock would
 * make the right ones after it look late, and the unit fresh although it has fallen silent.
 */
export function measuredAtMs(fix: Fix, receivedAtMs: number): number {
  return Math.min(fix.fixedAtMs, receivedAtMs);
}

/** The track after a position: only a live one moves it, and never back in time. */
export function advance(track: Track, position: Position, isStored: boolean): Track {
  if (position.verdict !== 'live') return track;
  return {
    ...track,
    newest: position.fix,
    newestReceivedAtMs: position.receivedAtMs,
    isNewestStored: isStored,
  };
}
