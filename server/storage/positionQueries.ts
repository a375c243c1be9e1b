import type { Pool } from 'pg';
import { dayMs } from '../domain/durations.ts';
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
 * The newest position of each of some trackers ($1) from $2 to before $3, epoch ms. Both are given,
 * and not one and an interval: what depends on the time zone is not known when the plan is made. What
 * came late moved no marker, and what somebody took into the history later may even be of a later time.
 */
const latestSql = `
  select wanted.key, (extract(epoch from p.fixed_at) * 1000)::float8, p.lon, p.lat,
         p.receive_delay_ms, p.speed, p.course, p.altitude, p.accuracy, p.battery, p.sats,
         p.is_delayed, p.attributes::text
  from unnest($1::int[]) as wanted (key)
  cross join lateral (
    select * from positions
    where tracker_key = wanted.key
      and fixed_at >= to_timestamp($2::float8 / 1000)
      and fixed_at < to_timestamp($3::float8 / 1000)
      and not is_delayed
    order by fixed_at desc limit 1
  ) p`;

/**
 * The newest stored position of every tracker that did not come late: from these the live state is rebuilt at
 * start. One statement for each day that is somebody's newest, since a day that stands in the
 * statement is all that the database then plans for; in it, one step down an index for each tracker.
 */
export async function latestPositions(pool: Pool): Promise<readonly StoredPosition[]> {
  const latest: StoredPosition[] = [];
  const read = async (keys: readonly number[], fromMs: number, toMs: number): Promise<void> => {
    const values = [keys, fromMs, toMs];
    const { rows } = await pool.query<LatestRow>({ rowMode: 'array', text: latestSql, values });
    latest.push(...rows.map(toStoredPosition));
  };
  const days = await newestDays(pool);
  for (const [day, keys] of days) await read(keys, day, day + dayMs);
  // of few: those whose newest day has nothing but what came late
  const found = new Set(latest.map(({ trackerKey }) => trackerKey));
  for (const [day, keys] of days) {
    const others = keys.filter((key) => !found.has(key));
    if (others.length > 0) await read(others, 0, day);
  }
  return latest;
}

type NewestDay = [day: number, keys: readonly number[]];

async function newestDays(pool: Pool): Promise<readonly NewestDay[]> {
  const read = async (): Promise<readonly NewestDay[]> => {
    const { rows } = await pool.query<NewestDay>({
      rowMode: 'array',
      text: `select (extract(epoch from day) * 1000)::float8, array_agg(tracker_key)
             from newest_days join trackers on key = tracker_key
             group by day order by day desc`,
    });
    return rows;
  };
  const known = await read();
  if (known.length > 0) return known;
  // never so in a database that Posko alone writes to; else it is made good here, which takes longer
  await pool.query(
    `insert into newest_days (tracker_key, day)
     select key, date_trunc('day', p.fixed_at, 'UTC')
     from trackers
     cross join lateral (
       select fixed_at from positions where tracker_key = key order by fixed_at desc limit 1
     ) p
     on conflict do nothing`,
  );
  return read();
}

function toStoredPosition(row: LatestRow): StoredPosition {
  return fromPositionRow({
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
  });
}
