import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeal, toSealKeys } from '../../../server/accounts/seal.ts';
import { webhookRoutes } from '../../../server/api/webhookRoutes.ts';
import { createOutbound, type Outbound } from '../../../server/outbound/outbound.ts';
import { appendLog } from '../../../server/storage/log/logStore.ts';
import { createWebhookQueue } from '../../../server/storage/webhookDeliveries.ts';
import { resealWebhooks } from '../../../server/storage/webhookStore.ts';
import { writeAlarmEvents } from '../../../server/storage/writeAlarmEvents.ts';
import { anAlarm, anAlarmEvent } from '../../fixtures/anAlarm.ts';
import { target } from '../outbound/target.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase, readDeeds } from './testDatabase.ts';

const seal = createSeal(toSealKeys([Buffer.alloc(32, 7)]));
const kutim = asRole('integrator', '64.08');

let pool: Pool;
let close: () => Promise<void>;
let app: FastifyInstance;
let outbound: Outbound;
let alarms = 0;

beforeAll(async () => {
  ({ pool, close } = await openTestDatabase());
  outbound = createOutbound({
    mqtt: { publish: async () => undefined, kinds: new Set() },
    queue: createWebhookQueue(pool),
    openSecret: seal.open,
    version: '1',
    nowMs: Date.now,
    log: pino({ level: 'silent' }),
  });
  outbound.start();
  app = await testApp({
    gate: roleGate,
    routes: [
      webhookRoutes({
        ...{ pool, seal, outbound, nowMs: Date.now },
        appendLog: (deed) => appendLog(pool, deed),
      }),
    ],
  });
});
afterAll(async () => {
  await app.close();
  await outbound.close();
  await close();
});

