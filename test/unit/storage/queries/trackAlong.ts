import {
  joinPositions,
  type PositionColumns,
} from '../../../../server/storage/queries/positionColumns.ts';

/** A track through places, each so long after the one before. */
export function trackAlong(
  steps: readonly { readonly afterMs: number; readonly lon: number; readonly lat: number }[],
): PositionColumns {
  let fixedAtMs = Date.UTC(2024, 10, 27);
  const times = steps.map(({ afterMs }) => {
    fixedAtMs += afterMs;
    return fixedAtMs;
  });
  const nothing = new Int16Array(steps.length);
  return {
    ...joinPositions([]),
    count: steps.length,
    fixedAtMs: Float64Array.from(times),
    lonMicrodeg: Int32Array.from(steps, ({ lon }) => Math.round(lon * 1e6)),
    latMicrodeg: Int32Array.from(steps, ({ lat }) => Math.round(lat * 1e6)),
    speedCmps: nothing,
  };
}
