import type { DecodeReason } from '../../server/domain/fix.ts';
import type { Result } from '../../server/domain/result.ts';
import { type JsonObject, refuse } from './jsonFields.ts';
import { zoneOffsetMs } from './zoneOffset.ts';

const maxEpochMs = 8.64e15;
// ISO 8601, with `T` or a blank, and the offset in a group of its own
const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/;

/** A time that must be there: ISO 8601, or epoch milliseconds. Returns epoch ms. */
export function readTime(
  object: JsonObject,
  name: string,
  timeZone: string | undefined,
): Result<number, DecodeReason> {
  const value = object[name];
  if (value === undefined || value === null) {
    return refuse('missing_field', `"${name}" is missing`);
  }
  if (typeof value === 'number') {
    return Math.abs(value) <= maxEpochMs
      ? { ok: true, value: Math.round(value) }
      : refuse('out_of_range', `"${name}" must be epoch milliseconds, got ${value}`);
  }
  if (typeof value !== 'string') {
    return refuse('wrong_type', `"${name}" must be a text or a number, got a ${typeof value}`);
  }
  return readIsoTime(value, name, timeZone);
}

/**
 * A time as ISO 8601. One without an offset is local time of the tracker's zone, and cannot be read
 * while nobody has said which that is.
 *
 * @param timeZone IANA name
 */
export function readIsoTime(
  text: string,
  name: string,
  timeZone: string | undefined,
): Result<number, DecodeReason> {
  const [, day = '', clock = '', offset] = isoTime.exec(text) ?? [];
  // as if of UTC
  const givenMs = isDayOfMonth(day) ? Date.parse(`${day}T${clock}Z`) : Number.NaN;
  if (Number.isNaN(givenMs)) {
    return refuse(
      'wrong_type',
      `"${name}" must look like 2024-11-27T00:15:03Z or 2024-11-27T08:15:03+08:00, got "${text.slice(0, 40)}"`,
    );
  }
  if (offset !== undefined) {
    const atMs = Date.parse(`${day}T${clock}${offset}`);
    return Number.isNaN(atMs)
      ? refuse('wrong_type', `"${name}" has no offset of this world: "${text.slice(0, 40)}"`)
      : { ok: true, value: atMs };
  }
  if (timeZone === undefined) {
    return refuse(
      'wrong_type',
      `"${name}" is a local time without an offset ("${text.slice(0, 40)}"): set a time zone for the tracker, or let it send UTC with a Z`,
    );
  }
  const atMs = fromLocal(givenMs, timeZone);
  return atMs === undefined
    ? refuse('wrong_type', `"${timeZone.slice(0, 40)}", the time zone of the tracker, is not known`)
    : { ok: true, value: atMs };
}

/** The moment at which the clocks of a zone show a time; of two, or in a gap, one of them. */
function fromLocal(localMs: number, timeZone: string): number | undefined {
  const first = zoneOffsetMs(timeZone, localMs);
  if (first === undefined) return undefined;
  // the offset of the moment itself, where that is another than at the same hour of UTC
  const second = zoneOffsetMs(timeZone, localMs - first) ?? first;
  return localMs - second;
}

/** False for days that no calendar has, such as 2026-02-30, which `Date.parse` takes for 2 March. */
function isDayOfMonth(day: string): boolean {
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(day);
}
