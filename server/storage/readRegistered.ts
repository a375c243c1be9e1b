import type { Pool } from 'pg';
import { inTransaction } from './inTransaction.ts';
import { readBearers } from './readBearers.ts';
import { listTrackers, type TrackerWithUnit } from './trackerStore.ts';
import { readUnitRegions, type UnitRegions } from './unitRegions.ts';

/** Who is registered, where units work, and who carries them, all of one moment. */
export type Registered = UnitRegions & {
  readonly trackers: readonly TrackerWithUnit[];
  readonly bearers: ReadonlyMap<number, string>;
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
    return { trackers, bearers, ...(await readUnitRegions(client)) };
  });
}
