import type { Pool } from 'pg';

/** A tracker while a unit carried it. */
export type CarriedTracker = {
  readonly unitKey: number;
  readonly trackerKey: number;
  readonly trackerId: string;
  /** Epoch ms; -Infinity and Infinity where there is no end. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** Which trackers these units carried, and when: the positions of that time are theirs. */
export async function readCarriedTrackers(
  pool: Pick<Pool, 'query'>,
  unitKeys: readonly number[],
): Promise<readonly CarriedTracker[]> {
  const { rows } = await pool.query<[number, number, string, number, number]>({
    rowMode: 'array',
    text: `
      select a.unit_key, a.tracker_key, t.id,
             (extract(epoch from a.valid_from) * 1000)::float8,
             (extract(epoch from coalesce(a.valid_to, 'infinity')) * 1000)::float8
      from tracker_assignments a join trackers t on t.key = a.tracker_key
      where a.unit_key = any($1)
      order by a.unit_key, a.valid_from, a.tracker_key`,
    values: [unitKeys],
  });
  return rows.map(([unitKey, trackerKey, trackerId, fromMs, toMs]) => ({
    unitKey,
    trackerKey,
    trackerId,
    fromMs,
    toMs,
  }));
}
