import type { FenceConditions } from '../domain/fence.ts';
import type { IdleReason } from '../domain/placeDetails.ts';
import { isInForce } from './fences/fenceHours.ts';

/**
 * Why a fence does not count at a time, the first that applies; undefined: it counts.
 *
 * @param running phases that its operation is in
 */
export function whyIdle(
  { validFromMs, validToMs, phases, weekly, timeZone }: FenceConditions,
  running: readonly string[],
  atMs: number,
): IdleReason | undefined {
  if (!isInForce({ validFromMs, validToMs }, running, atMs)) return 'validity';
  if (!isInForce({ phases }, running, atMs)) return 'phase';
  return isInForce({ weekly, timeZone }, running, atMs) ? undefined : 'hours';
}
