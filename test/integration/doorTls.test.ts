import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type ConnectionOptions, connect as connectTls, type PeerCertificate } from 'node:tls';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ListenError } from '../../ingest/ingest.ts';
import {
  type KeyPair,
  makeCa,
  makeClientCertificate,
  makeServerCertificate,
} from '../../server/cli/certificates.ts';
import { certificateEarlyMs } from '../../server/domain/principal.ts';
import { asTracker } from '../fixtures/trackerSecret.ts';
import { ended, principalsOf, TestDoor } from './fixtures/testDoor.ts';

type Pem = { readonly cert: string; readonly key: string };
const tlsFixture = (name: string): string =>
  new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
const forClient = ({ certificate, key }: KeyPair): Pem => ({ cert: certificate, key });

let dir: string;
let tls: { port: number; certFile: string; keyFile: string; caFile: string };
let clients: Record<'hp07' | 'ghost' | 'stranger', Pem>;
let door: TestDoor;
let ca: KeyPair;
const connected: MqttClient[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'posko-tls-'));
  ca = await makeCa(Date.now());
  const other = await makeCa(Date.now());
  clients = {
    hp07: forClient(await makeClientCertificate(ca, 'hp-07', Date.now())),
    ghost: forClient(await makeClientCertificate(ca, 'ghost', Date.now())),
    stranger: forClient(await makeClientCertificate(other, 'hp-07', Date.now())),
  };
  tls = {
    port: 0,
    certFile: path.join(dir, 'cert.pem'),
    keyFile: path.join(dir, 'key.pem'),
    caFile: path.join(dir, 'ca.pem'),
  };
  await copyFile(tlsFixture('cert.pem'), tls.certFile);
  await copyFile(tlsFixture('key.pem'), tls.keyFile);
  await writeFile(tls.caFile, ca.certificate);
  door = await TestDoor.openForAll({
    trackers: [{ id: 'hp-07' }, { id: 'hp-08' }],
    limits: { connectSeconds: 2 },
    tls,
  });
});
afterAll(async () => {
  await door.close();
  await rm(dir, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(connected.splice(0).map((client) => client.endAsync(true)));
});

async function device(options: IClientOptions): Promise<MqttClient> {
  const client = await connectAsync(`mqtts://127.0.0.1:${door.tlsPort}`, {
    reconnectPeriod: 0,
    rejectUnauthorized: false,
    ...options,
  });
  connected.push(client);
  return client;
}

/** Shakes hands only. Resolves with the server's certificate, rejects with why not. */
async function shake(options: ConnectionOptions = {}): Promise<PeerCertificate> {
  const socket = connectTls({ port: door.tlsPort, rejectUnauthorized: false, ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return socket.getPeerCertificate();
}

describe('MQTT over TLS', () => {
  it('lets a tracker in by its secret, and takes its messages', async () => {
    const client = await device(asTracker('hp-08'));
    await client.publishAsync('posko/64.08/hp-08/fix', 'x', { qos: 1 });
    await door.until(() => door.admitted().includes('hp-08 native_fix x'));
  });

  it.each([
    ['without a user name', {}],
    ['with its own user name and no secret', { username: 'hp-07' }],
    ['with its own user name and any secret', { username: 'hp-07', password: 'whatever' }],
  ])('lets a tracker in by its certificate, %s', async (_how, options) => {
    const client = await device({ ...clients.hp07, ...options });
    await client.publishAsync('posko/64.08/hp-07/fix', 'by certificate', { qos: 1 });
    await door.until(() => door.admitted().includes('hp-07 native_fix by certificate'));
  });

  it.each([
    [
      'of another than its user name',
      () => ({ ...clients.hp07, ...asTracker('hp-08') }),
      4,
      'bad_credentials',
      /certificate is of "hp-07"/,
    ],
    [
      'of an id that nobody has',
      () => clients.ghost,
      5,
      'unknown_tracker',
      /"ghost" is not registered/,
    ],
    [
      'that somebody else signed, without a secret',
      () => clients.stranger,
      4,
      'bad_credentials',
      /client certificate does not count \(.+\), and there is no user name/,
    ],
    [
      'that somebody else signed, with a user name alone',
      () => ({ ...clients.stranger, username: 'hp-07' }),
      4,
      'bad_credentials',
      /certificate does not count/,
    ],
    ['that is none', () => ({}), 4, 'bad_credentials', /no user name/],
  ] as const)('lets nobody in by a certificate %s', async (_what, options, code, reason, detail) => {
    const before = door.count(reason);
    await expect(device(options())).rejects.toMatchObject({ code });
    expect((await door.untilCounted(reason, before + 1)).detail).toMatch(detail);
  });

  it('takes a certificate that somebody else signed for none when a secret follows', async () => {
    const before = door.count('bad_credentials');
    const client = await device({ ...clients.stranger, ...asTracker('hp-07') });
    await client.publishAsync('posko/64.08/hp-07/fix', 'x', { qos: 1 });
    expect(door.count('bad_credentials')).toBe(before);
  });

  it('ends what a revoked certificate opened, and takes the next one of the same tracker', async () => {
    const principals = principalsOf({ trackers: [{ id: 'hp-07' }, { id: 'hp-08' }] });
    const revokedAtMs = Math.floor(Date.now() / 1_000) * 1_000 + 60_000;
    const certificatesFromMs = new Map([['hp-07', revokedAtMs - certificateEarlyMs]]);
    const before = door.count('bad_credentials');
    const other = await device(asTracker('hp-08'));
    const gone = ended(await device(clients.hp07));
    onTestFinished(() => door.ingest.setPrincipals(principals));
    door.ingest.setPrincipals({ ...principals, certificatesFromMs });
    await gone;
    await expect(device(clients.hp07)).rejects.toMatchObject({ code: 4 });
    const { detail } = await door.untilCounted('bad_credentials', before + 1);
    expect(detail).toMatch(/"hp-07" was revoked/);
    // its secret counts, and so does what is made from then on
    await device(asTracker('hp-07'));
    await device(forClient(await makeClientCertificate(ca, 'hp-07', revokedAtMs)));
    await other.publishAsync('posko/64.08/hp-08/fix', 'still here', { qos: 1 });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    expect((await shake({ minVersion: version, maxVersion: version })).subject).toBeDefined();
  });

  it('does not speak TLS 1.1, and counts it', async () => {
    const before = door.count('bad_packet');
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    await expect(shake(old)).rejects.toThrow();
    await door.untilCounted('bad_packet', before + 1);
  });

  it('ends what is no TLS, and what never finishes its handshake', async () => {
    const before = door.count('bad_packet');
    for (const bytes of ['100d00044d5154540402003c000162', '']) {
      const socket = connect(door.tlsPort, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(Buffer.from(bytes, 'hex'));
      socket.resume();
      await once(socket, 'close');
    }
    await door.untilCounted('bad_packet', before + 2);
    await door.until(() => door.report?.connections === 0);
  });

  it('reads its certificate anew, and keeps the old one when it cannot', async () => {
    const { serialNumber } = await shake();
    const stays = await device(asTracker('hp-08'));
    await copyFile(tlsFixture('otherKey.pem'), tls.keyFile);
    expect(await door.ingest.reloadTls()).toMatch(
      /certificate .*cert\.pem, its key .*key\.pem.* cannot be used/,
    );
    expect((await shake()).serialNumber).toBe(serialNumber);
    await rm(tls.keyFile);
    expect(await door.ingest.reloadTls()).toMatch(/ENOENT/);
    expect((await shake()).serialNumber).toBe(serialNumber);
    const newCa = await makeCa(Date.now());
    const made = await makeServerCertificate(newCa, ['new.example'], [], Date.now());
    await writeFile(tls.certFile, made.certificate);
    await writeFile(tls.keyFile, made.key);
    expect(await door.ingest.reloadTls()).toBeUndefined();
    expect((await shake()).subject.CN).toBe('new.example');
    await stays.publishAsync('posko/64.08/hp-08/fix', 'still here', { qos: 1 });
    // client certificates count as before
    await device(clients.hp07);
  });

  it('ends what a certificate opened when there is another CA, and nothing else', async () => {
    const byCertificate = await device(clients.hp07);
    const bySecret = await device(asTracker('hp-08'));
    const gone = ended(byCertificate);
    const newCa = await makeCa(Date.now());
    await writeFile(tls.caFile, newCa.certificate);
    expect(await door.ingest.reloadTls()).toBeUndefined();
    await gone;
    await expect(device(clients.hp07)).rejects.toMatchObject({ code: 4 });
    await device(forClient(await makeClientCertificate(newCa, 'hp-07', Date.now())));
    await bySecret.publishAsync('posko/64.08/hp-08/fix', 'still here', { qos: 1 });
  });
});

describe('a door that cannot open', () => {
  it('says which certificate it cannot use', async () => {
    const wrong = { ...tls, keyFile: tlsFixture('otherKey.pem'), certFile: tlsFixture('cert.pem') };
    const error = await TestDoor.openForAll({ trackers: [], tls: wrong }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ListenError);
    expect(error).toMatchObject({ code: 'bad_certificate', door: 'mqtts' });
    expect(error.message).toMatch(/POSKO_TLS_CERT/);
  });

  it('says which port another program has', async () => {
    const error = await TestDoor.openForAll({
      trackers: [],
      tls: {
        ...tls,
        certFile: tlsFixture('cert.pem'),
        keyFile: tlsFixture('key.pem'),
        port: door.tlsPort,
      },
    }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'EADDRINUSE', door: 'mqtts' });
  });
});
