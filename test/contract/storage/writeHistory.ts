import type { Pool } from 'pg';
import { makePartitions } from '../../../server/storage/dialect/dayPartitions.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import type { OpenedDatabase } from './openers.ts';
import type { History } from './queryModel.ts';

/** Replaces all that the database holds by a history; units and trackers 1 to 30 exist. */
export async function writeHistory(pool: Pool, { assignments, fixes }: History): Promise<void> {
  await pool.query('truncate units, trackers, tracker_assignments cascade');
  await pool.query('delete from positions');
  await pool.query(`
    insert into units (key, id, callsign, kind, agency, region) overriding system value
    select k, 'U' || k, 'U' || k, 'handheld', 'polri', '64.08' from generate_series(1, 30) k`);
  await pool.query(`
    insert into trackers (key, id, region) overriding system value
    select k, 'T' || k, '64.08' from generate_series(1, 30) k`);
  for (const { trackerKey, unitKey, role, fromMs, toMs } of assignments) {
    await pool.query(
      `insert into tracker_assignments (tracker_key, unit_key, role, valid_from, valid_to)
       values ($1, $2, $3, $4, $5)`,
      [
        trackerKey,
        unitKey,
        role,
        new Date(fromMs).toISOString(),
        toMs === undefined ? null : new Date(toMs).toISOString(),
      ],
    );
  }
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

/** Brings the minutes up to date where no continuous aggregate does. */
export async function keepMinutes({ dialect, pool }: OpenedDatabase): Promise<void> {
  if (dialect === 'timescale') return;
  const { rows } = await pool.query<{ ms: number }>(
    'select distinct extract(epoch from fixed_at)::float8 * 1000 as ms from positions',
  );
  if (dialect === 'plain')
    await makePartitions(
      pool,
      rows.map(({ ms }) => ms),
    );
  await pool.query(`
    insert into position_minutes (minute, fixed_at, tracker_key, fix_count, lon, lat, speed, course,
                                  max_speed)
    select date_trunc('minute', fixed_at), max(fixed_at), tracker_key, count(*),
           (array_agg(lon order by fixed_at desc))[1], (array_agg(lat order by fixed_at desc))[1],
           (array_agg(speed order by fixed_at desc))[1],
           (array_agg(course order by fixed_at desc))[1], max(speed)
    from positions group by date_trunc('minute', fixed_at), tracker_key`);
}
