/*
 * The whole way under load: trackers in a process of their own publish with QoS 1, the server
 * admits, decodes, shows and stores; a screen looks on. Measures acknowledgement, ping to screen,
 * and the processor time of the server process.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import pg from 'pg';
import pino from 'pino';
import { WebSocket } from 'ws';
import { makeTrackerSecret } from '../../server/accounts/trackerSecrets.ts';
import { decodeFrame } from '../../server/domain/liveFrame.ts';
import { liveSubprotocol } from '../../server/domain/liveMessage.ts';
import { startPosko } from '../../server/posko.ts';
import { openDatabase } from '../../server/storage/database.ts';
import { openDataDir } from '../../server/storage/dataDir.ts';
import { addOperator, asOperator, healthOf } from '../fixtures/operator.ts';
import { testConfig } from '../fixtures/testConfig.ts';
import { printResult, quantile } from './measure.ts';

const silent = pino({ level: 'silent' });

export async function benchFirstPing(load: {
  trackers: number;
  pingsPerS: number;
  seconds: number;
}): Promise<void> {
  const made = await testConfig('posko-bench-');
  // all trackers come from one address
  const config = {
    ...made,
    doorLimits: { ...made.doorLimits, connectBurst: 1_000_000, messagesPerSecond: 100 },
  };
  const secret = await register(config.dataDir, load.trackers);
  const posko = await startPosko(config, {
    mode: 'live',
    log: silent,
    signal: new AbortController().signal,
    onFatal: (error) => {
      throw error;
    },
  });

  const toScreenMs: number[] = [];
  const screen = new WebSocket(`ws://127.0.0.1:${posko.httpPort}/api/v1/live`, liveSubprotocol, {
    headers: asOperator,
  });
  screen.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const nowMs = Date.now();
    const frame = decodeFrame(new Uint8Array(data));
    if (!frame.ok) throw new Error(frame.detail);
    // the newest fix of each unit, which a faster tracker may have replaced before the tick
    for (const ageMs of frame.value.ageMs)
      toScreenMs.push(nowMs - frame.value.serverTimeMs + ageMs);
  });

  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const result = await publish(posko.doorPorts.mqtt ?? 0, { ...load, secret });
  const elapsedS = (performance.now() - startMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const health = await healthOf(`http://127.0.0.1:${posko.httpPort}`);
  screen.terminate();
  await posko.close();
  await rm(config.dataDir, { recursive: true, force: true });
  printResult('firstPing', {
    ...load,
    ...result,
    serverCores: Math.round(((cpu.user + cpu.system) / 1e6 / elapsedS) * 100) / 100,
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    toScreenMs: { p50: quantile(toScreenMs, 0.5), p99: quantile(toScreenMs, 0.99) },
    health,
  });
}

/** Registers trackers that share a secret, and returns it. */
async function register(dataDir: string, trackers: number): Promise<string> {
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
async function publish(mqttPort: number, load: object): Promise<Record<string, unknown>> {
  const file = new URL('./publisher.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, JSON.stringify({ mqttPort, ...load })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the load generator said nothing');
}
