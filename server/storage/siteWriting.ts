import type { PoolClient } from 'pg';
import type { ChangeId } from '../domain/places.ts';
import { shapeBounds } from '../domain/shapeBounds.ts';
import type { SiteFields } from '../domain/siteFields.ts';
import { ringIdOf, ringRadiiM } from '../domain/siteRing.ts';

/** What became of sites that were written. */
export type WrittenSites = {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
};

/** What there is of a site before it is written. */
type Before = {
  /** Its place in the batch, from 0. */
  readonly at: number;
  readonly site_key: number;
  readonly operation_key: number;
  readonly region: string;
  /** The newest. */
  readonly version: number;
  readonly is_in_force: boolean;
  readonly is_same: boolean;
  /** Of its ring, which it has had since it began. */
  readonly ring_key: number;
  readonly ring_version: number;
  readonly is_ring_in_force: boolean;
  readonly is_ring_same: boolean;
};

/** A site with the id is of others: of another operation, or in a region that is not the caller's. */
export class TakenSiteError extends Error {}

/**
 * Brings sites and their rings to what is given: those that there are get a new version where anything
 * differs, and the others begin. Writing the same once more changes nothing. In batches of some
 * thousands; ids come once.
 *
 * @param change begun by the caller; undefined: only tells what would be written
 * @param mayChange asked of the region of each site that there is
 * @throws TakenSiteError where a site is of others: roll back
 */
export async function writeSites(
  client: PoolClient,
  change: ChangeId | undefined,
  operationKey: number,
  sites: readonly SiteFields[],
  mayChange: (region: string) => boolean = () => true,
): Promise<WrittenSites> {
  const begun = change && (await insertNew(client, change, operationKey, sites));
  const others = sites.filter(({ id }) => begun?.has(id) !== true);
  const json = toJson(others);
  const before = others.length === 0 ? [] : await readBefore(client, json);
  const taken = before.find((each) => each.operation_key !== operationKey);
  if (taken !== undefined) {
    const id = others[taken.at]?.id;
    throw new TakenSiteError(`the site "${id}" belongs to another operation: give it another id`);
  }
  const foreign = before.find((each) => each.is_in_force && !mayChange(each.region));
  if (foreign !== undefined) {
    const id = others[foreign.at]?.id;
    throw new TakenSiteError(
      `there is a site "${id}" in a region that is not yours: give it another id`,
    );
  }
  const differing = before.filter(({ is_in_force, is_same }) => !is_in_force || !is_same);
  const changed = differing.filter((each) => each.is_in_force).length;
  const unchanged = before.length - differing.length;
  if (change !== undefined && differing.length > 0) {
    await writeVersions(client, change, json, differing);
    const rings = differing.filter((each) => !each.is_ring_in_force || !each.is_ring_same);
    if (rings.length > 0) await writeRings(client, change, json, rings);
  }
  return { added: sites.length - unchanged - changed, changed, unchanged };
}

/** Ends what is in force of a site and of its ring. */
export async function endSite(
  client: PoolClient,
  change: ChangeId,
  siteKey: number,
): Promise<void> {
  const values = [siteKey, change.atMs, change.number];
  await client.query(
    `update site_versions set valid_to = to_timestamp($2::float8 / 1000), ended_by = $3
     where site_key = $1 and valid_to is null`,
    values,
  );
  await client.query(
    `update fence_versions v set valid_to = to_timestamp($2::float8 / 1000), ended_by = $3
     from fences f where f.site_key = $1 and v.fence_key = f.key and v.valid_to is null`,
    values,
  );
}

/** SQL of the sites in parameter 1, as `given`; `at` is the place in the batch, from 0. */
const given = `
  jsonb_to_recordset($1::jsonb) as given (
    at int, id text, name text, kind text, class text, region text, lon int, lat int, required jsonb,
    ring_radius_m real, ring_id text, radius_m float8, west int, south int, east int, north int)`;
/** SQL of the shape of a ring. */
const ring = `
  jsonb_build_object('kind', 'circle', 'radiusM', given.radius_m, 'center',
                     jsonb_build_array(given.lon / 1e6::float8, given.lat / 1e6::float8))`;
/** SQL of when a change is, by parameter 2. */
const changedAt = 'to_timestamp($2::float8 / 1000)';
const siteColumns =
  'site_key, valid_from, begun_by, version, name, kind, class, region, lon, lat, required, ring_radius_m';
const siteValues =
  'given.name, given.kind, given.class, given.region, given.lon, given.lat, given.required, given.ring_radius_m';
const ringColumns =
  'fence_key, valid_from, begun_by, version, conditions, watch, name, region, fence_class, shape, west, south, east, north';
const ringValues = `
  given.name, given.region, 'site', ${ring}, given.west, given.south, given.east, given.north`;

