import type { Pool } from 'pg';
import { retentionEndOf } from '../retentionEnd.ts';
import { heldSince } from './legalHold.ts';
import { removeInSteps } from './removeInSteps.ts';

/**
 * Deletes check-ins that were over before positions of that time may be kept, with the names of who
 * called in, but none from a day before an open incident on.
 *
 * @param nowMs epoch ms
 * @returns how many went
 */
export async function trimCheckIns(
  pool: Pool,
  nowMs: number,
  retentionDays: number,
  signal: AbortSignal,
): Promise<number> {
  const of = { table: 'check_ins', column: 'until_at' };
  const endMs = await retentionEndOf(pool, of, nowMs, retentionDays);
  if (endMs === undefined) return 0;
  return removeInSteps(
    pool,
    `delete from check_ins where key in (
       select key from check_ins where until_at < to_timestamp($2::float8 / 1000)
       order by until_at limit $1)`,
    [Math.min(endMs, await heldSince(pool))],
    signal,
  );
}
