/**
 * So many may work at once; who comes later waits in line. Those of whom is known that they fail share
 * a part of them, so that others need not wait for targets that hang.
 */
export class Slots {
  readonly #all: number;
  readonly #ofFailing: number;
  #taken = 0;
  #takenByFailing = 0;
  readonly #waiting: { readonly isFailing: boolean; readonly enter: () => void }[] = [];

  /** @param ofFailing fewer than all */
  constructor(all: number, ofFailing: number) {
    this.#all = all;
    this.#ofFailing = ofFailing;
  }

  /** Does the work when it is its turn. */
  async run<Value>(isFailing: boolean, work: () => Promise<Value>): Promise<Value> {
    if (this.#isFree(isFailing)) this.#take(isFailing);
    else await new Promise<void>((enter) => this.#waiting.push({ isFailing, enter }));
    try {
      return await work();
    } finally {
      this.#taken -= 1;
      if (isFailing) this.#takenByFailing -= 1;
      this.#next();
    }
  }

  #isFree(isFailing: boolean): boolean {
    return this.#taken < this.#all && !(isFailing && this.#takenByFailing >= this.#ofFailing);
  }

  #take(isFailing: boolean): void {
    this.#taken += 1;
    if (isFailing) this.#takenByFailing += 1;
  }

  #next(): void {
    const at = this.#waiting.findIndex(({ isFailing }) => this.#isFree(isFailing));
    const [next] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (next === undefined) return;
    this.#take(next.isFailing);
    next.enter();
  }
}
