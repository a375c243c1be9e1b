import type { DecodeContext, Decoded } from '../../server/domain/decoded.ts';
import type { DeviceEvent } from '../../server/domain/deviceEvent.ts';
import type { DecodeReason } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import { readAttributes } from './attributes.ts';
import {
  isJsonObject,
  type JsonObject,
  notALocation,
  onlyRefused,
  optionalNumber,
  parseJson,
  refuse,
} from './jsonFields.ts';
import { readTime } from './readTime.ts';

/** Longest text of an SOS that is kept, in characters. */
const maxText = 256;

/**
 * Decodes Posko's own SOS (docs/protocols.md, "Native SOS"): `at`, `lon`, `lat`, `text`, all
 * optional. Whatever the bytes, it is an SOS: what makes no sense in it is left out and said.
 */
export function decodeNativeSos(raw: Uint8Array, { timeZone }: DecodeContext): Decoded {
  const ignored: Refusal<DecodeReason>[] = [];
  const event = readSos(raw, timeZone, ignored);
  return { ...notALocation, events: [event], ignoredFields: ignored };
}

function readSos(
  raw: Uint8Array,
  timeZone: string | undefined,
  ignored: Refusal<DecodeReason>[],
): DeviceEvent {
  // a button that sends nothing but the topic
  if (raw.byteLength === 0) return { kind: 'sos' };
  const json = parseJson(raw);
  if (!json.ok) {
    ignored.push({ reason: json.reason, detail: `an SOS of ${json.detail}` });
    // words of somebody in need are worth more than their form
    return { kind: 'sos', text: cut(new TextDecoder().decode(raw.subarray(0, 4 * maxText))) };
  }
  if (typeof json.value === 'string') return { kind: 'sos', text: cut(json.value) };
  if (!isJsonObject(json.value)) {
    ignored.push({ reason: 'not_an_object', detail: 'an SOS must be a JSON object' });
    return { kind: 'sos' };
  }
  const { at, text } = json.value;
  const happenedAtMs =
    at === undefined || at === null ? undefined : readTime({ at }, 'at', timeZone);
  if (text !== undefined && text !== null && typeof text !== 'string') {
    ignored.push({ reason: 'wrong_type', detail: `"text" must be a text, got a ${typeof text}` });
  }
  return {
    kind: 'sos',
    happenedAtMs: keep(happenedAtMs, ignored),
    ...readPlace(json.value, ignored),
    text: typeof text === 'string' ? cut(text) : undefined,
  };
}

/** Both or neither: half a place, one that is none, or the (0, 0) of a receiver without a fix is left out. */
function readPlace(
  object: JsonObject,
  ignored: Refusal<DecodeReason>[],
): Pick<DeviceEvent, 'lon' | 'lat'> {
  const faults = ignored.length;
  const lon = optionalNumber(object, 'lon', -180, 180, ignored);
  const lat = optionalNumber(object, 'lat', -90, 90, ignored);
  if (lon !== undefined && lat !== undefined && (lon !== 0 || lat !== 0)) return { lon, lat };
  const isSilent = (lon === undefined && lat === undefined) || ignored.length > faults;
  if (!isSilent) {
    ignored.push({
      reason: 'missing_field',
      detail: 'a place has "lon" and "lat", and is not 0 0; it was left out',
    });
  }
  return {};
}

/**
 * Decodes Posko's own status (docs/protocols.md, "Native status"): `online`, `batteryPct`,
 * `attributes`, all optional. It is also the last will of a tracker.
 */
export function decodeNativeStatus(raw: Uint8Array): Decoded {
  // how a retained status is cleared [MQTT-3.3.1-10]
  if (raw.byteLength === 0) return notALocation;
  const json = parseJson(raw);
  if (!json.ok) return onlyRefused(json);
  if (!isJsonObject(json.value)) {
    return onlyRefused(refuse('not_an_object', 'a status must be a JSON object'));
  }
  const ignoredFields: Refusal<DecodeReason>[] = [];
  const { online, attributes } = json.value;
  if (online !== undefined && online !== null && typeof online !== 'boolean') {
    const detail = `"online" must be true or false, got a ${typeof online}`;
    ignoredFields.push({ reason: 'wrong_type', detail });
  }
  const event: DeviceEvent = {
    kind: 'status',
    online: typeof online === 'boolean' ? online : undefined,
    batteryPct: optionalNumber(json.value, 'batteryPct', 0, 100, ignoredFields),
    attributes: readAttributes(attributes, ignoredFields),
  };
  return { ...notALocation, events: [event], ignoredFields };
}

function keep<Value>(
  result: Result<Value, DecodeReason> | undefined,
  ignored: Refusal<DecodeReason>[],
): Value | undefined {
  if (result === undefined) return undefined;
  if (result.ok) return result.value;
  ignored.push({ reason: result.reason, detail: result.detail });
  return undefined;
}

function cut(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed.slice(0, maxText);
}
