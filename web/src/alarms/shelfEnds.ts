import { hourMs, minuteMs } from '../../../server/domain/durations.ts';

/** How long an alarm can be put aside for at the press of a button, ms. */
export const shelfSpansMs = [15 * minuteMs, hourMs, 4 * hourMs] as const;

/** Three watches of eight hours: they change at these hours of the local day. */
const changesOfWatchH = [7, 15, 23] as const;

/** Hours that the local zone is ahead of UTC: none of Indonesia's has a summer time. */
const offsetsH = { 'Asia/Jakarta': 7, 'Asia/Makassar': 8, 'Asia/Jayapura': 9 } as const;

/**
 * When the present watch ends, UTC epoch ms: at most eight hours ahead, which the longest shelf allows.
 */
export function endOfWatch(nowMs: number, timeZone: keyof typeof offsetsH): number {
  const offsetMs = offsetsH[timeZone] * hourMs;
  const dayMs = 24 * hourMs;
  const localMs = nowMs + offsetMs;
  const midnightMs = localMs - (localMs % dayMs);
  const ends = [...changesOfWatchH, changesOfWatchH[0] + 24].map((h) => midnightMs + h * hourMs);
  const end = ends.find((endMs) => endMs > localMs) ?? midnightMs + dayMs;
  return end - offsetMs;
}
