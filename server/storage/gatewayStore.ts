import type { Pool, PoolClient } from 'pg';
import type { Gateway } from '../domain/principal.ts';
import type { Result } from '../domain/result.ts';
import { isRegencyCode, isTrackerId, type Tracker } from '../domain/unit.ts';
import { checkTopics } from './doorFields.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { notAllowed, type Plan } from './plan.ts';
import { holderOf, leastSecretVersion, lockPrincipalIds } from './principalIds.ts';

/** What a gateway may speak for: a LoRa network of a regency, and then some. */
const maxTrackers = 5_000;
const maxNameLength = 64;

/** A gateway as operators see it. */
export type KnownGateway = Gateway & { readonly hasSecret: boolean };

/** A gateway to add. */
export type NewGateway = Pick<Gateway, 'id' | 'name' | 'region' | 'topics' | 'trackerIds'> & {
  /** PHC string; left out: it has no secret. */
  readonly secretHash?: string | undefined;
};

/** What can be changed of a gateway; undefined stays as it is, lists are replaced. */
export type GatewayChanges = {
  readonly [Name in 'name' | 'region' | 'topics' | 'trackerIds']?: Gateway[Name] | undefined;
};

/** What a change of a gateway touches. */
export type GatewayFound = {
  /** As it is; undefined: it is added. */
  readonly gateway: KnownGateway | undefined;
  /** All that it speaks for before or after the change. */
  readonly trackers: readonly Pick<Tracker, 'id' | 'region'>[];
};

type FieldReason = 'bad_name' | 'bad_region' | 'bad_topic' | 'too_many' | 'unknown_tracker';
type UnknownReason = 'unknown_gateway' | 'not_allowed';

export type AddGatewayReason = FieldReason | 'bad_id' | 'id_taken' | 'not_allowed';
export type ChangeGatewayReason = FieldReason | UnknownReason;

/** Adds a gateway. Running servers hear of it at once (see watchChanges). */
export async function addGateway(
  pool: Pool,
  gateway: NewGateway,
  plan: Plan<GatewayFound>,
): Promise<Result<KnownGateway, AddGatewayReason>> {
  const { id, region, secretHash, trackerIds } = gateway;
  if (!isTrackerId(id)) {
    const detail = `a gateway id is 1 to 64 letters, digits, - or _, and not the word "out"; got "${id.slice(0, 80)}"`;
    return { ok: false, reason: 'bad_id', detail };
  }
  const checked = checkFields(gateway);
  if (!checked.ok) return checked;
  const { name, topics } = checked.value;
  return inTransaction(pool, async (client) => {
    await lockPrincipalIds(client);
    const holder = await holderOf(client, id);
    // a unit may have the id of a gateway: it signs in nowhere
    if (holder === 'tracker' || holder === 'gateway') {
      const detail = `there is already a ${holder} with the id "${id}"`;
      return { ok: false, reason: 'id_taken', detail };
    }
    const trackers = await lockTrackers(client, trackerIds);
    const missing = findMissing(trackerIds, trackers);
    if (missing !== undefined) return missing;
    const deeds = plan({ gateway: undefined, trackers });
    if (deeds === undefined) return notAllowed;
    await client.query(
      `with added as (
         insert into gateways (id, name, region, topics, secret_hash, secret_version)
         values ($1, $2, $3, $4, $5, case when $5::text is null then 0 else ${leastSecretVersion} end)
         returning key
       )
       insert into gateway_trackers (gateway_key, tracker_key)
       select added.key, t.key from added, trackers t where t.id = any ($6)`,
      [id, name, region, topics, secretHash, trackerIds],
    );
    const added = await readBack(client, id);
    await appendAll(client, deeds);
    return { ok: true, value: added };
  });
}

/** Changes a gateway: all of it or nothing. */
export async function changeGateway(
  pool: Pool,
  id: string,
  changes: GatewayChanges,
  plan: Plan<GatewayFound>,
): Promise<Result<KnownGateway, ChangeGatewayReason>> {
  const { region, trackerIds } = changes;
  const checked = checkFields(changes);
  if (!checked.ok) return checked;
  const { name, topics } = checked.value;
  return inTransaction(pool, async (client) => {
    const gateway = await lockGateway(client, id);
    if (gateway === undefined) return unknownGateway(id);
    const touched = [...gateway.trackerIds, ...(trackerIds ?? [])];
    const trackers = await lockTrackers(client, touched);
    const missing = findMissing(trackerIds ?? [], trackers);
    if (missing !== undefined) return missing;
    const deeds = plan({ gateway, trackers });
    if (deeds === undefined) return notAllowed;
    await client.query(
      `update gateways set name = coalesce($2, name), region = coalesce($3, region),
                           topics = coalesce($4, topics)
       where key = $1`,
      [gateway.key, name, region, topics],
    );
    if (trackerIds !== undefined) await setTrackers(client, gateway.key, trackerIds);
    const changed = await readBack(client, id);
    await appendAll(client, deeds);
    return { ok: true, value: changed };
  });
}

/**
 * Gives a gateway a new secret, which is the only one from then on.
 *
 * @param hash PHC string; null takes its secret away
 */
export function setGatewaySecret(
  pool: Pool,
  id: string,
  hash: string | null,
  plan: Plan<GatewayFound>,
): Promise<Result<null, UnknownReason>> {
  return onGateway(pool, id, plan, async (client, key) => {
    await client.query(
      `update gateways
       set secret_hash = $2, secret_version = greatest(secret_version + 1, ${leastSecretVersion})
       where key = $1`,
      [key, hash],
    );
  });
}

