/** A PUBLISH that was longer than allowed: what its acknowledgement and the counters need. */
export type Oversized = {
  readonly topic: string;
  readonly qos: number;
  /** Undefined for QoS 0. */
  readonly messageId: number | undefined;
  /** Length of its body. */
  readonly bytes: number;
};

export type SieveHandlers = {
  /** Whole packets, or parts of them; a view that lives as long as the call. */
  readonly onBytes: (bytes: Buffer) => void;
  /** In its place among the packets. */
  readonly onOversized: (oversized: Oversized) => void;
};

const publish = 0x3;
const nothing = Buffer.alloc(0);

/**
 * Takes messages that are too long out of what a broker sends, and hands on the rest. Ending the
 * connection would not help: the broker keeps what is not acknowledged and sends it first at the
 * next connection, so that one message would stop all others for ever. Of a long one only the front
 * (topic and number) is kept until its end has gone by.
 */
export class OversizeSieve {
  readonly #maxBodyBytes: number;
  readonly #handlers: SieveHandlers;
  /** A fixed header whose end is still to come. */
  #header: Buffer = nothing;
  /** Bytes of the current body that are still to come. */
  #left = 0;
  #oversized: { readonly first: number; readonly bytes: number; front: Buffer } | undefined;

  /** @param maxBodyBytes longest remaining length ([MQTT-3.1.1, 2.2.3]) that is handed on */
  constructor(maxBodyBytes: number, handlers: SieveHandlers) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#handlers = handlers;
  }

  /** Takes the next bytes. False: they are not MQTT, and the stream must end. */
  take(chunk: Buffer): boolean {
    const bytes = this.#header.length === 0 ? chunk : Buffer.concat([this.#header, chunk]);
    this.#header = nothing;
    let [from, at, end] = [0, 0, bytes.length];
    while (at < end) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, end - at);
        this.#left -= step;
        if (this.#oversized !== undefined) {
          this.#keepFront(bytes.subarray(at, at + step));
          from = at + step;
        }
        at += step;
      } else {
        const body = bodyAt(bytes, at);
        if (body === undefined) {
          if (end - at >= longestHeader) return false;
          this.#header = Buffer.from(bytes.subarray(at));
          end = at;
          break;
        }
        const length = lengthOf(bytes, at + 1, body);
        if (length > this.#maxBodyBytes) {
          const first = bytes[at] ?? 0;
          if (first >> 4 !== publish) return false;
          if (at > from) this.#handlers.onBytes(bytes.subarray(from, at));
          from = body;
          this.#oversized = { first, bytes: length, front: nothing };
        }
        this.#left = length;
        at = body;
      }
      if (this.#left === 0 && this.#oversized !== undefined) {
        if (!this.#tell()) return false;
      }
    }
    if (end > from) this.#handlers.onBytes(bytes.subarray(from, end));
    return true;
  }

  #keepFront(part: Buffer): void {
    const { front } = this.#oversized ?? { front: nothing };
    const missing = longestFront - front.length;
    if (this.#oversized === undefined || missing <= 0) return;
    this.#oversized.front = Buffer.concat([front, part.subarray(0, missing)]);
  }

  #tell(): boolean {
    const oversized = this.#oversized;
    this.#oversized = undefined;
    if (oversized === undefined) return true;
    const { first, bytes, front } = oversized;
    const qos = (first >> 1) & 3;
    const topicEnd = front.length < 2 ? front.length : 2 + front.readUInt16BE(0);
    if (front.length < topicEnd + (qos === 0 ? 0 : 2)) return false;
    this.#handlers.onOversized({
      topic: front.toString('utf8', 2, topicEnd),
      qos,
      messageId: qos === 0 ? undefined : front.readUInt16BE(topicEnd),
      bytes,
    });
    return true;
  }
}

/** One byte of type and flags, four of length. */
const longestHeader = 5;
/** Length of the topic, the topic, the message's number ([MQTT-3.1.1, 3.3.2]). */
const longestFront = 2 + 65_535 + 2;

/** Where the body begins; undefined when the end of the header is not there. */
function bodyAt(bytes: Buffer, at: number): number | undefined {
  const last = Math.min(bytes.length, at + longestHeader);
  for (let i = at + 1; i < last; i++) if ((bytes[i] ?? 0) < 0x80) return i + 1;
  return undefined;
}

/** The length field, seven bits a byte, lowest first. */
function lengthOf(bytes: Buffer, from: number, to: number): number {
  let length = 0;
  for (let i = to - 1; i >= from; i--) length = length * 128 + ((bytes[i] ?? 0) & 0x7f);
  return length;
}
