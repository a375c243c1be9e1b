import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../domain/account.ts';
import { type Fence, type FenceClass, fenceClasses, type Shape } from '../domain/fence.ts';
import { checkFence, type FenceFault, type FenceFields } from '../domain/fenceFields.ts';
import type { Operation } from '../domain/operation.ts';
import type { ConditionsDetails, WatchDetails } from '../domain/placeDetails.ts';
import type { ChangeId, Versions } from '../domain/places.ts';
import { includesRegion } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import { shapeBounds } from '../domain/shapeBounds.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { findOperation, unknownOperation, versionConflict } from './operationStore.ts';
import {
  beginChange,
  type Changed,
  endedKeys,
  epochMs,
  inForce,
  inForceAsOf,
  inRegions,
  lockPlaces,
} from './placeChanges.ts';
import { notAllowed, type Plan } from './plan.ts';

/** One version of a fence with what belongs to it. */
export type KnownFence = Omit<Fence, 'conditions' | 'watch'> & {
  readonly conditions: ConditionsDetails;
  readonly watch: WatchDetails;
  readonly region: string;
  readonly operationId: string | undefined;
  /** The site whose ring it is. */
  readonly siteId: string | undefined;
  /** The unit that it moves with. */
  readonly unitId: string | undefined;
  /** Epoch ms. */
  readonly validFromMs: number;
  /** Undefined: it is in force. */
  readonly validToMs: number | undefined;
};

/** A fence to add; one that moves names its unit by its key. */
export type NewFence = FenceFields & { readonly operationId: string | undefined };

/** What a change of a fence touches. */
export type FenceFound = {
  /** As it is; undefined: it is added. */
  readonly fence: KnownFence | undefined;
  readonly operation: Operation | undefined;
};

/** What can be changed of a fence; undefined stays as it is. */
export type FenceChanges = {
  readonly [Name in Exclude<keyof FenceFields, 'id'>]?: FenceFields[Name] | undefined;
};

type FieldReason = FenceFault | 'outside_operation';
type ChangeReason = 'unknown_fence' | 'version_conflict' | 'not_allowed' | 'ring_of_site';

/** Adds a fence. The id of one that was removed goes on in the same operation. */
export async function addFence(
  pool: Pool,
  fence: NewFence,
  plan: Plan<FenceFound>,
): Promise<
  Result<Changed<KnownFence>, FieldReason | 'unknown_operation' | 'id_taken' | 'not_allowed'>
> {
  const checked = checkFence(fence);
  if (!checked.ok) return checked;
  const { id, operationId } = fence;
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const operation =
      operationId === undefined ? undefined : await findOperation(client, operationId);
    if (operation === undefined && operationId !== undefined) return unknownOperation(operationId);
    const elsewhere = elsewhereThan(operation, checked.value.region);
    if (elsewhere !== undefined) return elsewhere;
    const deeds = plan({ fence: undefined, operation });
    if (deeds === undefined) return notAllowed;
    const { rows } = await client.query<{ key: number; version: number; is_free: boolean }>(
      `select f.key, max(v.version) as version,
              f.operation_key is not distinct from $2::int and count(*) = count(v.valid_to) as is_free
       from fences f join fence_versions v on v.fence_key = f.key
       where f.id = $1 group by f.key`,
      [id, operation?.key],
    );
    const before = rows[0];
    if (before?.is_free === false) {
      return { ok: false, reason: 'id_taken', detail: `there is already a fence "${id}"` };
    }
    const change = await beginChange(client);
    const key = before?.key ?? (await insertFence(client, id, operation?.key));
    await insertVersion(client, change, key, (before?.version ?? 0) + 1, checked.value);
    return readBack(client, id, change, deeds);
  });
}

/**
 * Changes a fence: its version in force ends and the next one begins. Of the ring of a site only what
 * is watched for and when it counts can be changed: the rest follows from the site.
 *
 * @param version the one that the change was made for
 */
