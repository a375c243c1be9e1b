import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Packet, parser } from 'mqtt-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Listeners } from '../../ingest/mqtt/listeners.ts';
import type { OutMessage } from '../../server/domain/outMessage.ts';

const told = (kind: 'alarm' | 'position', payload: string): OutMessage => ({
  kind,
  region: '64.08',
  regions: ['64.08'],
  payload,
});

/** The two ends of a connection. */
async function wire(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [ours] = await once(server, 'connection');
  onTestFinished(() => {
    theirs.destroy();
    ours.destroy();
    server.close();
  });
  return { ours, theirs };
}

/** Somebody who listens to everything, with two messages on their way at most. */
async function listening() {
  const clock = { nowMs: 0 };
  const listeners = new Listeners(() => clock.nowMs, {
    ...{ maxWaiting: 10, inFlight: 2, patienceMs: 30_000 },
  });
  const { ours, theirs } = await wire();
  const scopes = { alarms: ['*'], positions: ['*'] };
  const token = { credential: 'token:1', actor: 'budi/cad', expiresAtMs: 1_000_000 };
  listeners.add(ours, { ...scopes, ...token });
  listeners.subscribe(ours, 'posko/+/out/#', 1);
  const heard: { text: string; id: number | undefined }[] = [];
  let wake = (): void => undefined;
  const reading = parser({ protocolVersion: 4 });
  reading.on('packet', (packet: Packet) => {
    if (packet.cmd !== 'publish') return;
    heard.push({ text: packet.payload.toString(), id: packet.messageId });
    wake();
  });
  theirs.on('data', (bytes) => reading.parse(bytes));
  const until = async (count: number): Promise<string[]> => {
    while (heard.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return heard.map(({ text }) => text);
  };
  return { clock, listeners, ours, heard, until };
}

describe('who listens and acknowledges nothing', () => {
  it('gets no more alarms than may be on their way, and positions all the same', async () => {
    const { listeners, ours, heard, until } = await listening();
    listeners.publish(['1', '2', '3', '4'].map((text) => told('alarm', text)));
    listeners.publish([told('position', 'p')]);
    expect(await until(3)).toEqual(['1', '2', 'p']);
    expect(listeners.report()).toMatchObject({ sent: 3, waiting: 2, dropped: 0 });
    listeners.acknowledged(ours, heard[0]?.id ?? 0);
    // again, or of nothing that is on its way
    listeners.acknowledged(ours, heard[0]?.id ?? 0);
    listeners.acknowledged(ours, 60_000);
    expect(await until(4)).toEqual(['1', '2', 'p', '3']);
  });

  it('loses the oldest that wait, and has to go after 30 s, however many positions pass', async () => {
    const { clock, listeners, ours } = await listening();
    listeners.publish(Array.from({ length: 15 }, (_, at) => told('alarm', String(at))));
    expect(listeners.report()).toMatchObject({ waiting: 10, dropped: 3 });
    clock.nowMs = 29_000;
    listeners.publish([told('position', 'p'), told('alarm', 'x')]);
    expect(listeners.overdue(0)).toEqual([]);
    clock.nowMs = 30_001;
    expect(listeners.overdue(0)).toEqual([{ socket: ours, why: 'stuck' }]);
    expect(listeners.overdue(0)).toEqual([]);
    expect(listeners.report()).toMatchObject({ listeners: 0, ended: 1, waiting: 0, dropped: 14 });
  });

  it('has to go when the token is over', async () => {
    const { listeners, ours } = await listening();
    expect(listeners.overdue(999_999)).toEqual([]);
    expect(listeners.overdue(1_000_000)).toEqual([{ socket: ours, why: 'expired' }]);
  });
});
