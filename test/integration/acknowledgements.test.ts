import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Published, Settle } from '../../ingest/mqtt/mqttHandlers.ts';
import type { MqttListener } from '../../ingest/mqtt/mqttListener.ts';
import { openListener, publishPacket, rawDevice } from './fixtures/openListener.ts';

const inFlight = 8;
const patient = { timeout: 10_000 };

type Door = {
  readonly listener: MqttListener;
  readonly port: number;
  readonly waiting: { published: Published; settle: Settle }[];
  isCrowded: boolean;
};

/** A listener whose messages wait until the test settles them. */
async function openDoor(): Promise<Door> {
  const door = { waiting: [] as Door['waiting'], isCrowded: false };
  const opened = await openListener(
    { inFlight },
    {
      onPublished: (received, settle) =>
        door.waiting.push({
          // the payload lives no longer than this call
          published: { ...received, payload: Uint8Array.from(received.payload) },
          settle,
        }),
      isCrowded: () => door.isCrowded,
    },
  );
  return Object.assign(door, opened);
}

/** PUBLISH to the topic "t". */
const publish = (qos: 0 | 1 | 2, id: number, payload: string): Buffer =>
  publishPacket(qos, id, 't', payload);

describe('acknowledgements', () => {
  it('go out in the order of the messages, whatever the order in which their fates are known', async () => {
    const door = await openDoor();
    const { socket, received } = await rawDevice(door.port, 'a');
    socket.write(
      Buffer.concat([
        publish(1, 1, 'one'),
        publish(2, 2, 'two'),
        publish(0, 0, 'zero'),
        publish(1, 3, 'three'),
      ]),
    );
    await vi.waitFor(() => expect(door.waiting).toHaveLength(4), patient);
    expect(door.waiting.map(({ published }) => published.qos)).toEqual([1, 2, 0, 1]);
    door.waiting[3]?.settle(true);
    door.waiting[1]?.settle(true);
    await delay(20);
    expect(received().toString('hex')).toBe('');
    door.waiting[0]?.settle(true);
    // PUBACK 1, PUBREC 2, PUBACK 3
    await vi.waitFor(
      () => expect(received().toString('hex')).toBe('400200015002000240020003'),
      patient,
    );
    // PUBREL is answered although nobody kept the message
    socket.write(Buffer.from('62020002', 'hex'));
    await vi.waitFor(() => expect(received().toString('hex')).toMatch(/70020002$/), patient);
  });

  it('are left out for what could not be stored, and its sender is ended when there is room again', async () => {
    const door = await openDoor();
    const one = await rawDevice(door.port, 'a');
    const other = await rawDevice(door.port, 'b');
    one.socket.write(Buffer.concat([publish(1, 1, 'one'), publish(1, 2, 'two')]));
    await vi.waitFor(() => expect(door.waiting).toHaveLength(2), patient);
    door.waiting[0]?.settle(false);
    door.waiting[1]?.settle(true);
    await vi.waitFor(() => expect(one.received().toString('hex')).toBe('40020002'), patient);
    const closed = once(one.socket, 'close');
    door.listener.endOwing();
    await closed;
    expect(other.socket.destroyed).toBe(false);
  });

  it('hold up a sender with too many messages under way, and nobody else', async () => {
    const door = await openDoor();
    const busy = await rawDevice(door.port, 'busy');
    const calm = await rawDevice(door.port, 'calm');
    const burst = (from: number): Buffer =>
      Buffer.concat(Array.from({ length: inFlight }, (_, i) => publish(1, from + i, 'x')));
    busy.socket.write(burst(1));
    await vi.waitFor(() => expect(door.waiting).toHaveLength(inFlight), patient);
    busy.socket.write(burst(100));
    calm.socket.write(publish(1, 7, 'calm'));
    await vi.waitFor(() => expect(door.waiting).toHaveLength(inFlight + 1), patient);
    expect(door.waiting.at(-1)?.published.payload).toEqual(Uint8Array.from(Buffer.from('calm')));
    // half of them out: it is read on
    for (const { settle } of door.waiting.slice(0, inFlight / 2)) settle(true);
    await vi.waitFor(() => expect(door.waiting).toHaveLength(2 * inFlight + 1), patient);
    for (const { settle } of door.waiting.slice(inFlight / 2)) settle(true);
    await vi.waitFor(() => expect(busy.received().byteLength).toBe(4 * 2 * inFlight), patient);
    expect(calm.received().toString('hex')).toBe('40020007');
  });

  it('are waited for by everybody while the journal is crowded', async () => {
    const door = await openDoor();
    const { socket } = await rawDevice(door.port, 'a');
    door.isCrowded = true;
    socket.write(publish(1, 1, 'one'));
    await delay(50);
    expect(door.waiting).toHaveLength(0);
    door.isCrowded = false;
    door.listener.readOn();
    await vi.waitFor(() => expect(door.waiting).toHaveLength(1), patient);
  });

  it('that nobody reads stop the reading of what they answer', async () => {
    const door = await openDoor();
    const { socket } = await rawDevice(door.port, 'deaf');
    socket.pause();
    // as many messages as the network takes; each is settled at once
    const many = Buffer.concat(Array.from({ length: 4_000 }, (_, i) => publish(1, 1 + i, 'x')));
    let [written, settled] = [0, 0];
    const settleAll = (): void => {
      for (const { settle } of door.waiting.splice(0)) {
        settle(true);
        settled += 1;
      }
    };
    const settling = setInterval(settleAll, 1);
    let [before, still] = [-1, 0];
    while (still < 20) {
      if (!socket.writableNeedDrain) {
        socket.write(many);
        written += 4_000;
      }
      await delay(10);
      still = settled === before ? still + 1 : 0;
      before = settled;
    }
    clearInterval(settling);
    // it sends on and on, nothing of it is read any more, and nothing is held here
    expect(settled).toBeLessThan(written);
    expect(door.listener.waiting).toBeLessThan((2 * 128 * 1024) / 6);
    socket.resume();
  }, 60_000);
});
