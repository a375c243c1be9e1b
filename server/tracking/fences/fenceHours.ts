import { dayMs, hourMs, minuteMs } from '../../domain/durations.ts';
import type { FenceConditions, WeeklyWindow } from '../../domain/fence.ts';

const weekMinutes = (7 * dayMs) / minuteMs;

/**
 * Whether a fence is in force by its times and phases.
 *
 * @param running phases that its operation is in: one of those that it names is enough
 */
export function isInForce(
  { validFromMs, validToMs, weekly, timeZone, phases }: FenceConditions,
  running: readonly string[],
  atMs: number,
): boolean {
  if (validFromMs !== undefined && atMs < validFromMs) return false;
  if (validToMs !== undefined && atMs >= validToMs) return false;
  if (phases !== undefined && !phases.some((phase) => running.includes(phase))) return false;
  if (weekly === undefined) return true;
  const minute = minuteOfWeek(atMs, timeZone ?? 'UTC');
  return weekly.some((window) => holds(window, minute));
}

/**
 * When it must be looked at again, epoch ms; Infinity: never, by time alone. An hour ahead at most
 * where it has hours of the week, because a zone's clocks may be set in between.
 */
export function nextLookMs(conditions: FenceConditions, atMs: number): number {
  const { validFromMs, validToMs, weekly, timeZone } = conditions;
  let nextMs = Number.POSITIVE_INFINITY;
  for (const edgeMs of [validFromMs, validToMs]) {
    if (edgeMs !== undefined && edgeMs > atMs) nextMs = Math.min(nextMs, edgeMs);
  }
  if (weekly === undefined) return nextMs;
  const minute = minuteOfWeek(atMs, timeZone ?? 'UTC');
  const thisMinuteMs = atMs - (((atMs % minuteMs) + minuteMs) % minuteMs);
  for (const { fromDay, fromMinute, toDay, toMinute } of weekly) {
    for (const edge of [fromDay * 1440 + fromMinute, toDay * 1440 + toMinute]) {
      const inMinutes = (edge - minute + weekMinutes) % weekMinutes || weekMinutes;
      nextMs = Math.min(nextMs, thisMinuteMs + inMinutes * minuteMs);
    }
  }
  return Math.min(nextMs, thisMinuteMs + hourMs);
}

/** A window may go over the end of the week; one that ends where it begins is the whole week. */
function holds({ fromDay, fromMinute, toDay, toMinute }: WeeklyWindow, minute: number): boolean {
  const from = fromDay * 1440 + fromMinute;
  const to = toDay * 1440 + toMinute;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** The last moment that a date can be, epoch ms (ECMA-262, 21.4.1.1). */
const latestMs = 8.64e15;
/** Formatters are slow to make. As many as there are time zones, at most. */
const formats = new Map<string, Intl.DateTimeFormat>();
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Minutes since Monday 00:00 by the clocks of a zone; of a time that no date can be, of the nearest that can. */
function minuteOfWeek(atMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(
    format
      .formatToParts(Math.max(-latestMs, Math.min(latestMs, atMs)))
      .map(({ type, value }) => [type, value]),
  );
  const day = days.indexOf(parts.get('weekday') ?? '');
  return day * 1440 + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}
