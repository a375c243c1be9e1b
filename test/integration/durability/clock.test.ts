import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asTracker } from '../../fixtures/trackerSecret.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { dataFolder, query, recorded, startServer } from './serverProcess.ts';

/** Debian's package `faketime`: gives a process a clock that can be set. */
const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

function hasFaketime(): boolean {
  if (existsSync(library)) return true;
  process.stderr.write(`clock.test.ts is skipped: ${library} (Debian's faketime) is not there\n`);
  return false;
}

describe.skipIf(!hasFaketime())('the clock of the machine', () => {
  it('set an hour back and an hour ahead under way loses nothing and stops no unit', async () => {
    const dataDir = await dataFolder(['hp-1']);
    const clock = path.join(dataDir, 'clock');
    const setClock = (offset: string): void => writeFileSync(clock, offset);
    setClock('+0');
    const server = await startServer(dataDir, {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const screen = await LiveScreen.open(`http://127.0.0.1:${server.httpPort}`);
    onTestFinished(() => screen.close());
    const device = await connectAsync(`mqtt://127.0.0.1:${server.mqttPort}`, asTracker('hp-1'));
    onTestFinished(() => device.endAsync());
    let lon = 117.5;
    /** One ping by the right time, acknowledged and on the screen. */
    const pingIsShown = async (): Promise<void> => {
      lon = Math.round((lon + 0.001) * 1e6) / 1e6;
      const fix = JSON.stringify({ fixedAt: Date.now(), lon, lat: 0.5 });
      await device.publishAsync('posko/64.08/hp-1/fix', fix, { qos: 1 });
      await screen.untilAt('hp-1', lon, 0.5);
    };
    const codes = async (): Promise<string[]> =>
      (await server.health()).degradations.map(({ code }) => code);

    await pingIsShown();
    setClock('-3600');
    await pingIsShown();
    expect(await codes()).toContain('clock_set_back');
    setClock('+3600');
    await pingIsShown();
    expect(await codes()).not.toContain('clock_set_back');
    setClock('-7200');
    await pingIsShown();
    setClock('+0');
    await pingIsShown();

    const health = await recorded(server);
    expect(health.positions).toMatchObject({ live: 5, quarantined: 0 });
    expect(health.setAside).toEqual({});
    const stored = await query<{ n: number }>(dataDir, 'select count(*)::int as n from positions');
    expect(stored).toEqual([{ n: 5 }]);
    await server.stop();
  }, 60_000);
});
