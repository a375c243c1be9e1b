import type { JournalChunk } from '../server/domain/journalRecord.ts';

/** Limits of the outbox. */
export type OutboxLimits = {
  /** Chunks that the server thread may have at once. */
  readonly credits: number;
  /** Bytes that may wait here for it: a second and more of a full load. */
  readonly maxWaitingBytes: number;
};

export const defaultOutboxLimits: OutboxLimits = { credits: 4, maxWaitingBytes: 8 << 20 };

/**
 * Hands chunks of the journal to the server thread, in order, and no more at once than it works off.
 * When it is far behind the journal is held, so acknowledgements wait, so senders do: memory does not
 * grow.
 */
export class Outbox {
  readonly #send: (chunk: JournalChunk) => void;
  readonly #onBehind: (isBehind: boolean) => void;
  readonly #maxWaitingBytes: number;
  #credits: number;
  readonly #waiting: JournalChunk[] = [];
  #waitingBytes = 0;
  #isBehind = false;

  /** @param onBehind told when too much waits, and when it does no more */
  constructor(
    send: (chunk: JournalChunk) => void,
    onBehind: (isBehind: boolean) => void,
    { credits, maxWaitingBytes }: OutboxLimits = defaultOutboxLimits,
  ) {
    this.#send = send;
    this.#onBehind = onBehind;
    this.#credits = credits;
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /** Takes the next chunk; sends it at once if it may. */
  add(chunk: JournalChunk): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.bytes.byteLength;
    this.#sendSome();
  }

  /** The server thread worked off a chunk. */
  credit(): void {
    this.#credits += 1;
    this.#sendSome();
  }

  /** Sends all that waits, credit or not. */
  close(): void {
    this.#credits = Number.POSITIVE_INFINITY;
    this.#sendSome();
  }

  #sendSome(): void {
    while (this.#credits > 0) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#credits -= 1;
      this.#waitingBytes -= chunk.bytes.byteLength;
      this.#send(chunk);
    }
    const isBehind = this.#waitingBytes >= this.#maxWaitingBytes;
    if (isBehind === this.#isBehind) return;
    this.#isBehind = isBehind;
    this.#onBehind(isBehind);
  }
}
