import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../domain/account.ts';
import type { Operation } from '../domain/operation.ts';
import type { Versions } from '../domain/places.ts';
import { includesRegion } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import {
  type Site,
  type SiteClass,
  type SiteKind,
  siteClasses,
  siteKinds,
} from '../domain/site.ts';
import { checkSite, type SiteFault, type SiteFields } from '../domain/siteFields.ts';
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
import { endSite, writeSites } from './siteWriting.ts';

/** One version of a site with what belongs to it. */
export type KnownSite = Site & {
  readonly version: number;
  readonly operationId: string;
  /** Metres, where somebody said it; undefined: as its kind and class have it. */
  readonly ringRadiusM: number | undefined;
  /** Epoch ms. */
  readonly validFromMs: number;
  /** Undefined: it is in force. */
  readonly validToMs: number | undefined;
};

/** What a change of a site touches. */
export type SiteFound = {
  /** As it is; undefined: it is added. */
  readonly site: KnownSite | undefined;
  readonly operation: Operation;
};

/** What can be changed of a site; undefined stays as it is. */
export type SiteChanges = {
  readonly [Name in Exclude<keyof SiteFields, 'id' | 'ringRadiusM'>]?: SiteFields[Name] | undefined;
} & {
  /** Null: as its kind and class have it. */
  readonly ringRadiusM?: number | null | undefined;
};

type FieldReason = SiteFault | 'outside_operation';
type ChangeReason = 'unknown_site' | 'version_conflict' | 'not_allowed';

/** Adds a site and its ring. The id of one that was removed goes on in the same operation. */
export async function addSite(
  pool: Pool,
  operationId: string,
  fields: SiteFields,
  plan: Plan<SiteFound>,
): Promise<
  Result<Changed<KnownSite>, FieldReason | 'unknown_operation' | 'id_taken' | 'not_allowed'>
> {
  const checked = checkFields(fields);
  if (!checked.ok) return checked;
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const operation = await findOperation(client, operationId);
    if (operation === undefined) return unknownOperation(operationId);
    const outside = outsideOf(operation, checked.value.region);
    if (outside !== undefined) return outside;
    const deeds = plan({ site: undefined, operation });
    if (deeds === undefined) return notAllowed;
    const { rows } = await client.query<{ is_taken: boolean }>(
      `select s.operation_key <> $2 or exists (select from site_versions v
                                                where v.site_key = s.key and v.valid_to is null)
              as is_taken
       from sites s where s.id = $1`,
      [fields.id, operation.key],
    );
    if (rows[0]?.is_taken === true) {
      const detail = `there is already a site "${fields.id}", in this operation or another`;
      return { ok: false, reason: 'id_taken', detail };
    }
    return write(client, operation, checked.value, deeds);
  });
}

/**
 * Changes a site: its version in force ends and the next one begins, and the same of its ring where
 * its ground, name or region changed. Where nothing differs, nothing is written and `change` is 0.
 *
 * @param version the one that the change was made for
 */
export function changeSite(
  pool: Pool,
  id: string,
  version: number,
  changes: SiteChanges,
  plan: Plan<SiteFound>,
): Promise<Result<Changed<KnownSite>, FieldReason | ChangeReason>> {
  return onSite(pool, id, version, plan, async (client, { site, operation }, deeds) => {
    const { ringRadiusM = site.ringRadiusM } = changes;
    const checked = checkFields({
      id,
      name: changes.name ?? site.name,
      kind: changes.kind ?? site.kind,
      siteClass: changes.siteClass ?? site.siteClass,
      region: changes.region ?? site.region,
      place: changes.place ?? site.place,
      required: changes.required ?? site.required,
      ringRadiusM: ringRadiusM ?? undefined,
    });
    if (!checked.ok) return checked;
    const outside = outsideOf(operation, checked.value.region);
    if (outside !== undefined) return outside;
    const { unchanged } = await writeSites(client, undefined, operation.key, [checked.value]);
    if (unchanged === 1) return { ok: true, value: { value: site, change: 0 } };
    return write(client, operation, checked.value, deeds);
  });
}

/** Removes a site and its ring: their versions in force end, and what was before can still be read. */
export function removeSite(
  pool: Pool,
  id: string,
  version: number,
  plan: Plan<SiteFound>,
): Promise<Result<Changed<KnownSite>, ChangeReason>> {
  return onSite(pool, id, version, plan, async (client, { site }, deeds) => {
    const change = await beginChange(client);
    await endSite(client, change, site.key);
    await appendAll(client, deeds);
    const value = { ...site, validToMs: change.atMs };
    return { ok: true, value: { value, change: change.number } };
  });
}

function onSite<Answer extends Result<Changed<KnownSite>, string>>(
  pool: Pool,
  id: string,
  version: number,
  plan: Plan<SiteFound>,
  work: (
    client: PoolClient,
    found: { readonly site: KnownSite; readonly operation: Operation },
    deeds: readonly Deed[],
  ) => Promise<Answer>,
): Promise<Answer | Result<never, ChangeReason>> {
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const site = await findSite(client, id);
    const operation = site && (await findOperation(client, site.operationId));
    if (site === undefined || operation === undefined) return unknownSite(id);
    const deeds = plan({ site, operation });
    if (deeds === undefined) return notAllowed;
    if (site.version !== version) return versionConflict(`site "${id}"`, site.version);
    return work(client, { site, operation }, deeds);
  });
}

