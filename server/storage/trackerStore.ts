import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../domain/account.ts';
import { checkRegion } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import {
  agencies,
  checkCallsign,
  isRegencyCode,
  isTrackerId,
  type Tracker,
  type Unit,
  unitKinds,
} from '../domain/unit.ts';
import { inTransaction } from './inTransaction.ts';
import { appendTo } from './log/logStore.ts';

const maxBearerLength = 64;

/** A tracker to add with a unit of its own. */
export type NewTracker = Pick<Tracker, 'id' | 'region'> &
  Pick<Unit, 'callsign' | 'kind' | 'agency'> & {
    /** Who carries the unit, 1 to 64 characters: names a person, so that lists leave it out. */
    readonly bearer?: string | undefined;
  };

/** A tracker and the unit that carries it now. */
export type TrackerWithUnit = { readonly tracker: Tracker; readonly unit: Unit };

export type AddTrackerReason = 'bad_id' | 'bad_region' | 'bad_callsign' | 'bad_bearer' | 'id_taken';

/**
 * Adds a tracker and a unit with the same id that carries it from its very first fix on, both or
 * neither. Running servers hear of it at once (see watchChanges).
 *
 * @param actor for the log; the trackers of a demonstration stand in none
 */
export async function addTracker(
  pool: Pool,
  { id, region, callsign, kind, agency, bearer }: NewTracker,
  actor?: string,
): Promise<Result<TrackerWithUnit, AddTrackerReason>> {
  if (!isTrackerId(id)) {
    return {
      ok: false,
      reason: 'bad_id',
      detail: `a tracker id is 1 to 64 letters, digits, - or _, and not the word "out"; got "${id.slice(0, 80)}"`,
    };
  }
  const place = checkRegency(region);
  if (!place.ok) return place;
  const checked = checkCallsign(callsign);
  if (!checked.ok) return checked;
  const carrier = bearer === undefined ? undefined : checkBearer(bearer);
  if (carrier?.ok === false) return carrier;
  const unit = { callsign: checked.value, kind, agency };
  const row = await inTransaction(pool, async (client) => {
    const keys = await insertTracker(client, { ...unit, id, region }, carrier?.value);
    if (keys === undefined || actor === undefined) return keys;
    const data = { kind, agency, hasBearer: carrier !== undefined };
    await appendTo(client, deedOnTracker(actor, 'tracker.added', id, region, data));
    return keys;
  });
  if (row === undefined) {
    return {
      ok: false,
      reason: 'id_taken',
      detail: `there is already a tracker or unit with the id "${id}"`,
    };
  }
  return {
    ok: true,
    value: {
      tracker: { key: row.tracker_key, id, region, unitKey: row.unit_key, role: 'primary' },
      unit: { key: row.unit_key, id, region, ...unit },
    },
  };
}

/** Undefined where either id is taken: one statement, so that both or neither are there. */
async function insertTracker(
  client: PoolClient,
  { id, region, callsign, kind, agency }: NewTracker,
  bearer: string | undefined,
): Promise<{ readonly unit_key: number; readonly tracker_key: number } | undefined> {
  const { rows } = await client.query<{ unit_key: number; tracker_key: number }>(
    `with new_unit as (
       insert into units (id, callsign, kind, agency, region, bearer)
       select $1, $3, $4, $5, $2, $6 where not exists (select from trackers where id = $1)
       on conflict (id) do nothing
       returning key
     ), new_tracker as (
       insert into trackers (id, region)
       select $1, $2 from new_unit
       returning key
     )
     insert into tracker_assignments (tracker_key, unit_key, valid_from)
     select new_tracker.key, new_unit.key, '-infinity' from new_tracker, new_unit
     returning tracker_key, unit_key`,
    [id, region, callsign, kind, agency, bearer],
  );
  return rows[0];
}

/** Whose callsign or bearer it is now stays out of the log: either may name a person. */
function deedOnTracker(
  actor: string,
  action: string,
  id: string,
  region: string | null,
  data: Deed['data'],
): Deed {
  return { actor, action, subject: `tracker:${id}`, region, data };
}

/** What can be changed of a tracker and its unit; undefined stays as it is. */
export type TrackerChanges = {
  readonly [Name in 'region' | 'callsign' | 'kind' | 'agency']: NewTracker[Name] | undefined;
} & {
  /** Null: nobody any more. */
  readonly bearer?: string | null | undefined;
};

/**
 * Changes a tracker and the unit that carries it now, both or neither.
 *
 * @param actor for the log, which names what was changed, and its values where they name nobody
 */
