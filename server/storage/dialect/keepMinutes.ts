import type { Pool } from 'pg';

import { minuteMs } from '../../domain/durations.ts';

/*
 * The table `position_minutes` where no continuous aggregate keeps it. Minutes are computed once
 * they are over and their positions have had time to come in; a position that comes later is late:
 * its writer notes the hour in the same transaction, and the hour is computed again.
 *
 * Nothing is missed, whoever stops when, because
 * - `late_before` moves on before the minutes are read, and its update waits for the writers that
 *   still go by the old one (they hold the row shared, recordStore.ts);
 * - a noted hour is forgotten after it was computed, and only if it was not noted again meanwhile.
 * Computing a minute twice gives the same row.
 */

/** Positions that come in sooner than this after their minute are not late. */
const settleMs = 2 * minuteMs;
/** An hour at a time when there is more than the last minute to catch up, and for what was late. */
const stepMs = 60 * minuteMs;
/** Noted hours at a time: each is some hundred to some thousand rows. */
const maxHours = 500;

/*
 * The minutes of the trackers in `wanted` from $1 to before $2, epoch ms: whole minutes. The times
 * stand in the statement, so that only the days they are in are planned for.
 */
const computeSql = `
  insert into position_minutes
    (minute, fixed_at, tracker_key, fix_count, lon, lat, speed, course, max_speed)
  select distinct on (p.tracker_key, p.minute)
         p.minute, p.fixed_at, p.tracker_key, count(*) over same, p.lon, p.lat, p.speed, p.course,
         max(p.speed) over same
  from wanted
  cross join lateral (
    select *, date_trunc('minute', fixed_at, 'UTC') as minute
    from positions
    where tracker_key = wanted.tracker_key
      and fixed_at >= to_timestamp($1::float8 / 1000)
      and fixed_at < to_timestamp($2::float8 / 1000)
  ) p
  window same as (partition by p.tracker_key, p.minute)
  order by p.tracker_key, p.minute, p.fixed_at desc
  on conflict (tracker_key, minute) do update
    set fixed_at = excluded.fixed_at, fix_count = excluded.fix_count, lon = excluded.lon,
        lat = excluded.lat, speed = excluded.speed, course = excluded.course,
        max_speed = excluded.max_speed`;

/**
 * Brings `position_minutes` up to the newest minutes that are over.
 *
 * @param nowMs UTC epoch milliseconds
 * @param signal ends it between two steps; the next call goes on from there
 */
export async function keepMinutes(pool: Pool, nowMs: number, signal: AbortSignal): Promise<void> {
  const keptToMs = await moveOn(pool, nowMs - settleMs);
  if (keptToMs === undefined) return;
  await catchUp(pool, keptToMs, signal);
  while (!signal.aborted && (await computeNotedHours(pool))) {
    // there may be more
  }
}

/**
 * Moves `late_before` on to a moment, but not beyond the newest position: a clock that is wrong by
 * years must not make all that comes late.
 *
 * @returns up to where the minutes are kept; undefined when there is no position yet
 */
async function moveOn(pool: Pool, toMs: number): Promise<number | undefined> {
  const { rows: newest } = await pool.query<{ end_ms: number | null }>(
    "select (extract(epoch from max(day) + interval '24 hours') * 1000)::float8 as end_ms from newest_days",
  );
  const endMs = newest[0]?.end_ms ?? undefined;
  if (endMs === undefined) return undefined;
  const minute = Math.floor(Math.min(toMs, endMs) / minuteMs) * minuteMs;
  await pool.query(
    `update minute_progress set late_before = to_timestamp($1::float8 / 1000)
     where late_before < to_timestamp($1::float8 / 1000)`,
    [minute],
  );
  const { rows } = await pool.query<{ kept_to_ms: number }>(
    'select (extract(epoch from kept_to) * 1000)::float8 as kept_to_ms from minute_progress',
  );
  return rows[0]?.kept_to_ms;
}

async function catchUp(pool: Pool, keptToMs: number, signal: AbortSignal): Promise<void> {
  const { rows } = await pool.query<{ late_before_ms: number }>(
    'select (extract(epoch from late_before) * 1000)::float8 as late_before_ms from minute_progress',
  );
  const endMs = rows[0]?.late_before_ms ?? keptToMs;
  for (let fromMs = keptToMs; fromMs < endMs && !signal.aborted; ) {
    const toMs = Math.min(fromMs + stepMs, endMs);
    // trackers without a position since that day are left out at once
    await pool.query(
      `with wanted as (
         select tracker_key from newest_days
         where day >= date_trunc('day', to_timestamp($1::float8 / 1000), 'UTC')
       ) ${computeSql}`,
      [fromMs, toMs],
    );
    // by itself, since writers wait for whoever changes this row
    await pool.query('update minute_progress set kept_to = to_timestamp($1::float8 / 1000)', [
      toMs,
    ]);
    fromMs = toMs;
  }
}

/** True when it computed as many hours as it takes at a time, so that there may be more. */
async function computeNotedHours(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<NotedHour>({
    rowMode: 'array',
    text: `select tracker_key, (extract(epoch from hour) * 1000)::float8, times
           from late_hours order by hour, tracker_key limit ${maxHours}`,
  });
  for (const [hourMs, noted] of Map.groupBy(rows, (row) => row[1])) {
    const keys = noted.map((row) => row[0]);
    await pool.query(`with wanted as (select unnest($3::int[]) as tracker_key) ${computeSql}`, [
      hourMs,
      hourMs + stepMs,
      keys,
    ]);
    await pool.query(
      `delete from late_hours
       using unnest($2::int[], $3::int[]) as noted (tracker_key, times)
       where late_hours.hour = to_timestamp($1::float8 / 1000)
         and late_hours.tracker_key = noted.tracker_key
         and late_hours.times = noted.times`,
      [hourMs, keys, noted.map((row) => row[2])],
    );
  }
  return rows.length === maxHours;
}

type NotedHour = [trackerKey: number, hourMs: number, times: number];
