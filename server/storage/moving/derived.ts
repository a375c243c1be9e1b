import type { ClientBase } from 'pg';
import type { Dialect } from '../dialect/dialect.ts';
import { isOfDay, nextDay } from './copyText.ts';
import type { DayTable } from './movedTables.ts';
import { Progress } from './progress.ts';
import type { Day } from './rowSource.ts';

/** Notes the newest day of each tracker of a day that was filled, as the writer of positions does. */
export async function noteNewestDays(
  client: ClientBase,
  table: DayTable,
  day: string,
): Promise<void> {
  await client.query(
    `insert into newest_days (tracker_key, day)
     select distinct tracker_key, timestamptz '${day}T00:00:00Z' from positions
     where ${isOfDay(table, day)}
     on conflict (tracker_key) do update set day = excluded.day
       where newest_days.day < excluded.day`,
  );
}

/**
 * Has the minutes of these days computed: by TimescaleDB now, or else by Posko once it runs on the
 * database (keepMinutes.ts). TimescaleDB's policy would not do it: it looks back a few days only, and
 * whatever is older counts as computed once it ran.
 *
 * @param days oldest first
 */
export async function renewMinutes(
  client: ClientBase,
  dialect: Dialect,
  days: readonly Day[],
  print: (line: string) => void,
): Promise<void> {
  const first = days[0];
  if (first === undefined) return;
  if (dialect !== 'timescale') {
    await client.query('update minute_progress set kept_to = least(kept_to, $1::timestamptz)', [
      `${first.day}T00:00:00Z`,
    ]);
    return;
  }
  const progress = new Progress(days.length, print);
  for (const { day, rows } of days) {
    await client.query(
      `call refresh_continuous_aggregate(
         'position_minutes', timestamptz '${day}T00:00:00Z', timestamptz '${nextDay(day)}T00:00:00Z')`,
    );
    progress.add(`minutes of ${day}`, rows);
  }
}
