import type { ClientBase } from 'pg';
import type { Dialect } from '../dialect/dialect.ts';
import { isOfDay, nextDay } from './copyText.ts';
import type { DayTable } from './movedTables.ts';
import { Progress } from './progress.ts';
import type { Day } from './rowSource.ts';

/**
 * Notes what follows from the positions of a day that was filled, as their writer would have
 * (recordStore.ts): the newest day of each tracker, and, where Posko keeps the minutes, the hours
 * whose minutes it has to compute.
 */
export async function noteDay(client: ClientBase, table: DayTable, day: string): Promise<void> {
  const isThatDay = isOfDay(table, day);
  await client.query(
    `insert into newest_days (tracker_key, day)
     select distinct tracker_key, timestamptz '${day}T00:00:00Z' from positions where ${isThatDay}
     on conflict (tracker_key) do update set day = excluded.day
       where newest_days.day < excluded.day`,
  );
  await client.query(
    `insert into late_hours (tracker_key, hour)
     select distinct tracker_key, date_trunc('hour', fixed_at, 'UTC') from positions
     where ${isThatDay} and fixed_at < (select late_before from minute_progress)
     on conflict do nothing`,
  );
}

/**
 * Has TimescaleDB compute the minutes of these days. Its policy would not: it looks back a few days
 * only, and whatever is older counts as computed once it ran.
 */
export async function refreshMinutes(
  client: ClientBase,
  dialect: Dialect,
  days: readonly Day[],
  print: (line: string) => void,
): Promise<void> {
  if (dialect !== 'timescale') return;
  const progress = new Progress(days.length, print);
  for (const { day, rows } of days) {
    await client.query(
      `call refresh_continuous_aggregate(
         'position_minutes', timestamptz '${day}T00:00:00Z', timestamptz '${nextDay(day)}T00:00:00Z')`,
    );
    progress.add(`minutes of ${day}`, rows);
  }
}
