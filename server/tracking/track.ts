import type { Fix } from '../domain/fix.ts';
import type { Position } from '../domain/position.ts';
import { SeenTimes } from './seenTimes.ts';
import { rightClock, type TrackerClock } from './trackerClock.ts';

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
  /** Fixes since that it cannot have reached and that agree with each other, oldest first. */
  readonly suspects: readonly Suspect[];
  readonly clock: TrackerClock;
  /** Device times of its newest fixes: one object that goes along from track to track. */
  readonly seen: SeenTimes;
  /** The times that those of them were given whose clock was corrected. */
  readonly corrected: SeenTimes;
};

/** A fix that its tracker cannot have reached, so far. */
export type Suspect = {
  readonly fix: Fix;
  readonly receivedAtMs: number;
  /** False: its sender will try again. */
  readonly isStored: boolean;
};

/** A position, and what judging it taught of its tracker. */
export type Judged = {
  readonly position: Position;
  /** When the device says that it was, before any correction. */
  readonly deviceAtMs: number;
  readonly clock: TrackerClock;
  readonly suspects: readonly Suspect[];
};

/** A tracker of which nothing is known yet. */
export function emptyTrack(trackerKey: number, unitKey: number): Track {
  return {
    trackerKey,
    unitKey,
    newest: undefined,
    newestReceivedAtMs: undefined,
    isNewestStored: true,
    suspects: [],
    clock: rightClock,
    seen: new SeenTimes(),
    corrected: new SeenTimes(),
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
export function advance(
  track: Track,
  { position, deviceAtMs, clock, suspects }: Judged,
  isStored: boolean,
): Track {
  const { verdict, fix: newest, receivedAtMs: newestReceivedAtMs } = position;
  const isKnownAgain = verdict === 'live' || verdict === 'delayed';
  // what could not be stored was not acknowledged: its sender's next attempt is no duplicate
  if (isKnownAgain && isStored) {
    track.seen.add(deviceAtMs);
    if (newest.fixedAtMs !== deviceAtMs) track.corrected.add(newest.fixedAtMs);
  }
  if (verdict === 'live') {
    const { trackerKey, unitKey, seen, corrected } = track;
    const moved = { newest, newestReceivedAtMs, isNewestStored: isStored };
    return { trackerKey, unitKey, ...moved, suspects, clock, seen, corrected };
  }
  const isSame = clock === track.clock && suspects === track.suspects;
  return isSame ? track : { ...track, suspects, clock };
}
