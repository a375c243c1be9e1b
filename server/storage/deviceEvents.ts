import type { Pool } from 'pg';

/** The newest SOS of a tracker. */
export type StoredSos = {
  readonly trackerKey: number;
  /** Epoch ms. */
  readonly happenedAtMs: number;
  readonly receivedAtMs: number;
  /** WGS84 degrees; undefined: it came without a place. */
  readonly lon: number | undefined;
  readonly lat: number | undefined;
  readonly text: string | undefined;
};

type SosRow = [
  trackerKey: number,
  happenedAtMs: number,
  receivedAtMs: number,
  lon: number | null,
  lat: number | null,
  text: string | null,
];

/** The newest SOS of every tracker that ever sent one, by when it came in. */
export async function latestSos(pool: Pool): Promise<readonly StoredSos[]> {
  const { rows } = await pool.query<SosRow>({
    rowMode: 'array',
    text: `select distinct on (tracker_key) tracker_key,
                  (extract(epoch from happened_at) * 1000)::float8,
                  (extract(epoch from received_at) * 1000)::float8, lon, lat, data ->> 'text'
           from device_events where kind = 'sos'
           order by tracker_key, received_at desc, id`,
  });
  return rows.map((row) => ({
    trackerKey: row[0],
    happenedAtMs: row[1],
    receivedAtMs: row[2],
    lon: row[3] === null ? undefined : row[3] / 1e6,
    lat: row[4] === null ? undefined : row[4] / 1e6,
    text: row[5] ?? undefined,
  }));
}
