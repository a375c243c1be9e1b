import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, get } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from './terminal.ts';

let dataDir: string;
const tls = (name: string): string => path.join(dataDir, 'secrets', 'tls', name);
const cert = (...args: readonly string[]) =>
  runCommand(['cert', ...args], { POSKO_DATA_DIR: dataDir });

beforeEach(() => {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  // not there yet: certificates are made before the first start
  dataDir = path.join(parent, 'data');
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
});

describe('cert', () => {
  it('makes a CA and certificates that openssl takes for what they are for', async () => {
    expect(await cert('ca')).toMatchObject({ status: 0, error: '' });
    const end = await cert('server', '--name', 'Posko.example.id', '--address', '10.0.0.5');
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(end.output).toContain(`POSKO_TLS_CERT=${tls('server.crt')}\n`);
    expect(end.output).toContain(`POSKO_TLS_KEY=${tls('server.key')}\n`);
    expect(end.output).toContain('POSKO_HTTP_NAMES=posko.example.id\n');
    const clients = await cert('client', 'hp-07', 'AWC_1');
    expect(clients.output.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'hp-07',
      'AWC_1',
      '',
    ]);

    expect(verify('sslserver', 'server.crt', '-verify_hostname', 'posko.example.id')).toMatch(
      /OK$/,
    );
    expect(verify('sslserver', 'server.crt', '-verify_ip', '10.0.0.5')).toMatch(/OK$/);
    expect(verify('sslclient', 'client-hp-07.crt')).toMatch(/OK$/);
    expect(() => verify('sslserver', 'server.crt', '-verify_hostname', 'other.id')).toThrow();
    expect(() => verify('sslclient', 'server.crt')).toThrow();
    expect(() => verify('sslserver', 'client-hp-07.crt')).toThrow();
    // a client certificate signs no other
    expect(openssl('x509', '-in', tls('client-hp-07.crt'), '-noout', '-text')).toMatch(/CA:FALSE/);
    expect(openssl('x509', '-in', tls('client-AWC_1.crt'), '-noout', '-subject').trim()).toBe(
      'subject=CN = AWC_1',
    );
    expect(daysOf('ca.crt')).toBe(3_650);
    expect(daysOf('server.crt')).toBe(825);
    expect(daysOf('client-hp-07.crt')).toBe(825);
  });

  it('keeps everything for its owner only', async () => {
    await cert('ca');
    await cert('server', '--name', 'posko.example.id');
    for (const folder of ['secrets', 'secrets/tls']) {
      expect(statSync(path.join(dataDir, folder)).mode & 0o777).toBe(0o700);
    }
    const files = readdirSync(tls('')).sort();
    expect(files).toEqual(['ca.crt', 'ca.key', 'server.crt', 'server.key']);
    for (const file of files) expect(statSync(tls(file)).mode & 0o777).toBe(0o600);
  });

  it.each([
    [['ca'], 'ca.key'],
    [['server', '--name', 'posko.example.id'], 'server.key'],
    [['client', 'hp-08', 'hp-07'], 'client-hp-07.key'],
  ])('never overwrites what %j made, unless it may', async (args, file) => {
    await cert('ca');
    await cert('server', '--name', 'posko.example.id');
    await cert('client', 'hp-07');
    const before = readFileSync(tls(file), 'utf8');
    const again = await cert(...args);
    expect(again).toMatchObject({ status: 1, output: '' });
    expect(again.error).toMatch(/is there already, and was left as it is: add --replace/);
    expect(readFileSync(tls(file), 'utf8')).toBe(before);
    // of several, all or none
    expect(readdirSync(tls(''))).not.toContain('client-hp-08.key');
    expect(await cert(...args, '--replace')).toMatchObject({ status: 0 });
    expect(readFileSync(tls(file), 'utf8')).not.toBe(before);
  });

  it('is trusted by a TLS client that has the CA, and by no other', async () => {
    await cert('ca');
    await cert('server', '--name', 'localhost', '--address', '127.0.0.1');
    const [key, certificate, ca] = ['server.key', 'server.crt', 'ca.crt'].map((name) =>
      readFileSync(tls(name)),
    );
    const server = createServer({ key, cert: certificate }, (_, answer) => answer.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const at = { host: '127.0.0.1', port: address.port, agent: false };
    const answered = get({ ...at, ca });
    const [answer] = await once(answered, 'response');
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await once(answer, 'end');
    await expect(once(get(at), 'response')).rejects.toThrow(/self-signed|unable to verify/);
  });

  it.each([
    [
      ['server', '--name', 'x'],
      1,
      /^There is no CA in .*: make one first by "npm run posko -- cert/,
    ],
    [['client', 'hp-07'], 1, /^There is no CA in/],
    [['server'], 2, /^name at least one --name or --address/],
    [['server', '--name', '10.0.0.5'], 2, /^10.0.0.5 is an address: name it by --address/],
    [['server', '--name', 'a_b'], 2, /^--name is "a_b"; it must be a host name/],
    [['server', '--address', 'posko'], 2, /^--address is "posko"; it must be an address/],
    [['client'], 2, /^the id of the tracker or gateway is missing/],
    [['client', 'a b'], 2, /^"a b" is no id/],
  ])('says what is wrong with %j', async (args, status, sentence) => {
    const end = await cert(...args);
    expect(end).toMatchObject({ status, error: expect.stringMatching(sentence) });
  });
});

function verify(purpose: string, file: string, ...more: readonly string[]): string {
  return openssl(
    'verify',
    '-x509_strict',
    '-CAfile',
    tls('ca.crt'),
    '-purpose',
    purpose,
    ...more,
    tls(file),
  ).trim();
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', [...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Both ends count. */
function daysOf(file: string): number {
  const text = openssl('x509', '-in', tls(file), '-noout', '-dates');
  const [from, to] = [...text.matchAll(/=(.*)$/gm)].map(([, date = '']) => Date.parse(date));
  return ((to ?? 0) - (from ?? 0) + 1_000) / 86_400_000;
}
