import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type Fetching, fetchFrom } from './fixtures/fetched.ts';
import { mosquittoMissing, publisher, startMosquitto } from './fixtures/mosquitto.ts';
import { onlyVersion4 } from './fixtures/onlyVersion4.ts';

const patient = { timeout: 15_000 };

const isUp = ({ reports }: Fetching): boolean => reports.at(-1)?.isConnected === true;
const up = (fetching: Fetching): Promise<void> =>
  vi.waitFor(() => expect(isUp(fetching)).toBe(true), patient);
const comes = (fetching: Fetching, texts: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(fetching.texts()).toEqual(texts), patient);

const fix = 'posko/64.08/hp-07/fix';
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe.skipIf(mosquittoMissing !== undefined).each([
  { version: 'MQTT 5', portOf: async (port: number) => port },
  { version: 'MQTT 3.1.1', portOf: onlyVersion4 },
])('a real broker of others, by $version', ({ version, portOf }) => {
  const open = async (lines: readonly string[] = []) => {
    const mosquitto = await startMosquitto({ lines });
    const url = `mqtt://127.0.0.1:${await portOf(mosquitto.port)}`;
    return { mosquitto, url };
  };

  it('gives fixes, SOS, states and OwnTracks, acknowledged or not, and nothing else', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url);
    await up(fetching);
    const client = await publisher(mosquitto.port);
    const send = (topic: string, qos: 0 | 1 | 2) => client.publishAsync(topic, topic, { qos });
    const wanted = [fix, 'posko/64.08/hp-07/status', 'owntracks/hp-07/phone'];
    await send('posko/64.08/out/position/x', 1);
    await send('owntracks/hp-07/phone/event', 1);
    await send('other/topic', 1);
    await send(wanted[0] ?? '', 0);
    await send(wanted[1] ?? '', 1);
    await send(wanted[2] ?? '', 2);
    await comes(fetching, wanted);
    await send('posko/64.08/hp-07/sos', 1);
    await comes(fetching, [...wanted, 'posko/64.08/hp-07/sos']);
    expect(fetching.messages.map(({ topic, qos }) => [topic, qos])).toEqual([
      [wanted[0], 0],
      [wanted[1], 1],
      // no more than was subscribed to
      [wanted[2], 1],
      ['posko/64.08/hp-07/sos', 1],
    ]);
    expect(fetching.reports.at(-1)).toMatchObject({ url, error: undefined });
  });

  it('keeps what comes while nobody fetches, also through its own restart', async () => {
    const { mosquitto, url } = await open();
    const first = fetchFrom(url);
    await up(first);
    const client = await publisher(mosquitto.port);
    await client.publishAsync(fix, '1', { qos: 1 });
    await comes(first, ['1']);
    await first.broker.close();
    // as the newest of its topic it is retained too, and comes as a live one all the same
    for (const text of numbers(2, 99)) await client.publishAsync(fix, text, { qos: 1 });
    await client.publishAsync(fix, '100', { qos: 1, retain: true });
    await mosquitto.stop();
    await mosquitto.start();
    const second = fetchFrom(url);
    await comes(second, numbers(2, 100));
    await second.broker.close();
    // all of it was acknowledged
    const third = fetchFrom(url);
    await up(third);
    await client.publishAsync(fix, '101', { qos: 1 });
    await comes(third, ['101']);
  });

  it('comes back by itself after the broker was away', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url);
    await up(fetching);
    await mosquitto.stop();
    await vi.waitFor(() => expect(isUp(fetching)).toBe(false), patient);
    expect(fetching.reports.at(-1)?.error).toBeDefined();
    await mosquitto.start();
    await up(fetching);
    expect(fetching.reports.at(-1)?.error).toBeUndefined();
    const client = await publisher(mosquitto.port);
    await client.publishAsync(fix, 'after', { qos: 1 });
    await comes(fetching, ['after']);
  });

  it('is taken for dead when it does not answer', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url, { times: { beatMs: 200 } });
    await up(fetching);
    mosquitto.freeze();
    await vi.waitFor(
      () => expect(fetching.reports.at(-1)?.error).toMatch(/does not answer/),
      patient,
    );
    await mosquitto.stop();
    await mosquitto.start();
    await up(fetching);
  });

  it('sends again what could not be stored, when there is room again', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url);
    fetching.fate = undefined;
    await up(fetching);
    const client = await publisher(mosquitto.port);
    for (const text of numbers(1, 6)) await client.publishAsync(fix, text, { qos: 1 });
    await comes(fetching, numbers(1, 6));
    // a busy broker must not find the new connection before the last acknowledgements of the old one
    mosquitto.freeze();
    for (const { text, settle } of fetching.messages) settle(Number(text) % 2 === 0);
    await vi.waitFor(() => expect(fetching.broker.waiting).toBe(0), patient);
    fetching.messages.length = 0;
    fetching.fate = true;
    fetching.broker.endOwing();
    await delay(100);
    mosquitto.thaw();
    await comes(fetching, ['1', '3', '5']);
    // nothing is owed any more: nothing comes, and the connection stays
    const known = fetching.reports.length;
    fetching.broker.endOwing();
    await client.publishAsync(fix, '7', { qos: 1 });
    await comes(fetching, ['1', '3', '5', '7']);
    expect(fetching.reports).toHaveLength(known);
  });

  it('gives nothing that had lain there before', async () => {
    const { mosquitto, url } = await open();
    const client = await publisher(mosquitto.port);
    const topics = ['fix', 'sos', 'status'].map((kind) => `posko/64.08/hp-07/${kind}`);
    for (const topic of [...topics, 'owntracks/hp-07/phone']) {
      await client.publishAsync(topic, 'old', { qos: 1, retain: true });
    }
    const fetching = fetchFrom(url);
    await up(fetching);
    await client.publishAsync(fix, 'new', { qos: 1, retain: true });
    await comes(fetching, ['new']);
  });

  it('goes on after a message that is too long', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url, { limits: { packetBytes: 1_024 } });
    await up(fetching);
    await fetching.broker.close();
    const client = await publisher(mosquitto.port);
    await client.publishAsync(fix, '1', { qos: 1 });
    await client.publishAsync(fix, 'x'.repeat(200_000), { qos: 1 });
    await client.publishAsync(fix, '2', { qos: 1 });
    const again = fetchFrom(url, { limits: { packetBytes: 1_024 } });
    await comes(again, ['1', '2']);
    // MQTT 5 has the broker drop it
    const detail = `packet_too_large: a packet may have at most 1024 bytes, one to ${fix} has 200025`;
    expect(again.setAside).toEqual(version === 'MQTT 5' ? [] : [detail]);
    await again.broker.close();
    const third = fetchFrom(url, { limits: { packetBytes: 1_024 } });
    await up(third);
    await client.publishAsync(fix, '3', { qos: 1 });
    await comes(third, ['3']);
  });

  it('is read no further while the journal is crowded, except for an SOS', async () => {
    const { mosquitto, url } = await open(['max_inflight_messages 4']);
    const fetching = fetchFrom(url, { limits: { packetBytes: 65_536, inFlight: 4 } });
    fetching.fate = undefined;
    await up(fetching);
    const client = await publisher(mosquitto.port);
    fetching.isCrowded = true;
    for (const text of numbers(1, 20)) await client.publishAsync(fix, text, { qos: 1 });
    // what was read before it stopped is there in any case
    for (const text of ['help', 'help us']) {
      await client.publishAsync('posko/64.08/hp-07/sos', text, { qos: 1 });
      await vi.waitFor(() => expect(fetching.texts()).toContain(text), patient);
    }
    const isFix = (text: string): boolean => !text.startsWith('help');
    expect(fetching.texts().filter(isFix).length).toBeLessThanOrEqual(4);
    fetching.fate = true;
    fetching.isCrowded = false;
    for (const { settle } of fetching.messages.slice()) settle(true);
    fetching.broker.readOn();
    await vi.waitFor(() => expect(fetching.messages).toHaveLength(22), patient);
    expect(fetching.texts().filter(isFix)).toEqual(numbers(1, 20));
  });

  it('has what is on its way to the disk acknowledged at the end', async () => {
    const { mosquitto, url } = await open();
    const fetching = fetchFrom(url);
    fetching.fate = undefined;
    await up(fetching);
    const client = await publisher(mosquitto.port);
    await client.publishAsync(fix, '1', { qos: 1 });
    await comes(fetching, ['1']);
    const closed = fetching.broker.close();
    fetching.messages[0]?.settle(true);
    await closed;
    const next = fetchFrom(url);
    await up(next);
    await client.publishAsync(fix, '2', { qos: 1 });
    await comes(next, ['2']);
  });
});
