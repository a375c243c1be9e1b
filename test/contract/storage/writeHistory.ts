import type { Pool } from 'pg';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import type { History } from './queryModel.ts';

/** Makes the units and trackers 1 to 30 that histories speak of. */
export async function registerAll(pool: Pool): Promise<void> {
  await pool.query(`
    insert into units (key, id, callsign, kind, agency, region) overriding system value
    select k, 'U' || k, 'U' || k, 'patrol_car', 'polri', '64.08' from generate_series(1, 30) k;
    insert into trackers (key, id, region) overriding system value
    select k, 'T' || k, '64.08' from generate_series(1, 30) k`);
}

/** Replaces all assignments and positions by those of a history. */
export async function writeHistory(pool: Pool, { assignments, fixes }: History): Promise<void> {
  await pool.query('delete from tracker_assignments; delete from positions');
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  await pool.query(
    `insert into tracker_assignments (tracker_key, unit_key, role, valid_from, valid_to)
     select * from unnest($1::int[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[])`,
    [
      assignments.map(({ trackerKey }) => trackerKey),
      assignments.map(({ unitKey }) => unitKey),
      assignments.map(({ role }) => role),
      assignments.map(({ fromMs }) => time(fromMs)),
      assignments.map(({ toMs }) => time(toMs)),
    ],
  );
  await writeRecorded(pool, {
    positions: fixes.map(({ trackerKey, receivedAtMs, isDelayed, ...fix }) => ({
      trackerKey,
      fix,
      receivedAtMs,
      verdict: isDelayed === true ? 'delayed' : 'live',
    })),
    quarantined: [],
  });
}
