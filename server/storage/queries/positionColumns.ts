import {
  type Packed,
  packIntPairs,
  packSmallintQuads,
  packTimes,
  unpackIntPairs,
  unpackSmallintQuads,
  unpackTimes,
} from './packedColumns.ts';

/**
 * Positions as columns in the units of the table, 37 bytes each; `unknownSmallint` where the device
 * said nothing. The attributes are left out: they are rare, and would make columns rows again.
 */
export type PositionColumns = {
  readonly count: number;
  readonly trackerKey: Int32Array<ArrayBuffer>;
  /** UTC epoch milliseconds. */
  readonly fixedAtMs: Float64Array<ArrayBuffer>;
  readonly lonMicrodeg: Int32Array<ArrayBuffer>;
  readonly latMicrodeg: Int32Array<ArrayBuffer>;
  /** From fix to receipt; what was known at a time T is what has fixedAtMs + receiveDelayMs <= T. */
  readonly receiveDelayMs: Int32Array<ArrayBuffer>;
  readonly speedCmps: Int16Array<ArrayBuffer>;
  /** Tenths of a degree true, 0 to 3599. */
  readonly courseDecideg: Int16Array<ArrayBuffer>;
  readonly altitudeM: Int16Array<ArrayBuffer>;
  readonly accuracyDm: Int16Array<ArrayBuffer>;
  readonly batteryPct: Int16Array<ArrayBuffer>;
  readonly sats: Int16Array<ArrayBuffer>;
  /** 1 where a newer fix of its tracker was known when it came in. */
  readonly isDelayed: Uint8Array<ArrayBuffer>;
};

/** The columns that `packedPositions` needs of its subquery. */
export const positionColumnNames =
  'tracker_key, fixed_at, lon, lat, receive_delay_ms, speed, course, altitude, accuracy, battery, sats, is_delayed';

/** The select list whose one row `unpackPositions` reads. */
export const packedPositions = [
  'count(*)::int',
  packTimes('fixed_at'),
  packIntPairs('tracker_key', 'receive_delay_ms'),
  packIntPairs('lon', 'lat'),
  packSmallintQuads(['speed', 'course', 'altitude', 'accuracy']),
  packSmallintQuads(['battery', 'sats', 'is_delayed::int', 'null::smallint']),
].join(', ');

export type PackedPositions = [
  count: number,
  fixedAt: Packed,
  trackerAndDelay: Packed,
  place: Packed,
  motion: Packed,
  rest: Packed,
];

export function unpackPositions(row: PackedPositions): PositionColumns {
  const [trackerKey, receiveDelayMs] = unpackIntPairs(row[2]);
  const [lonMicrodeg, latMicrodeg] = unpackIntPairs(row[3]);
  const [speedCmps, courseDecideg, altitudeM, accuracyDm] = unpackSmallintQuads(row[4]);
  const [batteryPct, sats, isDelayed] = unpackSmallintQuads(row[5]);
  return {
    count: row[0],
    trackerKey,
    fixedAtMs: unpackTimes(row[1]),
    lonMicrodeg,
    latMicrodeg,
    receiveDelayMs,
    speedCmps,
    courseDecideg,
    altitudeM,
    accuracyDm,
    batteryPct,
    sats,
    isDelayed: Uint8Array.from(isDelayed),
  };
}

/** All rows of `parts`, one part after the other. */
export function joinPositions(parts: readonly PositionColumns[]): PositionColumns {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const joined = emptyPositions(count);
  let start = 0;
  for (const part of parts) {
    joined.trackerKey.set(part.trackerKey, start);
    joined.fixedAtMs.set(part.fixedAtMs, start);
    joined.lonMicrodeg.set(part.lonMicrodeg, start);
    joined.latMicrodeg.set(part.latMicrodeg, start);
    joined.receiveDelayMs.set(part.receiveDelayMs, start);
    joined.speedCmps.set(part.speedCmps, start);
    joined.courseDecideg.set(part.courseDecideg, start);
    joined.altitudeM.set(part.altitudeM, start);
    joined.accuracyDm.set(part.accuracyDm, start);
    joined.batteryPct.set(part.batteryPct, start);
    joined.sats.set(part.sats, start);
    joined.isDelayed.set(part.isDelayed, start);
    start += part.count;
  }
  return joined;
}

/** The rows of `columns` that `rows` names, in its order. */
export function pickPositions(columns: PositionColumns, rows: Uint32Array): PositionColumns {
  const picked = emptyPositions(rows.length);
  pick(columns.trackerKey, rows, picked.trackerKey);
  pick(columns.fixedAtMs, rows, picked.fixedAtMs);
  pick(columns.lonMicrodeg, rows, picked.lonMicrodeg);
  pick(columns.latMicrodeg, rows, picked.latMicrodeg);
  pick(columns.receiveDelayMs, rows, picked.receiveDelayMs);
  pick(columns.speedCmps, rows, picked.speedCmps);
  pick(columns.courseDecideg, rows, picked.courseDecideg);
  pick(columns.altitudeM, rows, picked.altitudeM);
  pick(columns.accuracyDm, rows, picked.accuracyDm);
  pick(columns.batteryPct, rows, picked.batteryPct);
  pick(columns.sats, rows, picked.sats);
  pick(columns.isDelayed, rows, picked.isDelayed);
  return picked;
}

function emptyPositions(count: number): PositionColumns {
  return {
    count,
    trackerKey: new Int32Array(count),
    fixedAtMs: new Float64Array(count),
    lonMicrodeg: new Int32Array(count),
    latMicrodeg: new Int32Array(count),
    receiveDelayMs: new Int32Array(count),
    speedCmps: new Int16Array(count),
    courseDecideg: new Int16Array(count),
    altitudeM: new Int16Array(count),
    accuracyDm: new Int16Array(count),
    batteryPct: new Int16Array(count),
    sats: new Int16Array(count),
    isDelayed: new Uint8Array(count),
  };
}

type Column = { readonly length: number; [row: number]: number };

function pick(from: Column, rows: Uint32Array, into: Column): void {
  for (let i = 0; i < rows.length; i++) into[i] = from[rows[i] ?? 0] ?? 0;
}