/** Client certificates of a gateway that are valid from before `fromMs` (epoch ms) count no more. */
export function revokeGatewayCertificates(
  pool: Pool,
  id: string,
  fromMs: number,
  plan: Plan<GatewayFound>,
): Promise<Result<null, UnknownReason>> {
  return onGateway(pool, id, plan, async (client, key) => {
    await client.query(
      'update gateways set certificates_from = to_timestamp($2::float8 / 1000) where key = $1',
      [key, fromMs],
    );
  });
}

/** Removes a gateway. Its trackers stay, and what it sent. */
export function removeGateway(
  pool: Pool,
  id: string,
  plan: Plan<GatewayFound>,
): Promise<Result<null, UnknownReason>> {
  return onGateway(pool, id, plan, async (client, key) => {
    await client.query('delete from gateways where key = $1', [key]);
  });
}

/** All gateways, by id. */
export async function listGateways(pool: Pick<Pool, 'query'>): Promise<readonly KnownGateway[]> {
  const { rows } = await pool.query<GatewayRow>(`${selectGateways} order by g.id`);
  return rows.map(toGateway);
}

export async function findGateway(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<KnownGateway | undefined> {
  const { rows } = await pool.query<GatewayRow>(`${selectGateways} where g.id = $1`, [id]);
  return rows.map(toGateway)[0];
}

function onGateway(
  pool: Pool,
  id: string,
  plan: Plan<GatewayFound>,
  change: (client: PoolClient, key: number) => Promise<void>,
): Promise<Result<null, UnknownReason>> {
  return inTransaction(pool, async (client) => {
    const gateway = await lockGateway(client, id);
    if (gateway === undefined) return unknownGateway(id);
    const trackers = await lockTrackers(client, gateway.trackerIds);
    const deeds = plan({ gateway, trackers });
    if (deeds === undefined) return notAllowed;
    await change(client, gateway.key);
    await appendAll(client, deeds);
    return { ok: true, value: null };
  });
}

/** The gateway as it is now, which nobody else changes until the transaction ends. */
async function lockGateway(client: PoolClient, id: string): Promise<KnownGateway | undefined> {
  await client.query('select from gateways where id = $1 for update', [id]);
  // a statement of its own, so that it sees what was written while the lock was waited for
  return findGateway(client, id);
}

/** Those of these trackers that there are, whose regions stay as they are until the transaction ends. */
async function lockTrackers(
  client: PoolClient,
  ids: readonly string[],
): Promise<GatewayFound['trackers']> {
  const { rows } = await client.query<{ id: string; region: string }>(
    'select id, region from trackers where id = any ($1) order by id for share',
    [ids],
  );
  return rows;
}

async function setTrackers(
  client: PoolClient,
  key: number,
  trackerIds: readonly string[],
): Promise<void> {
  await client.query('delete from gateway_trackers where gateway_key = $1', [key]);
  await client.query(
    `insert into gateway_trackers (gateway_key, tracker_key)
     select $1::int, key from trackers where id = any ($2)`,
    [key, trackerIds],
  );
}

async function readBack(client: PoolClient, id: string): Promise<KnownGateway> {
  const gateway = await findGateway(client, id);
  if (gateway === undefined) throw new Error(`The gateway ${id} was written and is not there.`);
  return gateway;
}

type CheckedFields = {
  readonly name: string | undefined;
  readonly topics: readonly string[] | undefined;
};

/** Checks what there is; name and topics come back as they are kept. */
function checkFields({
  name,
  region,
  topics,
  trackerIds,
}: GatewayChanges): Result<CheckedFields, FieldReason> {
  const trimmed = name?.trim();
  if (trimmed !== undefined && !isName(trimmed)) {
    const detail = `the name of a gateway is 1 to ${maxNameLength} printable characters`;
    return { ok: false, reason: 'bad_name', detail };
  }
  if (region !== undefined && !isRegencyCode(region)) {
    const detail = `a region is a regency code such as 64.08; got "${region.slice(0, 80)}"`;
    return { ok: false, reason: 'bad_region', detail };
  }
  const checked = topics === undefined ? undefined : checkTopics(topics);
  if (checked?.ok === false) return checked;
  if (trackerIds !== undefined && trackerIds.length > maxTrackers) {
    const detail = `a gateway speaks for at most ${maxTrackers} trackers`;
    return { ok: false, reason: 'too_many', detail };
  }
  return { ok: true, value: { name: trimmed, topics: checked?.value } };
}

function isName(text: string): boolean {
  return text.length > 0 && text.length <= maxNameLength && !/\p{C}/u.test(text);
}

function findMissing(
  wanted: readonly string[],
  found: GatewayFound['trackers'],
): Result<never, 'unknown_tracker'> | undefined {
  const ids = new Set(found.map(({ id }) => id));
  const missing = wanted.find((id) => !ids.has(id));
  if (missing === undefined) return undefined;
  const detail = `there is no tracker "${missing.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_tracker', detail };
}

function unknownGateway(id: string): Result<never, 'unknown_gateway'> {
  const detail = `there is no gateway "${id.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_gateway', detail };
}

type GatewayRow = {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly topics: readonly string[];
  readonly tracker_ids: readonly string[];
  readonly has_secret: boolean;
};

const selectGateways = `
  select g.key, g.id, g.name, g.region, g.topics, g.secret_hash is not null as has_secret,
         array(select t.id from gateway_trackers gt join trackers t on t.key = gt.tracker_key
               where gt.gateway_key = g.key order by t.id) as tracker_ids
  from gateways g`;

function toGateway({ tracker_ids, has_secret, ...gateway }: GatewayRow): KnownGateway {
  return { ...gateway, trackerIds: tracker_ids, hasSecret: has_secret };
}
