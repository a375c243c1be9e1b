import type { Pool, PoolClient } from 'pg';
import { retentionEndOf } from '../retentionEnd.ts';
import type { TrackWindow } from './deletePositions.ts';
import { heldSince, namedByOpenIncident } from './legalHold.ts';
import { removeInSteps } from './removeInSteps.ts';

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
  const of = { table: 'device_events', column: 'happened_at' };
  const endMs = await retentionEndOf(pool, of, nowMs, retentionDays);
  if (endMs === undefined) return 0;
  return removeInSteps(
    pool,
    `delete from device_events where id in (
       select e.id from device_events e
       where e.happened_at < to_timestamp($2::float8 / 1000)
         and not exists (
           select from tracker_assignments a
           join ${namedByOpenIncident} held on held.unit_key = a.unit_key
           where a.tracker_key = e.tracker_key and a.valid_from <= e.happened_at
             and (a.valid_to is null or a.valid_to > e.happened_at))
       order by e.happened_at limit $1)`,
    [Math.min(endMs, await heldSince(pool))],
    signal,
  );
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
