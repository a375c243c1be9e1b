import type { Pool } from 'pg';
import { fromPositionRow, type StoredPosition } from './positionRow.ts';

type LatestRow = [
  trackerKey: number,
  fixedAtMs: number,
  lon: number,
  lat: number,
  receiveDelayMs: number,
  speed: number | null,
  course: number | null,
  altitude: number | null,
  accuracy: number | null,
  battery: number | null,
  sats: number | null,
  isDelayed: boolean,
  attributes: string | null,
];

/**
 * The newest stored position of every tracker that has one: from these the live state is rebuilt at
 * start. One step down an index for each tracker, in the one day that is known to hold its newest
 * row; a tracker of which no day is known is looked for in all of them.
 */
export async function latestPositions(pool: Pool): Promise<readonly StoredPosition[]> {
  const { rows } = await pool.query<LatestRow>({
    rowMode: 'array',
    text: `
      select t.key, (extract(epoch from p.fixed_at) * 1000)::float8, p.lon, p.lat,
             p.receive_delay_ms, p.speed, p.course, p.altitude, p.accuracy, p.battery, p.sats,
             p.is_delayed, p.attributes::text
      from trackers t
      left join newest_days n on n.tracker_key = t.key
      cross join lateral (
        select * from positions
        where tracker_key = t.key
          and fixed_at >= coalesce(n.day, '-infinity')
          and fixed_at < coalesce(n.day + interval '24 hours', 'infinity')
        order by fixed_at desc limit 1
      ) p`,
  });
  return rows.map((row) =>
    fromPositionRow({
      trackerKey: row[0],
      fixedAtMs: row[1],
      lon: row[2],
      lat: row[3],
      receiveDelayMs: row[4],
      speed: row[5],
      course: row[6],
      altitude: row[7],
      accuracy: row[8],
      battery: row[9],
      sats: row[10],
      isDelayed: row[11],
      attributes: row[12],
    }),
  );
}
