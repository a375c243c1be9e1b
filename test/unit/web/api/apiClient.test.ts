import { describe, expect, it } from 'vitest';
import { createApiClient, readNothing } from '../../../../web/src/api/apiClient.ts';
import { fieldsOf, textOf } from '../../../../web/src/api/jsonFields.ts';
import { isPassing } from '../../../../web/src/api/problem.ts';

type Asked = { readonly path: string; readonly init: RequestInit };

/** A client whose server answers with what a test gives it. */
function clientOf(answer: () => Promise<Response>) {
  const asked: Asked[] = [];
  const signedOut: string[] = [];
  const api = createApiClient({
    fetch: (path, init) => {
      asked.push({ path, init });
      return answer();
    },
    language: () => 'en',
    onSignedOut: () => signedOut.push('signed out'),
  });
  return { api, asked, signedOut };
}

const json = (body: unknown, init?: ResponseInit) => async () => Response.json(body, init);
const readName = (body: unknown): string | undefined => textOf(fieldsOf(body)['name']);

describe('the client of the interface', () => {
  it('asks in the language of the page, and reads the answer', async () => {
    const { api, asked } = clientOf(json({ name: 'andi' }));
    expect(await api.get('/session', readName)).toEqual({ ok: true, value: 'andi' });
    expect(asked[0]?.path).toBe('/api/v1/session');
    expect(asked[0]?.init.headers).toEqual({ 'accept-language': 'en' });
  });

  it('marks a question that no person is the reason of, and no other', async () => {
    const { api, asked } = clientOf(json({ name: 'andi' }));
    await api.get('/units/hp-01', readName, { isAutomatic: true });
    await api.get('/units/hp-01', readName);
    expect(asked[0]?.init.headers).toHaveProperty('x-posko-automatic', '1');
    expect(asked[1]?.init.headers).not.toHaveProperty('x-posko-automatic');
  });

  it('brings the secret of a link along outside of the address', async () => {
    const { api, asked } = clientOf(json({}));
    await api.get('/setup', readNothing, { link: 'abc' });
    expect(asked[0]?.path).toBe('/api/v1/setup');
    expect(asked[0]?.init.headers).toHaveProperty('x-posko-link', 'abc');
  });

  it('marks every change as its own, with a body and without', async () => {
    const { api, asked } = clientOf(async () => new Response(null, { status: 204 }));
    await api.send('POST', '/tokens', { name: 'wall' }, readNothing);
    await api.send('DELETE', '/session', undefined, readNothing);
    expect(asked.map(({ init }) => [init.method, init.body])).toEqual([
      ['POST', '{"name":"wall"}'],
      ['DELETE', undefined],
    ]);
    expect(asked[0]?.init.headers).toMatchObject({
      'x-posko-request': '1',
      'content-type': 'application/json',
    });
    // a server that is promised JSON and gets nothing refuses the request
    expect(asked[1]?.init.headers).not.toHaveProperty('content-type');
    expect(asked[1]?.init.headers).toMatchObject({ 'x-posko-request': '1' });
  });

  it('turns a problem into a value, with how long to wait', async () => {
    const problem = { code: 'wait', title: 'Wait.', detail: 'again in 4 s', retryAfterMs: 3500 };
    const { api } = clientOf(json(problem, { status: 429, headers: { 'retry-after': '4' } }));
    expect(await api.get('/session', readName)).toEqual({
      ok: false,
      problem: { code: 'wait', status: 429, title: 'Wait.', detail: 'again in 4 s', waitMs: 3500 },
    });
  });

  it('reads what is wrong with a password, where the server says it in a word that is known', async () => {
    const weak = (weakness: string) =>
      json({ code: 'weak_password', title: 'No.', weakness }, { status: 422 });
    const read = async (weakness: string) => {
      const answer = await clientOf(weak(weakness)).api.get('/session', readName);
      return answer.ok ? undefined : answer.problem.weakness;
    };
    expect(await read('same_as_before')).toBe('same_as_before');
    expect(await read('too_green')).toBeUndefined();
    expect(await read('toString')).toBeUndefined();
  });

  it('takes the wait from the header when the problem does not say it', async () => {
    const problem = { code: 'too_many_requests', title: 'Wait.' };
    const { api } = clientOf(json(problem, { status: 429, headers: { 'retry-after': '4' } }));
    const answer = await api.get('/session', readName);
    expect(answer.ok ? undefined : answer.problem.waitMs).toBe(4000);
  });

  it.each([
    ['a page of a proxy', async () => new Response('<html>', { status: 502 })],
    ['an answer of another form', json({ nam: 'andi' })],
  ])('says that it does not understand %s', async (_name, answer) => {
    const { api } = clientOf(answer);
    const got = await api.get('/session', readName);
    expect(got.ok ? undefined : got.problem.code).toBe('unexpected');
  });

  it('says that nobody answered, which may pass', async () => {
    const { api } = clientOf(async () => {
      throw new TypeError('Failed to fetch');
    });
    const got = await api.get('/session', readName);
    expect(got.ok ? undefined : got.problem.code).toBe('unreachable');
    expect(!got.ok && isPassing(got.problem)).toBe(true);
  });

  it('reports the end of a session, and not a wrong password', async () => {
    const ended = clientOf(json({ code: 'signed_out', title: '' }, { status: 401 }));
    await ended.api.get('/units', readName);
    expect(ended.signedOut).toHaveLength(1);
    const wrong = clientOf(json({ code: 'wrong_credentials', title: '' }, { status: 401 }));
    await wrong.api.send('POST', '/session', {}, readName);
    expect(wrong.signedOut).toEqual([]);
  });

  it('knows when no change is under way any more', async () => {
    const answered = Promise.withResolvers<Response>();
    const { api } = clientOf(() => answered.promise);
    const order: string[] = [];
    const sent = api.send('PUT', '/session/password', {}, readNothing).then(() => {
      order.push('sent');
    });
    const settled = api.settled().then(() => order.push('settled'));
    answered.resolve(new Response(null, { status: 204 }));
    await Promise.all([sent, settled]);
    expect(order).toEqual(['sent', 'settled']);
    await api.settled();
  });
});
