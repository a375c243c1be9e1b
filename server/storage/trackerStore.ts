import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../domain/account.ts';
import type { TrackerDoor } from '../domain/principal.ts';
import { checkRegion } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import {
  agencies,
  checkCallsign,
  checkUnitStrength,
  isRegencyCode,
  isTrackerId,
  type Tracker,
  type Unit,
  unitKinds,
} from '../domain/unit.ts';
import { checkNetworks, checkTimeZone, cidrs } from './doorFields.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll, appendTo } from './log/logStore.ts';
import { notAllowed, type Plan } from './plan.ts';
import { holderOf, leastSecretVersion, lockPrincipalIds } from './principalIds.ts';

const maxBearerLength = 64;

/** A tracker to add with a unit of its own. */
export type NewTracker = Pick<Tracker, 'id' | 'region' | 'timeZone'> &
  Partial<TrackerDoor> &
  Pick<Unit, 'callsign' | 'kind' | 'agency'> & {
    /** Who carries the unit, 1 to 64 characters: names a person, so that lists leave it out. */
    readonly bearer?: string | undefined;
    /** Left out: 1. */
    readonly strength?: number | undefined;
    /** PHC string; left out: it has no secret. */
    readonly secretHash?: string | undefined;
  };

/** A tracker and the unit that carries it now. */
export type TrackerWithUnit = {
  readonly tracker: Tracker & TrackerDoor;
  readonly unit: Unit;
  readonly hasSecret: boolean;
};

type FieldReason =
  | 'bad_region'
  | 'bad_callsign'
  | 'bad_bearer'
  | 'bad_strength'
  | 'bad_time_zone'
  | 'bad_network';

export type AddTrackerReason = FieldReason | 'bad_id' | 'id_taken';

/**
 * Adds a tracker and a unit with the same id that carries it from its very first fix on, both or
 * neither. Running servers hear of it at once (see watchChanges).
 *
 * @param deed what the log says of it
 */
export async function addTracker(
  pool: Pool,
  tracker: NewTracker,
  deed?: Deed,
): Promise<Result<TrackerWithUnit, AddTrackerReason>> {
  const { id, region, kind, agency, strength = 1, secretHash, isWeak } = tracker;
  if (!isTrackerId(id)) {
    return {
      ok: false,
      reason: 'bad_id',
      detail: `a tracker id is 1 to 64 letters, digits, - or _, and not the word "out"; got "${id.slice(0, 80)}"`,
    };
  }
  const checked = checkFields(tracker);
  if (!checked.ok) return checked;
  const { callsign, bearer } = checked.value;
  return inTransaction(pool, async (client) => {
    await lockPrincipalIds(client);
    const holder = await holderOf(client, id);
    if (holder !== undefined) {
      const whose = holder === 'gateway' ? 'gateway' : 'tracker or unit';
      const detail = `there is already a ${whose} with the id "${id}"`;
      return { ok: false, reason: 'id_taken', detail };
    }
    await client.query(
      `with new_unit as (
         insert into units (id, callsign, kind, agency, region, bearer, strength)
         values ($1, $3, $4, $5, $2, $6, $11)
         returning key
       ), new_tracker as (
         insert into trackers (id, region, secret_hash, secret_version, is_weak, networks, time_zone)
         values ($1, $2, $7, case when $7::text is null then 0 else ${leastSecretVersion} end, $8,
                 ${cidrs('$9')}, $10)
         returning key
       )
       insert into tracker_assignments (tracker_key, unit_key, valid_from)
       select new_tracker.key, new_unit.key, '-infinity' from new_tracker, new_unit`,
      [
        ...[id, region, callsign, kind, agency, bearer],
        ...[secretHash, isWeak ?? false, tracker.networks ?? [], tracker.timeZone],
        strength,
      ],
    );
    const added = await findTracker(client, id);
    if (added === undefined) throw new Error(`The tracker ${id} was added and is not there.`);
    if (deed !== undefined) await appendTo(client, deed);
    return { ok: true, value: added };
  });
}