function toJson(sites: readonly SiteFields[]): string {
  return JSON.stringify(
    sites.map(({ id, name, kind, siteClass, region, place, required, ringRadiusM }, at) => {
      const radiusM = ringRadiusM ?? ringRadiiM[kind][siteClass];
      const [west, south, east, north] = shapeBounds({ kind: 'circle', center: place, radiusM });
      return {
        ...{ at, id, name, kind, region, required },
        class: siteClass,
        lon: Math.round(place[0] * 1e6),
        lat: Math.round(place[1] * 1e6),
        ring_radius_m: ringRadiusM ?? null,
        ring_id: ringIdOf(id),
        radius_m: radiusM,
        west: Math.floor(west * 1e6),
        south: Math.floor(south * 1e6),
        east: Math.ceil(east * 1e6),
        north: Math.ceil(north * 1e6),
      };
    }),
  );
}

/**
 * Writes those that were never there, all at once: an import is mostly of these.
 *
 * @returns their ids
 */
async function insertNew(
  client: PoolClient,
  { number, atMs }: ChangeId,
  operationKey: number,
  sites: readonly SiteFields[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<[id: string]>({
    rowMode: 'array',
    text: `with given as materialized (select * from ${given}), new_sites as (
             insert into sites (id, operation_key) select id, $4::int from given
             on conflict (id) do nothing
             returning key, id
           ), new_versions as (
             insert into site_versions (${siteColumns})
             select s.key, ${changedAt}, $3::bigint, 1, ${siteValues}
             from given join new_sites s on s.id = given.id
           ), new_rings as (
             insert into fences (id, site_key)
             select given.ring_id, s.key from given join new_sites s on s.id = given.id
             returning key, site_key
           ), new_ring_versions as (
             insert into fence_versions (${ringColumns})
             select r.key, ${changedAt}, $3::bigint, 1, '{}', '{}', ${ringValues}
             from given join new_sites s on s.id = given.id join new_rings r on r.site_key = s.key
           )
           select id from new_sites`,
    values: [toJson(sites), atMs, number, operationKey],
  });
  return new Set(rows.map(([id]) => id));
}

async function readBefore(client: PoolClient, json: string): Promise<readonly Before[]> {
  const { rows } = await client.query<Before>(
    `select given.at, s.key as site_key, s.operation_key, v.region, v.version,
            v.valid_to is null as is_in_force,
            (v.name, v.kind, v.class, v.region, v.lon, v.lat, v.required, v.ring_radius_m)
              is not distinct from (${siteValues}) as is_same,
            f.key as ring_key, r.version as ring_version,
            r.valid_to is null as is_ring_in_force,
            (r.name, r.region, r.shape)
              is not distinct from (given.name, given.region, ${ring}) as is_ring_same
     from ${given}
     join sites s on s.id = given.id
     join lateral (select * from site_versions
                        where site_key = s.key order by version desc limit 1) v on true
     join fences f on f.site_key = s.key
     join lateral (select * from fence_versions
                        where fence_key = f.key order by version desc limit 1) r on true`,
    [json],
  );
  return rows;
}

async function writeVersions(
  client: PoolClient,
  { number, atMs }: ChangeId,
  json: string,
  differing: readonly Before[],
): Promise<void> {
  await client.query(
    `update site_versions set valid_to = ${changedAt}, ended_by = $3
     where site_key = any ($1::int[]) and valid_to is null`,
    [differing.filter((each) => each.is_in_force).map((each) => each.site_key), atMs, number],
  );
  await client.query(
    `insert into site_versions (${siteColumns})
     select site.key, ${changedAt}, $3::bigint, site.version, ${siteValues}
     from ${given} join unnest($4::int[], $5::int[], $6::int[]) as site (key, version, at) using (at)`,
    [
      ...[json, atMs, number],
      differing.map((each) => each.site_key),
      differing.map(({ version }) => version + 1),
      differing.map(({ at }) => at),
    ],
  );
}

/** Rings of sites that there were: what is watched for at them, and when they count, stays. */
async function writeRings(
  client: PoolClient,
  { number, atMs }: ChangeId,
  json: string,
  differing: readonly Before[],
): Promise<void> {
  await client.query(
    `update fence_versions set valid_to = ${changedAt}, ended_by = $3
     where fence_key = any ($1::int[]) and valid_to is null`,
    [differing.filter((each) => each.is_ring_in_force).map((each) => each.ring_key), atMs, number],
  );
  await client.query(
    `insert into fence_versions (${ringColumns})
     select ring.key, ${changedAt}, $3::bigint, ring.version, b.conditions, b.watch, ${ringValues}
     from ${given} join unnest($4::int[], $5::int[], $6::int[]) as ring (key, version, at) using (at)
     join fence_versions b on b.fence_key = ring.key and b.version = ring.version - 1`,
    [
      ...[json, atMs, number],
      differing.map((each) => each.ring_key),
      differing.map((each) => each.ring_version + 1),
      differing.map(({ at }) => at),
    ],
  );
}