async function write(
  client: PoolClient,
  operation: Operation,
  fields: SiteFields,
  deeds: readonly Deed[],
): Promise<{ readonly ok: true; readonly value: Changed<KnownSite> }> {
  const change = await beginChange(client);
  await writeSites(client, change, operation.key, [fields]);
  const value = await findSite(client, fields.id);
  if (value === undefined) throw new Error(`The site ${fields.id} was written and is not there.`);
  await appendAll(client, deeds);
  return { ok: true, value: { value, change: change.number } };
}

function checkFields(fields: SiteFields): Result<SiteFields, SiteFault> {
  const checked = checkSite(fields);
  if (checked.ok) return checked;
  const [first] = checked.refusals;
  if (first === undefined) throw new Error('a site was refused for no reason');
  const detail = checked.refusals.map((each) => each.detail).join('; ');
  return { ok: false, reason: first.reason, detail };
}

/** A site lies in the region of its operation. */
export function outsideOf(
  operation: Pick<Operation, 'id' | 'region'>,
  region: string,
): Result<never, 'outside_operation'> | undefined {
  if (includesRegion(operation.region, region)) return undefined;
  const detail = `the operation ${operation.id} is in ${operation.region}, and ${region} does not lie in it`;
  return { ok: false, reason: 'outside_operation', detail };
}

function unknownSite(id: string): Result<never, 'unknown_site'> {
  return { ok: false, reason: 'unknown_site', detail: `there is no site "${id.slice(0, 80)}"` };
}

/** Which sites to list; what is undefined does not restrict. */
export type SiteFilter = {
  /** These and those below. */
  readonly regions?: readonly string[] | undefined;
  readonly region?: string | undefined;
  readonly kind?: SiteKind | undefined;
  readonly siteClass?: SiteClass | undefined;
  readonly operationId?: string | undefined;
  /** Part of the id or the name, in whatever case. */
  readonly search?: string | undefined;
  /** As they were in force then, epoch ms; now where left out. */
  readonly atMs?: number | undefined;
};

/** Sites by id, after the one of a cursor. */
export async function listSites(
  pool: Pick<Pool, 'query'>,
  filter: SiteFilter,
  limit: number,
  after = '',
): Promise<readonly KnownSite[]> {
  const { regions, region, kind, siteClass, operationId, search, atMs } = filter;
  const { rows } = await pool.query<SiteRow>(
    `${selectSites}
     where ${inForce('v', '$1')} and s.id > $2 and ${inRegions('v.region', '$3')}
       and ${inRegions('v.region', '$4')} and ($5::text is null or v.kind = $5)
       and ($6::text is null or v.class = $6) and ($7::text is null or o.id = $7)
       and ($8::text is null or strpos(lower(v.name), $8) > 0 or strpos(lower(s.id), $8) > 0)
     order by s.id limit $9`,
    [
      ...[atMs, after, regions, region === undefined ? undefined : [region], kind, siteClass],
      ...[operationId, search?.toLowerCase(), limit],
    ],
  );
  return rows.map(toSite);
}

/** A site as it is, or as it was in force at an epoch ms. */
export async function findSite(
  pool: Pick<Pool, 'query'>,
  id: string,
  atMs?: number,
): Promise<KnownSite | undefined> {
  const { rows } = await pool.query<SiteRow>(
    `${selectSites} where ${inForce('v', '$1')} and s.id = $2`,
    [atMs, id],
  );
  return rows.map(toSite)[0];
}

/**
 * All sites in force, for the live core.
 *
 * @param change as they were when this change was the newest, the same however much later they are
 *   read, but for `validToMs` of those that ended since; undefined: now
 */
export async function readSites(
  pool: Pick<Pool, 'query'>,
  change?: number,
): Promise<readonly KnownSite[]> {
  const { rows } = await pool.query<SiteRow>(`${selectSites} where ${inForceAsOf('v', '$1')}`, [
    change,
  ]);
  return rows.map(toSite);
}

/** Reads what a change did to sites, the same however much later it is read. */
export async function readSitesOfChange(
  pool: Pick<Pool, 'query'>,
  change: number,
): Promise<Versions<KnownSite>> {
  const { rows } = await pool.query<SiteRow>(`${selectSites} where v.begun_by = $1`, [change]);
  return { begun: rows.map(toSite), endedKeys: await endedKeys(pool, 'site', change) };
}

type SiteRow = {
  readonly key: number;
  readonly id: string;
  readonly operation_key: number;
  readonly operation_id: string;
  readonly version: number;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number | null;
  readonly name: string;
  readonly kind: string;
  readonly class: string;
  readonly region: string;
  readonly lon: number;
  readonly lat: number;
  readonly required: Site['required'];
  readonly ring_radius_m: number | null;
};

const selectSites = `
  select s.key, s.id, s.operation_key, o.id as operation_id, v.version,
         ${epochMs('v.valid_from')} as valid_from_ms, ${epochMs('v.valid_to')} as valid_to_ms,
         v.name, v.kind, v.class, v.region, v.lon, v.lat, v.required, v.ring_radius_m
  from sites s
  join site_versions v on v.site_key = s.key
  join operations o on o.key = s.operation_key`;

function toSite(row: SiteRow): KnownSite {
  const { key, id, version, name, region, required } = row;
  return {
    ...{ key, id, version, name, region, required },
    // one that another program wrote is shown as the mildest, not refused
    kind: siteKinds.find((kind) => kind === row.kind) ?? 'custom',
    siteClass: siteClasses.find((each) => each === row.class) ?? 'kurang_rawan',
    place: [row.lon / 1e6, row.lat / 1e6],
    operationKey: row.operation_key,
    operationId: row.operation_id,
    ringRadiusM: row.ring_radius_m ?? undefined,
    validFromMs: row.valid_from_ms,
    validToMs: row.valid_to_ms ?? undefined,
  };
}
