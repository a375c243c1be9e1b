import type { Pool } from 'pg';
import { retentionEndOf } from '../retentionEnd.ts';
import { removeInSteps } from './removeInSteps.ts';

/** How many alarms and incidents went. */
export type TrimmedAlarms = { readonly alarms: number; readonly incidents: number };

/**
 * Deletes alarms and incidents that were closed longer ago than they are kept, with their events and
 * photos; but no alarm of an incident that stays. What is not closed stays, however old.
 *
 * @param nowMs epoch ms
 * @param keptDays of alarms and incidents, days
 */
export async function trimAlarms(
  pool: Pool,
  nowMs: number,
  keptDays: number,
  signal: AbortSignal,
): Promise<TrimmedAlarms> {
  const endOf = async (table: 'alarms' | 'incidents'): Promise<number> =>
    (await retentionEndOf(pool, { table, column: 'closed_at' }, nowMs, keptDays)) ??
    Number.NEGATIVE_INFINITY;
  const incidentsEndMs = await endOf('incidents');
  const incidents = await removeInSteps(
    pool,
    `delete from incidents where id in (
       select id from incidents where closed_at < to_timestamp($2::float8 / 1000)
       order by closed_at limit $1)`,
    [incidentsEndMs],
    signal,
  );
  // those of an incident that the database does not have yet are new
  await removeInSteps(
    pool,
    `delete from incident_photos where id in (
       select id from incident_photos p
       where added_at < to_timestamp($2::float8 / 1000)
         and not exists (select from incidents i where i.id = p.incident_id) limit $1)`,
    [incidentsEndMs],
    signal,
  );
  const alarms = await removeInSteps(
    pool,
    `delete from alarms where id in (
       select id from alarms a
       where closed_at < to_timestamp($2::float8 / 1000)
         and not exists (select from incidents i where i.id::text = a.incident_id)
       order by closed_at limit $1)`,
    [await endOf('alarms')],
    signal,
  );
  return { alarms, incidents };
}
