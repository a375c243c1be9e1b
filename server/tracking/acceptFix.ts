import { minuteMs } from '../domain/durations.ts';
import type { Fix } from '../domain/fix.ts';
import type { AcceptReason, Position, Verdict } from '../domain/position.ts';
import type { UnitKind } from '../domain/unit.ts';
import { believedMps, canReach, fastestMps } from './canReach.ts';
import { type Judged, measuredAtMs, type Suspect, type Track } from './track.ts';
import {
  clockToleranceMs,
  fits,
  readClock,
  type TrackerClock,
  unclearFromMs,
} from './trackerClock.ts';

/** A stored fix is never further ahead of the server's clock: what is, is corrected (trackerClock.ts). */
export const maxAheadMs = 10 * minuteMs;
/** A place this near to 0 N 0 E is a receiver without a fix, not a ship in the Gulf of Guinea (degrees, about 1 m). */
const nullIslandDeg = 1e-5;
/**
 * Phones that locate themselves by cells say one to three kilometres, which tells the right district;
 * what is worse comes from an IP address, and tells nothing that anybody could act on.
 */
export const worstAccuracyM = 5_000;
/** So many impossible fixes in a row that agree with each other show that the one before was wrong. */
export const suspectsToBelieve = 3;

/** How a fix came in. */
export type Receipt = {
  /** By the server's clock, epoch ms. */
  readonly receivedAtMs: number;
  /** Older fixes have no place in the history any more: their clock is wrong. */
  readonly retentionMs: number;
  /** What carries the tracker. */
  readonly kind: UnitKind;
  /** False: the journal did not take it, so it will come again. */
  readonly isStored: boolean;
  /** False: others follow it in its message. */
  readonly isLastOfMessage: boolean;
  /** The newest believable time that its message names, by the device's clock, epoch ms: older ones were stored. */
  readonly newestOfMessageMs: number;
};

/**
 * Judges a fix by itself and by what is known of its tracker. Pure: the clock comes in as
 * `receivedAtMs`.
 */
export function acceptFix(fix: Fix, track: Track, receipt: Receipt): Judged {
  const { receivedAtMs, retentionMs } = receipt;
  const deviceAtMs = fix.fixedAtMs;
  const judged = (
    verdict: Verdict,
    reason?: AcceptReason,
    timed = fix,
    clock = track.clock,
    suspects = track.suspects,
  ): Judged => ({
    position: positionOf(track.trackerKey, timed, receivedAtMs, verdict, reason),
    deviceAtMs,
    clock,
    suspects,
  });

  if (track.seen.has(deviceAtMs)) return judged('duplicate');
  const fault = faultOf(fix);
  // its time is of no use either: a receiver without satellites goes by a clock of its own
  if (fault !== undefined) return judged('implausible', fault);
  if (deviceAtMs > receipt.newestOfMessageMs) return judged('quarantined', 'clock_ahead');
  const shown = readClock(track.clock, signOf(track, receipt));
  // one that is sent again and again until the disk takes it would look later and later
  const clock = receipt.isStored ? shown : track.clock;
  const correctedAtMs = timeOf(deviceAtMs, shown, receipt);
  if (correctedAtMs === undefined) return judged('quarantined', 'clock_distrusted', fix, clock);
  if (correctedAtMs < receivedAtMs - retentionMs) {
    return judged('quarantined', 'clock_behind', fix, clock);
  }
  const fixedAtMs = freeTime(correctedAtMs, deviceAtMs, track);
  const timed = fixedAtMs === deviceAtMs ? fix : { ...fix, fixedAtMs };
  const { newest, newestReceivedAtMs } = track;
  if (newest === undefined || newestReceivedAtMs === undefined) {
    return judged('live', undefined, timed, clock);
  }
  // one that could not be stored was not acknowledged either: this is its sender's next attempt
  if (fixedAtMs === newest.fixedAtMs) {
    return judged(track.isNewestStored ? 'duplicate' : 'live', undefined, timed, clock);
  }
  // by the device's own clock, or, when that ran ahead before, by when it can have been at the latest
  const isNews =
    fixedAtMs > newest.fixedAtMs ||
    measuredAtMs(timed, receivedAtMs) > measuredAtMs(newest, newestReceivedAtMs);
  const suspect: Suspect = { fix: timed, receivedAtMs, isStored: receipt.isStored };
  const known: Suspect = {
    fix: newest,
    receivedAtMs: newestReceivedAtMs,
    isStored: track.isNewestStored,
  };
  if (canReach(known, suspect, believedMps(receipt.kind))) {
    const suspects = isNews && track.suspects.length > 0 ? [] : track.suspects;
    return judged(isNews ? 'live' : 'delayed', undefined, timed, clock, suspects);
  }
  if (track.suspects.some((each) => each.isStored && isSame(each, suspect))) {
    return judged('duplicate');
  }
  const suspects = isNews ? addSuspect(track.suspects, suspect) : track.suspects;
  return suspects.length >= suspectsToBelieve
    ? judged('live', undefined, timed, clock, [])
    : judged('implausible', 'impossible_speed', timed, clock, suspects);
}

