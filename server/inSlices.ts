import { setImmediate as othersTurn } from 'node:timers/promises';

/** So long others wait at most, ms. */
const sliceMs = 10;
/** Rows between two looks at the clock. */
const rowsAtOnce = 64;

/** Does something with each of many rows, which nobody changes meanwhile; others get their turn in between. */
export async function inSlices<Row>(
  rows: readonly Row[],
  work: (row: Row, at: number) => void,
): Promise<void> {
  let sinceMs = performance.now();
  for (const [at, row] of rows.entries()) {
    work(row, at);
    if (at % rowsAtOnce !== 0 || performance.now() - sinceMs < sliceMs) continue;
    await othersTurn();
    sinceMs = performance.now();
  }
}
