/** A fix in metres of the unit's local plane. */
export type PlacedFix = {
  readonly atMs: number;
  readonly xM: number;
  readonly yM: number;
  readonly sigmaM: number;
};

/** Numbers of a fix: time, x, y, sigma. */
const stride = 4;
const leastRoom = 4;
const nothing: number[] = [];

/**
 * The newest fixes of a unit, oldest first, a bounded number of them. Their numbers lie side by side
 * in one array: as objects they were what a ping waited for most, and what the collector had to copy.
 */
export class FixTrail {
  readonly #most: number;
  /** A ring of `#room` fixes, of which the oldest is at `#first`. */
  #numbers = nothing;
  #room = 0;
  #first = 0;
  #length = 0;

  /** @param numbers as `numbers` gave them; the newest `most` of these fixes it begins with */
  constructor(most: number, numbers: readonly number[] = []) {
    this.#most = most;
    for (let at = 0; at + stride <= numbers.length; at += stride) {
      const [atMs = 0, xM = 0, yM = 0, sigmaM = 0] = numbers.slice(at, at + stride);
      this.push(atMs, xM, yM, sigmaM);
    }
  }

  get length(): number {
    return this.#length;
  }

  /** Adds the newest; a full trail loses its oldest for it. */
  push(atMs: number, xM: number, yM: number, sigmaM: number): void {
    if (this.#length === this.#most) this.dropFirst();
    if (this.#length === this.#room) this.#grow();
    const at = this.#at(this.#length);
    const numbers = this.#numbers;
    numbers[at] = atMs;
    numbers[at + 1] = xM;
    numbers[at + 2] = yM;
    numbers[at + 3] = sigmaM;
    this.#length++;
  }

  dropFirst(): void {
    if (this.#length === 0) return;
    this.#first = this.#first + 1 === this.#room ? 0 : this.#first + 1;
    this.#length--;
  }

  clear(): void {
    this.#first = 0;
    this.#length = 0;
  }

  /** @param i 0 for the oldest to `length - 1`; what is not there is NaN */
  atMs(i: number): number {
    return this.#numberOf(i, 0);
  }

  xM(i: number): number {
    return this.#numberOf(i, 1);
  }

  yM(i: number): number {
    return this.#numberOf(i, 2);
  }

  sigmaM(i: number): number {
    return this.#numberOf(i, 3);
  }

  /** Copies, oldest first. */
  fixes(): PlacedFix[] {
    return Array.from({ length: this.#length }, (_, i) => ({
      atMs: this.atMs(i),
      xM: this.xM(i),
      yM: this.yM(i),
      sigmaM: this.sigmaM(i),
    }));
  }

  /** Time, x, y and sigma of one after the other, oldest first: as plain data, and short. */
  numbers(): number[] {
    const all: number[] = [];
    for (let i = 0; i < this.#length; i++) {
      const at = this.#at(i);
      for (let which = 0; which < stride; which++) all.push(this.#numbers[at + which] ?? 0);
    }
    return all;
  }

  /** Moves all of them by so many metres. */
  moveBy(xM: number, yM: number): void {
    const numbers = this.#numbers;
    for (let i = 0; i < this.#length; i++) {
      const at = this.#at(i);
      numbers[at + 1] = (numbers[at + 1] ?? 0) + xM;
      numbers[at + 2] = (numbers[at + 2] ?? 0) + yM;
    }
  }

  #numberOf(i: number, which: number): number {
    if (!(i >= 0 && i < this.#length)) return Number.NaN;
    return this.#numbers[this.#at(i) + which] ?? Number.NaN;
  }

  #at(i: number): number {
    const at = this.#first + i;
    return stride * (at < this.#room ? at : at - this.#room);
  }

  #grow(): void {
    const room = Math.min(this.#most, Math.max(leastRoom, 4 * this.#room));
    // an array that holds nothing but such numbers keeps them as they are, nearer than a typed array
    const numbers = new Array<number>(stride * room).fill(Number.NaN);
    // the ring begins anew at 0
    for (let i = 0; i < this.#length; i++) {
      const from = this.#at(i);
      for (let which = 0; which < stride; which++) {
        numbers[stride * i + which] = this.#numbers[from + which] ?? Number.NaN;
      }
    }
    this.#numbers = numbers;
    this.#room = room;
    this.#first = 0;
  }
}
