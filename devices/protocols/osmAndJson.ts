import type { DecodeReason, Fix } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';
import { isScalar, maxAttributes } from './attributes.ts';
import {
  courseFrom,
  isJsonObject,
  type JsonObject,
  optionalNumber,
  parseJson,
  refuse,
} from './jsonFields.ts';

/** What either form of the protocol says of one location. Degrees are not checked yet. */
export type OsmAndFields = Omit<Fix, 'fixedAtMs' | 'lon' | 'lat'> & {
  readonly lon: number | undefined;
  readonly lat: number | undefined;
  /** As it came: epoch seconds or milliseconds, or a text. */
  readonly timestamp: string | number | undefined;
  readonly alarm: string | undefined;
};

/** Reads the JSON of Traccar Client: one location in `location`, or a batch of them. */
export function readOsmAndJson(
  raw: Uint8Array,
  ignored: Refusal<DecodeReason>[],
): Result<readonly OsmAndFields[], DecodeReason> {
  const json = parseJson(raw);
  if (!json.ok) return json;
  const message = json.value;
  if (!isJsonObject(message)) return refuse('not_an_object', 'the message must be a JSON object');
  const { location, alarm } = message;
  if (location === undefined && alarm === undefined) {
    return refuse('missing_field', '"location" is missing: is this of Traccar Client?');
  }
  const locations: readonly unknown[] = Array.isArray(location) ? location : [location ?? {}];
  const all: OsmAndFields[] = [];
  for (const each of locations) {
    if (!isJsonObject(each)) return refuse('not_an_object', '"location" must be a JSON object');
    all.push(readLocation({ alarm, ...each }, ignored));
  }
  return { ok: true, value: all };
}

function readLocation(location: JsonObject, ignored: Refusal<DecodeReason>[]): OsmAndFields {
  const coords = objectOf(location['coords']);
  const battery = objectOf(location['battery']);
  const extras = objectOf(location['extras']);
  const known = (object: JsonObject, name: string, max: number): number | undefined =>
    object[name] === -1 ? undefined : optionalNumber(object, name, 0, max, ignored);
  const { timestamp } = location;
  const level = known(battery, 'level', 1);
  const alarm = extras['alarm'] ?? location['alarm'];
  return {
    lon: degreesOf(coords['longitude']),
    lat: degreesOf(coords['latitude']),
    timestamp:
      typeof timestamp === 'string' || typeof timestamp === 'number' ? timestamp : undefined,
    accuracyM: known(coords, 'accuracy', 1e7),
    speedMps: known(coords, 'speed', 1e4),
    courseDeg: courseFrom(known(coords, 'heading', 360)),
    altitudeM: optionalNumber(coords, 'altitude', -12_000, 100_000, ignored),
    batteryPct: level === undefined ? undefined : level * 100,
    isInvalid: location['valid'] === false ? true : undefined,
    alarm: typeof alarm === 'string' ? alarm : undefined,
    attributes: attributesOf(location, battery, extras),
  };
}

function attributesOf(location: JsonObject, battery: JsonObject, extras: JsonObject) {
  const named: JsonObject = {
    event: location['event'],
    isMoving: location['is_moving'],
    odometerM: location['odometer'],
    activity: objectOf(location['activity'])['type'],
    isCharging: battery['is_charging'],
    // what the user of the app had it send along
    ...extras,
    alarm: undefined,
  };
  const kept = Object.entries(named).flatMap(([name, value]) =>
    isScalar(value) && name.length <= 64 ? [[name, value] as const] : [],
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept.slice(0, maxAttributes));
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** NaN, which is out of every range, for what is no number. */
function degreesOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : Number.NaN;
}
