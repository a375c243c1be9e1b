import type { Pool } from 'pg';
import {
  type ChangeId,
  type ChangeOfPlaces,
  isSameChange,
  type Places,
  type Versions,
} from '../domain/places.ts';
import { readFences, readFencesOfChange } from './fenceStore.ts';
import { inTransaction } from './inTransaction.ts';
import { listOperations } from './operationStore.ts';
import { changesAfter, hasChange, newestChange } from './placeChanges.ts';
import { readSites, readSitesOfChange } from './siteStore.ts';

/**
 * All places, of one moment. Operations have no versions: they are as they are now.
 *
 * @param change as they were when this change was the newest; undefined: as they are
 */
export function readPlaces(pool: Pool, change?: ChangeId): Promise<Places> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return {
      change: change ?? (await newestChange(client)),
      sites: await readSites(client, change?.number),
      fences: await readFences(client, change?.number),
      operations: await listOperations(client),
    };
  });
}

/** What changes of places left; operations have no versions. */
export type VersionedPlaces = Omit<Places, 'operations'>;

/** After more changes than this, all is read as quickly. */
const mostChanges = 200;

/**
 * All places as they were when a change was the newest, from those that are known of an earlier one:
 * only what was changed in between is read.
 *
 * @returns undefined when the database has another history, or too much was changed
 */
export async function catchUp(
  pool: Pool,
  known: VersionedPlaces,
  change: ChangeId,
): Promise<Places | undefined> {
  const operations = await listOperations(pool);
  if (isSameChange(known.change, change)) return { ...known, operations };
  if (known.change.number >= change.number || !(await hasChange(pool, known.change))) {
    return undefined;
  }
  const changes = (await changesAfter(pool, known.change.number)).filter(
    ({ number }) => number <= change.number,
  );
  if (changes.length > mostChanges) return undefined;
  const sites = new Map(known.sites.map((site) => [site.key, site]));
  const fences = new Map(known.fences.map((fence) => [fence.key, fence]));
  for (const each of changes) {
    const did = await readChangeOfPlaces(pool, each);
    applyVersions(sites, did.sites);
    applyVersions(fences, did.fences);
  }
  return { change, sites: [...sites.values()], fences: [...fences.values()], operations };
}

function applyVersions<Place extends { readonly key: number }>(
  places: Map<number, Place>,
  { begun, endedKeys }: Versions<Place>,
): void {
  for (const key of endedKeys) places.delete(key);
  for (const place of begun) places.set(place.key, place);
}

/** What a change did, rings included. Operations have no versions: they are as they are now. */
export async function readChangeOfPlaces(pool: Pool, change: ChangeId): Promise<ChangeOfPlaces> {
  return {
    change,
    sites: await readSitesOfChange(pool, change.number),
    fences: await readFencesOfChange(pool, change.number),
    operations: await listOperations(pool),
  };
}
