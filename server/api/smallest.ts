/** Takes items one by one and gives the smallest of them, in order. */
export type SmallestItems<Item> = {
  readonly add: (item: Item) => void;
  readonly take: () => Item[];
};

/** So that few are not sorted over and over. */
const slack = 64;

/**
 * The `count` smallest of many, without sorting or keeping all of them.
 *
 * @param compare below 0 where the first one is smaller, as for `Array.sort`
 */
export function collectSmallest<Item>(
  count: number,
  compare: (one: Item, other: Item) => number,
): SmallestItems<Item> {
  let kept: Item[] = [];
  /** Of those that were kept at the newest sorting. */
  let largest: Item | undefined;

  const take = (): Item[] => {
    kept = kept.sort(compare).slice(0, count);
    if (kept.length === count) largest = kept.at(-1);
    return kept;
  };
  return {
    add: (item) => {
      if (largest !== undefined && compare(item, largest) >= 0) return;
      kept.push(item);
      // once for each `count` that came, so that no order of them is slow
      if (kept.length >= 2 * count + slack) take();
    },
    take,
  };
}
