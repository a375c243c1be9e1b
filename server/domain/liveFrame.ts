/*
 * The live frame, posko.v1: columns of what changed since the frame before, little-endian.
 *
 *   offset      type        what
 *   0           u8          layout version, 1
 *   1           u8          kind: 1 snapshot (replaces all), 2 delta (replaces the units in it)
 *   2           u16         reserved, 0
 *   4           u32         sequence: a delta is its predecessor's + 1; a snapshot says where it stands
 *   8           f64         serverTimeMs, UTC epoch milliseconds
 *   16          u32         n, units in this frame
 *   20          u32         rosterVersion that the unit keys below belong to
 *   24          u32[n]      unitKey
 *   24 +  4n    i32[n]      longitude, microdegrees (0.11 m)
 *   24 +  8n    i32[n]      latitude, microdegrees
 *   24 + 12n    i32[n]      fix age, ms before serverTimeMs; saturates at +-24.8 days
 *   24 + 16n    u16[n]      speed, cm/s; 65535 unknown; saturates at 655.34 m/s
 *   24 + 18n    u16[n]      bits 0-8 course in whole degrees true, 511 unknown; bit 9: could not be stored;
 *                           bits 10-15 reserved, 0
 *   24 + 20n    u8[n]       accuracy code, see encodeAccuracy
 *
 * 24 + 21n bytes. Columns are ordered by width, so every typed-array view is aligned; such views
 * have the machine's byte order, which is little-endian wherever Node and browsers run.
 */
import type { Result } from './result.ts';

export const frameVersion = 1;
export const frameHeaderBytes = 24;
export const frameBytesPerUnit = 21;
export const snapshotKind = 1;
export const deltaKind = 2;
export const unknownSpeed = 0xffff;
export const unknownCourse = 511;
export const unknownAccuracy = 255;
/** Bit of the course column: the fix is shown and could not be stored. */
const notStoredBit = 1 << 9;

/** Most units a frame may hold (2^20): beyond every roster of design.md, and a bound for the reader. */
export const maxFrameUnits = 1 << 20;

/** Ages from here on (24.8 days) all look the same in a frame. */
export const maxFrameAgeMs = 2 ** 31 - 1;

/** What a screen needs of one unit's newest fix. Numbers in SI, unknown ones undefined. */
export type UnitState = {
  readonly unitKey: number;
  readonly lon: number;
  readonly lat: number;
  /** When it was measured, or received if the device's clock runs ahead. */
  readonly fixedAtMs: number;
  readonly speedMps?: number | undefined;
  readonly courseDeg?: number | undefined;
  readonly accuracyM?: number | undefined;
  /** False when it is only shown: the disk does not take it. */
  readonly isStored: boolean;
};

/** Views on a frame's columns, in wire units. */
type FrameColumns = {
  readonly unitKey: Uint32Array;
  readonly lonMicrodeg: Int32Array;
  readonly latMicrodeg: Int32Array;
  readonly ageMs: Int32Array;
  readonly speedCmps: Uint16Array;
  readonly course: Uint16Array;
  readonly accuracy: Uint8Array;
};

/** A decoded frame: its header and its columns. */
export type LiveFrame = FrameColumns & {
  readonly kind: typeof snapshotKind | typeof deltaKind;
  readonly sequence: number;
  readonly serverTimeMs: number;
  readonly rosterVersion: number;
  readonly count: number;
};

/** Why bytes are not a frame. */
export type FrameReason = 'too_short' | 'wrong_version' | 'wrong_kind' | 'wrong_length';

/**
 * Encodes units as one frame.
 *
 * @param header kind, sequence (u32), server time and roster version of the frame
 * @param units at most maxFrameUnits, each key once; lon/lat in range, times in epoch ms
 * @throws RangeError on more than maxFrameUnits units: the caller's bug, not the sender's
 */
export function encodeFrame(
  header: Pick<LiveFrame, 'kind' | 'sequence' | 'serverTimeMs' | 'rosterVersion'>,
  units: readonly UnitState[],
): Uint8Array<ArrayBuffer> {
  const n = units.length;
  if (n > maxFrameUnits) {
    throw new RangeError(`a frame holds at most ${maxFrameUnits} units, got ${n}`);
  }
  const frame = new Uint8Array(frameHeaderBytes + n * frameBytesPerUnit);
  const view = new DataView(frame.buffer);
  view.setUint8(0, frameVersion);
  view.setUint8(1, header.kind);
  view.setUint32(4, header.sequence, true);
  view.setFloat64(8, header.serverTimeMs, true);
  view.setUint32(16, n, true);
  view.setUint32(20, header.rosterVersion, true);
  const columns = columnsOf(frame.buffer, frameHeaderBytes, n);
  let i = 0;
  for (const unit of units) {
    columns.unitKey[i] = unit.unitKey;
    columns.lonMicrodeg[i] = Math.round(unit.lon * 1e6);
    columns.latMicrodeg[i] = Math.round(unit.lat * 1e6);
    columns.ageMs[i] = clampAge(header.serverTimeMs - unit.fixedAtMs);
    columns.speedCmps[i] = encodeSpeed(unit.speedMps);
    columns.course[i] = encodeCourse(unit.courseDeg) | (unit.isStored ? 0 : notStoredBit);
    columns.accuracy[i] = encodeAccuracy(unit.accuracyM);
    i += 1;
  }
  return frame;
}

