import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { type MqttLimits, MqttListener } from '../../ingest/mqtt/mqttListener.ts';

const limits: MqttLimits = {
  maxPacketBytes: 65_536,
  maxConnections: 100,
  connectTimeoutMs: 10_000,
  maxInFlight: 256,
};
const isCrowded = (): boolean => false;
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let listener: MqttListener | undefined;
afterEach(() => listener?.close());

async function listen(some: Partial<MqttLimits>): Promise<{ port: number; reasons: string[] }> {
  const reasons: string[] = [];
  listener = new MqttListener(
    { ...limits, ...some },
    {
      onPublished: (_published, settle) => settle(true),
      isCrowded,
      onSetAside: (reason) => reasons.push(reason),
    },
  );
  return { port: await listener.start('127.0.0.1', 0), reasons };
}

describe('MQTT listener', () => {
  it('ends a connection that opens and says nothing', async () => {
    const { port, reasons } = await listen({ connectTimeoutMs: 100 });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'close');
    expect(reasons).toEqual(['connect_timeout']);
    while ((listener?.connections ?? 0) > 0) await setImmediate();
  });

  it('ends a connection that begins a CONNECT and never finishes it', async () => {
    const { port, reasons } = await listen({ connectTimeoutMs: 100 });
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.from('100d00044d51', 'hex'));
    await once(socket, 'close');
    expect(reasons).toEqual(['connect_timeout']);
  });

  it('takes no more connections than it may, and says so', async () => {
    const { port, reasons } = await listen({ maxConnections: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(port, '127.0.0.1');
    await once(second, 'close');
    expect(reasons).toEqual(['too_many_connections']);
    expect(first.destroyed).toBe(false);
    first.destroy();
  });

  it('cannot have a port that another program has', async () => {
    const { port } = await listen({});
    const other = new MqttListener(limits, {
      onPublished: () => undefined,
      isCrowded,
      onSetAside: () => undefined,
    });
    await expect(other.start('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await other.close();
  });

  it('keeps nothing of a session that ended, persistent or not', async () => {
    const { port } = await listen({});
    const topic = 't'.repeat(60_000);
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    /** Connects with clean session off, sends one QoS 2 message and leaves without PUBREL. */
    const visit = async (clientId: string): Promise<void> => {
      const socket = connect(port, '127.0.0.1');
      const id = Buffer.from(clientId);
      const connectPacket = Buffer.concat([
        Buffer.from([0x10, 12 + id.length, 0, 4]),
        Buffer.from('MQTT'),
        Buffer.from([4, 0, 0, 60, 0, id.length]),
        id,
      ]);
      const length = 2 + topic.length + 2;
      const publish = Buffer.concat([
        Buffer.from([
          0x34,
          (length % 128) | 0x80,
          (Math.floor(length / 128) % 128) | 0x80,
          Math.floor(length / 16_384),
        ]),
        Buffer.from([topic.length >> 8, topic.length & 0xff]),
        Buffer.from(topic),
        Buffer.from([0, 1]),
      ]);
      socket.write(Buffer.concat([connectPacket, publish]));
      let answered = 0;
      while (answered < 8) answered += (await once(socket, 'data'))[0].length;
      socket.destroy();
      await once(socket, 'close');
    };
    for (let i = 0; i < 50; i++) await visit(`warm-${i}`);
    const before = heap();
    const visits = 500;
    for (let i = 0; i < visits; i++) await visit(`fresh-${i}`);
    while ((listener?.connections ?? 0) > 0) await setImmediate();
    // buffers of closed sockets go some turns of the loop later; what the broker keeps never does
    while (heap() - before > (visits * topic.length) / 4) await setImmediate();
  });

  it('keeps the payloads of half-done QoS 2 messages nowhere', async () => {
    const payloads: WeakRef<object>[] = [];
    listener = new MqttListener(limits, {
      onPublished: ({ payload }, settle) => {
        payloads.push(new WeakRef(payload.buffer));
        settle(true);
      },
      isCrowded,
      onSetAside: () => undefined,
    });
    const port = await listener.start('127.0.0.1', 0);
    const socket = connect(port, '127.0.0.1');
    socket.write(Buffer.from('100d00044d5154540402003c000162', 'hex'));
    const body = Buffer.alloc(60_000);
    const messages = 500;
    for (let id = 1; id <= messages; id++) {
      // PUBLISH, QoS 2, topic "t", packet identifier, and never a PUBREL
      const header = Buffer.from([0x34, 0, 0, 0, 0x00, 0x01, 0x74, id >> 8, id & 0xff]);
      const length = body.length + 5;
      header[1] = (length % 128) | 0x80;
      header[2] = (Math.floor(length / 128) % 128) | 0x80;
      header[3] = Math.floor(length / 16_384);
      socket.write(Buffer.concat([header, body]));
    }
    // CONNACK has 4 bytes, each PUBREC too
    let answered = 0;
    while (answered < 4 + 4 * messages) answered += (await once(socket, 'data'))[0].length;
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
