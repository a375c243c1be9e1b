/** So many of a tracker's newest fixes are known by their time: a minute at two a second. */
const capacity = 128;
/** What 32 bits of milliseconds hold on either side, 24.8 days. */
const maxOffset = 2 ** 31 - 1;

/** The same as plain data; undefined offsets: none was seen. */
export type KeptTimes = {
  readonly baseMs: number;
  readonly offsets: Int32Array | undefined;
  readonly count: number;
};

/**
 * The device times of a tracker's newest 128 fixes. The same time again is the same fix by another
 * way, whatever came between. Kept as offsets to a first time, 512 bytes a tracker: there are
 * hundreds of thousands of them.
 */
export class SeenTimes {
  #baseMs = 0;
  #offsets: Int32Array | undefined;
  #count = 0;

  static of({ baseMs, offsets, count }: KeptTimes): SeenTimes {
    const times = new SeenTimes();
    times.#baseMs = baseMs;
    times.#offsets = offsets?.slice();
    times.#count = count;
    return times;
  }

  /** As plain data: a view, to be written out at once. */
  kept(): KeptTimes {
    return { baseMs: this.#baseMs, offsets: this.#offsets, count: this.#count };
  }

  has(timeMs: number): boolean {
    const offsets = this.#offsets;
    if (offsets === undefined) return false;
    const offset = timeMs - this.#baseMs;
    const end = Math.min(this.#count, capacity);
    for (let i = 0; i < end; i++) if (offsets[i] === offset) return true;
    return false;
  }

  /** Adds a time; the one that was added longest ago goes. */
  add(timeMs: number): void {
    if (this.#offsets === undefined || Math.abs(timeMs - this.#baseMs) > maxOffset) {
      // a clock that was set, or a month later: those before are no neighbours of this one
      this.#offsets ??= new Int32Array(capacity);
      this.#baseMs = timeMs;
      this.#count = 0;
    }
    this.#offsets[this.#count % capacity] = timeMs - this.#baseMs;
    this.#count += 1;
  }
}
