import type { Pool } from 'pg';

import { dayMs } from '../domain/durations.ts';

/**
 * The moment before which positions are too old to be kept, epoch ms: `retentionDays` before now,
 * but before the newest stored position's day if that is earlier. A clock that jumps ahead by years
 * must not drop the history.
 *
 * @returns undefined when there are no positions
 */
export async function retentionEnd(
  pool: Pool,
  nowMs: number,
  retentionDays: number,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ end_ms: number | null }>(
    `select (extract(epoch from max(day) + interval '24 hours') * 1000)::float8 as end_ms
     from newest_days`,
  );
  const endMs = rows[0]?.end_ms ?? undefined;
  return endMs === undefined ? undefined : Math.min(nowMs, endMs) - retentionDays * dayMs;
}
