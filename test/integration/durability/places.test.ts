import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { asOperator } from '../../fixtures/operator.ts';
import { asTracker } from '../../fixtures/trackerSecret.ts';
import { dataFolder, query, type ServerProcess, startServer } from './serverProcess.ts';

const tps = { lon: 117.5279, lat: 0.5049 };
/** Metres a degree of longitude, near enough here. */
const degreeM = 111_316;
const trip = { fixes: 12, everyMs: 5_000, strideM: 40 } as const;

async function call<Answer>(
  server: ServerProcess,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${server.httpPort}/api/v1${path}`, {
    method,
    headers: {
      ...asOperator,
      'x-posko-request': '1',
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** Adds an operation whose people vote now, with one TPS at which one of Polri is required. */
async function addTps(server: ServerProcess, startMs: number): Promise<void> {
  const phase = { phase: 'voting', startsAtMs: startMs, endsAtMs: Date.now() + 3_600_000 };
  await call(server, 'POST', '/operations', {
    ...{ id: 'pilkada', name: 'Mantap Praja', region: '64.08', isExercise: false },
    ...{ startsAtMs: startMs, phases: [phase] },
  });
  await call(server, 'POST', '/sites', {
    ...{ id: 'tps-1', operation: 'pilkada', name: 'TPS 1', kind: 'tps', class: 'rawan' },
    ...{ region: '64.08.04', place: [tps.lon, tps.lat], required: { voting: { polri: 1 } } },
  });
}

/** Waits until the coverage of the TPS is called so. */
async function untilWord(server: ServerProcess, word: string): Promise<void> {
  type Board = { readonly sites: readonly { readonly word: string | null }[] };
  for (;;) {
    const { sites } = await call<Board>(server, 'GET', '/coverage');
    if (sites[0]?.word === word) return;
    await delay(50);
  }
}

/** Drives along a parallel, as a tracker that stored its fixes sends them: at once. */
async function drive(
  client: MqttClient,
  fromM: number,
  toM: number,
  fromMs: number,
): Promise<void> {
  const steps = Math.abs(toM - fromM) / trip.strideM;
  const fixes = Array.from({ length: steps + 1 }, (_, i) => ({
    fixedAt: fromMs + trip.everyMs * i,
    lon: tps.lon + (fromM + ((toM - fromM) * i) / steps) / degreeM,
    lat: tps.lat,
    accuracyM: 5,
  }));
  await client.publishAsync('posko/64.08/hp-0/fix', JSON.stringify(fixes), { qos: 1 });
}

const transitionsSql = `select kind, data->>'rule' as rule from transitions
                        where kind in ('enter', 'exit') order by confirmed_at`;

/** Waits until so many transitions are in the database. */
async function told(dataDir: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const rows = await query<{ kind: string }>(dataDir, transitionsSql);
    if (rows.length >= count) return rows.map(({ kind }) => kind);
    await delay(50);
  }
}

it('knows after a kill and after a stop who is inside, and tells nothing twice', async () => {
  const dataDir = await dataFolder(['hp-0']);
  let server = await startServer(dataDir);
  const ports = {
    POSKO_HTTP_PORT: String(server.httpPort),
    POSKO_MQTT_PORT: String(server.mqttPort),
  };
  const startMs = Date.now() - 1_800_000;
  await addTps(server, startMs);
  // what the answer says counts already
  expect(await server.health()).toMatchObject({ places: { sites: 1, fences: 1 } });
  const client = await connectAsync(`mqtt://127.0.0.1:${server.mqttPort}`, {
    ...{ clientId: 'hp-0', ...asTracker('hp-0'), reconnectPeriod: 50 },
  });
  try {
    await drive(client, -400, 0, startMs);
    expect(await told(dataDir, 1)).toEqual(['enter']);

    await server.kill();
    server = await startServer(dataDir, ports);
    await drive(client, 0, 400, startMs + 300_000);
    expect(await told(dataDir, 2)).toEqual(['enter', 'exit']);
    await drive(client, 400, 0, startMs + 600_000);
    expect(await told(dataDir, 3)).toEqual(['enter', 'exit', 'enter']);

    await server.stop();
    server = await startServer(dataDir, ports);
    await untilWord(server, 'cukup');
    await drive(client, 0, 400, startMs + 900_000);
    expect(await told(dataDir, 4)).toEqual(['enter', 'exit', 'enter', 'exit']);
    const health = await server.health();
    expect(health.places.transitions).toMatchObject({ waiting: 0, dropped: 0 });
  } finally {
    await client.endAsync();
  }
  await server.stop();
}, 120_000);

it('starts without what was kept, with fences that have hours, and check-ins are on the board again', async () => {
  const dataDir = await dataFolder(['hp-0']);
  let server = await startServer(dataDir);
  await addTps(server, Date.now() - 1_800_000);
  await call(server, 'POST', '/fences', {
    ...{ id: 'night', name: 'Gudang logistik', region: '64.08', class: 'area' },
    ...{ geometry: { type: 'Point', coordinates: [tps.lon, tps.lat] }, radiusM: 200 },
    conditions: { weekly: [{ fromDay: 0, fromMinute: 0, toDay: 6, toMinute: 1_439 }] },
  });
  const untilMs = Date.now() + 3_600_000;
  const checkIn = { agency: 'polri', strength: 1, means: 'radio', who: 'Aipda Budi', untilMs };
  await call(server, 'POST', '/sites/tps-1/check-in', checkIn);
  await untilWord(server, 'cukup');

  for (const isKept of [true, false]) {
    await server.stop();
    if (!isKept) await rm(path.join(dataDir, 'live'), { recursive: true });
    server = await startServer(dataDir);
    await untilWord(server, 'cukup');
    expect(await server.health()).toMatchObject({ places: { sites: 1, fences: 2 } });
  }
  await server.stop();
}, 120_000);
