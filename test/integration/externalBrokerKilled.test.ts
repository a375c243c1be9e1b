import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { recoverJournal } from '../../ingest/journal/recoverJournal.ts';
import { mosquittoMissing, publisher, startMosquitto } from './fixtures/mosquitto.ts';
import { journalFolder, readAll } from './journal/journalFolder.ts';

const program = fileURLToPath(new URL('./fixtures/brokerConsumer.ts', import.meta.url));
const messages = 3_000;
const inFlight = 100;
const kills = 4;

/** Starts a consumer; `stored` gets what it says is on disk, and it is killed when it holds some of that. */
function consume(
  url: string,
  dir: string,
  acknowledged: number,
  stored: Set<string>,
): ChildProcess {
  const child = spawn(process.execPath, [program, url, dir, String(acknowledged)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('no pipe');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'held') child.kill('SIGKILL');
    else stored.add(line);
  });
  return child;
}

describe.skipIf(mosquittoMissing !== undefined)('a killed consumer of a real broker', () => {
  it('loses nothing, and has nothing twice that is not the very same fix', async () => {
    const mosquitto = await startMosquitto();
    const url = `mqtt://127.0.0.1:${mosquitto.port}`;
    const dir = journalFolder();
    const stored = new Set<string>();
    const client = await publisher(mosquitto.port);
    // the session must be there before the first message
    const first = consume(url, dir, 37, stored);
    await vi.waitFor(
      async () => {
        await client.publishAsync('posko/64.08/hp-07/fix', 'first', { qos: 1 });
        expect(stored.has('first')).toBe(true);
      },
      { timeout: 15_000, interval: 100 },
    );
    const sent = Array.from({ length: messages }, (_, i) => ({
      text: JSON.stringify({ fixedAt: 1_732_666_503_000 + i, lon: 117.5, lat: 0.5 }),
    }));
    const published = Promise.all(
      sent.map(({ text }) => client.publishAsync('posko/64.08/hp-07/fix', text, { qos: 1 })),
    );
    await once(first, 'exit');
    for (let kill = 1; kill < kills; kill++) {
      await once(consume(url, dir, kill * 211, stored), 'exit');
    }
    await published;
    const last = consume(url, dir, Number.MAX_SAFE_INTEGER, stored);
    await vi.waitFor(() => expect(stored.size).toBe(messages + 1), { timeout: 20_000 });
    last.kill('SIGTERM');
    const [code, signal] = await once(last, 'exit');
    expect([code, signal]).toEqual([0, null]);

    const { lastSequence } = await recoverJournal(dir);
    const { records, damage } = await readAll(dir, lastSequence);
    expect(damage).toEqual([]);
    const fixes = records.map(([, text]) => text).filter((text) => text !== 'first');
    expect(new Set(fixes)).toEqual(new Set(sent.map(({ text }) => text)));
    // what was on its way came again, and no more: a window, and what one read of a socket holds
    const again = fixes.length - messages;
    expect(again).toBeGreaterThanOrEqual((kills - 1) * 20);
    expect(again).toBeLessThanOrEqual(kills * (inFlight + 65_536 / 80));
    // of one sender the order is kept
    const firsts = [...new Set(fixes)];
    expect(firsts).toEqual(sent.map(({ text }) => text));
  }, 60_000);
});
