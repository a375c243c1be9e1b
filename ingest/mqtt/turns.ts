/** A message that waits. */
type Waiting = { readonly bytes: number; readonly handOn: () => void };

/** Messages of one sender that wait for their turn. */
export type Queue = {
  /** Takes the right to hand a message of so many bytes on, if there is one. */
  readonly take: (bytes: number) => boolean;
  readonly messages: Waiting[];
  bytes: number;
};

export type TurnLimits = {
  /** Messages of one connection that may wait; with these it is read no further. */
  readonly maxMessages: number;
  /** The same in bytes, of one connection and of all. */
  readonly maxBytes: number;
  readonly maxBytesInAll: number;
};

/** What a message that waits takes beside its own bytes. */
const overheadBytes = 256;

/** Those who wait are looked after this often, ms. */
const lookEveryMs = 50;

/**
 * Messages of connections that send faster than they may. They wait here, unacknowledged, and are
 * handed on as their turns come; an SOS goes past them. Much may wait, since an SOS behind it is heard
 * only when it has been read. One timer serves all.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #isCrowded: () => boolean;
  readonly #waiting = new Set<Queue>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param isCrowded while it says so, those who wait go on waiting */
  constructor(limits: TurnLimits, isCrowded: () => boolean) {
    this.#limits = limits;
    this.#isCrowded = isCrowded;
  }

  /** True when a message of this sender may be handed on at once. */
  isNext(queue: Queue, bytes: number): boolean {
    return queue.messages.length === 0 && queue.take(bytes);
  }

  /** Lets a message wait, also where it is too many: it has been read. */
  add(queue: Queue, bytes: number, handOn: () => void): void {
    queue.messages.push({ bytes, handOn });
    queue.bytes += bytes + overheadBytes;
    this.#bytes += bytes + overheadBytes;
    this.#waiting.add(queue);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  /**
   * True when so much of a sender waits that it should be read no further.
   *
   * @param share of what may wait, 0 to 1
   */
  isFull({ messages, bytes }: Queue, share = 1): boolean {
    const { maxMessages, maxBytes, maxBytesInAll } = this.#limits;
    return (
      messages.length >= share * maxMessages ||
      bytes >= share * maxBytes ||
      (messages.length > 0 && this.#bytes >= share * maxBytesInAll)
    );
  }

  /** Forgets what waits of a sender. Returns how many messages that were. */
  drop(queue: Queue): number {
    const dropped = queue.messages.length;
    queue.messages.length = 0;
    this.#bytes -= queue.bytes;
    queue.bytes = 0;
    this.#done(queue);
    return dropped;
  }

  #look(): void {
    for (const queue of this.#waiting) {
      for (;;) {
        const message = queue.messages[0];
        if (message === undefined || this.#isCrowded() || !queue.take(message.bytes)) break;
        queue.messages.shift();
        queue.bytes -= message.bytes + overheadBytes;
        this.#bytes -= message.bytes + overheadBytes;
        message.handOn();
      }
      if (queue.messages.length === 0) this.#done(queue);
    }
  }

  #done(queue: Queue): void {
    this.#waiting.delete(queue);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
