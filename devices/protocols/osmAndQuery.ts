import type { DecodeReason } from '../../server/domain/fix.ts';
import type { Refusal } from '../../server/domain/result.ts';
import { courseFrom, optionalNumber } from './jsonFields.ts';
import type { OsmAndFields } from './osmAndJson.ts';

/** 1852 m an hour (SI brochure, table of units outside the SI). */
const mpsPerKnot = 1852 / 3600;

/** Parameters that become attributes. Not simply all the others: secrets are among those. */
const attributeNames = {
  hdop: 'hdop',
  charge: 'isCharging',
  event: 'event',
  motion: 'isMoving',
  activity: 'activity',
  odometer: 'odometerM',
} as const;

/** Reads a query string or form: names of the OsmAnd protocol, numbers as text. */
export function readOsmAndQuery(raw: Uint8Array, ignored: Refusal<DecodeReason>[]): OsmAndFields {
  const query = new URLSearchParams(new TextDecoder().decode(raw));
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const number = (name: string, min: number, max: number): number | undefined => {
    const given = text(name);
    // -1 and other negative values are how phones say that they do not know
    if (given === undefined || (min >= 0 && Number(given) < 0)) return undefined;
    return optionalNumber({ [name]: numberOf(given) ?? given }, name, min, max, ignored);
  };
  const speedKnots = number('speed', 0, 20_000);
  const [lat, lon] = placeOf(text('lat'), text('lon'), text('location'));
  return {
    lon,
    lat,
    timestamp: text('timestamp'),
    accuracyM: number('accuracy', 0, 1e7),
    speedMps: speedKnots === undefined ? undefined : speedKnots * mpsPerKnot,
    courseDeg: courseFrom(number('bearing', 0, 360) ?? number('heading', 0, 360)),
    altitudeM: number('altitude', -12_000, 100_000),
    batteryPct: number('batt', 0, 100),
    isInvalid: /^(false|0)$/i.test(text('valid') ?? '') ? true : undefined,
    alarm: text('alarm'),
    attributes: attributesOf(text),
  };
}

/** Degrees; NaN, which is out of every range, for what is no number. */
function placeOf(
  lat: string | undefined,
  lon: string | undefined,
  location: string | undefined,
): [lat: number | undefined, lon: number | undefined] {
  const [first, second] = location?.split(',', 2) ?? [];
  const degrees = (given: string | undefined): number | undefined =>
    given === undefined ? undefined : (numberOf(given) ?? Number.NaN);
  return [degrees(lat ?? first), degrees(lon ?? second)];
}

function attributesOf(
  text: (name: string) => string | undefined,
): Readonly<Record<string, string | number | boolean>> | undefined {
  const kept: Record<string, string | number | boolean> = {};
  for (const [parameter, name] of Object.entries(attributeNames)) {
    const given = text(parameter);
    if (given === undefined || given.length > 64) continue;
    kept[name] = /^(true|false)$/i.test(given)
      ? given.toLowerCase() === 'true'
      : (numberOf(given) ?? given);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** A decimal number; undefined for anything else, of which `Number` would take some (0x10, blank). */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(trimmed) ? Number(trimmed) : undefined;
}
