import type { Decoded } from '../../server/domain/decoded.ts';
import type { DecodeReason, Fix, FixAttributes } from '../../server/domain/fix.ts';
import type { Refusal } from '../../server/domain/result.ts';
import {
  courseFrom,
  isJsonObject,
  type JsonObject,
  notALocation,
  onlyRefused,
  optionalNumber,
  parseJson,
  refuse,
  requiredNumber,
} from './jsonFields.ts';

const kmhPerMps = 3.6;
const maxEpochS = 8.64e12;

/** Fields that OwnTracks adds to a location, and the attribute each becomes. */
const attributeNames = {
  t: 'trigger',
  conn: 'connection',
  bs: 'batteryStatus',
  vac: 'verticalAccuracyM',
  p: 'pressureKpa',
  tid: 'tid',
} as const;

/**
 * Decodes an OwnTracks message, `_type` "location" (OwnTracks Booklet, "JSON"): `tst` epoch
 * seconds, `vel` km/h, `acc` and `alt` metres, `batt` percent, `cog` degrees. The phones say -1 for
 * what they do not know. An "lwt" is what the broker says when the app has gone. Other
 * types (card, transition, waypoint ...) carry no fix.
 */
export function decodeOwnTracks(raw: Uint8Array): Decoded {
  // an app clears a retained message by an empty one
  if (raw.byteLength === 0) return notALocation;
  const json = parseJson(raw);
  if (!json.ok) return onlyRefused(json);
  if (!isJsonObject(json.value)) {
    return onlyRefused(refuse('not_an_object', 'an OwnTracks message must be a JSON object'));
  }
  const type = json.value['_type'];
  if (typeof type !== 'string') {
    return onlyRefused(
      refuse('missing_field', '"_type" is missing: is this an OwnTracks message?'),
    );
  }
  if (type === 'encrypted') {
    return onlyRefused(
      refuse(
        'encrypted',
        'the payload is encrypted: clear the encryption key in the app and use TLS',
      ),
    );
  }
  switch (type) {
    case 'location':
      return readLocation(json.value);
    case 'lwt':
      // its `tst` is when the app connected, not when it was lost
      return { ...notALocation, events: [{ kind: 'status', online: false }] };
    default:
      return notALocation;
  }
}

function readLocation(object: JsonObject): Decoded {
  const timeS = requiredNumber(object, 'tst', -maxEpochS, maxEpochS);
  if (!timeS.ok) return onlyRefused(timeS);
  const lon = requiredNumber(object, 'lon', -180, 180);
  if (!lon.ok) return onlyRefused(lon);
  const lat = requiredNumber(object, 'lat', -90, 90);
  if (!lat.ok) return onlyRefused(lat);
  const ignoredFields: Refusal<DecodeReason>[] = [];
  const known = (name: string, max: number) =>
    object[name] === -1 ? undefined : optionalNumber(object, name, 0, max, ignoredFields);
  const speedKmh = known('vel', 36_000);
  const fix: Fix = {
    fixedAtMs: Math.round(timeS.value * 1000),
    lon: lon.value,
    lat: lat.value,
    accuracyM: known('acc', 1e7),
    speedMps: speedKmh === undefined ? undefined : speedKmh / kmhPerMps,
    courseDeg: courseFrom(known('cog', 360)),
    altitudeM: optionalNumber(object, 'alt', -12_000, 100_000, ignoredFields),
    batteryPct: known('batt', 100),
    attributes: readAttributes(object),
  };
  return { fixes: [fix], events: [], refused: [], ignoredFields, isNotALocation: false };
}

function readAttributes(object: JsonObject): FixAttributes | undefined {
  const kept: Record<string, string | number> = {};
  for (const [field, name] of Object.entries(attributeNames)) {
    const value = object[field];
    if (typeof value === 'number' && value !== -1) kept[name] = value;
    if (typeof value === 'string' && value.length <= 32) kept[name] = value;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
