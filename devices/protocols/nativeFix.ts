import type { Decoded } from '../../server/domain/decoded.ts';
import type { DecodeReason, Fix, FixAttributes } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import {
  courseFrom,
  isJsonObject,
  type JsonObject,
  onlyRefused,
  optionalNumber,
  parseJson,
  refuse,
  requiredNumber,
} from './jsonFields.ts';

/** Most fixes in one message: a day of a tracker that stored one every 90 s. */
export const maxFixesPerMessage = 1000;
/** Most attributes of one fix, and the longest text value and name among them, in characters. */
export const maxAttributes = 32;
const maxAttributeText = 256;
const maxAttributeName = 64;

// ISO 8601 with a zone: a local time without one cannot be placed on the operation's clock
const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;
const maxEpochMs = 8.64e15;

/**
 * Decodes Posko's own fix payload (docs/protocols.md, "Native fix"): one JSON object or an array of
 * them. `fixedAt` (ISO 8601 with zone, or epoch milliseconds), `lon` and `lat` are required.
 */
export function decodeNativeFix(raw: Uint8Array): Decoded {
  const json = parseJson(raw);
  if (!json.ok) return onlyRefused(json);
  const items: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  if (items.length > maxFixesPerMessage) {
    return onlyRefused(
      refuse(
        'too_many_fixes',
        `at most ${maxFixesPerMessage} fixes a message, got ${items.length}`,
      ),
    );
  }
  const fixes: Fix[] = [];
  const refused: Refusal<DecodeReason>[] = [];
  const ignoredFields: Refusal<DecodeReason>[] = [];
  for (const item of items) {
    const fix = isJsonObject(item)
      ? readFix(item, ignoredFields)
      : refuse('not_an_object', 'a fix must be a JSON object');
    if (fix.ok) fixes.push(fix.value);
    else refused.push({ reason: fix.reason, detail: fix.detail });
  }
  return { fixes, refused, ignoredFields, isNotALocation: false };
}

function readFix(object: JsonObject, ignored: Refusal<DecodeReason>[]): Result<Fix, DecodeReason> {
  const fixedAtMs = readTime(object['fixedAt']);
  if (!fixedAtMs.ok) return fixedAtMs;
  const lon = requiredNumber(object, 'lon', -180, 180);
  if (!lon.ok) return lon;
  const lat = requiredNumber(object, 'lat', -90, 90);
  if (!lat.ok) return lat;
  const value: Fix = {
    fixedAtMs: fixedAtMs.value,
    lon: lon.value,
    lat: lat.value,
    accuracyM: optionalNumber(object, 'accuracyM', 0, 1e7, ignored),
    speedMps: optionalNumber(object, 'speedMps', 0, 1e4, ignored),
    courseDeg: courseFrom(optionalNumber(object, 'courseDeg', 0, 360, ignored)),
    altitudeM: optionalNumber(object, 'altitudeM', -12_000, 100_000, ignored),
    batteryPct: optionalNumber(object, 'batteryPct', 0, 100, ignored),
    sats: optionalNumber(object, 'sats', 0, 255, ignored),
    seq: optionalNumber(object, 'seq', 0, Number.MAX_SAFE_INTEGER, ignored),
    attributes: readAttributes(object['attributes'], ignored),
  };
  return { ok: true, value };
}

function readTime(value: unknown): Result<number, DecodeReason> {
  if (value === undefined || value === null) {
    return refuse('missing_field', '"fixedAt" is missing');
  }
  if (typeof value === 'number') {
    return Math.abs(value) <= maxEpochMs
      ? { ok: true, value: Math.round(value) }
      : refuse('out_of_range', `"fixedAt" must be epoch milliseconds, got ${value}`);
  }
  if (typeof value !== 'string') {
    return refuse('wrong_type', `"fixedAt" must be a text or a number, got a ${typeof value}`);
  }
  const fixedAtMs = isoWithZone.test(value) && isDayOfMonth(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(fixedAtMs)
    ? refuse(
        'wrong_type',
        `"fixedAt" must look like 2024-11-27T00:15:03Z or 2024-11-27T08:15:03+08:00, got "${value.slice(0, 40)}"`,
      )
    : { ok: true, value: fixedAtMs };
}

/** False for days that no calendar has, such as 2026-02-30, which `Date.parse` takes for 2 March. */
function isDayOfMonth(iso: string): boolean {
  const day = iso.slice(0, 10);
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(day);
}

function readAttributes(
  value: unknown,
  ignored: Refusal<DecodeReason>[],
): FixAttributes | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) {
    ignored.push({ reason: 'wrong_type', detail: '"attributes" must be a JSON object' });
    return undefined;
  }
  const entries = Object.entries(value);
  if (entries.length > maxAttributes) {
    ignored.push({
      reason: 'too_many_attributes',
      detail: `at most ${maxAttributes} attributes, got ${entries.length}: the rest is left out`,
    });
  }
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, scalar] of entries.slice(0, maxAttributes)) {
    if (name.length <= maxAttributeName && isScalar(scalar)) kept[name] = scalar;
    else {
      ignored.push({
        reason: 'wrong_type',
        detail: `attribute "${name.slice(0, 40)}" must be a number, a boolean or a text of at most ${maxAttributeText} characters`,
      });
    }
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function isScalar(value: unknown): value is string | number | boolean {
  if (typeof value === 'string') return value.length <= maxAttributeText;
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
