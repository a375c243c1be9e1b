import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pingers } from './pinger.ts';
import { dataFolder, killPostmaster, query, recorded, startServer } from './serverProcess.ts';

const trackerIds = Array.from({ length: 20 }, (_, i) => `hp-${i}`);
const rounds = 20;
/** Which process is killed in a round. */
const victims = ['server', 'postmaster', 'both'] as const;

describe.skipIf(process.platform !== 'linux')('kill -9 under a load of QoS 1', () => {
  it(`loses no acknowledged ping and stores none twice, in ${rounds} rounds at random moments`, async () => {
    const dataDir = await dataFolder(trackerIds);
    let server = await startServer(dataDir);
    const ports = {
      POSKO_HTTP_PORT: String(server.httpPort),
      POSKO_MQTT_PORT: String(server.mqttPort),
    };
    const pingers = new Pingers(server.mqttPort, trackerIds, 5);
    let before = 0;
    for (let round = 0; round < rounds; round++) {
      // a load, then a moment that nothing else depends on
      while (pingers.acknowledged.size < before + 200) await delay(5);
      await delay(Math.random() * 300);
      const victim = victims[round % victims.length];
      if (victim !== 'server') await killPostmaster(dataDir);
      if (victim !== 'postmaster') {
        await server.kill();
        server = await startServer(dataDir, ports);
      }
      before = pingers.acknowledged.size;
    }
    await pingers.settle();
    await recorded(server);

    const rows = await query<{ key: string; n: number }>(
      dataDir,
      `select t.id || ' ' || (extract(epoch from p.fixed_at) * 1000)::bigint as key,
              count(*)::int as n
       from positions p join trackers t on t.key = p.tracker_key group by 1`,
    );
    const stored = new Map(rows.map(({ key, n }) => [key, n]));
    expect(pingers.acknowledged.size).toBeGreaterThan(200 * rounds);
    expect([...pingers.acknowledged].filter((key) => stored.get(key) !== 1)).toEqual([]);
    expect([...stored.keys()].filter((key) => !pingers.sent.has(key))).toEqual([]);
    await server.stop();
  }, 240_000);
});
