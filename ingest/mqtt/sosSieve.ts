import type { Message } from './intake.ts';
import type { Unfinished } from './packetSizeGuard.ts';

const publish = 3;
const nothing = Buffer.alloc(0);

/**
 * Looks for SOS in what nobody will read any more, so that a connection that has to end does not take
 * one with it. Everything else goes by unread.
 */
export class SosSieve {
  readonly #maxBodyBytes: number;
  readonly #onFound: (found: Message) => void;
  /** The current packet as far as it has come, when it may be an SOS. */
  #begun: Buffer;
  /** Bytes of the current packet that go by. */
  #skip: number;

  /**
   * @param unfinished the packet in which the stream is
   * @param maxBodyBytes longer packets go by
   */
  constructor(unfinished: Unfinished, maxBodyBytes: number, onFound: (found: Message) => void) {
    this.#begun = Buffer.concat(unfinished.begun);
    this.#skip = unfinished.skip;
    this.#maxBodyBytes = maxBodyBytes;
    this.#onFound = onFound;
  }

  /** Looks at the next bytes. False: they are not MQTT, and nothing can be found behind them. */
  take(chunk: Uint8Array): boolean {
    const bytes = this.#begun.length === 0 ? viewOn(chunk) : Buffer.concat([this.#begun, chunk]);
    this.#begun = nothing;
    let at = 0;
    while (at < bytes.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      const body = bodyAt(bytes, at);
      if (body === 'none') return false;
      if (body !== undefined && !mayBeSos(bytes, at, body, this.#maxBodyBytes)) {
        this.#skip = body.from + body.length - at;
        continue;
      }
      if (body === undefined || body.from + body.length > bytes.length) {
        this.#begun = Buffer.from(bytes.subarray(at));
        return true;
      }
      const end = body.from + body.length;
      const found = readPublish(((bytes[at] ?? 0) >> 1) & 3, bytes.subarray(body.from, end));
      if (found !== undefined) this.#onFound(found);
      at = end;
    }
    return true;
  }
}

type Body = { readonly from: number; readonly length: number };

/** Where the body of a packet is (MQTT 3.1.1, 2.2.3); undefined: its header has not come yet. */
function bodyAt(bytes: Buffer, at: number): Body | 'none' | undefined {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + 1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { from: at + 2 + i, length };
  }
  return 'none';
}

/** By what has come of it: the topic is at its front. */
function mayBeSos(bytes: Buffer, at: number, { from, length }: Body, max: number): boolean {
  if ((bytes[at] ?? 0) >> 4 !== publish || length > max || length < 2) return false;
  if (from + 2 > bytes.length) return true;
  const topicEnd = from + 2 + bytes.readUInt16BE(from);
  if (topicEnd > from + length) return false;
  return topicEnd > bytes.length || bytes.toString('latin1', topicEnd - 4, topicEnd) === '/sos';
}

/** MQTT 3.1.1, 3.3 */
function readPublish(qos: number, body: Buffer): Message | undefined {
  const topicEnd = 2 + body.readUInt16BE(0);
  const topic = body.toString('utf8', 2, topicEnd);
  if (qos === 0) return { topic, payload: body.subarray(topicEnd), qos, messageId: undefined };
  if ((qos !== 1 && qos !== 2) || topicEnd + 2 > body.length) return undefined;
  const messageId = body.readUInt16BE(topicEnd);
  return { topic, payload: body.subarray(topicEnd + 2), qos, messageId };
}

function viewOn({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
