import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { OutMessage } from '../../server/domain/outMessage.ts';
import { type Fetching, fetchFrom } from './fixtures/fetched.ts';
import { mosquittoMissing, startMosquitto } from './fixtures/mosquitto.ts';
import { onlyVersion4 } from './fixtures/onlyVersion4.ts';

const patient = { timeout: 15_000 };

function told(kind: OutMessage['kind'], payload: string): OutMessage {
  return { kind, region: '64.08', regions: ['64.08'], payload };
}

const up = (fetching: Fetching): Promise<void> =>
  vi.waitFor(() => expect(fetching.reports.at(-1)?.isConnected).toBe(true), patient);

/** Somebody else at the broker, who hears what Posko tells, also what comes while they are away. */
async function hear(port: number): Promise<string[]> {
  const client = await connectAsync({
    ...{ host: '127.0.0.1', port, reconnectPeriod: 50, resubscribe: false },
    ...{ clean: false, clientId: `other-${Math.random()}` },
  });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  const heard: string[] = [];
  client.on('message', (topic, payload, { qos, retain }) => {
    heard.push(`${topic} ${payload.toString()} ${qos}${retain ? ' kept' : ''}`);
  });
  await client.subscribeAsync('posko/+/out/#', { qos: 1 });
  return heard;
}

/** Texts of the alarms among what was heard. */
function alarmsIn(heard: readonly string[]): (string | undefined)[] {
  return heard.filter((line) => line.includes('/alarm ')).map((line) => line.split(' ')[1]);
}

describe.skipIf(mosquittoMissing !== undefined).each([
  { version: 'MQTT 5', portOf: async (port: number) => port },
  { version: 'MQTT 3.1.1', portOf: onlyVersion4 },
])('what is told a real broker of others, by $version', ({ portOf }) => {
  it('comes to those who subscribe there: alarms acknowledged, anchors kept, positions once', async () => {
    const mosquitto = await startMosquitto();
    const fetching = fetchFrom(`mqtt://127.0.0.1:${await portOf(mosquitto.port)}`);
    await up(fetching);
    const heard = await hear(mosquitto.port);
    fetching.broker.publish([told('position', 'p'), told('alarm', 'a'), told('anchor', 'n')]);
    const [alarm, anchor] = ['posko/64.08/out/alarm a 1', 'posko/64.08/out/anchor n 1'];
    await vi.waitFor(
      () => expect(heard).toEqual(['posko/64.08/out/position p 0', alarm, anchor]),
      patient,
    );
    const later = await hear(mosquitto.port);
    await vi.waitFor(() => expect(later).toEqual([`${anchor} kept`]), patient);
    await vi.waitFor(
      () => expect(fetching.broker.out).toMatchObject({ sent: 3, waiting: 0, dropped: 0 }),
      patient,
    );
    // none of it comes back as if a device had said it
    expect(fetching.messages).toEqual([]);
  });

  it('waits in its order while the broker is away, and positions do not', async () => {
    const mosquitto = await startMosquitto();
    const fetching = fetchFrom(`mqtt://127.0.0.1:${await portOf(mosquitto.port)}`);
    await up(fetching);
    const heard = await hear(mosquitto.port);
    await mosquitto.stop();
    // a position is of no use later: that it is dropped shows that the connection is known to be down
    await vi.waitFor(() => {
      fetching.broker.publish([told('position', 'old')]);
      expect(fetching.broker.out.dropped).toBe(1);
    }, patient);
    const { sent } = fetching.broker.out;
    const texts = Array.from({ length: 300 }, (_, at) => String(at));
    fetching.broker.publish(texts.map((text) => told('alarm', text)));
    expect(fetching.broker.out).toMatchObject({ waiting: 300, dropped: 1 });
    await mosquitto.start();
    await vi.waitFor(() => expect(fetching.broker.out.waiting).toBe(0), patient);
    await vi.waitFor(() => expect(alarmsIn(heard)).toEqual(texts), patient);
    expect(fetching.broker.out.sent).toBe(sent + 300);
  });

  it('comes again after a connection that broke before it was acknowledged', async () => {
    const mosquitto = await startMosquitto();
    const fetching = fetchFrom(`mqtt://127.0.0.1:${await portOf(mosquitto.port)}`, {
      times: { beatMs: 200 },
    });
    await up(fetching);
    const heard = await hear(mosquitto.port);
    mosquitto.freeze();
    fetching.broker.publish([told('alarm', '1'), told('alarm', '2')]);
    await vi.waitFor(() => expect(fetching.reports.at(-1)?.isConnected).toBe(false), patient);
    expect(fetching.broker.out.waiting).toBe(2);
    mosquitto.thaw();
    await vi.waitFor(() => expect(fetching.broker.out.waiting).toBe(0), patient);
    await vi.waitFor(
      () => expect(new Set(heard.map((line) => line.split(' ')[1]))).toEqual(new Set(['1', '2'])),
      patient,
    );
  });
});

describe.skipIf(mosquittoMissing !== undefined)('a broker that does not let Posko write', () => {
  it('is named with what to do, and nothing gathers', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-acl-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const acl = path.join(dir, 'acl');
    writeFileSync(acl, 'topic read posko/#\n');
    const mosquitto = await startMosquitto({ lines: [`acl_file ${acl}`] });
    const fetching = fetchFrom(`mqtt://127.0.0.1:${mosquitto.port}`);
    await up(fetching);
    fetching.broker.publish([told('alarm', 'a')]);
    await vi.waitFor(() => expect(fetching.broker.out.dropped).toBe(1), patient);
    expect(fetching.broker.out.error).toMatch(/does not take posko\/64\.08\/out\/alarm .*0x87/);
    expect(fetching.broker.out.waiting).toBe(0);
  });
});
