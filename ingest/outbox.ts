import { type Codec, codecs } from '../server/domain/decoded.ts';
import type { RawBatch } from '../server/domain/rawBatch.ts';
import type { Admitted } from './admission.ts';

/** Limits of the outbox. */
export type OutboxLimits = {
  /** A batch is sent at the latest this long after its first message. */
  readonly lingerMs: number;
  readonly maxBatchMessages: number;
  readonly maxBatchBytes: number;
  /** Batches that the server thread may have at once. */
  readonly credits: number;
};

export const defaultOutboxLimits: OutboxLimits = {
  // a fifth of a frame's time: unseen on a screen, and enough to pack hundreds of messages
  lingerMs: 10,
  maxBatchMessages: 4096,
  maxBatchBytes: 1 << 20,
  credits: 4,
};

type Message = Admitted & { readonly receivedAtMs: number; readonly payload: Uint8Array };

/** Codec names as the numbers of a batch. */
const codecNumber: Readonly<Record<Codec, number>> = {
  native_fix: codecs.indexOf('native_fix'),
  owntracks: codecs.indexOf('owntracks'),
};

/**
 * Packs admitted messages into batches for the server thread, in the order in which they came.
 * When that thread is behind (no credit left and a full batch waiting), further messages wait
 * with their senders' acknowledgements, so the senders slow down and memory does not grow: a
 * connection is not read further while one of its messages waits.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #send: (batch: RawBatch) => void;
  #credits: number;
  #messages: Message[] = [];
  #bytes = 0;
  #linger: NodeJS.Timeout | undefined;
  #waiting: { message: Message; accepted: () => void }[] = [];
  #admitted = 0;

  constructor(send: (batch: RawBatch) => void, limits: OutboxLimits = defaultOutboxLimits) {
    this.#send = send;
    this.#limits = limits;
    this.#credits = limits.credits;
  }

  /** Messages taken since the start. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Messages whose senders are held back. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a message; `accepted` is called when there is room for it, at once if nothing is in its way. */
  add(message: Message, accepted: () => void): void {
    if (this.#waiting.length > 0 || this.#isFull()) {
      this.#waiting.push({ message, accepted });
      return;
    }
    this.#take(message);
    accepted();
  }

  /** The server thread worked off a batch. */
  credit(): void {
    this.#credits += 1;
    if (this.#isFull()) this.#flush();
    const released = this.#waiting;
    this.#waiting = [];
    for (const { message, accepted } of released) this.add(message, accepted);
    this.#sendSoon();
  }

  /** Sends what was taken, credit or not. What still waits was not acknowledged and is its sender's to repeat. */
  close(): void {
    this.#waiting = [];
    this.#credits = Number.POSITIVE_INFINITY;
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#messages.length === 0 || this.#credits === 0) return;
    this.#credits -= 1;
    const batch = pack(this.#messages, this.#bytes);
    this.#messages = [];
    this.#bytes = 0;
    this.#send(batch);
  }

  #take(message: Message): void {
    this.#messages.push(message);
    this.#bytes += message.payload.byteLength;
    this.#admitted += 1;
    if (this.#isFull()) this.#flush();
    else this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#messages.length === 0 || this.#credits === 0) return;
    this.#linger ??= setTimeout(() => this.#flush(), this.#limits.lingerMs);
  }

  #isFull(): boolean {
    return (
      this.#messages.length >= this.#limits.maxBatchMessages ||
      this.#bytes >= this.#limits.maxBatchBytes
    );
  }
}

function pack(messages: readonly Message[], byteCount: number): RawBatch {
  const count = messages.length;
  const batch = {
    count,
    trackerKey: new Uint32Array(count),
    codec: new Uint8Array(count),
    receivedAtMs: new Float64Array(count),
    offset: new Uint32Array(count + 1),
    bytes: new Uint8Array(byteCount),
  };
  let at = 0;
  messages.forEach((message, i) => {
    batch.trackerKey[i] = message.trackerKey;
    batch.codec[i] = codecNumber[message.codec];
    batch.receivedAtMs[i] = message.receivedAtMs;
    batch.offset[i] = at;
    batch.bytes.set(message.payload, at);
    at += message.payload.byteLength;
  });
  batch.offset[count] = at;
  return batch;
}
