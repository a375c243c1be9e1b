import type { Pool } from 'pg';
import type { CheckIn, CheckOut } from '../../domain/checkIn.ts';
import { epochMs } from '../placeChanges.ts';
import { sqlTime, type TimeWindow } from './timeWindow.ts';

/** Check-ins, and their ends where somebody said that they go; each with the time from which it holds. */
export type CheckInHistory = {
  readonly checkIns: readonly CheckIn[];
  readonly checkOuts: readonly CheckOut[];
};

/** What was said by radio or roll call of a window, also of before it where that held in it; by time. */
export async function checkInsBetween(
  pool: Pick<Pool, 'query'>,
  { fromMs, toMs }: TimeWindow,
): Promise<CheckInHistory> {
  const { rows } = await pool.query<
    CheckIn & { endedAtMs: number | null; endedWho: string | null }
  >(
    `select id, site_key as "siteKey", agency, strength, means, who,
            ${epochMs('from_at')} as "fromMs", ${epochMs('until_at')} as "untilMs",
            ${epochMs('ended_at')} as "endedAtMs", ended_who as "endedWho"
     from check_ins
     where from_at < $2 and until_at > $1 and (ended_at is null or ended_at > $1)
     order by from_at, id`,
    [sqlTime(fromMs), sqlTime(toMs)],
  );
  const checkOuts = rows.flatMap(({ id, siteKey, endedAtMs, endedWho }) =>
    endedAtMs === null
      ? []
      : [{ checkInId: id, siteKey, who: endedWho ?? '', atMs: endedAtMs } satisfies CheckOut],
  );
  return {
    checkIns: rows.map(({ endedAtMs: _, endedWho: _who, ...checkIn }) => checkIn),
    checkOuts: checkOuts.sort((a, b) => a.atMs - b.atMs),
  };
}
