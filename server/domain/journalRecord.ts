import { type Codec, codecs } from './decoded.ts';
import type { DoorReason } from './setAside.ts';

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
 * Body of a raw message: u8 codec (index into `codecs`, plus 128 where there is a topic, plus 64 where
 * it was received before), u8 length of the tracker id, the id in ASCII, where there is a topic u16 its
 * length and the topic in UTF-8, where it was received before f64 when that was, UTC epoch
 * milliseconds, the payload as it came. Of a refused message: u16 length of a JSON text in UTF-8, the text,
 * the payload as it came. Of an operator action and a versioned change: JSON in UTF-8. Of a
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
  'refused_message',
] as const;

/** What can be appended to the journal. */
export type JournalInput =
  /** What a tracker sent. */
  | {
      readonly kind: 'raw_message';
      readonly codec: Codec;
      readonly trackerId: string;
      /** To which it was published; undefined: it did not come by MQTT. */
      readonly topic?: string | undefined;
      /**
       * When it came to the door first, epoch ms: somebody sent it once more. What it says is judged by
       * that time. Undefined: it came but once.
       */
      readonly firstReceivedAtMs?: number | undefined;
      readonly payload: Uint8Array;
    }
  /** What a person did to an alarm or an incident. */
  | { readonly kind: 'operator_action'; readonly json: string }
  /** A fence, site, rule or assignment that the database has in a new version. */
  | { readonly kind: 'versioned_change'; readonly json: string }
  /** Time went on: what depends on time alone (dwell, absence, expiry) is judged by these. */
  | { readonly kind: 'clock_tick' }
  /** What the door did not let in, kept for those who look after devices. */
  | ({ readonly kind: 'refused_message'; readonly payload: Uint8Array } & RefusedBecause);

/** Who sent something that was refused, and why. */
export type RefusedBecause = {
  readonly reason: DoorReason;
  readonly detail: string;
  readonly topic: string | undefined;
  readonly address: string;
  /** Whose it is, where that is known. */
  readonly trackerId: string | undefined;
  /** Its form, where another thing than a topic says so. */
  readonly codec?: Codec | undefined;
};

/** A record as it is read back. A payload is a view on the bytes that were read. */
export type JournalRecord = JournalInput & {
  /** Its place in the order of events; 0 when it could not be stored. */
  readonly sequence: number;
  /** When it was taken in, UTC epoch milliseconds by the server's clock. */
  readonly atMs: number;
};

/** When a message came from its tracker, epoch ms: of one that was sent once more, the first time. */
export function receivedAtOf(message: {
  readonly atMs: number;
  readonly firstReceivedAtMs?: number | undefined;
}): number {
  return message.firstReceivedAtMs ?? message.atMs;
}

/** Frames in the order of their events, on their way from the journal to those who follow it. */
export type JournalChunk = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Sequence of the last record; 0 when none of them could be stored. */
  readonly lastSequence: number;
};

/** Of a raw message's first byte. */
const hasTopic = 0x80;
const isSentAgain = 0x40;
const flags = hasTopic | isSentAgain;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Bytes that a record takes as a frame. */
export function frameLength(input: JournalInput): number {
  return frameHeaderBytes + bodyLength(input);
}

function bodyLength(input: JournalInput): number {
  switch (input.kind) {
    case 'raw_message':
      return (
        2 +
        input.trackerId.length +
        topicLength(input.topic) +
        (input.firstReceivedAtMs === undefined ? 0 : 8) +
        input.payload.byteLength
      );
    case 'operator_action':
    case 'versioned_change':
      return utf8.encode(input.json).byteLength;
    case 'clock_tick':
      return 0;
    case 'refused_message':
      return 2 + utf8.encode(headOf(input)).byteLength + input.payload.byteLength;
  }
}

/** Bytes of a topic with its length. */
function topicLength(topic: string | undefined): number {
  return topic === undefined ? 0 : 2 + Buffer.byteLength(topic);
}

/** What is said of a refused message, as text. All of it is bounded by the door. */
function headOf({ reason, detail, topic, address, trackerId, codec }: RefusedBecause): string {
  return JSON.stringify({ reason, detail, topic, address, trackerId, codec });
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
      const { codec, trackerId, topic, firstReceivedAtMs, payload } = input;
      bytes[body] =
        codecs.indexOf(codec) |
        (topic === undefined ? 0 : hasTopic) |
        (firstReceivedAtMs === undefined ? 0 : isSentAgain);
      bytes[body + 1] = trackerId.length;
      for (let i = 0; i < trackerId.length; i++) bytes[body + 2 + i] = trackerId.charCodeAt(i);
      const topicAt = body + 2 + trackerId.length;
      if (topic !== undefined) {
        const { written } = utf8.encodeInto(topic, bytes.subarray(topicAt + 2));
        view.setUint16(topicAt, written, true);
      }
      let payloadAt = topicAt + topicLength(topic);
      if (firstReceivedAtMs !== undefined) {
        view.setFloat64(payloadAt, firstReceivedAtMs, true);
        payloadAt += 8;
      }
      bytes.set(payload, payloadAt);
      break;
    }
    case 'operator_action':
    case 'versioned_change':
      utf8.encodeInto(input.json, bytes.subarray(body));
      break;
    case 'clock_tick':
      break;
    case 'refused_message': {
      const head = utf8.encode(headOf(input));
      view.setUint16(body, head.byteLength, true);
      bytes.set(head, body + 2);
      bytes.set(input.payload, body + 2 + head.byteLength);
      break;
    }
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
      const first = body[0] ?? 0;
      const codec = codecs[first & ~flags];
      const idEnd = 2 + (body[1] ?? 0);
      if (codec === undefined) throw new RangeError(`codec ${first} is not known`);
      const trackerId = String.fromCharCode(...body.subarray(2, idEnd));
      const message = { kind, codec, trackerId } as const;
      const topicEnd = (first & hasTopic) === 0 ? idEnd : idEnd + 2 + u16(body, idEnd);
      const topic =
        topicEnd === idEnd ? {} : { topic: fromUtf8.decode(body.subarray(idEnd + 2, topicEnd)) };
      if ((first & isSentAgain) === 0) {
        return { ...message, ...topic, payload: body.subarray(topicEnd) };
      }
      const firstReceivedAtMs = new DataView(body.buffer, body.byteOffset).getFloat64(
        topicEnd,
        true,
      );
      return { ...message, ...topic, firstReceivedAtMs, payload: body.subarray(topicEnd + 8) };
    }
    case 'operator_action':
    case 'versioned_change':
      return { kind, json: fromUtf8.decode(body) };
    case 'clock_tick':
      return { kind };
    case 'refused_message': {
      const payloadAt = 2 + u16(body, 0);
      // our own writing, covered by the frame's CRC
      const head: RefusedBecause = JSON.parse(fromUtf8.decode(body.subarray(2, payloadAt)));
      return { kind, ...head, payload: body.subarray(payloadAt) };
    }
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
}
