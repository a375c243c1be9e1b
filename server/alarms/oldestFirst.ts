/**
 * Values in the order in which they were added, of which the oldest is asked for often. A set alone
 * would look through all that was taken from its front each time; the iterator stays where it was.
 */
export class OldestFirst<Value> {
  readonly #values = new Set<Value>();
  #iterator = this.#values.values();
  #oldest: Value | undefined;

  get size(): number {
    return this.#values.size;
  }

  values(): Iterable<Value> {
    return this.#values.values();
  }

  has(value: Value): boolean {
    return this.#values.has(value);
  }

  /** One that is in here already keeps its place. */
  add(value: Value): void {
    this.#values.add(value);
  }

  delete(value: Value): void {
    if (value === this.#oldest) this.#oldest = undefined;
    this.#values.delete(value);
  }

  oldest(): Value | undefined {
    if (this.#oldest === undefined && this.#values.size > 0) {
      let next = this.#iterator.next();
      if (next.done) {
        // it came to its end while there was nothing more
        this.#iterator = this.#values.values();
        next = this.#iterator.next();
      }
      this.#oldest = next.value;
    }
    return this.#oldest;
  }
}
