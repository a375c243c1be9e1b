import type { Pool } from 'pg';
import type { Gateway, KeptSecret, Principals } from '../domain/principal.ts';
import { listGateways } from './gatewayStore.ts';
import { inTransaction } from './inTransaction.ts';
import { readBearers } from './readBearers.ts';
import { listTrackers, type TrackerWithUnit } from './trackerStore.ts';
import { readUnitRegions, type UnitRegions } from './unitRegions.ts';

/** Who is registered, where units work, who carries them, and who may speak, all of one moment. */
export type Registered = UnitRegions & {
  readonly trackers: readonly TrackerWithUnit[];
  readonly bearers: ReadonlyMap<number, string>;
  readonly principals: Principals;
  /** By id of a tracker or gateway: of all, also of those without one. */
  readonly secrets: ReadonlyMap<string, KeptSecret>;
};

/**
 * Reads it in one transaction, by one `now()`: what ends between two would count as still valid for
 * the first and as past for the second, and nobody would look again.
 */
export function readRegistered(pool: Pool): Promise<Registered> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const trackers = await listTrackers(client);
    const bearers = await readBearers(client);
    const gateways = await listGateways(client);
    const secrets = await readSecrets(client);
    const certificatesFromMs = await readRevoked(client);
    const principals = { ...toPrincipals(trackers, gateways, secrets), certificatesFromMs };
    return { trackers, bearers, principals, secrets, ...(await readUnitRegions(client)) };
  });
}

async function readSecrets(client: Pick<Pool, 'query'>): Promise<ReadonlyMap<string, KeptSecret>> {
  const { rows } = await client.query<{ id: string } & KeptSecret>(
    `select id, secret_hash as hash, secret_version as version from trackers
     union all
     select id, secret_hash, secret_version from gateways`,
  );
  return new Map(rows.map(({ id, hash, version }) => [id, { hash, version }]));
}

/** From when on the client certificates of those count of whom some were revoked. */
async function readRevoked(client: Pick<Pool, 'query'>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<[id: string, fromMs: number]>({
    rowMode: 'array',
    text: `select id, (extract(epoch from certificates_from) * 1000)::float8
           from (select id, certificates_from from trackers
                 union all
                 select id, certificates_from from gateways) as principals
           where certificates_from is not null`,
  });
  return new Map(rows);
}

function toPrincipals(
  trackers: readonly TrackerWithUnit[],
  gateways: readonly Gateway[],
  secrets: ReadonlyMap<string, KeptSecret>,
): Omit<Principals, 'certificatesFromMs'> {
  const versions = [...secrets].flatMap(([id, { hash, version }]): [string, number][] =>
    hash === null ? [] : [[id, version]],
  );
  return {
    trackers: trackers.map(({ tracker }) => tracker),
    gateways,
    secretVersions: new Map(versions),
  };
}
