/*
 * Messages a second that are fetched from a real Mosquitto, where they wait, when each commit takes
 * 5 ms; and as many as mqtt.js does, which acknowledges one after the other.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, connectAsync } from 'mqtt';
import { ExternalBroker } from '../../ingest/mqtt/externalBroker.ts';
import { printResult, quantile } from './measure.ts';

const commitMs = 5;
const topic = 'posko/64.08/hp-0001/fix';
const fix = '{"fixedAt":1732666503000,"lon":117.5279,"lat":0.5049,"accuracyM":6,"speedMps":9.1}';

export async function benchExternalBroker(): Promise<void> {
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    rounds.push(await withMosquitto((port) => measure(port, 100_000, fetchAll)));
  }
  const mqttJs = await withMosquitto((port) => measure(port, 1_000, fetchByMqttJs));
  const perS = rounds.map((round) => round.perS);
  printResult('externalBroker', {
    commitMs,
    messagesPerS: { min: quantile(perS, 0), median: quantile(perS, 0.5), max: quantile(perS, 1) },
    cpuMicrosPerMessage: quantile(
      rounds.map(({ cpuMicros }) => cpuMicros),
      0.5,
    ),
    mqttJsMessagesPerS: mqttJs.perS,
  });
}

/** Fetches and acknowledges that many, and leaves its session behind; 0: only makes the session. */
type Fetch = (port: number, count: number) => Promise<void>;

/** Lets messages gather for a session, and then measures how long it takes to fetch all of them. */
async function measure(port: number, count: number, fetch: Fetch) {
  await fetch(port, 0);
  const client = await connectAsync({ host: '127.0.0.1', port });
  for (let sent = 0; sent < count; sent += 1_000) {
    await Promise.all(
      Array.from({ length: 1_000 }, () => client.publishAsync(topic, fix, { qos: 1 })),
    );
  }
  await client.endAsync();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  await fetch(port, count);
  const elapsedS = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perS: Math.round(count / elapsedS),
    cpuMicros: (user + system) / count,
  };
}

/** Everything that waits is committed together, and takes `commitMs`; meanwhile the next gathers. */
function commits(): (done: () => void) => void {
  let waiting: (() => void)[] = [];
  let isCommitting = false;
  const commit = async (): Promise<void> => {
    isCommitting = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await delay(commitMs);
      for (const done of group) done();
    }
    isCommitting = false;
  };
  return (done) => {
    waiting.push(done);
    if (!isCommitting) void commit();
  };
}

const fetchAll: Fetch = async (port, count) => {
  const commit = commits();
  const { promise, resolve } = Promise.withResolvers<void>();
  let fetched = 0;
  const broker = new ExternalBroker({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'posko-bench',
    limits: { packetBytes: 65_536 },
    nowMs: Date.now,
    handlers: {
      isCrowded: () => false,
      onSetAside: (reason, detail) => {
        throw new Error(`${reason}: ${detail}`);
      },
      onState: ({ isConnected }) => {
        if (isConnected && count === 0) resolve();
      },
      onPublished: (_, settle) =>
        commit(() => {
          settle(true);
          fetched += 1;
          if (fetched === count) resolve();
        }),
    },
  });
  broker.start();
  await promise;
  await broker.close();
};

const fetchByMqttJs: Fetch = async (port, count) => {
  const commit = commits();
  const { promise, resolve } = Promise.withResolvers<void>();
  const client = connect({
    host: '127.0.0.1',
    port,
    clientId: 'posko-bench',
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3_600, receiveMaximum: 1_024 },
    manualConnect: true,
  });
  let fetched = 0;
  // the hook before its PUBACK
  client.handleMessage = (_, done) =>
    commit(() => {
      done();
      fetched += 1;
      if (fetched === count) resolve();
    });
  await new Promise<void>((connected) => {
    client.once('connect', () => connected());
    client.connect();
  });
  await client.subscribeAsync('posko/+/+/fix', { qos: 1 });
  if (count > 0) await promise;
  await client.endAsync();
};

async function withMosquitto<Value>(work: (port: number) => Promise<Value>): Promise<Value> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'posko-bench-'));
  const port = await freePort();
  const config = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    'log_dest stderr',
    'log_type information',
  ];
  const file = path.join(dir, 'mosquitto.conf');
  await writeFile(file, `${config.join('\n')}\n`);
  const child = spawn('/usr/sbin/mosquitto', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.endsWith(' running')) break;
    }
    child.stderr.resume();
    return await work(port);
  } finally {
    child.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