export async function changeTracker(
  pool: Pool,
  id: string,
  changes: TrackerChanges,
  actor?: string,
): Promise<Result<null, 'bad_region' | 'bad_callsign' | 'bad_bearer' | 'unknown_tracker'>> {
  const { region, callsign, kind, agency, bearer } = changes;
  const place = region === undefined ? undefined : checkRegency(region);
  if (place?.ok === false) return place;
  const checked = callsign === undefined ? undefined : checkCallsign(callsign);
  if (checked?.ok === false) return checked;
  const carrier = typeof bearer === 'string' ? checkBearer(bearer) : undefined;
  if (carrier?.ok === false) return carrier;
  const isThere = await inTransaction(pool, async (client) => {
    const before = await lockTracker(client, id);
    if (before === undefined) return false;
    await updateTracker(client, id, {
      ...changes,
      callsign: checked?.value,
      ...(carrier !== undefined && { bearer: carrier.value }),
    });
    if (actor === undefined) return true;
    const changed = Object.entries(changes).flatMap(([name, value]) =>
      value === undefined ? [] : name,
    );
    // who answers for the region that it leaves sees it, and who does for the one where it goes
    for (const where of new Set([before, region ?? before])) {
      const data = { changed, region, kind, agency };
      await appendTo(client, deedOnTracker(actor, 'tracker.changed', id, where, data));
    }
    return true;
  });
  if (isThere) return { ok: true, value: null };
  const detail = `there is no tracker "${id.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_tracker', detail };
}

/** Its region, which nobody else changes until the transaction ends; undefined where there is none. */
async function lockTracker(client: PoolClient, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ region: string }>(
    'select region from trackers where id = $1 for no key update',
    [id],
  );
  return rows[0]?.region;
}

async function updateTracker(
  client: PoolClient,
  id: string,
  { region, callsign, kind, agency, bearer }: TrackerChanges,
): Promise<void> {
  await client.query(
    `with changed as (
       update trackers set region = coalesce($2, region) where id = $1 returning key
     ), carried as (
       select unit_key from changed join tracker_assignments a on a.tracker_key = changed.key
       where a.valid_from <= now() and (a.valid_to is null or a.valid_to > now())
     ), unit_changed as (
       update units set region = coalesce($2, region), callsign = coalesce($3, callsign),
                        kind = coalesce($4, kind), agency = coalesce($5, agency),
                        bearer = case when $7 then null else coalesce($6, bearer) end
       from carried where key = unit_key
     )
     select from changed`,
    [id, region, callsign, kind, agency, bearer, bearer === null],
  );
}

function checkBearer(text: string): Result<string, 'bad_bearer'> {
  const bearer = text.trim();
  if (bearer.length > 0 && bearer.length <= maxBearerLength && !/\p{C}/u.test(bearer)) {
    return { ok: true, value: bearer };
  }
  const detail = `a bearer is 1 to ${maxBearerLength} printable characters`;
  return { ok: false, reason: 'bad_bearer', detail };
}

function checkRegency(region: string): Result<string, 'bad_region'> {
  if (isRegencyCode(region)) return checkRegion(region);
  const detail = `a tracker's region is a regency code such as 64.08; got "${region.slice(0, 80)}"`;
  return { ok: false, reason: 'bad_region', detail };
}

type TrackerRow = {
  readonly tracker_key: number;
  readonly tracker_id: string;
  readonly tracker_region: string;
  readonly unit_key: number;
  readonly unit_id: string;
  readonly callsign: string;
  readonly kind: string;
  readonly agency: string;
  readonly unit_region: string;
  readonly role: string;
};

/** All trackers that a unit carries now, with their units, by id. */
export async function listTrackers(pool: Pick<Pool, 'query'>): Promise<readonly TrackerWithUnit[]> {
  const { rows } = await pool.query<TrackerRow>(
    `select t.key as tracker_key, t.id as tracker_id, t.region as tracker_region,
            u.key as unit_key, u.id as unit_id, u.callsign, u.kind, u.agency,
            u.region as unit_region, a.role
     from trackers t
     join tracker_assignments a on a.tracker_key = t.key
     join units u on u.key = a.unit_key
     where a.valid_from <= now() and (a.valid_to is null or a.valid_to > now())
     order by t.id`,
  );
  return rows.map((row) => ({
    tracker: {
      key: row.tracker_key,
      id: row.tracker_id,
      region: row.tracker_region,
      unitKey: row.unit_key,
      role: row.role === 'backup' ? 'backup' : 'primary',
    },
    unit: {
      key: row.unit_key,
      id: row.unit_id,
      callsign: row.callsign,
      // a kind or agency that another program wrote is shown as "other", not refused
      kind: unitKinds.find((kind) => kind === row.kind) ?? 'other',
      agency: agencies.find((agency) => agency === row.agency) ?? 'other',
      region: row.unit_region,
    },
  }));
}
