import type { Pool, PoolClient } from 'pg';
import type { Result } from '../domain/result.ts';
import type { TrackerRole } from '../domain/unit.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { notAllowed, type Plan } from './plan.ts';

/** Who carries a tracker from when on. */
export type NewAssignment = {
  readonly trackerId: string;
  readonly unitId: string;
  readonly role: TrackerRole;
  /** UTC epoch milliseconds; now or in the past. Left out: from now on. */
  readonly fromMs?: number | undefined;
};

/** A tracker that is to be given to a unit, with their home regions and what carries it now. */
export type FoundAssignment = {
  readonly tracker: { readonly id: string; readonly region: string };
  /** Undefined: there is no such unit, and nothing will be written. */
  readonly unit: { readonly id: string; readonly region: string } | undefined;
  /** Undefined: nobody carries it. */
  readonly carrier: { readonly id: string; readonly region: string } | undefined;
  /** That the unit carries as its primary now; undefined: none, or the same one. */
  readonly primary: { readonly id: string; readonly region: string } | undefined;
};

/** An assignment that ended because of the new one. */
export type EndedAssignment = { readonly trackerId: string; readonly unitId: string };

export type AssignTrackerReason =
  | 'unknown_tracker'
  | 'unknown_unit'
  | 'not_allowed'
  | 'in_the_future'
  | 'later_assignment';

/**
 * Gives a tracker to a unit: ends, at that moment, what the tracker was assigned to and, for a
 * primary, the unit's primary until then (which no unit carries from there on, until it is assigned
 * again). All or nothing; running servers hear of it at once (see watchChanges).
 *
 * @param plan what the log says of it
 * @returns the assignments that ended
 */
export async function assignTracker(
  pool: Pool,
  { trackerId, unitId, role, fromMs: givenMs }: NewAssignment,
  plan?: Plan<FoundAssignment>,
): Promise<Result<readonly EndedAssignment[], AssignTrackerReason>> {
  return inTransaction(pool, async (client) => {
    // locked, so that two who assign the same tracker or unit come one after the other
    const trackerKey = await lockedKey(client, 'trackers', trackerId);
    const unitKey = await lockedKey(client, 'units', unitId);
    if (trackerKey === undefined) return refused('unknown_tracker', `no tracker "${trackerId}"`);
    const found = await findAssignment(client, trackerKey, unitKey);
    const deeds = plan === undefined ? [] : plan(found);
    if (deeds === undefined) return notAllowed;
    if (unitKey === undefined) return refused('unknown_unit', `no unit "${unitId}"`);
    // by the clock of the database, as everything that is dated
    const fromMs = givenMs ?? (await transactionMs(client));
    const { rows: checked } = await client.query<{ is_ahead: boolean; has_later: boolean }>(
      `select to_timestamp($1::float8 / 1000) > now() as is_ahead,
              exists (
                select from tracker_assignments
                where (tracker_key = $2 or ($4 = 'primary' and role = 'primary' and unit_key = $3))
                  and (valid_from >= to_timestamp($1::float8 / 1000)
                       or valid_to > to_timestamp($1::float8 / 1000))
              ) as has_later`,
      [fromMs, trackerKey, unitKey, role],
    );
    if (checked[0]?.is_ahead === true) {
      return refused('in_the_future', 'an assignment begins now or in the past');
    }
    if (checked[0]?.has_later === true) {
      return refused(
        'later_assignment',
        `the tracker or the unit has an assignment that goes beyond ${new Date(fromMs).toISOString()}: begin after it`,
      );
    }
    const { rows: ended } = await client.query<{ tracker_id: string; unit_id: string }>(
      `update tracker_assignments a set valid_to = to_timestamp($1::float8 / 1000)
       from trackers t, units u
       where a.valid_to is null and t.key = a.tracker_key and u.key = a.unit_key
         and (a.tracker_key = $2 or ($4 = 'primary' and a.role = 'primary' and a.unit_key = $3))
       returning t.id as tracker_id, u.id as unit_id`,
      [fromMs, trackerKey, unitKey, role],
    );
    await client.query(
      `insert into tracker_assignments (tracker_key, unit_key, role, valid_from)
       values ($2, $3, $4, to_timestamp($1::float8 / 1000))`,
      [fromMs, trackerKey, unitKey, role],
    );
    await appendAll(client, deeds);
    return {
      ok: true,
      value: ended.map((row) => ({ trackerId: row.tracker_id, unitId: row.unit_id })),
    };
  });
}

async function transactionMs(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ now_ms: number }>(
    // whole milliseconds, and none ahead of now()
    'select floor(extract(epoch from now()) * 1000)::float8 as now_ms',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The database did not say what time it is.');
  return row.now_ms;
}

async function findAssignment(
  client: PoolClient,
  trackerKey: number,
  unitKey: number | undefined,
): Promise<FoundAssignment> {
  const { rows } = await client.query<{
    what: 'tracker' | 'unit' | 'carrier' | 'primary';
    id: string;
    region: string;
  }>(
    `select 'tracker' as what, id, region from trackers where key = $1
     union all select 'unit', id, region from units where key = $2
     union all
     select 'carrier', u.id, u.region
     from tracker_assignments a join units u on u.key = a.unit_key
     where a.tracker_key = $1 and a.valid_to is null
     union all
     select 'primary', t.id, t.region
     from tracker_assignments a join trackers t on t.key = a.tracker_key
     where a.unit_key = $2 and a.role = 'primary' and a.valid_to is null and t.key <> $1`,
    [trackerKey, unitKey],
  );
  const found = (wanted: string) => rows.find(({ what }) => what === wanted);
  const tracker = found('tracker');
  if (tracker === undefined) throw new Error('A tracker went although it is locked.');
  return { tracker, unit: found('unit'), carrier: found('carrier'), primary: found('primary') };
}

async function lockedKey(
  client: PoolClient,
  table: 'trackers' | 'units',
  id: string,
): Promise<number | undefined> {
  const { rows } = await client.query<{ key: number }>(
    `select key from ${table} where id = $1 for no key update`,
    [id],
  );
  return rows[0]?.key;
}

function refused(reason: AssignTrackerReason, detail: string) {
  return { ok: false, reason, detail: detail.slice(0, 160) } as const;
}
