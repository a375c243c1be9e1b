import type { Pool, PoolClient } from 'pg';
import { dayMs } from '../../domain/durations.ts';
import { retentionEnd } from '../retentionEnd.ts';
import type { TrackWindow } from './deletePositions.ts';
import { heldSince } from './legalHold.ts';

/** Removed at a time, so that no lock is held for long. */
const removeCount = 5_000;

/**
 * Deletes what devices said (SOS, status) that is older than positions of that time may be, but nothing
 * that an open incident holds: from a day before it on everything, and of the units that it names all.
 *
 * @param nowMs epoch ms
 * @returns how many went
 */
export async function trimDeviceEvents(
  pool: Pool,
  nowMs: number,
  retentionDays: number,
  signal: AbortSignal,
): Promise<number> {
  const endMs = await eventsEnd(pool, nowMs, retentionDays);
  if (endMs === undefined) return 0;
  const beforeMs = Math.min(endMs, await heldSince(pool));
  let removed = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(
      `delete from device_events where id in (
         select e.id from device_events e
         where e.happened_at < to_timestamp($1::float8 / 1000)
           and not exists (
             select from tracker_assignments a
             join incident_units n on n.unit_key = a.unit_key
             join incidents i on i.id = n.incident_id and i.closed_at is null
             where a.tracker_key = e.tracker_key and a.valid_from <= e.happened_at
               and (a.valid_to is null or a.valid_to > e.happened_at))
         order by e.happened_at limit ${removeCount}
       )`,
      [beforeMs],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < removeCount) break;
  }
  return removed;
}

/**
 * The moment before which events are too old to be kept: that of positions, or, where trackers say
 * something and report no place, as long before the newest event. A clock that jumps ahead by years
 * must drop neither.
 */
async function eventsEnd(
  pool: Pool,
  nowMs: number,
  retentionDays: number,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ newest_ms: number | null }>(
    `select (extract(epoch from max(happened_at)) * 1000)::float8 as newest_ms from device_events`,
  );
  const newestMs = rows[0]?.newest_ms ?? undefined;
  if (newestMs === undefined) return undefined;
  const ofPositionsMs = await retentionEnd(pool, nowMs, retentionDays);
  const ofEventsMs = Math.min(nowMs, newestMs) - retentionDays * dayMs;
  return Math.max(ofEventsMs, ofPositionsMs ?? ofEventsMs);
}

/** Deletes what trackers said in these times. Returns how many went. */
export async function deleteDeviceEvents(
  client: Pick<PoolClient, 'query'>,
  windows: readonly TrackWindow[],
): Promise<number> {
  const { rowCount } = await client.query(
    `delete from device_events e
     using unnest($1::int[], $2::float8[], $3::float8[]) as given (tracker_key, from_ms, to_ms)
     where e.tracker_key = given.tracker_key
       and e.happened_at >= to_timestamp(from_ms / 1000)
       and e.happened_at < to_timestamp(to_ms / 1000)`,
    [
      windows.map(({ trackerKey }) => trackerKey),
      windows.map(({ fromMs }) => fromMs),
      windows.map(({ toMs }) => toMs),
    ],
  );
  return rowCount ?? 0;
}
