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

/**
 * The moment before which rows of another table are too old to be kept: that of positions, or, where
 * there are none of these or old ones, as long before the newest row. A clock that jumps ahead by
 * years must drop neither.
 *
 * @param column its `timestamptz` column that counts
 * @returns undefined when the table is empty
 */
export async function retentionEndOf(
  pool: Pool,
  { table, column }: { readonly table: string; readonly column: string },
  nowMs: number,
  retentionDays: number,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ newest_ms: number | null }>(
    `select (extract(epoch from max(${column})) * 1000)::float8 as newest_ms from ${table}`,
  );
  const newestMs = rows[0]?.newest_ms ?? undefined;
  if (newestMs === undefined) return undefined;
  const ofPositionsMs = await retentionEnd(pool, nowMs, retentionDays);
  const ofRowsMs = Math.min(nowMs, newestMs) - retentionDays * dayMs;
  return Math.max(ofRowsMs, ofPositionsMs ?? ofRowsMs);
}