/** By its time alone a fix that is right could be taken for one that was not believed. */
function isSame({ fix: one }: Suspect, { fix: other }: Suspect): boolean {
  return one.fixedAtMs === other.fixedAtMs && one.lon === other.lon && one.lat === other.lat;
}

function positionOf(
  trackerKey: number,
  fix: Fix,
  receivedAtMs: number,
  verdict: Verdict,
  reason: AcceptReason | undefined,
): Position {
  return reason === undefined
    ? { trackerKey, fix, receivedAtMs, verdict }
    : { trackerKey, fix, receivedAtMs, verdict, reason };
}

/** What is wrong with a fix by itself. */
function faultOf({ lon, lat, accuracyM, isInvalid }: Fix): AcceptReason | undefined {
  if (isInvalid === true) return 'flagged_invalid';
  if (Math.abs(lon) < nullIslandDeg && Math.abs(lat) < nullIslandDeg) return 'null_island';
  if (accuracyM !== undefined && accuracyM > worstAccuracyM) return 'inaccurate';
  return undefined;
}

/**
 * The time that a fix is taken to be of. By a clock that jumps nobody knows, and the place of a unit
 * matters more than its second: the last fix of a message counts as of when it came in. Undefined:
 * it could be of two moments, and neither false history nor a false place is made of it.
 */
function timeOf(
  deviceAtMs: number,
  { state, offsetMs }: TrackerClock,
  { receivedAtMs, isLastOfMessage, newestOfMessageMs }: Receipt,
): number | undefined {
  if (state === 'distrusted') return isLastOfMessage ? Math.round(receivedAtMs) : undefined;
  if (Math.abs(offsetMs) <= unclearFromMs) return deviceAtMs - offsetMs;
  // set right a moment ago, or stored for as long as the clock is off
  const aheadMs = newestOfMessageMs - receivedAtMs;
  return fits(0, aheadMs) && !fits(offsetMs, aheadMs) ? undefined : deviceAtMs - offsetMs;
}

/**
 * The time, or the next that no other fix of the tracker has: when its clock is seen with other eyes,
 * two fixes can come to the same.
 */
function freeTime(correctedAtMs: number, deviceAtMs: number, { seen, corrected }: Track): number {
  const isAsItSaid = correctedAtMs === deviceAtMs;
  let freeMs = correctedAtMs;
  while (corrected.has(freeMs) || (!isAsItSaid && seen.has(freeMs))) freeMs += 1;
  return freeMs;
}

function signOf({ newest, newestReceivedAtMs, clock }: Track, receipt: Receipt) {
  const { newestOfMessageMs: deviceMs, receivedAtMs } = receipt;
  const isFresh =
    newest !== undefined &&
    newestReceivedAtMs !== undefined &&
    newestReceivedAtMs - newest.fixedAtMs <= clockToleranceMs;
  return {
    deviceMs,
    receivedAtMs,
    freshMs: isFresh ? newest.fixedAtMs + clock.offsetMs : undefined,
  };
}

/**
 * The newest time that the fixes of a message name, epoch ms; of those that say where they were,
 * since a receiver without satellites goes by a clock of its own. A few from the future beside
 * others that fit the clock are slips, which must not take the others along into the past.
 *
 * @param offsetMs how far the tracker's clock is known to be ahead
 */
export function newestTime(fixes: readonly Fix[], offsetMs: number, receivedAtMs: number): number {
  const times = fixes.filter((fix) => faultOf(fix) === undefined).map((fix) => fix.fixedAtMs);
  const aheadMs = (ms: number): number => ms - receivedAtMs - offsetMs;
  const others = times.filter((ms) => aheadMs(ms) <= unclearFromMs);
  const areSlips = others.length * 2 > times.length && others.some((ms) => fits(0, aheadMs(ms)));
  return maxOf(areSlips ? others : times);
}

/** Of up to a thousand, and of none. */
function maxOf(times: readonly number[]): number {
  return times.reduce((newestMs, ms) => Math.max(newestMs, ms), Number.NEGATIVE_INFINITY);
}

/**
 * The suspects with one more: those before count only while it agrees with the last of them. They
 * may be faster than is believed of one: or a unit in an aircraft would never be shown again.
 */
function addSuspect(suspects: readonly Suspect[], suspect: Suspect): readonly Suspect[] {
  const last = suspects.at(-1);
  if (last === undefined || !canReach(last, suspect, fastestMps)) return [suspect];
  // without the same that could not be stored
  return [...suspects.filter((each) => !isSame(each, suspect)), suspect];
}