export function changeFence(
  pool: Pool,
  id: string,
  version: number,
  changes: FenceChanges,
  plan: Plan<FenceFound>,
): Promise<Result<Changed<KnownFence>, FieldReason | ChangeReason>> {
  return onFence(pool, id, version, plan, async (client, { fence, operation }, deeds) => {
    const { name, region, fenceClass, shape, conditions, watch } = changes;
    const isOfSite = [name, region, fenceClass, shape].some((each) => each !== undefined);
    if (fence.siteId !== undefined && isOfSite) return ringOfSite(fence.siteId);
    const fields: FenceFields = {
      id,
      name: name ?? fence.name,
      region: region ?? fence.region,
      fenceClass: fenceClass ?? fence.fenceClass,
      shape: shape ?? fence.shape,
      conditions: conditions ?? fence.conditions,
      watch: watch ?? fence.watch,
    };
    // the id of a ring is none that somebody may choose
    const checked = checkFence({ ...fields, id: fence.siteId ?? id });
    if (!checked.ok) return checked;
    const elsewhere = elsewhereThan(operation, checked.value.region);
    if (elsewhere !== undefined && region !== undefined) return elsewhere;
    const change = await beginChange(client);
    await endVersion(client, change, fence.key);
    await insertVersion(client, change, fence.key, fence.version + 1, checked.value);
    return readBack(client, id, change, deeds);
  });
}

/** Removes a fence: its version in force ends, and what was before can still be read. */
export function removeFence(
  pool: Pool,
  id: string,
  version: number,
  plan: Plan<FenceFound>,
): Promise<Result<Changed<KnownFence>, ChangeReason>> {
  return onFence(pool, id, version, plan, async (client, { fence }, deeds) => {
    if (fence.siteId !== undefined) return ringOfSite(fence.siteId);
    const change = await beginChange(client);
    await endVersion(client, change, fence.key);
    await appendAll(client, deeds);
    const value = { ...fence, validToMs: change.atMs };
    return { ok: true, value: { value, change: change.number } };
  });
}

function onFence<Answer extends Result<Changed<KnownFence>, string>>(
  pool: Pool,
  id: string,
  version: number,
  plan: Plan<FenceFound>,
  work: (
    client: PoolClient,
    found: { readonly fence: KnownFence; readonly operation: Operation | undefined },
    deeds: readonly Deed[],
  ) => Promise<Answer>,
): Promise<Answer | Result<never, ChangeReason>> {
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const fence = await findFence(client, id);
    if (fence === undefined) return unknownFence(id);
    const { operationId } = fence;
    const operation =
      operationId === undefined ? undefined : await findOperation(client, operationId);
    const deeds = plan({ fence, operation });
    if (deeds === undefined) return notAllowed;
    if (fence.version !== version) return versionConflict(`fence "${id}"`, fence.version);
    return work(client, { fence, operation }, deeds);
  });
}

async function insertFence(
  client: PoolClient,
  id: string,
  operationKey: number | undefined,
): Promise<number> {
  const { rows } = await client.query<{ key: number }>(
    'insert into fences (id, operation_key) values ($1, $2) returning key',
    [id, operationKey],
  );
  const key = rows[0]?.key;
  if (key === undefined) throw new Error(`The fence ${id} was written and has no key.`);
  return key;
}

async function insertVersion(
  client: PoolClient,
  { number, atMs }: ChangeId,
  key: number,
  version: number,
  { name, region, fenceClass, shape, conditions, watch }: FenceFields,
): Promise<void> {
  const [unitKey, kept, box] = keptShape(shape);
  await client.query(
    `insert into fence_versions (fence_key, version, valid_from, begun_by, name, region, fence_class,
                                 shape, unit_key, conditions, watch, west, south, east, north)
     values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7, $8, $9, $10, $11,
             $12, $13, $14, $15)`,
    [
      ...[key, version, atMs, number, name, region, fenceClass, JSON.stringify(kept), unitKey],
      ...[JSON.stringify(conditions), JSON.stringify(watch), ...box],
    ],
  );
}

