import type { Pool } from 'pg';
import type { ChangeId, ChangeOfPlaces, Places } from '../domain/places.ts';
import { readFences, readFencesOfChange } from './fenceStore.ts';
import { inTransaction } from './inTransaction.ts';
import { listOperations } from './operationStore.ts';
import { newestChange } from './placeChanges.ts';
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

/** What a change did, rings included. Operations have no versions: they are as they are now. */
export async function readChangeOfPlaces(pool: Pool, change: ChangeId): Promise<ChangeOfPlaces> {
  return {
    change,
    sites: await readSitesOfChange(pool, change.number),
    fences: await readFencesOfChange(pool, change.number),
    operations: await listOperations(pool),
  };
}
