import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AlarmsMessage } from '../../../server/domain/liveMessage.ts';
import { readConnection } from '../../../server/storage/embedded/runFolder.ts';
import { verifyLog } from '../../../server/storage/log/verifyLog.ts';
import { apiCaller } from '../fixtures/apiCaller.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { TestTrackers } from '../fixtures/testTrackers.ts';
import { dataFolder, query, recorded, startServer } from './serverProcess.ts';

const trackerIds = Array.from({ length: 1_000 }, (_, i) => `hp-${i}`);
/** Each raises one alarm of each tracker. */
const rules = 10;
const alarms = trackerIds.length * rules;
/** What a screen is sent at most. */
const maxShown = 500;
/** Trackers that speak at the same time. */
const atOnce = 50;
/** Ten times what it takes: what is not bounded takes more. */
const maxGrowthMb = 1_000;

describe.skipIf(process.platform !== 'linux')('ten thousand alarms at once', () => {
  it('keep memory, screens and operators within bounds, and all of them are stored', async () => {
    const dataDir = await dataFolder(trackerIds);
    const doorLimits = 'connectBurst=1000000,connectsPerSecond=100000';
    const server = await startServer(dataDir, { POSKO_DOOR_LIMITS: doorLimits });
    const http = `http://127.0.0.1:${server.httpPort}`;
    const call = apiCaller(http);
    for (let nth = 0; nth < rules; nth++) {
      const rule = {
        ...{ name: { id: 'Baterai' }, text: { id: 'Baterai {unit} {value}' }, isEnabled: true },
        ...{ condition: { kind: 'battery_low', belowPct: 30 + nth } },
        priority: nth === 0 ? 'high' : 'low',
      };
      const added = await call('POST', '/rules', { id: `baterai-${nth}`, rule });
      expect(added.status).toBe(201);
    }
    const screen = await LiveScreen.open(http);
    onTestFinished(() => screen.close());
    const said = (): readonly AlarmsMessage[] =>
      screen.messages.filter((message) => message.type === 'alarms');
    const beforeMb = residentMb(server.child.pid);

    const devices = new TestTrackers(`mqtt://127.0.0.1:${server.mqttPort}`);
    onTestFinished(() => devices.end());
    const left = trackerIds.values();
    let isFlooding = true;
    const flood = Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (const id of left) {
          await devices.publish(`posko/64.08/${id}/status`, '{"batteryPct": 20}');
        }
      }),
    ).finally(() => {
      isFlooding = false;
    });
    const startedAtMs = performance.now();
    const tookMs: number[] = [];
    const taken = new Set<string>();
    while (isFlooding) {
      const next = said()
        .at(-1)
        ?.alarms.find(({ id, state }) => {
          return state === 'unacknowledged' && !taken.has(id);
        });
      if (next === undefined) {
        await delay(20);
        continue;
      }
      const askedAtMs = performance.now();
      const answer = await call('POST', `/alarms/${next.id}/acknowledge`, {});
      tookMs.push(performance.now() - askedAtMs);
      expect(answer).toMatchObject({ status: 200, body: { isDone: true } });
      taken.add(next.id);
      await delay(50);
    }
    await flood;
    const floodMs = performance.now() - startedAtMs;

    await screen.until(() => said().at(-1)?.omitted === alarms - maxShown);
    const most = Math.max(...said().map((each) => each.alarms.length));
    expect(most).toBe(maxShown);
    // the most important ones are those that are shown
    expect(
      said()
        .at(-1)
        ?.alarms.every(({ priority }) => priority === 'high'),
    ).toBe(true);
    expect(said().at(-1)?.load.isFlood).toBe(true);
    const { body: load } = await call('GET', '/alarms/load');
    expect(load).toMatchObject({ isFlood: true, open: alarms, last10Min: alarms });
    expect(load.timeToAcknowledge.count).toBe(taken.size);
    expect(load.byRule).toHaveLength(rules);
    expect(load.topOffenders).toHaveLength(10);

    let health = await recorded(server);
    while (health.alarms.events.waiting > 0) {
      await delay(100);
      health = await server.health();
    }
    expect(health.alarms).toMatchObject({
      ...{ open: alarms, unacknowledged: alarms - taken.size, overflowed: 0 },
      events: { dropped: 0, leftOut: 0, written: alarms + taken.size },
    });
    const afterMb = residentMb(server.child.pid);
    const [rows] = await query<{ alarms: number; events: number }>(
      dataDir,
      `select (select count(*)::int from alarms) as alarms,
              (select count(*)::int from alarm_events) as events`,
    );
    expect(rows).toEqual({ alarms, events: alarms + taken.size });
    const pool = new pg.Pool(readConnection(dataDir));
    const log = await verifyLog(pool);
    await pool.end();
    expect(log.broken).toBeUndefined();
    expect(log.entries).toBeGreaterThan(alarms);

    const middle = tookMs.toSorted((a, b) => a - b)[tookMs.length >> 1] ?? Infinity;
    const last = Math.max(...tookMs);
    const facts = { alarms, floodMs, acknowledged: taken.size, middle, last, beforeMb, afterMb };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    expect(tookMs.length).toBeGreaterThan(5);
    expect(middle).toBeLessThan(1_000);
    expect(afterMb - beforeMb).toBeLessThan(maxGrowthMb);
    await server.stop();
  }, 240_000);
});

/** Memory of a process and of its threads, MB. */
function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000);
}
