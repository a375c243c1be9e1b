/** 8640000 -> `8,640,000` */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** Tells how a long piece of work goes on, a line for each part of it. */
export class Progress {
  readonly #print: (line: string) => void;
  readonly #parts: number;
  readonly #startedAtMs = performance.now();
  #done = 0;
  #rows = 0;

  /** @param parts how many parts there will be */
  constructor(parts: number, print: (line: string) => void) {
    this.#parts = parts;
    this.#print = print;
  }

  /** `positions 2024-11-27: 34,560,000 rows (3 of 366, 210,000 rows/s)` */
  add(part: string, rows: number): void {
    this.#done += 1;
    this.#rows += rows;
    const perSecond = Math.round(this.#rows / ((performance.now() - this.#startedAtMs) / 1000));
    this.#print(
      `${part}: ${formatCount(rows)} rows (${this.#done} of ${this.#parts}, ${formatCount(perSecond)} rows/s)`,
    );
  }

  /** A part that was there already. */
  skip(part: string): void {
    this.#done += 1;
    this.#print(`${part}: there already (${this.#done} of ${this.#parts})`);
  }
}
