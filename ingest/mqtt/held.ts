/** Those who are held are looked after this often, ms. */
const lookEveryMs = 50;

export type HeldHandlers<Item> = {
  /** True when it need not be held any longer. */
  readonly isFree: (item: Item) => boolean;
  readonly onFree: (item: Item) => void;
  /** It was held for as long as it may be. */
  readonly onOutOfPatience: (item: Item) => void;
};

/** Connections that are read no further because of what they sent. One timer serves all. */
export class Held<Item> {
  readonly #handlers: HeldHandlers<Item>;
  /** Until when each is held at most, of `performance.now()`. */
  readonly #untilMs = new Map<Item, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(handlers: HeldHandlers<Item>) {
    this.#handlers = handlers;
  }

  has(item: Item): boolean {
    return this.#untilMs.has(item);
  }

  hold(item: Item, patienceMs: number): void {
    if (this.#untilMs.has(item)) return;
    this.#untilMs.set(item, performance.now() + patienceMs);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  forget(item: Item): void {
    this.#untilMs.delete(item);
    if (this.#untilMs.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const nowMs = performance.now();
    for (const [item, untilMs] of this.#untilMs) {
      const isFree = this.#handlers.isFree(item);
      if (!isFree && nowMs < untilMs) continue;
      this.forget(item);
      if (isFree) this.#handlers.onFree(item);
      else this.#handlers.onOutOfPatience(item);
    }
  }
}
