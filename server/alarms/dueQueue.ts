/** What is due when, plain data: by time, then by key. */
export type DueEntries = readonly (readonly [key: string, dueMs: number])[];

/** Entries of the heap that count no more are swept out when they are more than so many, and most. */
const fewEntries = 1_000;

/**
 * What time will do, each under a key, in the order of time and, at the same time, of keys: so the
 * order depends on nothing but what is in it. A binary heap; what is put anew or taken out leaves an
 * entry behind that counts no more.
 */
export class DueQueue {
  #heap: (readonly [key: string, dueMs: number])[] = [];
  readonly #due = new Map<string, number>();

  get size(): number {
    return this.#due.size;
  }

  /** When the key is due, ms; undefined: it is not in here. */
  dueOf(key: string): number | undefined {
    return this.#due.get(key);
  }

  /** Puts a key in, or moves it. Undefined: takes it out. */
  set(key: string, dueMs: number | undefined): void {
    if (dueMs === undefined) {
      this.#due.delete(key);
      return;
    }
    if (this.#due.get(key) === dueMs) return;
    this.#due.set(key, dueMs);
    this.#heap.push([key, dueMs]);
    this.#rise(this.#heap.length - 1);
    if (this.#heap.length > fewEntries + 2 * this.#due.size) this.#build(this.entries());
  }

  /** Takes out the first that is due; undefined: none is. */
  take(nowMs: number): string | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first[1] > nowMs) return undefined;
      const last = this.#heap.pop();
      if (last !== undefined && this.#heap.length > 0) {
        this.#heap[0] = last;
        this.#sink();
      }
      const [key, dueMs] = first;
      if (this.#due.get(key) !== dueMs) continue;
      this.#due.delete(key);
      return key;
    }
  }

  entries(): DueEntries {
    return [...this.#due].sort(compare);
  }

  restore(entries: DueEntries): void {
    this.#due.clear();
    for (const [key, dueMs] of entries) this.#due.set(key, dueMs);
    this.#build(entries);
  }

  /** What is sorted is a heap. */
  #build(sorted: DueEntries): void {
    this.#heap = [...sorted];
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const [child, parent] = [heap[at], heap[up]];
      if (child === undefined || parent === undefined || compare(parent, child) <= 0) return;
      heap[at] = parent;
      heap[up] = child;
      at = up;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const [left, right] = [heap[down], heap[down + 1]];
      if (left === undefined) return;
      if (right !== undefined && compare(right, left) < 0) down += 1;
      const [parent, child] = [heap[at], heap[down]];
      if (parent === undefined || child === undefined || compare(parent, child) <= 0) return;
      heap[at] = child;
      heap[down] = parent;
      at = down;
    }
  }
}

function compare(
  [oneKey, oneMs]: readonly [string, number],
  [otherKey, otherMs]: readonly [string, number],
): number {
  return oneMs - otherMs || (oneKey < otherKey ? -1 : oneKey > otherKey ? 1 : 0);
}
