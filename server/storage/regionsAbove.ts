/**
 * Regions with all that lie above them, ascending: of `64.08.04` also `64` and `64.08`. Something of
 * these regions is in a scope when the two have one in common.
 */
export function withRegionsAbove(regions: readonly string[]): readonly string[] {
  const all = regions.flatMap((region) => {
    const parts = region.split('.');
    return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  });
  return [...new Set(all)].sort();
}

/** The smallest region that all of these lie in; null: only the country does. */
export function smallestRegionAround(regions: readonly string[]): string | null {
  const [first, ...rest] = regions;
  if (first === undefined) return null;
  const above = withRegionsAbove([first]);
  const common = above.filter((region) =>
    rest.every((other) => other === region || other.startsWith(`${region}.`)),
  );
  return common.at(-1) ?? null;
}
