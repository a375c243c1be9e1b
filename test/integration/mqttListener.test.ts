import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { connectPacket, openListener, publishPacket } from './fixtures/openListener.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('MQTT listener', () => {
  it('ends a connection that opens and says nothing', async () => {
    const { listener, port, reasons } = await openListener({ connectSeconds: 0.1 });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'close');
    expect(reasons).toEqual(['connect_timeout']);
    while (listener.connections > 0) await setImmediate();
  });

  it('ends a connection that begins a CONNECT and never finishes it', async () => {
    const { port, reasons } = await openListener({ connectSeconds: 0.1 });
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.from('100d00044d51', 'hex'));
    await once(socket, 'close');
    expect(reasons).toEqual(['connect_timeout']);
  });

  it('takes no more connections than it may, and says so', async () => {
    const { port, reasons } = await openListener({ maxConnections: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(port, '127.0.0.1');
    await once(second, 'close');
    expect(reasons).toEqual(['too_many_connections']);
    expect(first.destroyed).toBe(false);
    first.destroy();
  });

  it('keeps nothing of a session that ended, persistent or not', async () => {
    const [warmVisits, visits] = [50, 500];
    const { listener, port, reasons } = await openListener({
      topicBytes: 65_000,
      connectBurst: warmVisits + visits,
    });
    const topic = 't'.repeat(60_000);
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    /** Connects, sends one QoS 2 message and leaves without PUBREL. */
    const visit = async (clientId: string): Promise<void> => {
      const socket = connect(port, '127.0.0.1');
      const packets = [connectPacket(clientId), publishPacket(2, 1, topic, '')];
      let answered = 0;
      // two answers may come before somebody listens for the second
      socket.on('data', ({ length }: Buffer) => {
        answered += length;
      });
      socket.write(Buffer.concat(packets));
      const left = new AbortController();
      socket.once('close', () => left.abort());
      while (answered < 8) await once(socket, 'data', left);
      socket.destroy();
      await once(socket, 'close');
    };
    for (let i = 0; i < warmVisits; i++) await visit(`warm-${i}`);
    const before = heap();
    for (let i = 0; i < visits; i++) await visit(`fresh-${i}`);
    expect(reasons).toEqual([]);
    while (listener.connections > 0) await setImmediate();
    // buffers of closed sockets go some turns of the loop later; what the broker keeps never does
    while (heap() - before > (visits * topic.length) / 4) await setImmediate();
  });

  it('keeps the payloads of half-done QoS 2 messages nowhere', async () => {
    const payloads: WeakRef<object>[] = [];
    const { port } = await openListener(
      {},
      {
        onPublished: ({ payload }, settle) => {
          payloads.push(new WeakRef(payload.buffer));
          settle(true);
        },
      },
    );
    const socket = connect(port, '127.0.0.1');
    socket.write(connectPacket('b'));
    const body = Buffer.alloc(60_000);
    const messages = 500;
    for (let id = 1; id <= messages; id++) {
      // and never a PUBREL
      socket.write(publishPacket(2, id, 't', body));
    }
    // CONNACK has 4 bytes, each PUBREC too
    let answered = 0;
    socket.on('data', ({ length }: Buffer) => {
      answered += length;
    });
    while (answered < 4 + 4 * messages) await once(socket, 'data');
    expect(payloads).toHaveLength(messages);
    const kept = (): number => payloads.filter((payload) => payload.deref() !== undefined).length;
    // references die with the turns of the loop that made them
    while (kept() > messages / 10) {
      await setImmediate();
      collectGarbage();
    }
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
