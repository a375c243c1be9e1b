import type { Pool } from 'pg';
import { demoRegion, sangattaUnits } from '../devices/simulators/sangattaUnits.ts';
import { SimulatedTracker } from '../devices/simulators/simulatedTracker.ts';
import type { AccountRecords } from './accounts/accountRecords.ts';
import { makeTrackerSecret } from './accounts/trackerSecrets.ts';
import { everywhere } from './domain/region.ts';
import { addTracker, setTrackerSecret } from './storage/trackerStore.ts';

/**
 * Registers the units of the demonstration; those of an earlier one that was killed are there already.
 *
 * @returns the secrets of their trackers, by id
 */
export async function seedDemo(pool: Pool): Promise<ReadonlyMap<string, string>> {
  await pool.query('truncate positions');
  const secrets = new Map<string, string>();
  for (const { id, callsign, kind, agency } of sangattaUnits) {
    const { secret, hash } = await makeTrackerSecret();
    const tracker = { id, region: demoRegion, callsign, kind, agency, secretHash: hash };
    const added = await addTracker(pool, tracker);
    if (!added.ok && added.reason !== 'id_taken') throw new Error(added.detail);
    if (!added.ok) await setTrackerSecret(pool, id, hash, () => []);
    secrets.set(id, secret);
  }
  return secrets;
}

/** As whom visitors of the demonstration are signed in. */
export const demoUser = 'demo';

/** Makes the visitors' user, who may everything; one of an earlier demonstration that was killed is there already. */
export async function seedDemoUser(records: Pick<AccountRecords, 'addUser'>): Promise<void> {
  await records.addUser(
    {
      name: demoUser,
      fullName: 'Demo',
      passwordHash: null,
      mustChangePassword: false,
      grants: [
        { role: 'administrator', region: everywhere },
        { role: 'commander', region: everywhere },
      ],
    },
    { actor: null, action: 'user.created', subject: `user:${demoUser}`, region: null, data: {} },
  );
}

/** Starts the trackers of the demonstration: real MQTT clients, like any device. */
export async function startDemoTrackers(
  brokerUrl: string,
  secrets: ReadonlyMap<string, string>,
  nowMs: () => number,
): Promise<{ stop(): Promise<void> }> {
  const trackers = sangattaUnits.map(
    (unit) => new SimulatedTracker(unit, demoRegion, secrets.get(unit.id) ?? '', nowMs),
  );
  await Promise.all(trackers.map((tracker) => tracker.start(brokerUrl)));
  return {
    stop: async () => {
      await Promise.all(trackers.map((tracker) => tracker.stop()));
    },
  };
}
