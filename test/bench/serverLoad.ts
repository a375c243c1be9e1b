/* What benchmarks over a whole server share: its trackers, and the process that plays them. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import pg from 'pg';
import pino from 'pino';
import { makeTrackerSecret } from '../../server/accounts/trackerSecrets.ts';
import { openDatabase } from '../../server/storage/database.ts';
import { openDataDir } from '../../server/storage/dataDir.ts';
import { addOperator } from '../fixtures/operator.ts';

export const silent = pino({ level: 'silent' });

/** Registers trackers that share a secret, and returns it. */
export async function registerTrackers(dataDir: string, trackers: number): Promise<string> {
  const { secret, hash } = await makeTrackerSecret();
  const folder = openDataDir(dataDir, 'command');
  const database = await openDatabase({ databaseUrl: undefined, dataDir: folder.dir, log: silent });
  await addOperator(database.pool);
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query(
    `with made as (
       insert into units (id, callsign, kind, agency, region)
       select 'sim-' || n, 'Sim ' || n, 'handheld', 'polri', '64.08' from generate_series(1, $1::int) n
       returning key, id
     ), carried as (
       insert into trackers (id, region, secret_hash, secret_version) select id, '64.08', $2, 1 from made returning key, id
     )
     insert into tracker_assignments (tracker_key, unit_key, valid_from)
     select carried.key, made.key, '-infinity' from carried join made using (id)`,
    [trackers, hash],
  );
  await client.end();
  await database.close();
  folder.release();
  return secret;
}

/** Runs the load generator and returns what it measured. */
export async function publishLoad(
  mqttPort: number,
  load: object,
): Promise<Record<string, unknown>> {
  const file = new URL('./publisher.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, JSON.stringify({ mqttPort, ...load })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the load generator said nothing');
}