async function ask(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  headers: Record<string, string> = kutim,
) {
  const response = await app.inject({
    method,
    url: `/api/v1/webhooks${path}`,
    headers,
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.body === '' ? null : response.json() };
}

/** An alarm is raised, and the sender told. */
async function happen(changes: Parameters<typeof anAlarm>[0] = {}): Promise<string> {
  alarms += 1;
  const end = String(alarms).padStart(12, '0');
  const alarm = anAlarm({
    id: `0192f3a1-5c00-5000-8000-${end}`,
    causeKey: `sos|${end}`,
    ...changes,
  });
  const event = anAlarmEvent(alarm, { id: `0192f3a1-5c00-5000-9000-${end}` });
  await writeAlarmEvents(pool, [event]);
  outbound.alarmsWritten();
  return event.id;
}

const hook = (url: string) => ({ name: 'CAD', url, regions: ['64.08'] });

describe('/webhooks', () => {
  it('shows the secret once, keeps it sealed, and signs with it what happens from then on', async () => {
    await happen();
    const { url, until } = await target();
    const added = await ask('POST', '', hook(url));
    expect(added.status).toBe(201);
    const { secret, webhook } = added.body;
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    expect(webhook).toMatchObject({
      isOn: true,
      leastPriority: 'low',
      kinds: [],
      regions: ['64.08'],
    });
    const { rows } = await pool.query('select secret from webhooks where id = $1', [webhook.id]);
    expect(rows[0].secret.includes(Buffer.from(secret))).toBe(false);
    const eventId = await happen();
    const [got] = await until(1);
    expect(JSON.parse(got?.body ?? '').id).toBe(eventId);
    const signed = `${got?.headers['posko-timestamp']}.${got?.body}`;
    expect(got?.headers['posko-signature']).toBe(
      `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`,
    );
    const shown = (await ask('GET', `/${webhook.id}`)).body;
    expect(JSON.stringify(shown)).not.toContain(secret);
  });

  it('sends in order what matches, nothing of other regions, drills or lower priorities', async () => {
    const { url, until, got } = await target();
    await ask('POST', '', { ...hook(url), leastPriority: 'high' });
    const wanted = [await happen()];
    await happen({ regions: ['35.13'] });
    await happen({ isExercise: true });
    await happen({ priority: 'medium' });
    for (let i = 0; i < 5; i++) wanted.push(await happen({ regions: ['64.08.04'] }));
    await until(wanted.length);
    expect(got.map(({ body }) => JSON.parse(body).id)).toEqual(wanted);
  });

  it('tries a webhook with something that is no alarm', async () => {
    const { url, got } = await target((response) => response.writeHead(500).end('no room'));
    const { webhook } = (await ask('POST', '', hook(url))).body;
    const tried = await ask('POST', `/${webhook.id}/test`);
    expect(tried.body).toEqual({ isTaken: false, status: 500, said: 'no room' });
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ kind: 'test', alarm: null });
    expect(got[0]?.headers['posko-event']).toBe('test');
    expect((await readDeeds(pool)).at(-1)).toEqual([
      ...['integrator@64.08', 'webhook.tested', `webhook:${webhook.id}`, '64.08'],
    ]);
  });

  it('switches one off that is gone, and begins anew when somebody switches it on', async () => {
    let status = 410;
    const { url, until, got } = await target((response) => response.writeHead(status).end('moved'));
    const { webhook } = (await ask('POST', '', hook(url))).body;
    await happen();
    await until(1);
    await untilShown(webhook.id, ({ isOn }) => isOn === false);
    expect((await ask('GET', `/${webhook.id}`)).body.offBecause).toBe('410: moved');
    await happen();
    status = 204;
    expect((await ask('PATCH', `/${webhook.id}`, { isOn: true })).body.isOn).toBe(true);
    const eventId = await happen();
    await until(2);
    expect(got.map(({ body }) => JSON.parse(body).id)[1]).toBe(eventId);
    const off = await ask('PATCH', `/${webhook.id}`, { isOn: false });
    expect(off.body.offBecause).toBe('person');
  });

  it('notes what fails, lists what was given up, and sends it once more', async () => {
    let status = 503;
    const { url, until, got } = await target((response) => response.writeHead(status).end('busy'));
    const { webhook } = (await ask('POST', '', hook(url))).body;
    const eventId = await happen();
    await until(1);
    const shown = await untilShown(webhook.id, ({ attempts }) => attempts >= 1);
    expect(shown).toMatchObject({ lastStatus: 503, lastError: 'busy' });
    expect(shown.nextTryAtMs).toBeGreaterThan(Date.now() - 1_000);
    // a day later
    const queue = createWebhookQueue(pool);
    const [key = 0] = (await queue.listOn()).slice(-1);
    const found = await queue.read(key);
    const [news] = await queue.news(found?.delivery.cursor ?? 0, 1);
    if (found === undefined || news === undefined) throw new Error('it was there');
    const answer = { status: 503, said: 'busy' };
    await queue.giveUp(found, [{ eventKey: news.event.key, eventId, attempts: 9, answer }]);
    const letters = await ask('GET', `/${webhook.id}/dead-letters?limit=1`);
    expect(letters.body.deadLetters).toMatchObject([
      {
        eventId,
        attempts: 9,
        status: 503,
        error: 'busy',
        isWanted: false,
        event: { kind: 'raised' },
      },
    ]);
    // as if the waiting were over
    await pool.query(
      'update webhooks set next_try_at = null, failing_since = null where key = $1',
      [key],
    );
    status = 204;
    const before = got.length;
    const wanted = await ask('POST', `/${webhook.id}/dead-letters/resend`, {});
    expect(wanted).toMatchObject({ status: 202, body: { wanted: 1 } });
    expect((await readDeeds(pool)).at(-1)).toEqual([
      ...['integrator@64.08', 'webhook.dead_letters_resent', `webhook:${webhook.id}`, '64.08'],
    ]);
    await until(before + 1);
    expect(JSON.parse(got.at(-1)?.body ?? '').id).toBe(eventId);
    for (;;) {
      const { body } = await ask('GET', `/${webhook.id}/dead-letters`);
      if (body.deadLetters.length === 0) break;
    }
  });

  it('gives another secret, by which alone is signed from then on, and seals all anew', async () => {
    const { url, until } = await target();
    const { webhook } = (await ask('POST', '', hook(url))).body;
    const { secret } = (await ask('POST', `/${webhook.id}/secret`)).body;
    const count = await resealWebhooks(pool, (sealed) => seal.seal(seal.open(sealed)));
    expect(count).toBeGreaterThan(0);
    await happen();
    const [got] = await until(1);
    const signed = `${got?.headers['posko-timestamp']}.${got?.body}`;
    expect(got?.headers['posko-signature']).toBe(
      `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`,
    );
  });

  it('is for those who manage webhooks in all of its regions; others do not see that it is there', async () => {
    const body = { ...hook('https://cad.example/'), regions: ['64.08', '64.72'] };
    const east = asRole('administrator', '64');
    const { webhook } = (await ask('POST', '', body, east)).body;
    expect((await ask('POST', '', body)).status).toBe(403);
    expect((await ask('POST', '', { ...body, regions: ['*'] }, east)).status).toBe(403);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/test'],
      ['GET', '/dead-letters'],
      ['POST', '/dead-letters/resend'],
    ] as const) {
      const asked = method === 'PATCH' ? { name: 'x' } : method === 'POST' ? {} : undefined;
      const answer = await ask(method, `/${webhook.id}${path}`, asked);
      expect([method, path, answer.status, answer.body.code]).toEqual([
        ...[method, path, 404, 'webhook_not_found'],
      ]);
    }
    expect((await ask('GET', '', undefined, kutim)).body.webhooks).not.toContainEqual(
      expect.objectContaining({ id: webhook.id }),
    );
    expect((await ask('GET', '', undefined, asRole('dispatcher', '*'))).status).toBe(403);
    expect(
      (await ask('PATCH', `/${webhook.id}`, { regions: ['64.08'] }, east)).body.regions,
    ).toEqual(['64.08']);
    expect((await ask('GET', `/${webhook.id}`)).status).toBe(200);
    expect((await ask('DELETE', `/${webhook.id}`)).status).toBe(204);
  });

  it.each([
    [{ url: 'ftp://x/' }, /begins with https/],
    [{ url: 'http://169.254.169.254/' }, /link-local/],
    [{ regions: ['64.99'] }, /region|none is/],
    [{ kinds: ['exploded'] }, /kinds/],
    [{ name: ' ' }, /name/],
    [{ color: 'red' }, /color/],
  ])('refuses %j and says why', async (changes, detail) => {
    const refused = await ask('POST', '', { ...hook('https://cad.example/'), ...changes });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(detail);
  });

  it('writes into the log of each region who sends alarms where, without what may be secret', async () => {
    const url = 'https://cad.example/hook?key=geheim';
    const { webhook } = (await ask('POST', '', { ...hook(url), regions: ['64.08', '64.08.04'] }))
      .body;
    const deeds = (await readDeeds(pool)).filter(
      ([, , subject]) => subject === `webhook:${webhook.id}`,
    );
    expect(deeds).toEqual([
      ['integrator@64.08', 'webhook.added', `webhook:${webhook.id}`, '64.08'],
      ['integrator@64.08', 'webhook.added', `webhook:${webhook.id}`, '64.08.04'],
    ]);
    const { rows } = await pool.query(
      "select data::text as data from log where action = 'webhook.added'",
    );
    expect(JSON.stringify(rows)).not.toMatch(/geheim|whsec/);
  });
});

async function untilShown(
  id: string,
  holds: (webhook: { isOn: boolean; attempts: number }) => boolean,
) {
  for (;;) {
    const { body } = await ask('GET', `/${id}`);
    if (holds(body)) return body;
  }
}