/** What can be changed of a tracker and its unit; undefined stays as it is. */
export type TrackerChanges = {
  readonly [Name in 'region' | 'callsign' | 'kind' | 'agency' | 'strength']?:
    | NewTracker[Name]
    | undefined;
} & {
  readonly [Name in keyof TrackerDoor]?: TrackerDoor[Name] | undefined;
} & {
  /** Null: nobody any more. */
  readonly bearer?: string | null | undefined;
  /** Null: none any more. */
  readonly timeZone?: string | null | undefined;
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
  plan?: Plan<TrackerWithUnit>,
): Promise<Result<null, FieldReason | 'unknown_tracker' | 'not_allowed'>> {
  const { region, kind, agency, strength, isWeak, networks, timeZone } = changes;
  const checked = checkFields(changes);
  if (!checked.ok) return checked;
  const { callsign, bearer } = checked.value;
  return inTransaction(pool, async (client) => {
    const found = await lockTracker(client, id);
    if (found === undefined) return unknownTracker(id);
    const deeds = plan === undefined ? [] : plan(found);
    if (deeds === undefined) return notAllowed;
    await client.query(
      `update trackers
       set region = coalesce($2, region), is_weak = coalesce($3, is_weak),
           networks = case when $4::text[] is null then networks else ${cidrs('$4')} end,
           time_zone = case when $6 then null else coalesce($5, time_zone) end
       where key = $1`,
      [found.tracker.key, region, isWeak, networks, timeZone, timeZone === null],
    );
    await client.query(
      `update units
       set region = coalesce($2, region), callsign = coalesce($3, callsign),
           kind = coalesce($4, kind), agency = coalesce($5, agency),
           bearer = case when $7 then null else coalesce($6, bearer) end,
           strength = coalesce($8, strength)
       where key = $1`,
      [
        ...[found.unit.key, region, callsign, kind, agency, bearer, changes.bearer === null],
        strength,
      ],
    );
    await appendAll(client, deeds);
    return { ok: true, value: null };
  });
}

/**
 * Gives a tracker a new secret, which is the only one from then on.
 *
 * @param hash PHC string; null takes its secret away
 */
export function setTrackerSecret(
  pool: Pool,
  id: string,
  hash: string | null,
  plan: Plan<TrackerWithUnit>,
): Promise<Result<null, 'unknown_tracker' | 'not_allowed'>> {
  return onTracker(pool, id, plan, async (client, key) => {
    await client.query(
      `update trackers
       set secret_hash = $2, secret_version = greatest(secret_version + 1, ${leastSecretVersion})
       where key = $1`,
      [key, hash],
    );
  });
}

/** Client certificates of a tracker that are valid from before `fromMs` (epoch ms) count no more. */
export function revokeTrackerCertificates(
  pool: Pool,
  id: string,
  fromMs: number,
  plan: Plan<TrackerWithUnit>,
): Promise<Result<null, 'unknown_tracker' | 'not_allowed'>> {
  return onTracker(pool, id, plan, async (client, key) => {
    await client.query(
      'update trackers set certificates_from = to_timestamp($2::float8 / 1000) where key = $1',
      [key, fromMs],
    );
  });
}

function onTracker(
  pool: Pool,
  id: string,
  plan: Plan<TrackerWithUnit>,
  change: (client: PoolClient, key: number) => Promise<void>,
): Promise<Result<null, 'unknown_tracker' | 'not_allowed'>> {
  return inTransaction(pool, async (client) => {
    const found = await lockTracker(client, id);
    if (found === undefined) return unknownTracker(id);
    const deeds = plan(found);
    if (deeds === undefined) return notAllowed;
    await change(client, found.tracker.key);
    await appendAll(client, deeds);
    return { ok: true, value: null };
  });
}

