/** One tracker may have so much of the reserve: a button that is stuck must not use up everybody's. */
const shareOfOne = 1 / 64;
/** A hundred SOS of one tracker have room whatever the reserve is. */
const leastBytes = 16_384;

/** Who has used how much of the reserve that is in use. */
export class ReserveShares {
  readonly #mostBytes: number;
  /** By tracker; as many entries as have a record in the reserve, at most. */
  readonly #used = new Map<string, number>();

  constructor(reserveBytes: number) {
    this.#mostBytes = Math.max(leastBytes, reserveBytes * shareOfOne);
  }

  /** There is a new reserve. */
  clear(): void {
    this.#used.clear();
  }

  /** Takes room for a record, if its sender has not had its share; the server itself may have all. */
  take(trackerId: string | undefined, bytes: number): boolean {
    if (trackerId === undefined) return true;
    const used = this.#used.get(trackerId) ?? 0;
    if (used + bytes > this.#mostBytes) return false;
    this.#used.set(trackerId, used + bytes);
    return true;
  }
}
