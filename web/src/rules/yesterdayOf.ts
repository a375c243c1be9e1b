import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Indonesia has no summer time. */
const aheadMs = { WIB: 7 * hourMs, WITA: 8 * hourMs, WIT: 9 * hourMs } as const;

/** The day before, from midnight to midnight in the zone. UTC epoch ms. */
export function yesterdayOf(
  nowMs: number,
  { name }: Pick<ZoneOfIndonesia, 'name'>,
): { readonly fromMs: number; readonly toMs: number } {
  const localMs = nowMs + aheadMs[name];
  const toMs = localMs - (localMs % dayMs) - aheadMs[name];
  return { fromMs: toMs - dayMs, toMs };
}
