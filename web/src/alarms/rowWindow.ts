/** Which rows of a long list are drawn, and how much room those above and below them take. */
export type RowWindow = {
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  readonly abovePx: number;
  readonly belowPx: number;
};

/** Drawn beside those that are seen, so that scrolling shows no gap. */
const spareRows = 4;

/**
 * The rows that are seen, so that a list of hundreds costs as much as a dozen. All of one height.
 *
 * @param scrollPx how far the list is scrolled, >= 0
 * @param heightPx how much of it is seen
 */
export function rowWindow(
  count: number,
  rowPx: number,
  scrollPx: number,
  heightPx: number,
): RowWindow {
  const first = Math.min(Math.floor(scrollPx / rowPx), count);
  const from = Math.max(0, first - spareRows);
  const to = Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + spareRows);
  const end = Math.max(from, to);
  return { from, to: end, abovePx: from * rowPx, belowPx: (count - end) * rowPx };
}
