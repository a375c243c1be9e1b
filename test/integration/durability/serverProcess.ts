import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../../server/config.ts';
import type { Health } from '../../../server/domain/health.ts';
import { readConnection } from '../../../server/storage/embedded/runFolder.ts';
import { healthOf } from '../../fixtures/operator.ts';
import { listening } from '../fixtures/listening.ts';
import { registerTrackers } from '../fixtures/runningPosko.ts';

/** A server in a process of its own, so that it can be killed. */
export type ServerProcess = {
  readonly child: ChildProcess;
  readonly httpPort: number;
  readonly mqttPort: number;
  health(): Promise<Health>;
  /** Sends SIGKILL to the server alone; its database is left behind. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

/** A data folder with these trackers registered, removed at the end of the test. */
export async function dataFolder(trackerIds: readonly string[]): Promise<string> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  await registerTrackers(dataDir, trackerIds);
  return dataDir;
}

/** Starts a server and waits until it listens. Whatever is left of it is ended with the test. */
export async function startServer(
  dataDir: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      POSKO_DATA_DIR: dataDir,
      POSKO_HTTP_PORT: '0',
      POSKO_MQTT_PORT: '0',
      // pingers send as fast as they are acknowledged
      POSKO_DOOR_LIMITS: 'messageBurst=1000000,messagesPerSecond=100000',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  onTestFinished(() => end('SIGTERM'));
  const { http, mqtt } = await listening(child);
  return {
    child,
    httpPort: http.port,
    mqttPort: mqtt.port,
    health: () => healthOf(`http://127.0.0.1:${http.port}`),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Sends SIGKILL to the embedded database's postmaster, once one runs. */
export async function killPostmaster(dataDir: string): Promise<void> {
  for (;;) {
    const pid = runningPostmaster(path.join(dataDir, 'postgres'));
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      return;
    }
    await delay(20);
  }
}

/** The postmaster of a database folder; undefined while none runs, whatever its file says. */
function runningPostmaster(databaseDir: string): number | undefined {
  try {
    const text = readFileSync(path.join(databaseDir, 'postmaster.pid'), 'utf8');
    const pid = Number(text.split('\n')[0]);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(databaseDir) ? pid : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits until what the journal holds is in the database. */
export async function recorded(server: ServerProcess): Promise<Health> {
  for (;;) {
    const health = await server.health();
    // the door reports once a second
    const { journal, storage, door } = health;
    const isStoring = journal?.state === 'storing';
    if (isStoring && storage.behind === 0 && door.waiting === 0) return health;
    await delay(50);
  }
}

/** Runs a query in the database of a running server. */
export async function query<Row extends pg.QueryResultRow>(
  dataDir: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ ...readConnection(dataDir) });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
