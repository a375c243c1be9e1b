import type { Pool } from 'pg';
import { fromPositionRow, type PositionRow, type StoredPosition } from './positionRow.ts';

/** Long enough for any batch; a connection whose other end vanished must not hold the writer for ever. */
const insertTimeoutMs = 60_000;

const insertSql = `
  insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, speed, course,
                         altitude, accuracy, battery, sats, is_delayed, attributes)
  select tracker_key, to_timestamp(fixed_at_ms / 1000), lon, lat, receive_delay_ms, speed, course,
         altitude, accuracy, battery, sats, is_delayed, attributes::jsonb
  from unnest($1::int[], $2::float8[], $3::int[], $4::int[], $5::int[], $6::smallint[],
              $7::smallint[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
              $12::boolean[], $13::text[])
    as row (tracker_key, fixed_at_ms, lon, lat, receive_delay_ms, speed, course,
            altitude, accuracy, battery, sats, is_delayed, attributes)
  on conflict do nothing`;

/**
 * Writes positions in one statement; those that are there already, or twice in `rows`, are skipped.
 *
 * @returns how many rows are new
 */
export async function insertPositions(pool: Pool, rows: readonly PositionRow[]): Promise<number> {
  const query = {
    text: insertSql,
    query_timeout: insertTimeoutMs,
    values: [
      numbers(rows, 'trackerKey'),
      numbers(rows, 'fixedAtMs'),
      numbers(rows, 'lon'),
      numbers(rows, 'lat'),
      numbers(rows, 'receiveDelayMs'),
      numbers(rows, 'speed'),
      numbers(rows, 'course'),
      numbers(rows, 'altitude'),
      numbers(rows, 'accuracy'),
      numbers(rows, 'battery'),
      numbers(rows, 'sats'),
      `{${rows.map((row) => row.isDelayed).join(',')}}`,
      rows.map((row) => row.attributes),
    ],
  };
  const { rowCount } = await pool.query(query);
  return rowCount ?? 0;
}

type NumberColumn = {
  [Name in keyof PositionRow]: PositionRow[Name] extends number | null ? Name : never;
}[keyof PositionRow];

/** A column as PostgreSQL's array text; pg's own conversion quotes and escapes every number. */
function numbers(rows: readonly PositionRow[], column: NumberColumn): string {
  return `{${rows.map((row) => row[column] ?? 'NULL').join(',')}}`;
}

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
 * start. One step down an index for each tracker, however many rows there are.
 */
export async function latestPositions(pool: Pool): Promise<readonly StoredPosition[]> {
  const { rows } = await pool.query<LatestRow>({
    rowMode: 'array',
    text: `
      select t.key, (extract(epoch from p.fixed_at) * 1000)::float8, p.lon, p.lat,
             p.receive_delay_ms, p.speed, p.course, p.altitude, p.accuracy, p.battery, p.sats,
             p.is_delayed, p.attributes::text
      from trackers t
      cross join lateral (
        select * from positions where tracker_key = t.key order by fixed_at desc limit 1
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