/**
 * Reads a frame. The columns are views on `bytes`: nothing is copied, so keep `bytes` unchanged
 * while they are in use.
 *
 * @param bytes one whole WebSocket message; its offset must be a multiple of 4
 */
export function decodeFrame(bytes: Uint8Array<ArrayBuffer>): Result<LiveFrame, FrameReason> {
  if (bytes.byteLength < frameHeaderBytes) {
    return refuse(
      'too_short',
      `a frame has at least ${frameHeaderBytes} bytes, got ${bytes.byteLength}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== frameVersion) {
    return refuse('wrong_version', `expected frame version ${frameVersion}, got ${version}`);
  }
  const kind = view.getUint8(1);
  if (kind !== snapshotKind && kind !== deltaKind) {
    return refuse('wrong_kind', `expected kind 1 or 2, got ${kind}`);
  }
  const n = view.getUint32(16, true);
  const expected = frameHeaderBytes + n * frameBytesPerUnit;
  if (n > maxFrameUnits || bytes.byteLength !== expected) {
    return refuse('wrong_length', `${n} units need ${expected} bytes, got ${bytes.byteLength}`);
  }
  return {
    ok: true,
    value: {
      kind,
      sequence: view.getUint32(4, true),
      serverTimeMs: view.getFloat64(8, true),
      rosterVersion: view.getUint32(20, true),
      count: n,
      ...columnsOf(bytes.buffer, bytes.byteOffset + frameHeaderBytes, n),
    },
  };
}

/** The sequence that follows `sequence`: a u32 that wraps. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) >>> 0;
}

/** Metres a second of a speed column value, or undefined when unknown. */
export function decodeSpeed(cmps: number): number | undefined {
  return cmps === unknownSpeed ? undefined : cmps / 100;
}

/** Degrees true of a course column value, or undefined when unknown. */
export function decodeCourse(value: number): number | undefined {
  const course = value & 0x1ff;
  return course === unknownCourse ? undefined : course;
}

/** Whether the fix of a course column value is stored. */
export function decodeIsStored(value: number): boolean {
  return (value & notStoredBit) === 0;
}

/**
 * Accuracy as one byte: 0 to 100 are whole metres (rounded up, so that nothing looks better than it
 * is); 101 to 254 are 100 x 1.05^(code - 100) metres, up to 183 km; 255 is unknown.
 */
export function encodeAccuracy(accuracyM: number | undefined): number {
  if (accuracyM === undefined) return unknownAccuracy;
  if (accuracyM <= 100) return Math.ceil(accuracyM);
  // a little less than the exact step, so that decoding and encoding again gives the same code
  return Math.min(254, 100 + Math.ceil(Math.log(accuracyM / 100) / Math.log(1.05) - 1e-9));
}

/** Metres of an accuracy column value, or undefined when unknown. Never below what was encoded, up to 183 km. */
export function decodeAccuracy(code: number): number | undefined {
  if (code === unknownAccuracy) return undefined;
  return code <= 100 ? code : 100 * 1.05 ** (code - 100);
}

/** The columns of a frame of `n` units that begin at `start`, a multiple of 4. */
function columnsOf(buffer: ArrayBuffer, start: number, n: number): FrameColumns {
  return {
    unitKey: new Uint32Array(buffer, start, n),
    lonMicrodeg: new Int32Array(buffer, start + 4 * n, n),
    latMicrodeg: new Int32Array(buffer, start + 8 * n, n),
    ageMs: new Int32Array(buffer, start + 12 * n, n),
    speedCmps: new Uint16Array(buffer, start + 16 * n, n),
    course: new Uint16Array(buffer, start + 18 * n, n),
    accuracy: new Uint8Array(buffer, start + 20 * n, n),
  };
}

function encodeSpeed(speedMps: number | undefined): number {
  return speedMps === undefined
    ? unknownSpeed
    : Math.min(unknownSpeed - 1, Math.round(speedMps * 100));
}

function encodeCourse(courseDeg: number | undefined): number {
  return courseDeg === undefined ? unknownCourse : Math.round(courseDeg) % 360;
}

function clampAge(ageMs: number): number {
  return Math.max(-maxFrameAgeMs, Math.min(maxFrameAgeMs, Math.round(ageMs)));
}

function refuse(reason: FrameReason, detail: string): Result<LiveFrame, FrameReason> {
  return { ok: false, reason, detail };
}
