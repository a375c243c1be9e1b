import { checkWindow, type TimeWindow } from './timeWindow.ts';

/** Where to go on: after the row of this tracker at the slice's beginning. */
export type Slice = TimeWindow & { readonly afterKey: number };

/** Rows of a slice, ordered by time, then tracker. */
type Rows = { readonly count: number; readonly trackerKey: Int32Array };

export type SliceOptions<Chunk extends Rows> = {
  /** Most rows of a chunk. */
  readonly chunkRows: number;
  /** Length of the first slice; what is dense is cut smaller, what is sparse longer. */
  readonly firstSpanMs: number;
  readonly signal: AbortSignal | undefined;
  /** Length that no slice exceeds: what it may cost when sparse time ends and dense time begins. */
  readonly maxSpanMs: number;
  /** Reads the rows of a slice, its first `limit` if there are more. */
  readonly read: (slice: Slice, limit: number) => Promise<Chunk>;
  /** The time of the first row in a window; undefined when it is empty. Asked only after an empty slice. */
  readonly findNext: (window: TimeWindow) => Promise<number | undefined>;
  /** The times by which a chunk is ordered, in epoch milliseconds. */
  readonly timesOf: (chunk: Chunk) => Float64Array;
};

/** From one slice to the next its length changes by this factor at most, so that one odd slice costs little. */
const maxChange = 4;

/** Before every tracker's key. */
const beforeAllKeys = -1;

/**
 * Reads a window slice by slice in the order of time, the next slice when the consumer asks for it.
 *
 * Not one cursor over the window: to begin, the database would sort all of it, and as long as the
 * consumer takes its time it would hold a connection and old row versions. A slice is sorted in
 * memory and forgotten. Rows that are written behind the reader's back into time that it has passed
 * are not seen.
 *
 * @throws whatever `read` throws, and the signal's reason once it is aborted
 */
export async function* readSlices<Chunk extends Rows>(
  window: TimeWindow,
  options: SliceOptions<Chunk>,
): AsyncGenerator<Chunk, void, void> {
  checkWindow(window);
  const { chunkRows, firstSpanMs, maxSpanMs, signal, read, findNext, timesOf } = options;
  let { fromMs } = window;
  let afterKey = beforeAllKeys;
  let spanMs = firstSpanMs;
  while (fromMs < window.toMs) {
    signal?.throwIfAborted();
    const toMs = Math.min(fromMs + spanMs, window.toMs);
    const chunk = await read({ fromMs, toMs, afterKey }, chunkRows);
    signal?.throwIfAborted();
    if (chunk.count === 0) {
      // a silent night or month is passed in one step
      fromMs = (await findNext({ fromMs: toMs, toMs: window.toMs })) ?? window.toMs;
      afterKey = beforeAllKeys;
      spanMs = firstSpanMs;
      continue;
    }
    yield chunk;
    const last = chunk.count - 1;
    const isCut = chunk.count === chunkRows;
    fromMs = isCut ? (timesOf(chunk)[last] ?? toMs) : toMs;
    afterKey = isCut ? (chunk.trackerKey[last] ?? beforeAllKeys) : beforeAllKeys;
    spanMs = nextSpan(spanMs, chunk.count / chunkRows, maxSpanMs);
  }
}

/** Aims at chunks that are three quarters full; what was cut off may be any number of rows. */
function nextSpan(spanMs: number, fill: number, maxSpanMs: number): number {
  const change = fill >= 1 ? 1 / maxChange : Math.min(maxChange, 0.75 / fill);
  return Math.min(maxSpanMs, Math.max(1, Math.floor(spanMs * change)));
}