/** A shape as it is kept: the unit of one that moves in a column of its own; and its box, microdegrees. */
function keptShape(
  shape: Shape,
): [unitKey: number | null, kept: unknown, box: readonly (number | null)[]] {
  if (shape.kind === 'moving') {
    const { unitKey, ...kept } = shape;
    return [unitKey, kept, [null, null, null, null]];
  }
  const [west, south, east, north] = shapeBounds(shape);
  const box = [Math.floor(west * 1e6), Math.floor(south * 1e6)];
  return [null, shape, [...box, Math.ceil(east * 1e6), Math.ceil(north * 1e6)]];
}

async function endVersion(client: PoolClient, change: ChangeId, key: number): Promise<void> {
  await client.query(
    `update fence_versions set valid_to = to_timestamp($2::float8 / 1000), ended_by = $3
     where fence_key = $1 and valid_to is null`,
    [key, change.atMs, change.number],
  );
}

async function readBack(
  client: PoolClient,
  id: string,
  change: ChangeId,
  deeds: readonly Deed[],
): Promise<{ readonly ok: true; readonly value: Changed<KnownFence> }> {
  const value = await findFence(client, id);
  if (value === undefined) throw new Error(`The fence ${id} was written and is not there.`);
  await appendAll(client, deeds);
  return { ok: true, value: { value, change: change.number } };
}

/** A fence lies in the region of its operation, or around it: a route leads through other regencies. */
function elsewhereThan(
  operation: Pick<Operation, 'id' | 'region'> | undefined,
  region: string,
): Result<never, 'outside_operation'> | undefined {
  if (operation === undefined) return undefined;
  const { id, region: own } = operation;
  if (includesRegion(own, region) || includesRegion(region, own)) return undefined;
  const detail = `the operation ${id} is in ${own}, which neither holds ${region} nor lies in it`;
  return { ok: false, reason: 'outside_operation', detail };
}

function unknownFence(id: string): Result<never, 'unknown_fence'> {
  return { ok: false, reason: 'unknown_fence', detail: `there is no fence "${id.slice(0, 80)}"` };
}

function ringOfSite(siteId: string): Result<never, 'ring_of_site'> {
  const detail = `the fence is the ring of the site "${siteId}": change or remove the site`;
  return { ok: false, reason: 'ring_of_site', detail };
}

/** Which fences to list; what is undefined does not restrict. */
export type FenceFilter = {
  /** These and those below. */
  readonly regions?: readonly string[] | undefined;
  readonly region?: string | undefined;
  readonly fenceClass?: FenceClass | undefined;
  readonly operationId?: string | undefined;
  /** False: without the rings of sites. */
  readonly hasRings?: boolean | undefined;
  /** Part of the id or the name, in whatever case. */
  readonly search?: string | undefined;
  /** As they were in force then, epoch ms; now where left out. */
  readonly atMs?: number | undefined;
};

/** Fences by id, after the one of a cursor. */
export async function listFences(
  pool: Pick<Pool, 'query'>,
  filter: FenceFilter,
  limit: number,
  after = '',
): Promise<readonly KnownFence[]> {
  const { regions, region, fenceClass, operationId, hasRings, search, atMs } = filter;
  const { rows } = await pool.query<FenceRow>(
    `${selectFences}
     where ${inForce('v', '$1')} and f.id > $2 and ${inRegions('v.region', '$3')}
       and ${inRegions('v.region', '$4')} and ($5::text is null or v.fence_class = $5)
       and ($6::text is null or o.id = $6) and ($7::boolean or f.site_key is null)
       and ($8::text is null or strpos(lower(v.name), $8) > 0 or strpos(lower(f.id), $8) > 0)
     order by f.id limit $9`,
    [
      ...[atMs, after, regions, region === undefined ? undefined : [region], fenceClass],
      ...[operationId, hasRings ?? true, search?.toLowerCase(), limit],
    ],
  );
  return rows.map(toFence);
}

