/** What is due when, for which unit at which fence. */
export type Due = {
  readonly dueMs: number;
  readonly unitKey: number;
  readonly fenceKey: number;
  readonly kind: 'dwell' | 'lost_inside' | 'provisional';
};

/**
 * What is due next, as a binary heap. A time that does not hold any more stays in it until it comes,
 * and is then found to be void: whoever asks must check.
 */
export class DueQueue {
  #heap: Due[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(due, above)) break;
      heap[at] = above;
      heap[parent] = due;
      at = parent;
    }
  }

  /** Takes out the first that is due by now. */
  take(nowMs: number): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = heap.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }

  clear(): void {
    this.#heap = [];
  }
}

/** By time, and then always in the same order: the same input gives the same transitions. */
function isBefore(a: Due, b: Due): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  if (a.unitKey !== b.unitKey) return a.unitKey < b.unitKey;
  if (a.fenceKey !== b.fenceKey) return a.fenceKey < b.fenceKey;
  return a.kind < b.kind;
}
