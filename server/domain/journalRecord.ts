import { type Codec, codecs } from './decoded.ts';

/*
 * The journal's frames: one record each, little-endian, one after the other without gaps. On disk,
 * between the threads and in a replay they are the same bytes.
 *
 *   offset  type  what
 *   0       u32   CRC-32 of all that follows, seeded with the salt of its segment
 *   4       u32   length of the body, bytes
 *   8       f64   sequence: 1, 2, 3 ... in the order of events; 0 = never stored
 *   16      f64   when it was taken in, UTC epoch milliseconds
 *   24      u8    kind, an index into `recordKinds`
 *   25            body
 *
 * Body of a raw message: u8 codec (index into `codecs`), u8 length of the tracker id, the id in
 * ASCII, the payload as it came. Of an operator action and a versioned change: JSON in UTF-8. Of a
 * clock tick: nothing, its time is the frame's.
 */

/** Bytes of a frame before its body. */
export const frameHeaderBytes = 25;

/** Longest body, bytes: the largest message that any door lets in, and then some. */
export const maxBodyBytes = 1 << 20;

/** Every kind of input that the live core has. Positions in this list are on disk: append only. */
export const recordKinds = [
  'raw_message',
  'operator_action',
  'versioned_change',
  'clock_tick',
] as const;

/** What can be appended to the journal. */
export type JournalInput =
  /** What a tracker sent. */
  | {
      readonly kind: 'raw_message';
      readonly codec: Codec;
      readonly trackerId: string;
      readonly payload: Uint8Array;
    }
  /** What a person did to an alarm or an incident. */
  | { readonly kind: 'operator_action'; readonly json: string }
  /** A fence, site, rule or assignment that the database has in a new version. */
  | { readonly kind: 'versioned_change'; readonly json: string }
  /** Time went on: what depends on time alone (dwell, absence, expiry) is judged by these. */
  | { readonly kind: 'clock_tick' };

/** A record as it is read back. A payload is a view on the bytes that were read. */
export type JournalRecord = JournalInput & {
  /** Its place in the order of events; 0 when it could not be stored. */
  readonly sequence: number;
  /** When it was taken in, UTC epoch milliseconds by the server's clock. */
  readonly atMs: number;
};

/** Frames in the order of their events, on their way from the journal to those who follow it. */
export type JournalChunk = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Sequence of the last record; 0 when none of them could be stored. */
  readonly lastSequence: number;
};

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Bytes that a record takes as a frame. */
export function frameLength(input: JournalInput): number {
  return frameHeaderBytes + bodyLength(input);
}

function bodyLength(input: JournalInput): number {
  switch (input.kind) {
    case 'raw_message':
      return 2 + input.trackerId.length + input.payload.byteLength;
    case 'operator_action':
    case 'versioned_change':
      return utf8.encode(input.json).byteLength;
    case 'clock_tick':
      return 0;
  }
}

/**
 * Writes a record as a frame whose sequence and CRC are still 0: they are known when its commit
 * begins.
 *
 * @param bytes has `frameLength(input)` bytes left from `at` on
 * @returns where the next frame begins
 * @throws RangeError when the body is longer than `maxBodyBytes`
 */
export function writeFrame(
  bytes: Uint8Array,
  at: number,
  atMs: number,
  input: JournalInput,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bodyLength(input);
  if (length > maxBodyBytes) {
    throw new RangeError(`a journal record has at most ${maxBodyBytes} bytes, got ${length}`);
  }
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, length, true);
  view.setFloat64(at + 8, 0, true);
  view.setFloat64(at + 16, atMs, true);
  bytes[at + 24] = recordKinds.indexOf(input.kind);
  const body = at + frameHeaderBytes;
  switch (input.kind) {
    case 'raw_message': {
      const { codec, trackerId, payload } = input;
      bytes[body] = codecs.indexOf(codec);
      bytes[body + 1] = trackerId.length;
      for (let i = 0; i < trackerId.length; i++) bytes[body + 2 + i] = trackerId.charCodeAt(i);
      bytes.set(payload, body + 2 + trackerId.length);
      break;
    }
    case 'operator_action':
    case 'versioned_change':
      utf8.encodeInto(input.json, bytes.subarray(body));
      break;
    case 'clock_tick':
      break;
  }
  return body + length;
}

/**
 * The records of whole frames, whose CRC was checked where they came from a disk.
 *
 * @throws RangeError when the bytes are not frames of this program: a bug, not a sender's fault
 */
export function* recordsOf(bytes: Uint8Array): Generator<JournalRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.byteLength) {
    const body = at + frameHeaderBytes;
    const end = body + view.getUint32(at + 4, true);
    const sequence = view.getFloat64(at + 8, true);
    const atMs = view.getFloat64(at + 16, true);
    const kind = recordKinds[view.getUint8(at + 24)];
    if (kind === undefined || end > bytes.byteLength) {
      throw new RangeError(`the bytes at ${at} are no journal frame`);
    }
    yield { sequence, atMs, ...readBody(kind, bytes.subarray(body, end)) };
    at = end;
  }
}

function readBody(kind: (typeof recordKinds)[number], body: Uint8Array): JournalInput {
  switch (kind) {
    case 'raw_message': {
      const codec = codecs[body[0] ?? -1];
      const payloadAt = 2 + (body[1] ?? 0);
      if (codec === undefined) throw new RangeError(`codec ${body[0]} is not known`);
      const trackerId = String.fromCharCode(...body.subarray(2, payloadAt));
      return { kind, codec, trackerId, payload: body.subarray(payloadAt) };
    }
    case 'operator_action':
    case 'versioned_change':
      return { kind, json: fromUtf8.decode(body) };
    case 'clock_tick':
      return { kind };
  }
}
