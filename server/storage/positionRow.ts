import type { Fix, FixAttributes } from '../domain/fix.ts';
import type { Position } from '../domain/position.ts';

/** A position as the table `positions` has it: whole numbers, null where the device said nothing. */
export type PositionRow = {
  readonly trackerKey: number;
  /** UTC epoch milliseconds. */
  readonly fixedAtMs: number;
  /** Microdegrees. */
  readonly lon: number;
  readonly lat: number;
  /** From fix to receipt; saturates at +-24.8 days. */
  readonly receiveDelayMs: number;
  /** Centimetres a second; saturates at 327.67 m/s. */
  readonly speed: number | null;
  /** Tenths of a degree true, 0 to 3599. */
  readonly course: number | null;
  /** Metres; saturates at +-32767. */
  readonly altitude: number | null;
  /** Decimetres; saturates at 3276.7 m. */
  readonly accuracy: number | null;
  /** Percent. */
  readonly battery: number | null;
  readonly sats: number | null;
  readonly isDelayed: boolean;
  /** JSON text; null where there are none. */
  readonly attributes: string | null;
};

/** The fix and times that a row tells; the fix's message number is not kept. */
export type StoredPosition = Pick<Position, 'trackerKey' | 'fix' | 'receivedAtMs'>;

const maxInt = 2 ** 31 - 1;
const maxSmallint = 2 ** 15 - 1;

/** Rounds a position to the units of the table. Values beyond a column's range saturate. */
export function toPositionRow({ trackerKey, fix, receivedAtMs, verdict }: Position): PositionRow {
  return {
    trackerKey,
    fixedAtMs: Math.round(fix.fixedAtMs),
    lon: Math.round(fix.lon * 1e6),
    lat: Math.round(fix.lat * 1e6),
    receiveDelayMs: scaled(receivedAtMs - fix.fixedAtMs, 1, -maxInt, maxInt),
    speed: optional(fix.speedMps, 100, 0, maxSmallint),
    // 359.97 rounds to a full turn, which is north
    course: fix.courseDeg === undefined ? null : Math.round(fix.courseDeg * 10) % 3600,
    altitude: optional(fix.altitudeM, 1, -maxSmallint, maxSmallint),
    accuracy: optional(fix.accuracyM, 10, 0, maxSmallint),
    battery: optional(fix.batteryPct, 1, 0, 100),
    sats: optional(fix.sats, 1, 0, maxSmallint),
    isDelayed: verdict === 'delayed',
    attributes: attributesText(fix.attributes),
  };
}

/** The position of a row: within half a unit of what went in, but for saturated values. */
export function fromPositionRow(row: PositionRow): StoredPosition {
  const fix: Fix = {
    fixedAtMs: row.fixedAtMs,
    lon: row.lon / 1e6,
    lat: row.lat / 1e6,
    ...(row.speed !== null && { speedMps: row.speed / 100 }),
    ...(row.course !== null && { courseDeg: row.course / 10 }),
    ...(row.altitude !== null && { altitudeM: row.altitude }),
    ...(row.accuracy !== null && { accuracyM: row.accuracy / 10 }),
    ...(row.battery !== null && { batteryPct: row.battery }),
    ...(row.sats !== null && { sats: row.sats }),
    ...(row.attributes !== null && { attributes: JSON.parse(row.attributes) }),
  };
  return {
    trackerKey: row.trackerKey,
    fix,
    receivedAtMs: row.fixedAtMs + row.receiveDelayMs,
  };
}

function optional(
  value: number | undefined,
  factor: number,
  min: number,
  max: number,
): number | null {
  return value === undefined ? null : scaled(value, factor, min, max);
}

function scaled(value: number, factor: number, min: number, max: number): number {
  return Math.min(Math.max(Math.round(value * factor), min), max);
}

function attributesText(attributes: FixAttributes | undefined): string | null {
  if (attributes === undefined || Object.keys(attributes).length === 0) return null;
  return JSON.stringify(storableAttributes(attributes));
}

/** Attributes without what jsonb refuses; a place must not be lost over them. */
export function storableAttributes(attributes: FixAttributes): FixAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      storable(name),
      typeof value === 'string' ? storable(value) : value,
    ]),
  );
}

/** Text without NUL and halves of surrogate pairs, which PostgreSQL refuses. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
