import type { Pool } from 'pg';
import { type ClockReading, clockStates } from '../domain/clockReading.ts';

/** What is known of a tracker's clock, as it is stored. */
export type StoredClock = ClockReading & { readonly trackerKey: number };

/** The columns of the table `tracker_clocks`: each an array with one entry a row. */
export function trackerClockColumns(clocks: readonly StoredClock[]): readonly unknown[][] {
  return [
    clocks.map(({ trackerKey }) => trackerKey),
    clocks.map(({ offsetMs }) => offsetMs),
    clocks.map(({ state }) => state),
    clocks.map(({ changedAtMs }) => changedAtMs),
  ];
}

type ClockRow = [trackerKey: number, offsetMs: number, state: string, changedAtMs: number];

/** The clocks of all trackers of which anything was ever learned. */
export async function readTrackerClocks(pool: Pool): Promise<readonly StoredClock[]> {
  const { rows } = await pool.query<ClockRow>({
    rowMode: 'array',
    text: `select tracker_key, offset_ms::float8, state,
                  (extract(epoch from changed_at) * 1000)::float8
           from tracker_clocks`,
  });
  return rows.map(([trackerKey, offsetMs, state, changedAtMs]) => ({
    trackerKey,
    offsetMs,
    // the table allows no other
    state: clockStates.find((known) => known === state) ?? 'right',
    changedAtMs,
  }));
}
