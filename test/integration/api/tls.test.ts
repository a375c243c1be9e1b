import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestPlainly } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hashPassword } from '../../../server/accounts/passwords.ts';
import { liveSubprotocol } from '../../../server/domain/liveMessage.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';

const file = (name: string): string => path.join(import.meta.dirname, '../../fixtures/tls', name);
const tls = { certFile: file('cert.pem'), keyFile: file('key.pem') };
// made for these tests, for localhost, until 2126
const ca = readFileSync(tls.certFile);
const password = 'kuda lumping hijau';

let posko: TestPosko;
beforeAll(async () => {
  posko = await runPosko([], {
    tls,
    prepare: async (pool) => {
      const added = await createAccountRecords(pool).addUser(
        {
          name: 'andi',
          fullName: 'Andi',
          passwordHash: await hashPassword(password),
          mustChangePassword: false,
          grants: [{ role: 'viewer', region: '64.08' }],
        },
        { actor: null, action: 'test', subject: null, region: null, data: {} },
      );
      if (added === undefined) throw new Error('there is an andi already');
    },
  });
}, 60_000);
afterAll(() => stopPosko(posko));

async function ask(options: {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: object;
}): Promise<{ message: IncomingMessage; body: string }> {
  const { body, ...rest } = options;
  const sent = request({ host: 'localhost', port: posko.httpPort, ca, ...rest });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [message]: IncomingMessage[] = await once(sent, 'response');
  if (message === undefined) throw new Error('no answer');
  return { message, body: await text(message) };
}

describe('over TLS', () => {
  it('a session is a cookie that no other host, no path and no plain connection can set or see', async () => {
    const { message } = await ask({
      path: '/api/v1/session',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-posko-request': '1' },
      body: { name: 'andi', password },
    });
    expect(message.statusCode).toBe(200);
    expect(message.headers['strict-transport-security']).toMatch(/^max-age=\d+/);
    const cookie = message.headers['set-cookie']?.find((each) => each.startsWith('__Host-posko='));
    const attributes = cookie?.split('; ').slice(1);
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']) {
      expect(attributes).toContain(attribute);
    }
    expect(cookie).not.toMatch(/Domain=/i);

    const secret = cookie?.split(';')[0] ?? '';
    expect(
      (await ask({ path: '/api/v1/units', headers: { cookie: secret } })).message.statusCode,
    ).toBe(200);
    const url = `wss://localhost:${posko.httpPort}/api/v1/live`;
    const socket = new WebSocket(url, liveSubprotocol, { ca, headers: { cookie: secret } });
    const [hello] = await once(socket, 'message');
    expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello' });
    socket.close();
    await once(socket, 'close');
  });

  it('plain HTTP gets nothing', async () => {
    const sent = requestPlainly({ host: 'localhost', port: posko.httpPort, path: '/health/live' });
    sent.end();
    await expect(once(sent, 'response')).rejects.toThrow();
  });
});

describe('a certificate that cannot be used', () => {
  it.each([
    ['is not there', { ...tls, certFile: '/nowhere/cert.pem' }, /ENOENT/],
    ['is not of its key', { ...tls, keyFile: file('otherKey.pem') }, /key values mismatch/],
    ['is none', { ...tls, certFile: import.meta.filename }, /PEM|no start line/],
  ])(
    '%s: the start says so in a sentence',
    async (_what, broken, why) => {
      const start = runPosko([], { tls: broken });
      await expect(start).rejects.toThrow(/certificate .* cannot be used .*POSKO_TLS_CERT/);
      await expect(start).rejects.toThrow(why);
    },
    30_000,
  );
});
