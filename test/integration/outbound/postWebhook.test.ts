import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postWebhook } from '../../../server/outbound/postWebhook.ts';
import { checkTargetUrl, isRefusedAddress } from '../../../server/outbound/targetAddress.ts';
import { bodyOf, headersOf } from '../../../server/outbound/webhookMessage.ts';
import { anAlarm, anAlarmEvent } from '../../fixtures/anAlarm.ts';
import { silentTarget, target } from './target.ts';

const signal = new AbortController().signal;
const post = (url: string, timeoutMs = 10_000) =>
  postWebhook(
    { url, body: '{}', headers: { 'content-type': 'application/json' }, signal },
    { timeoutMs },
  );

describe('a webhook message', () => {
  it('is known by its signature as ours, as the documents say', async () => {
    const { url, until } = await target();
    const { alarm, ...event } = anAlarmEvent();
    const body = bodyOf({ event: { ...event, key: 1 }, alarm });
    const headers = headersOf(
      { id: event.id, kind: event.kind, body },
      'whsec_x',
      1_700_000_000_500,
      '1',
    );
    expect(await postWebhook({ url, body, headers, signal })).toEqual({ status: 204, said: '' });
    const [got] = await until(1);
    const timestamp = got?.headers['posko-timestamp'];
    expect(timestamp).toBe('1700000000');
    const wanted = createHmac('sha256', 'whsec_x')
      .update(`${timestamp}.${got?.body}`)
      .digest('hex');
    expect(got?.headers['posko-signature']).toBe(`sha256=${wanted}`);
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      ...{ id: event.id, kind: 'raised', at: '2024-11-27T00:15:03.000Z', version: 1 },
      alarm: { id: anAlarm().id, priority: 'sos', unitId: 'hp-07' },
    });
  });

  it('is given up when nobody answers', async () => {
    const { url, connections } = await silentTarget();
    expect(await post(url, 200)).toEqual({
      status: null,
      said: 'there was no answer within 0.2 s',
    });
    expect(connections()).toBe(1);
  });

  it('is given up when whoever sends it stops', async () => {
    const { url } = await silentTarget();
    const stopping = new AbortController();
    const posting = postWebhook({ url, body: '{}', headers: {}, signal: stopping.signal });
    stopping.abort();
    expect(await posting).toMatchObject({ status: null });
  });

  it('has the beginning of an answer without end, and nothing more', async () => {
    const { url } = await target((response) => {
      response.writeHead(500);
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const { status, said } = await post(url);
    expect(status).toBe(500);
    expect(said).toBe('x'.repeat(500));
  });

  it('has arrived by the status, however slowly the rest of the answer comes', async () => {
    const { url } = await target((response) => {
      response.writeHead(200);
      response.write('{');
    });
    expect(await post(url)).toEqual({ status: 200, said: '{' });
  });

  it('follows no redirect', async () => {
    const other = await target();
    const { url } = await target((response) =>
      response.writeHead(307, { location: other.url }).end(),
    );
    expect((await post(url)).status).toBe(307);
    expect(other.got).toEqual([]);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:1/', /ECONNREFUSED/],
    ['the name is unknown', 'http://no-such-host.invalid/', /no-such-host/],
    ['it is no web address', 'ftp://127.0.0.1/', /begins with https/],
    ['it is link-local', 'http://169.254.169.254/latest', /link-local/],
  ])('is not sent when %s', async (_why, url, said) => {
    const answer = await post(url);
    expect(answer.status).toBeNull();
    expect(answer.said).toMatch(said);
  });
});

describe('addresses of webhooks', () => {
  it.each([
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9.254.169.254/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'file:///etc/passwd',
    'gopher://10.0.0.1/',
    'javascript:alert(1)',
    'http://user:word@10.0.0.1/',
    'not an address',
    `http://10.0.0.1/${'x'.repeat(500)}`,
  ])('may not be %s', (url) => {
    expect(checkTargetUrl(url).ok).toBe(false);
  });

  it.each([
    'http://10.20.30.40:8080/alarm?x=1',
    'https://cad.polri.example/',
    'http://[fd00::1]/',
    'http://192.168.1.1/',
  ])('may be %s', (url) => {
    expect(checkTargetUrl(url)).toEqual({ ok: true, value: url });
  });

  it('are looked at behind names, too', () => {
    expect(isRefusedAddress('fe80::1%eth0')).toBe(true);
    expect(isRefusedAddress('169.254.1.1')).toBe(true);
    expect(isRefusedAddress('10.0.0.1')).toBe(false);
    expect(isRefusedAddress('::1')).toBe(false);
  });
});
