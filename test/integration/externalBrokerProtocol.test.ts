import type { Packet } from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import {
  hospitable,
  type Script,
  scriptedBroker,
  type Visitor,
} from '../fixtures/scriptedBroker.ts';
import { type Fetching, fetchFrom } from './fixtures/fetched.ts';

const patient = { timeout: 10_000 };
/** It was said; a moment later it may be mended. */
const trouble = (fetching: Fetching, said: RegExp): Promise<void> =>
  vi.waitFor(
    () => expect(fetching.reports.map(({ error }) => error ?? '').join('\n')).toMatch(said),
    patient,
  );
const up = (fetching: Fetching): Promise<void> =>
  vi.waitFor(() => expect(fetching.reports.at(-1)?.isConnected).toBe(true), patient);
const isSos = ({ clientId }: Visitor): boolean => clientId.endsWith('-sos');
const mainOf = (visitors: readonly Visitor[]): Visitor => {
  const found = visitors.findLast((visitor) => !isSos(visitor));
  if (found === undefined) throw new Error('nobody came');
  return found;
};
const publish = (messageId: number, more: Partial<Packet> = {}): Packet =>
  ({
    cmd: 'publish',
    topic: 'posko/64.08/hp-07/fix',
    payload: String(messageId),
    qos: 1,
    dup: false,
    retain: false,
    messageId,
    ...more,
  }) as Packet;

