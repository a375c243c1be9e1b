/** Powers of two that a block may have integers: up to 2^26. */
const powers = 27;
/** Where the first block lies: before it nothing does, so that 0 can stand for no block. */
export const firstBlock = 16;

/** What has to be kept to make the same pool again. */
export type PoolParts = {
  readonly ints: Int32Array;
  /** First free block of each power of two. */
  readonly free: Int32Array;
};

/**
 * Blocks of integers in one typed array. A block that is given back is used again for the next one of
 * its size; the first integer of a free block is the next free one.
 */
export class IntPool {
  ints: Int32Array;
  #used: number;
  readonly #free: Int32Array;

  /**
   * @param parts of a pool that was written to disk
   * @param firstLength integers of the block at `firstBlock`, all 0 in a new pool
   */
  constructor(parts: PoolParts | undefined, firstLength: number) {
    this.#used = parts?.ints.length ?? firstBlock + firstLength;
    this.ints = parts?.ints ?? new Int32Array(this.#used);
    this.#free = parts?.free ?? new Int32Array(powers);
  }

  /** A block of 2^`power` integers, all 0: its offset in `ints`. */
  take(power: number): number {
    const length = 2 ** power;
    const free = this.#free[power] ?? 0;
    if (free !== 0) {
      this.#free[power] = this.ints[free] ?? 0;
      this.ints.fill(0, free, free + length);
      return free;
    }
    const at = this.#used;
    this.#used += length;
    if (this.#used > this.ints.length) {
      // by halves, not doubling: with the fences of a country a doubling is 100 MB
      const ints = new Int32Array(Math.max(this.#used, Math.ceil(this.ints.length * 1.5)));
      ints.set(this.ints);
      this.ints = ints;
    }
    return at;
  }

  giveBack(at: number, power: number): void {
    this.ints[at] = this.#free[power] ?? 0;
    this.#free[power] = at;
  }

  /** Views, not copies. */
  parts(): PoolParts {
    return { ints: this.ints.subarray(0, this.#used), free: this.#free };
  }
}
