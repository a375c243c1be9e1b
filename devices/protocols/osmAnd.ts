import type { DecodeContext, Decoded } from '../../server/domain/decoded.ts';
import type { DeviceEvent } from '../../server/domain/deviceEvent.ts';
import type { DecodeReason, Fix } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import { onlyRefused, refuse } from './jsonFields.ts';
import { type OsmAndFields, readOsmAndJson } from './osmAndJson.ts';
import { readOsmAndQuery } from './osmAndQuery.ts';
import { readIsoTime } from './readTime.ts';

/** Most locations in one message, as of the native fix. */
const maxLocations = 1_000;
/** Below this a number of epoch is seconds: as milliseconds it is 1973, as seconds the year 5138. */
const maxEpochSeconds = 1e11;
const maxEpochMs = 8.64e15;

/**
 * Decodes what OsmAnd and Traccar Client send (https://www.traccar.org/osmand/): a query string or
 * form, with speed in knots, or, from Traccar Client 9 on, JSON with speed in m/s and a battery of 0
 * to 1; -1 is what they do not know. A location without a time is of now. `alarm=sos` is an SOS,
 * with or without a place, however much of the rest makes no sense.
 */
export function decodeOsmAnd(raw: Uint8Array, context: DecodeContext): Decoded {
  const ignoredFields: Refusal<DecodeReason>[] = [];
  const read = readLocations(raw, ignoredFields);
  if (!read.ok) return mentionsSos(raw) ? withSos(read) : onlyRefused(read);
  if (read.value.length === 0) return onlyRefused(nothingSaid);
  const fixes: Fix[] = [];
  const events: DeviceEvent[] = [];
  const refused: Refusal<DecodeReason>[] = [];
  let withoutPlace = 0;
  for (const fields of read.value) {
    const isSos = isSosAlarm(fields);
    const fix = readFix(fields, context);
    if (fix.ok) fixes.push(fix.value);
    else if (isEmpty(fields)) refused.push(nothingSaid);
    // a phone in a cellar says SOS, or its battery, without a place, and rightly so
    else if (isSos ? fix.reason === 'missing_field' : hasNoPlace(fields)) withoutPlace += 1;
    else refused.push({ reason: fix.reason, detail: fix.detail });
    if (isSos) events.push(sosOf(fields, fix, context));
  }
  const isNotALocation = withoutPlace > 0 && fixes.length === 0 && refused.length === 0;
  return { fixes, events, refused, ignoredFields, isNotALocation };
}

/** True for a message that `decodeOsmAnd` finds an SOS in; its time and place do not matter. */
export function isOsmAndSos(raw: Uint8Array): boolean {
  const read = readLocations(raw, []);
  return read.ok ? read.value.some(isSosAlarm) : mentionsSos(raw);
}

function isSosAlarm({ alarm }: OsmAndFields): boolean {
  return alarm?.trim().toLowerCase() === 'sos';
}

function readLocations(
  raw: Uint8Array,
  ignoredFields: Refusal<DecodeReason>[],
): Result<readonly OsmAndFields[], DecodeReason> {
  // "{" or "[" begins JSON, and no query
  const first = raw.find((byte) => byte > 0x20);
  const isJson = first === 0x7b || first === 0x5b;
  if (!isJson) return { ok: true, value: [readOsmAndQuery(raw, ignoredFields)] };
  const read = readOsmAndJson(raw, ignoredFields);
  if (!read.ok || read.value.length <= maxLocations) return read;
  return refuse(
    'too_many_fixes',
    `at most ${maxLocations} locations a message, got ${read.value.length}`,
  );
}

function readFix(fields: OsmAndFields, context: DecodeContext): Result<Fix, DecodeReason> {
  const { lon, lat, timestamp, ...motion } = fields;
  if (lon === undefined || lat === undefined) {
    return refuse('missing_field', `"${lat === undefined ? 'lat' : 'lon'}" is missing`);
  }
  if (!isWithin(lon, 180))
    return refuse('out_of_range', `"lon" must be from -180 to 180, got ${lon}`);
  if (!isWithin(lat, 90)) return refuse('out_of_range', `"lat" must be from -90 to 90, got ${lat}`);
  const fixedAtMs = timeOf(timestamp, context);
  if (!fixedAtMs.ok) return fixedAtMs;
  const { alarm, attributes, ...rest } = motion;
  const named = alarm === undefined ? attributes : { ...attributes, alarm: alarm.slice(0, 64) };
  return { ok: true, value: { fixedAtMs: fixedAtMs.value, lon, lat, ...rest, attributes: named } };
}

/** Epoch seconds or milliseconds, or ISO 8601, which is UTC where neither it nor the tracker says otherwise. */
function timeOf(
  timestamp: string | number | undefined,
  { timeZone, receivedAtMs }: DecodeContext,
): Result<number, DecodeReason> {
  if (timestamp === undefined) return { ok: true, value: Math.round(receivedAtMs) };
  const number = typeof timestamp === 'number' || /^-?\d+(\.\d+)?$/.test(timestamp);
  if (!number) return readIsoTime(String(timestamp), 'timestamp', timeZone ?? 'UTC');
  const value = Number(timestamp);
  const ms = Math.round(Math.abs(value) < maxEpochSeconds ? value * 1000 : value);
  return Math.abs(ms) <= maxEpochMs
    ? { ok: true, value: ms }
    : refuse('out_of_range', `"timestamp" must be epoch seconds or milliseconds, got ${value}`);
}

function sosOf(
  { timestamp }: OsmAndFields,
  fix: Result<Fix, DecodeReason>,
  context: DecodeContext,
): DeviceEvent {
  if (!fix.ok) {
    const at = timestamp === undefined ? undefined : timeOf(timestamp, context);
    return { kind: 'sos', happenedAtMs: at?.ok === true ? at.value : undefined };
  }
  const { fixedAtMs, lon, lat, isInvalid } = fix.value;
  const happenedAtMs = timestamp === undefined ? undefined : fixedAtMs;
  const isPlace = isInvalid !== true && (lon !== 0 || lat !== 0);
  return { kind: 'sos', happenedAtMs, ...(isPlace && { lon, lat }) };
}

/** An SOS in a message that cannot be read is one all the same. */
function withSos({ reason, detail }: Refusal<DecodeReason>): Decoded {
  return { ...onlyRefused({ reason, detail }), events: [{ kind: 'sos' }] };
}

const sosMention = /alarm["'\s]*[:=]["'\s]*sos/i;

function mentionsSos(raw: Uint8Array): boolean {
  return sosMention.test(new TextDecoder().decode(raw));
}

function hasNoPlace({ lon, lat }: OsmAndFields): boolean {
  return lon === undefined && lat === undefined;
}

/** Not even a battery level: its sender means something else. */
const nothingSaid = {
  reason: 'missing_field',
  detail: 'it names nothing of the OsmAnd protocol: a place is "lat" and "lon", or a "location"',
} as const;

function isEmpty(fields: OsmAndFields): boolean {
  return Object.values(fields).every((value) => value === undefined);
}

function isWithin(degrees: number, max: number): boolean {
  return degrees >= -max && degrees <= max;
}
