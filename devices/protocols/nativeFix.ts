import type { DecodeContext, Decoded } from '../../server/domain/decoded.ts';
import type { DecodeReason, Fix } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import { readAttributes } from './attributes.ts';
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
import { readTime } from './readTime.ts';

/** Most fixes in one message: a day of a tracker that stored one every 90 s. */
export const maxFixesPerMessage = 1000;
/**
 * Decodes Posko's own fix payload (docs/protocols.md, "Native fix"): one JSON object or an array of
 * them. `fixedAt` (ISO 8601, without an offset in the tracker's time zone, or epoch milliseconds), `lon`
 * and `lat` are required.
 */
export function decodeNativeFix(raw: Uint8Array, context: DecodeContext): Decoded {
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
      ? readFix(item, context, ignoredFields)
      : refuse('not_an_object', 'a fix must be a JSON object');
    if (fix.ok) fixes.push(fix.value);
    else refused.push({ reason: fix.reason, detail: fix.detail });
  }
  return { fixes, events: [], refused, ignoredFields, isNotALocation: false };
}

function readFix(
  object: JsonObject,
  { timeZone }: DecodeContext,
  ignored: Refusal<DecodeReason>[],
): Result<Fix, DecodeReason> {
  const fixedAtMs = readTime(object, 'fixedAt', timeZone);
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
    isInvalid: object['valid'] === false ? true : undefined,
    attributes: readAttributes(object['attributes'], ignored),
  };
  return { ok: true, value };
}
