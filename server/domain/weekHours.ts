import { minuteMs } from './durations.ts';
import type { WeeklyWindow } from './fence.ts';

/** Windows of one week that belong together. */
export const maxWindows = 64;
const weekMinutes = 7 * 1_440;

/** True for 1 to 64 windows, each with days 0 to 6 and minutes 0 to 1,440, at most a week long. */
export function isWeek(weekly: readonly WeeklyWindow[]): boolean {
  return weekly.length > 0 && weekly.length <= maxWindows && weekly.every(isWindow);
}

function isWindow({ fromDay, fromMinute, toDay, toMinute }: WeeklyWindow): boolean {
  const isDay = (day: number): boolean => Number.isInteger(day) && day >= 0 && day <= 6;
  const isMinute = (minute: number): boolean =>
    Number.isInteger(minute) && minute >= 0 && minute <= 1_440;
  const length = (toDay - fromDay) * 1_440 + toMinute - fromMinute;
  return (
    [fromDay, toDay].every(isDay) &&
    [fromMinute, toMinute].every(isMinute) &&
    length !== 0 &&
    Math.abs(length) <= weekMinutes
  );
}

/**
 * True within any of the windows, by the clocks of a time zone.
 *
 * @param timeZone IANA name
 */
export function isWithinWeek(
  weekly: readonly WeeklyWindow[],
  timeZone: string,
  atMs: number,
): boolean {
  const minute = minuteOfWeek(atMs, timeZone);
  return weekly.some(({ fromDay, fromMinute, toDay, toMinute }) => {
    const from = fromDay * 1_440 + fromMinute;
    const to = toDay * 1_440 + toMinute;
    // a window may go over the end of the week; one that ends where it begins is the whole week
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  });
}

/** The last moment that a date can be, epoch ms (ECMA-262, 21.4.1.1). */
const latestMs = 8.64e15;
/** Formatters are slow to make. As many as there are time zones, at most. */
const formats = new Map<string, Intl.DateTimeFormat>();
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** The same minute is asked for by many. */
let known = { minute: Number.NaN, timeZone: '', minuteOfWeek: 0 };

/** Minutes since Monday 00:00 by the clocks of a zone; of a time that no date can be, of the nearest that can. */
function minuteOfWeek(atMs: number, timeZone: string): number {
  const minute = Math.floor(atMs / minuteMs);
  if (known.minute === minute && known.timeZone === timeZone) return known.minuteOfWeek;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(
    format
      .formatToParts(Math.max(-latestMs, Math.min(latestMs, atMs)))
      .map(({ type, value }) => [type, value]),
  );
  const day = days.indexOf(parts.get('weekday') ?? '');
  const found = day * 1_440 + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  known = { minute, timeZone, minuteOfWeek: found };
  return found;
}