describe('sessions at a broker of others', () => {
  it('are kept by the broker, bounded, and one of them is for SOS alone', async () => {
    const { url, visitors } = await scriptedBroker(hospitable);
    const fetching = fetchFrom(url, { clientId: 'posko-ingest-7', limits: { packetBytes: 2_000 } });
    await up(fetching);
    const said = (isWanted: boolean) =>
      visitors.find((visitor) => isSos(visitor) === isWanted)?.packets.slice(0, 2);
    expect(said(false)).toMatchObject([
      {
        cmd: 'connect',
        clientId: 'posko-ingest-7',
        clean: false,
        keepalive: 30,
        properties: {
          sessionExpiryInterval: 604_800,
          receiveMaximum: 1_024,
          maximumPacketSize: 2_005,
        },
      },
      {
        cmd: 'subscribe',
        subscriptions: [
          { topic: 'posko/+/+/fix', qos: 1, rh: 2, rap: false },
          { topic: 'posko/+/+/status', qos: 1, rh: 2, rap: false },
          { topic: 'owntracks/+/+', qos: 1, rh: 2, rap: false },
        ],
      },
    ]);
    expect(said(true)).toMatchObject([
      { clientId: 'posko-ingest-7-sos', properties: { receiveMaximum: 64 } },
      { subscriptions: [{ topic: 'posko/+/+/sos', qos: 1, rh: 2 }] },
    ]);
    const [first] = fetching.reports;
    expect(first).toMatchObject({ url, isConnected: false, error: undefined });
    await fetching.broker.close();
    expect(mainOf(visitors).packets.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0 });
  });

  it('speak as often as the broker asks for', async () => {
    const script: Script = (packet, visitor) =>
      packet.cmd === 'connect'
        ? {
            cmd: 'connack',
            reasonCode: 0,
            sessionPresent: false,
            properties: { serverKeepAlive: 1 },
          }
        : hospitable(packet, visitor);
    const { url, visitors } = await scriptedBroker(script);
    fetchFrom(url);
    await vi.waitFor(
      () => expect(mainOf(visitors).packets.map(({ cmd }) => cmd)).toContain('pingreq'),
      patient,
    );
  });

  it('are not taken for up while all that they subscribe to is refused', async () => {
    const refusing: Script = (packet, visitor) =>
      packet.cmd === 'subscribe'
        ? { cmd: 'suback', messageId: 1, granted: packet.subscriptions.map(() => 0x87) }
        : hospitable(packet, visitor);
    const { url } = await scriptedBroker(refusing);
    const fetching = fetchFrom(url);
    await trouble(fetching, /does not let Posko read posko\/\+\/\+\/(sos|fix).*: allow that there/);
    expect(fetching.reports.at(-1)?.isConnected).toBe(false);
  });

  it('say what is missing when a part is refused', async () => {
    const refusing: Script = (packet, visitor) =>
      packet.cmd === 'subscribe'
        ? {
            cmd: 'suback',
            messageId: 1,
            granted: packet.subscriptions.map(({ topic }) => (topic.startsWith('own') ? 0x87 : 1)),
          }
        : hospitable(packet, visitor);
    const { url } = await scriptedBroker(refusing);
    const fetching = fetchFrom(url);
    await up(fetching);
    await trouble(fetching, /does not let Posko read owntracks\/\+\/\+: allow that there/);
    expect(fetching.reports.at(-1)?.isConnected).toBe(true);
  });

  it.each([
    ['0x8e', 0x8e, /another program came .* with the client id "posko-ingest-test(-sos)?"/],
    ['0x8b', 0x8b, /is shutting down/],
    ['0x98', 0x98, /somebody ended the connection/],
    [
      '0x97',
      0x97,
      /ended the connection with code 0x97: look into the broker's log \(it says: so\)/,
    ],
  ])('say why the broker ended them (%s)', async (_, reasonCode, said) => {
    const script: Script = (packet, visitor) => {
      const answer = hospitable(packet, visitor);
      if (packet.cmd !== 'subscribe' || answer === undefined) return answer;
      visitor.say(answer);
      const properties = reasonCode === 0x97 ? { reasonString: 'so' } : {};
      return { cmd: 'disconnect', reasonCode, properties };
    };
    const { url, visitors } = await scriptedBroker(script);
    const fetching = fetchFrom(url);
    await trouble(fetching, said);
    // it comes back, and slower each time
    await vi.waitFor(() => expect(visitors.length).toBeGreaterThan(4), patient);
  });

  it('end at what no broker may say', async () => {
    const { url, visitors } = await scriptedBroker(hospitable);
    const fetching = fetchFrom(url);
    await up(fetching);
    mainOf(visitors).say(publish(1, { qos: 2 } as Partial<Packet>));
    await trouble(fetching, /is not MQTT/);
    expect(fetching.setAside).toEqual([
      'bad_packet: a message that nobody may send to a subscription of QoS 1',
    ]);
    await up(fetching);
  });

  it('forget what an ended connection owes: its numbers mean other messages now', async () => {
    const { url, visitors } = await scriptedBroker(hospitable);
    const fetching = fetchFrom(url);
    fetching.fate = undefined;
    await up(fetching);
    const first = mainOf(visitors);
    first.say(publish(1));
    await vi.waitFor(() => expect(fetching.texts()).toEqual(['1']), patient);
    first.socket.destroy();
    await vi.waitFor(() => expect(mainOf(visitors)).not.toBe(first), patient);
    await up(fetching);
    expect(fetching.broker.waiting).toBe(0);
    const second = mainOf(visitors);
    second.say(publish(1, { payload: 'another' } as Partial<Packet>));
    await vi.waitFor(() => expect(fetching.texts()).toEqual(['1', 'another']), patient);
    fetching.messages[0]?.settle(true);
    second.say(publish(2));
    await vi.waitFor(() => expect(fetching.messages).toHaveLength(3), patient);
    fetching.messages[2]?.settle(true);
    fetching.messages[1]?.settle(false);
    const acknowledged = () =>
      second.packets.flatMap(({ cmd, messageId }) => (cmd === 'puback' ? [messageId] : []));
    await vi.waitFor(() => expect(acknowledged()).toEqual([2]), patient);
  });

  it('read no further than their window, however much a broker sends', async () => {
    const { url, visitors } = await scriptedBroker(hospitable);
    const fetching = fetchFrom(url, { limits: { packetBytes: 65_536, inFlight: 8 } });
    fetching.fate = undefined;
    await up(fetching);
    const { socket, say } = mainOf(visitors);
    for (let id = 1; id <= 60_000; id++)
      say(publish(id, { payload: 'x'.repeat(100) } as Partial<Packet>));
    await vi.waitFor(() => expect(socket.writableNeedDrain).toBe(true), patient);
    await vi.waitFor(() => expect(fetching.messages.length).toBeGreaterThan(8), patient);
    // one read of a socket beyond the window
    expect(fetching.broker.waiting).toBeLessThan(8 + 65_536 / 100);
    fetching.fate = true;
    for (const { settle } of fetching.messages.slice()) settle(true);
    await vi.waitFor(() => expect(fetching.messages).toHaveLength(60_000), { timeout: 20_000 });
  });
});
