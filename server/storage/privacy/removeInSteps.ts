import type { Pool } from 'pg';

/** Removed at a time, so that no lock is held for long. */
const stepRows = 5_000;

/**
 * Runs a DELETE until it finds nothing more, or the signal comes.
 *
 * @param sql with `limit $1` around the rows that one step takes
 * @param values of the parameters from $2 on
 * @returns how many rows went
 */
export async function removeInSteps(
  pool: Pool,
  sql: string,
  values: readonly unknown[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(sql, [stepRows, ...values]);
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < stepRows) break;
  }
  return removed;
}
