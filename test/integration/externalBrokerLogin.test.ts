import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Fetching, fetchFrom } from './fixtures/fetched.ts';
import { brokerCa, mosquittoMissing, publisher, startMosquitto } from './fixtures/mosquitto.ts';
import { onlyVersion4 } from './fixtures/onlyVersion4.ts';

const patient = { timeout: 15_000 };

const trouble = (fetching: Fetching, said: RegExp): Promise<void> =>
  vi.waitFor(() => {
    expect(fetching.reports.at(-1)?.error).toMatch(said);
    expect(fetching.reports.at(-1)?.isConnected).toBe(false);
  }, patient);
const up = (fetching: Fetching): Promise<void> =>
  vi.waitFor(() => expect(fetching.reports.at(-1)?.isConnected).toBe(true), patient);

describe.skipIf(mosquittoMissing !== undefined)('a broker of others that asks who comes', () => {
  it.each([
    { version: 'MQTT 5', portOf: async (port: number) => port },
    { version: 'MQTT 3.1.1', portOf: onlyVersion4 },
  ])('refuses a wrong password by $version, and is tried until it is right', async ({ portOf }) => {
    const mosquitto = await startMosquitto({ users: { posko: 'old' } });
    const port = await portOf(mosquitto.port);
    const fetching = fetchFrom(`mqtt://posko:s%2Fecret@127.0.0.1:${port}`);
    await trouble(
      fetching,
      /does not let user "posko" in: check user name and password in POSKO_BROKER_URL/,
    );
    expect(JSON.stringify(fetching.reports)).not.toContain('ecret');
    expect(fetching.reports.at(-1)?.url).toBe(`mqtt://127.0.0.1:${port}`);
    mosquitto.allow('posko', 's/ecret');
    await up(fetching);
    expect(fetching.reports.at(-1)?.error).toBeUndefined();
  });

  it('refuses those without a name', async () => {
    const mosquitto = await startMosquitto({ users: { posko: 'secret' } });
    const fetching = fetchFrom(`mqtt://127.0.0.1:${mosquitto.port}`);
    await trouble(fetching, /does not let anybody without a user name in/);
  });

  it('is used over TLS with the CA that is named', async () => {
    const mosquitto = await startMosquitto({ users: { posko: 'secret' }, isTls: true });
    const url = `mqtts://posko:secret@localhost:${mosquitto.port}`;
    const fetching = fetchFrom(url, { caFile: brokerCa });
    await up(fetching);
    const client = await publisher(mosquitto.port, {
      protocol: 'mqtts',
      username: 'posko',
      password: 'secret',
      ca: readFileSync(brokerCa),
    });
    await client.publishAsync('owntracks/hp-07/phone', '1', { qos: 1 });
    await vi.waitFor(() => expect(fetching.texts()).toEqual(['1']), patient);
  });

  it('is not trusted with a certificate of nobody known', async () => {
    const mosquitto = await startMosquitto({ isTls: true });
    const fetching = fetchFrom(`mqtts://127.0.0.1:${mosquitto.port}`);
    await trouble(fetching, /signed by nobody that this machine trusts: .*POSKO_TLS_CA/);
  });

  it('is not spoken to when the file of the CA is missing', async () => {
    const mosquitto = await startMosquitto({ isTls: true });
    const fetching = fetchFrom(`mqtts://127.0.0.1:${mosquitto.port}`, { caFile: '/nowhere.pem' });
    await trouble(fetching, /^POSKO_TLS_CA \/nowhere\.pem cannot be used: check that it is there/);
  });

  it('tells somebody who asks for TLS where there is none, and the other way round', async () => {
    const plain = await startMosquitto();
    await trouble(fetchFrom(`mqtts://127.0.0.1:${plain.port}`), /TLS/);
    const tls = await startMosquitto({ isTls: true });
    await trouble(
      fetchFrom(`mqtt://127.0.0.1:${tls.port}`),
      /closed the connection before it answered: .*with TLS or without/,
    );
  });
});

describe('a broker of others that is not there', () => {
  /** A server that is no broker. Returns its port. */
  const listenAs = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };

  it('is looked for by a name that nobody knows', async () => {
    const fetching = fetchFrom('mqtt://broker.invalid:1883');
    await trouble(fetching, /^the name "broker.invalid" is not known here: check the host/);
  });

  it('is looked for at a port where nothing listens', async () => {
    const server = createServer();
    const port = await listenAs(server);
    await new Promise((resolve) => server.close(resolve));
    await trouble(fetchFrom(`mqtt://127.0.0.1:${port}`), /^nothing listens at 127\.0\.0\.1:/);
  });

  it('is looked for where somebody listens and says nothing', async () => {
    const port = await listenAs(createServer((socket) => socket.on('error', () => undefined)));
    const fetching = fetchFrom(`mqtt://127.0.0.1:${port}`, { times: { handshakeMs: 100 } });
    await trouble(fetching, /does not answer: check that the broker runs and speaks MQTT/);
  });

  it('is looked for where somebody speaks something else', async () => {
    const port = await listenAs(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n');
      }),
    );
    const fetching = fetchFrom(`mqtt://127.0.0.1:${port}`);
    await trouble(fetching, /is not MQTT: check the port in POSKO_BROKER_URL/);
    expect(fetching.setAside[0]).toMatch(/^bad_packet: /);
  });
});