/** A fence as it is, or as it was in force at an epoch ms. */
export async function findFence(
  pool: Pick<Pool, 'query'>,
  id: string,
  atMs?: number,
): Promise<KnownFence | undefined> {
  const { rows } = await pool.query<FenceRow>(
    `${selectFences} where ${inForce('v', '$1')} and f.id = $2`,
    [atMs, id],
  );
  return rows.map(toFence)[0];
}

/**
 * Fences whose box holds a place, by id: all that may hold the place itself, but for those that move
 * with a unit, since the database does not know where that is.
 */
export async function fencesAround(
  pool: Pick<Pool, 'query'>,
  lon: number,
  lat: number,
  { regions, atMs }: Pick<FenceFilter, 'regions' | 'atMs'>,
): Promise<readonly KnownFence[]> {
  const { rows } = await pool.query<FenceRow>(
    `${selectFences}
     where ${inForce('v', '$1')} and ${inRegions('v.region', '$2')} and v.west is not null
       and box(point(v.west, v.south), point(v.east, v.north)) @> box(point($3, $4), point($3, $4))
     order by f.id`,
    [atMs, regions, Math.round(lon * 1e6), Math.round(lat * 1e6)],
  );
  return rows.map(toFence);
}

/**
 * All fences in force, rings included, for the live core.
 *
 * @param change as they were when this change was the newest, the same however much later they are
 *   read, but for `validToMs` of those that ended since; undefined: now
 */
export async function readFences(
  pool: Pick<Pool, 'query'>,
  change?: number,
): Promise<readonly KnownFence[]> {
  const { rows } = await pool.query<FenceRow>(`${selectFences} where ${inForceAsOf('v', '$1')}`, [
    change,
  ]);
  return rows.map(toFence);
}

/** Reads what a change did to fences, rings included, the same however much later it is read. */
export async function readFencesOfChange(
  pool: Pick<Pool, 'query'>,
  change: number,
): Promise<Versions<KnownFence>> {
  const { rows } = await pool.query<FenceRow>(`${selectFences} where v.begun_by = $1`, [change]);
  return { begun: rows.map(toFence), endedKeys: await endedKeys(pool, 'fence', change) };
}

type FenceRow = {
  readonly key: number;
  readonly id: string;
  readonly operation_key: number | null;
  readonly operation_id: string | null;
  readonly site_key: number | null;
  readonly site_id: string | null;
  readonly unit_key: number | null;
  readonly unit_id: string | null;
  readonly version: number;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number | null;
  readonly name: string;
  readonly region: string;
  readonly fence_class: string;
  /** Checked when it was written. */
  readonly shape: Exclude<Shape, { kind: 'moving' }> | { kind: 'moving'; radiusM: number };
  readonly conditions: ConditionsDetails;
  readonly watch: WatchDetails;
};

const selectFences = `
  select f.key, f.id, f.site_key, s.id as site_id, o.key as operation_key, o.id as operation_id,
         v.unit_key, u.id as unit_id, v.version, ${epochMs('v.valid_from')} as valid_from_ms,
         ${epochMs('v.valid_to')} as valid_to_ms, v.name, v.region, v.fence_class, v.shape,
         v.conditions, v.watch
  from fences f
  join fence_versions v on v.fence_key = f.key
  left join sites s on s.key = f.site_key
  left join units u on u.key = v.unit_key
  left join operations o on o.key = coalesce(f.operation_key, s.operation_key)`;

function toFence(row: FenceRow): KnownFence {
  const { key, id, version, name, region, conditions, watch, shape } = row;
  return {
    ...{ key, id, version, name, region, conditions, watch },
    fenceClass: fenceClasses.find((each) => each === row.fence_class) ?? 'area',
    shape: shape.kind === 'moving' ? { ...shape, unitKey: row.unit_key ?? 0 } : shape,
    operationKey: row.operation_key ?? undefined,
    operationId: row.operation_id ?? undefined,
    siteKey: row.site_key ?? undefined,
    siteId: row.site_id ?? undefined,
    unitId: row.unit_id ?? undefined,
    validFromMs: row.valid_from_ms,
    validToMs: row.valid_to_ms ?? undefined,
  };
}
