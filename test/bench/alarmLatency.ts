/*
 * From the fix of a breach to its alarm on every screen, while other trackers publish: the whole way
 * through broker, journal, fences, rules and sockets. Each breach is the first fix inside an urgent
 * fence, by a tracker of its own.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../server/domain/liveMessage.ts';
import { liveSubprotocol } from '../../server/domain/liveMessage.ts';
import { startPosko } from '../../server/posko.ts';
import { asOperator } from '../fixtures/operator.ts';
import { testConfig } from '../fixtures/testConfig.ts';
import { printResult, quantile } from './measure.ts';
import { publishLoad, registerTrackers, silent } from './serverLoad.ts';

const center = [118.5, 0.9] as const;
const radiusM = 200;
/** One degree of latitude, metres. */
const degreeM = 110_574;

export async function benchAlarmLatency(load: {
  trackers: number;
  pingsPerS: number;
  seconds: number;
  breaches: number;
  screens: number;
}): Promise<void> {
  const { trackers, pingsPerS, seconds, breaches } = load;
  const made = await testConfig('posko-bench-');
  const config = {
    ...made,
    doorLimits: { ...made.doorLimits, connectBurst: 1_000_000, messagesPerSecond: 100 },
  };
  const secret = await registerTrackers(config.dataDir, trackers + breaches);
  const posko = await startPosko(config, {
    mode: 'live',
    log: silent,
    signal: new AbortController().signal,
    onFatal: (error) => {
      throw error;
    },
  });
  const http = `http://127.0.0.1:${posko.httpPort}`;
  await setUp(http);
  /** By unit: when its fix was published, and when each screen had its alarm; epoch ms. */
  const sentAt = new Map<string, number>();
  const toScreenMs: number[] = [];
  const screens = Array.from({ length: load.screens }, () => {
    const socket = new WebSocket(`${http.replace('http', 'ws')}/api/v1/live`, liveSubprotocol, {
      headers: asOperator,
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      const nowMs = performance.now();
      const message: ServerMessage = JSON.parse(data.toString());
      if (message.type !== 'alarms' || message.complete) return;
      for (const { unitId, version } of message.alarms) {
        const sentMs = sentAt.get(unitId ?? '');
        if (sentMs !== undefined && version === 1) toScreenMs.push(nowMs - sentMs);
      }
    });
    return socket;
  });
  await Promise.all(screens.map((socket) => once(socket, 'open')));

  const published = publishLoad(posko.doorPorts.mqtt ?? 0, {
    trackers,
    pingsPerS,
    seconds,
    secret,
  });
  await breach(posko.doorPorts.mqtt ?? 0, load, secret, sentAt);
  const result = await published;
  // what has not come by then is missing
  const untilMs = performance.now() + 10_000;
  const all = breaches * screens.length;
  while (toScreenMs.length < all && performance.now() < untilMs) await delay(50);
  for (const socket of screens) socket.terminate();
  await posko.close();
  await rm(config.dataDir, { recursive: true, force: true });
  printResult('alarmLatency', {
    ...load,
    pingsPerSReached: result['pingsPerSReached'],
    ackMs: result['ackMs'],
    missing: all - toScreenMs.length,
    toScreenMs: {
      p50: quantile(toScreenMs, 0.5),
      p99: quantile(toScreenMs, 0.99),
      max: quantile(toScreenMs, 1),
    },
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  });
}

async function setUp(http: string): Promise<void> {
  const send = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${http}/api/v1${path}`, {
      method: 'POST',
      headers: { ...asOperator, 'x-posko-request': '1', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await send('/fences', {
    ...{ id: 'bench', name: 'Bench', region: '64.08', class: 'area', watch: { isUrgent: true } },
    geometry: { type: 'Point', coordinates: center },
    radiusM,
  });
  await send('/rules', {
    id: 'bench',
    rule: {
      ...{ name: { id: 'Masuk' }, text: { id: '{unit} masuk' }, isEnabled: true },
      ...{ condition: { kind: 'enter' }, where: { fenceIds: ['bench'] }, priority: 'high' },
    },
  });
}

/** Brings trackers of their own up to the fence, and then one after the other into it. */
async function breach(
  mqttPort: number,
  { trackers, breaches, seconds }: { trackers: number; breaches: number; seconds: number },
  secret: string,
  sentAt: Map<string, number>,
): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: breaches }, async (_, i) => {
      const id = `sim-${trackers + 1 + i}`;
      const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
        ...{ clientId: id, username: id, password: secret, reconnectPeriod: 0 },
      });
      const say = (metersNorth: number) =>
        client.publishAsync(
          `posko/64.08/${id}/fix`,
          JSON.stringify({
            fixedAt: Date.now(),
            lon: center[0],
            lat: center[1] + metersNorth / degreeM,
            accuracyM: 5,
          }),
          { qos: 1 },
        );
      await say(radiusM + 60);
      return { id, client, say };
    }),
  );
  // outside beyond doubt, and then on the way: nobody covers 160 m in a moment
  for (const beyondM of [60, 65, 60]) {
    await delay(5_000);
    await Promise.all(clients.map(({ say }) => say(radiusM + beyondM)));
  }
  await delay(8_000);
  const pauseMs = ((seconds - 30) * 1_000) / breaches;
  for (const { id, say } of clients) {
    sentAt.set(id, performance.now());
    await say(radiusM - 100);
    await delay(Math.max(0, pauseMs));
  }
  for (const { client } of clients) client.end(true);
}
