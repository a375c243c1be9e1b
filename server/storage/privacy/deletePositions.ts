import type { Pool, PoolClient } from 'pg';
import { dayMs } from '../../domain/durations.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { inTransaction } from '../inTransaction.ts';
import { sqlTime } from '../queries/timeWindow.ts';

/** What a tracker reported in a time; from at or after, to before. Epoch ms, ±Infinity allowed. */
export type TrackWindow = {
  readonly trackerKey: number;
  readonly fromMs: number;
  readonly toMs: number;
};

/** Trackers at a time: a statement of some kilobytes. */
const maxTrackers = 1_000;

/**
 * Deletes positions of one UTC day, with the minutes that were made of them; where TimescaleDB keeps
 * the minutes, they follow at its next refresh. A day is at most 86,400 rows of a tracker at 1 Hz.
 *
 * The values stand in the statements as constants: TimescaleDB picks what it unpacks of the columnstore
 * by them, so only the segments of these trackers are unpacked, and PostgreSQL leaves all other days
 * out of its plan.
 *
 * @param day start of the day, epoch ms
 * @param windows may reach beyond the day
 * @param more runs in the transaction of each part, before anything is deleted
 * @returns how many positions there were
 */
export async function deletePositionsOfDay(
  pool: Pool,
  dialect: Dialect,
  day: number,
  windows: readonly TrackWindow[],
  more: (client: PoolClient) => Promise<void> = async () => undefined,
): Promise<number> {
  const endMs = day + dayMs;
  const touched = windows.filter(({ fromMs, toMs }) => fromMs < endMs && toMs > day);
  const isWhole = ({ fromMs, toMs }: TrackWindow): boolean => fromMs <= day && toMs >= endMs;
  const whole = [...new Set(touched.filter(isWhole).map(({ trackerKey }) => trackerKey))];
  let deleted = 0;
  for (let at = 0; at < whole.length; at += maxTrackers) {
    const trackerKeys = whole.slice(at, at + maxTrackers);
    deleted += await deletePart(pool, dialect, { trackerKeys, fromMs: day, toMs: endMs }, more);
  }
  for (const { trackerKey, fromMs, toMs } of touched) {
    if (whole.includes(trackerKey)) continue;
    const part = {
      trackerKeys: [trackerKey],
      fromMs: Math.max(fromMs, day),
      toMs: Math.min(toMs, endMs),
    };
    deleted += await deletePart(pool, dialect, part, more);
  }
  return deleted;
}

type Part = {
  readonly trackerKeys: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
};

function deletePart(
  pool: Pool,
  dialect: Dialect,
  { trackerKeys, fromMs, toMs }: Part,
  more: (client: PoolClient) => Promise<void>,
): Promise<number> {
  const keys = `{${trackerKeys.join(',')}}`;
  const [minuteBefore, from, to] = [fromMs - 60_000, fromMs, toMs].map(
    (ms) => `timestamptz '${sqlTime(ms)}'`,
  );
  return inTransaction(pool, async (client) => {
    await more(client);
    // TimescaleDB would refuse to unpack so much for one statement; others do not mind the setting
    await client.query(
      "select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)",
    );
    const { rowCount } = await client.query(
      `delete from positions
       where tracker_key = any('${keys}'::int[]) and fixed_at >= ${from} and fixed_at < ${to}`,
    );
    if (dialect !== 'timescale') {
      await client.query(
        `delete from position_minutes
         where tracker_key = any('${keys}'::int[])
           and minute > ${minuteBefore} and minute < ${to}`,
      );
      // a minute that was deleted in part is made again of what stays
      if (fromMs % 60_000 !== 0 || toMs % 60_000 !== 0) {
        await client.query(
          `insert into late_hours (tracker_key, hour)
           select distinct key, date_trunc('hour', edge, 'UTC')
           from unnest('${keys}'::int[]) as key, unnest(array[${from}, ${to}]) as edge
           on conflict (tracker_key, hour) do update set times = late_hours.times + 1`,
        );
      }
    }
    return rowCount ?? 0;
  });
}
