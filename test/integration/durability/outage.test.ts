import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openExternal } from '../../../server/storage/database.ts';
import { startEmbeddedPostgres } from '../../../server/storage/embedded/startEmbeddedPostgres.ts';
import { addOperator } from '../../fixtures/operator.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { addTestTracker } from '../fixtures/runningPosko.ts';
import { scratchForTest } from '../storage/scratch.ts';
import { CuttableWay } from './cuttableWay.ts';
import { Pingers } from './pinger.ts';
import { recorded, startServer } from './serverProcess.ts';

const silent = pino({ level: 'silent' });
const trackerIds = Array.from({ length: 200 }, (_, i) => `hp-${i}`);
/** 200 trackers, each 100 ms after its last acknowledgement: just under 2,000 pings a second. */
const everyMs = 100;
const outageMs = 60_000;

describe('a database that is away', () => {
  it('for a minute, under 2,000 pings a second, stops no screen and loses nothing', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: scratchForTest(), log: silent });
    onTestFinished(() => postgres.stop());
    const { host, port, user, password, database: name } = postgres.connection;
    const way = new CuttableWay(path.join(host, `.s.PGSQL.${port}`));
    const proxyPort = await way.open();
    onTestFinished(() => way.cut());
    const url = `postgres://${user}:${password}@127.0.0.1:${proxyPort}/${name}`;
    const database = await openExternal(url, silent);
    await addOperator(database.pool);
    for (const id of trackerIds) await addTestTracker(database.pool, id);
    await database.close();

    const server = await startServer(scratchForTest(), { POSKO_DATABASE_URL: url });
    const screen = await LiveScreen.open(`http://127.0.0.1:${server.httpPort}`);
    onTestFinished(() => screen.close());
    const pingers = new Pingers(server.mqttPort, trackerIds, 1, everyMs);
    while (pingers.acknowledged.size < 2_000) await delay(20);
    expect((await recorded(server)).degradations).toEqual([]);

    await way.cut();
    const cutAtMs = performance.now();
    let sawDegradation = false;
    const stepMs = 5_000;
    for (let step = 1; step <= outageMs / stepMs; step++) {
      const before = { acknowledged: pingers.acknowledged.size, frames: screen.frames.length };
      await delay(cutAtMs + step * stepMs - performance.now());
      const health = await server.health();
      if (health.degradations.some(({ code }) => code === 'database_away')) sawDegradation = true;
      expect(pingers.acknowledged.size).toBeGreaterThan(before.acknowledged);
      const frames = screen.frames.slice(before.frames);
      expect(frames.some(({ count }) => count > 0)).toBe(true);
    }
    expect(sawDegradation).toBe(true);
    const during = await server.health();
    expect(during).toMatchObject({
      status: 'degraded',
      journal: { state: 'storing', notStored: 0 },
    });
    expect(during.storage.behind).toBeGreaterThan(10_000);

    await way.open();
    await pingers.settle();
    const after = await recorded(server);
    expect(after).toMatchObject({ door: { lost: 0 }, journal: { notStored: 0 } });
    expect(after.degradations.map(({ code }) => code)).not.toContain('database_away');
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from positions');
    await client.end();
    expect(pingers.acknowledged.size).toBe(pingers.sent.size);
    expect(rows[0]?.n).toBe(pingers.sent.size);
    await server.stop();
  }, 180_000);
});