/** The tracker and its unit as they are now, which nobody else changes until the transaction ends. */
async function lockTracker(client: PoolClient, id: string): Promise<TrackerWithUnit | undefined> {
  await client.query('select from trackers where id = $1 for update', [id]);
  // a statement of its own, so that it sees what was written while the lock was waited for
  const found = await findTracker(client, id);
  if (found === undefined) return undefined;
  await client.query('select from units where key = $1 for update', [found.unit.key]);
  return findTracker(client, id);
}

function unknownTracker(id: string): Result<never, 'unknown_tracker'> {
  const detail = `there is no tracker "${id.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_tracker', detail };
}

type CheckedFields = { readonly callsign: string | undefined; readonly bearer: string | undefined };

/** Checks what there is; callsign and bearer come back as they are kept. */
function checkFields(fields: TrackerChanges): Result<CheckedFields, FieldReason> {
  const { region, callsign, bearer, strength, timeZone, networks } = fields;
  const place = region === undefined ? undefined : checkRegency(region);
  if (place?.ok === false) return place;
  const sign = callsign === undefined ? undefined : checkCallsign(callsign);
  if (sign?.ok === false) return sign;
  const carrier = typeof bearer === 'string' ? checkBearer(bearer) : undefined;
  if (carrier?.ok === false) return carrier;
  const people = strength === undefined ? undefined : checkUnitStrength(strength);
  if (people?.ok === false) return people;
  const zone = typeof timeZone === 'string' ? checkTimeZone(timeZone) : undefined;
  if (zone?.ok === false) return zone;
  const from = networks === undefined ? undefined : checkNetworks(networks);
  if (from?.ok === false) return from;
  return { ok: true, value: { callsign: sign?.value, bearer: carrier?.value } };
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
  readonly time_zone: string | null;
  readonly is_weak: boolean;
  readonly networks: readonly string[];
  readonly has_secret: boolean;
  readonly unit_key: number;
  readonly unit_id: string;
  readonly callsign: string;
  readonly kind: string;
  readonly agency: string;
  readonly unit_region: string;
  readonly strength: number;
  readonly role: string;
};

/** All trackers that a unit carries now, with their units, by id. */
export async function listTrackers(pool: Pick<Pool, 'query'>): Promise<readonly TrackerWithUnit[]> {
  const { rows } = await pool.query<TrackerRow>(`${selectTrackers} order by t.id`);
  return rows.map(toTrackerWithUnit);
}

/** A tracker that a unit carries now, with its unit. */
export async function findTracker(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<TrackerWithUnit | undefined> {
  const { rows } = await pool.query<TrackerRow>(`${selectTrackers} and t.id = $1`, [id]);
  return rows.map(toTrackerWithUnit)[0];
}

const selectTrackers = `
  select t.key as tracker_key, t.id as tracker_id, t.region as tracker_region, t.time_zone,
         t.is_weak, t.networks::text[], t.secret_hash is not null as has_secret,
         u.key as unit_key, u.id as unit_id, u.callsign, u.kind, u.agency,
         u.region as unit_region, u.strength, a.role
  from trackers t
  join tracker_assignments a on a.tracker_key = t.key
  join units u on u.key = a.unit_key
  where a.valid_from <= now() and (a.valid_to is null or a.valid_to > now())`;

function toTrackerWithUnit(row: TrackerRow): TrackerWithUnit {
  return {
    tracker: {
      key: row.tracker_key,
      id: row.tracker_id,
      region: row.tracker_region,
      unitKey: row.unit_key,
      role: row.role === 'backup' ? 'backup' : 'primary',
      timeZone: row.time_zone ?? undefined,
      isWeak: row.is_weak,
      networks: row.networks,
    },
    unit: {
      key: row.unit_key,
      id: row.unit_id,
      callsign: row.callsign,
      // a kind or agency that another program wrote is shown as "other", not refused
      kind: unitKinds.find((kind) => kind === row.kind) ?? 'other',
      agency: agencies.find((agency) => agency === row.agency) ?? 'other',
      region: row.unit_region,
      strength: row.strength,
    },
    hasSecret: row.has_secret,
  };
}
