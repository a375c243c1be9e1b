import type { JournalChunk } from '../server/domain/journalRecord.ts';

/** Chunks that the server thread may have at once, and as many again may wait here. */
const credits = 4;

/**
 * Hands chunks of the journal to the server thread, in order, and no more at once than it works off.
 * When it is behind the journal is held, so acknowledgements wait, so senders do: memory does not grow.
 */
export class Outbox {
  readonly #send: (chunk: JournalChunk) => void;
  readonly #onBehind: (isBehind: boolean) => void;
  #credits = credits;
  readonly #waiting: JournalChunk[] = [];

  /** @param onBehind told when too much waits, and when it does no more */
  constructor(send: (chunk: JournalChunk) => void, onBehind: (isBehind: boolean) => void) {
    this.#send = send;
    this.#onBehind = onBehind;
  }

  /** Takes the next chunk; sends it at once if it may. */
  add(chunk: JournalChunk): void {
    this.#waiting.push(chunk);
    this.#sendSome();
    if (this.#waiting.length >= credits) this.#onBehind(true);
  }

  /** The server thread worked off a chunk. */
  credit(): void {
    this.#credits += 1;
    this.#sendSome();
    if (this.#waiting.length < credits) this.#onBehind(false);
  }

  /** Sends all that waits, credit or not. */
  close(): void {
    this.#credits = Number.POSITIVE_INFINITY;
    this.#sendSome();
  }

  #sendSome(): void {
    while (this.#credits > 0) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) return;
      this.#credits -= 1;
      this.#send(chunk);
    }
  }
}
