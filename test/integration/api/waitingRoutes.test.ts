import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDoorKeeper, type DoorKeeper } from '../../../server/accounts/doorKeeper.ts';
import { isTrackerSecret, readTrackerHash } from '../../../server/accounts/trackerSecrets.ts';
import { waitingRoutes } from '../../../server/api/waitingRoutes.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { testTracker } from '../fixtures/runningPosko.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase, readDeeds } from './testDatabase.ts';

/* The waiting room as operators see it, who let trackers in or send them away. */

let pool: Pool;
let app: FastifyInstance;
let doorKeeper: DoorKeeper;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  ends.push(database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});
afterEach(async () => {
  await app.close();
  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query('truncate trackers, units, tracker_assignments, log cascade');
  await pool.query('alter table log enable trigger log_is_append_only');
});

/** Stands for the secret that hp-any showed last. */
const shownSecret = (): number | undefined =>
  doorKeeper.waiting().find(({ id }) => id === 'hp-any')?.secretVersion;

/** Begins with these in the waiting room: one knocked with a region in its topic, one without. */
async function begin(): Promise<void> {
  doorKeeper = createDoorKeeper({ nowMs: Date.now, log: pino({ level: 'silent' }) });
  const { appendLog } = createAccountRecords(pool);
  app = await testApp({
    gate: roleGate,
    routes: [waitingRoutes({ pool, doorKeeper, appendLog, phoneReach: () => undefined })],
  });
  const address = '10.0.0.7';
  doorKeeper.noteUnknown({ id: 'hp-own', address, door: 'mqtt', region: '64.08' });
  doorKeeper.noteUnknown({ id: 'hp-far', address, door: 'mqtt', region: '64.02' });
  await doorKeeper.check({ id: 'hp-any', address, door: 'https', secret: 'kata sandi sendiri' });
  await vi.waitFor(() => expect(shownSecret()).toBeDefined(), 10_000);
}

async function ask(
  headers: Record<string, string>,
  method: 'GET' | 'POST' | 'DELETE',
  path = '',
  payload?: object,
): Promise<{ status: number; code: string | undefined; body: unknown }> {
  const url = `/api/v1/waiting${path}`;
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
  const body: unknown = answer.body === '' ? undefined : answer.json();
  const code = answer.statusCode >= 400 ? answer.json().code : undefined;
  return { status: answer.statusCode, body, code };
}

const idsOf = ({ body }: { body: unknown }): string[] =>
  (body as { waiting: { id: string }[] }).waiting.map(({ id }) => id).sort();

const dispatcher = asRole('dispatcher', '64.08');
const into = { region: '64.08' };

describe('who waits', () => {
  it('is shown in the region of its topic, and to all who admit somewhere where it names none', async () => {
    await begin();
    expect(idsOf(await ask(dispatcher, 'GET'))).toEqual(['hp-any', 'hp-own']);
    expect(idsOf(await ask(asRole('commander', '64'), 'GET'))).toEqual([
      'hp-any',
      'hp-far',
      'hp-own',
    ]);
    expect(idsOf(await ask(asRole('commander', '35'), 'GET'))).toEqual(['hp-any']);
    expect((await ask(asRole('viewer', '*'), 'GET')).code).toBe('forbidden');
    const { body } = await ask(dispatcher, 'GET');
    expect(body).toMatchObject({
      waiting: expect.arrayContaining([
        expect.objectContaining({
          id: 'hp-any',
          address: '10.0.0.7',
          door: 'https',
          region: null,
          attempts: 1,
          secretVersion: expect.any(Number),
        }),
      ]),
    });
    expect(JSON.stringify(body)).not.toMatch(/argon2|kata sandi/);
  });

  it('in another region cannot be told from nobody', async () => {
    await begin();
    for (const [method, path, body] of [
      ['POST', '/admit', into],
      ['DELETE', '', undefined],
    ] as const) {
      const [hidden, missing] = [
        await ask(dispatcher, method, `/hp-far${path}`, body),
        await ask(dispatcher, method, `/hp-none${path}`, body),
      ];
      expect([hidden.status, hidden.code]).toEqual([404, 'waiting_not_found']);
      expect(JSON.stringify(hidden).replaceAll('hp-far', 'hp-none')).toBe(JSON.stringify(missing));
    }
  });
});

describe('letting in', () => {
  it('keeps the secret that it showed, and answers none', async () => {
    await begin();
    const admitted = await ask(dispatcher, 'POST', '/hp-any/admit', {
      ...into,
      secretVersion: shownSecret(),
      callsign: 'Elang 7',
      kind: 'motorcycle',
      bearer: 'Bripka Sari',
    });
    expect(admitted).toMatchObject({
      status: 201,
      body: {
        secret: null,
        phone: null,
        tracker: {
          id: 'hp-any',
          region: '64.08',
          hasSecret: true,
          isWeak: false,
          unit: { callsign: 'Elang 7', kind: 'motorcycle' },
        },
      },
    });
    const { rows } = await pool.query('select secret_hash from trackers');
    const kept = readTrackerHash(rows[0].secret_hash);
    expect(kept && (await isTrackerSecret(kept, 'kata sandi sendiri'))).toBe(true);
    expect(idsOf(await ask(dispatcher, 'GET'))).toEqual(['hp-own']);
    expect(await readDeeds(pool)).toEqual([
      ['dispatcher@64.08', 'tracker.admitted', 'tracker:hp-any', '64.08'],
    ]);
    const log = await pool.query('select data from log');
    expect(log.rows[0].data).toEqual({ address: '10.0.0.7', door: 'https', keepsSecret: true });
  });

  it('lets nobody in by a click that was meant for another secret', async () => {
    await begin();
    const [address, secretVersion] = ['10.66.0.1', shownSecret()];
    await doorKeeper.check({ id: 'hp-any', address, door: 'https', secret: 'rahasia orang lain' });
    const meant = { ...into, secretVersion };
    const answer = await ask(dispatcher, 'POST', '/hp-any/admit', meant);
    expect([answer.status, answer.code]).toEqual([409, 'waiting_changed']);
    expect(idsOf(await ask(dispatcher, 'GET'))).toContain('hp-any');
    expect((await pool.query('select from trackers')).rowCount).toBe(0);
  });

  it.each(['hp-any', 'hp-own'])('makes a secret for %s when it shall keep none', async (id) => {
    await begin();
    const { body } = await ask(dispatcher, 'POST', `/${id}/admit`, into);
    const { secret } = body as { secret: string };
    const { rows } = await pool.query('select secret_hash from trackers');
    const kept = readTrackerHash(rows[0].secret_hash);
    expect(kept && (await isTrackerSecret(kept, secret))).toBe(true);
  });

  it('is done by one of two who ask at once, and the other hears that it is done', async () => {
    await begin();
    const answers = await Promise.all(
      [1, 2].map(() => ask(dispatcher, 'POST', '/hp-any/admit', into)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.map(({ code }) => code)).toContain('already_admitted');
    const late = await ask(dispatcher, 'POST', '/hp-any/admit', into);
    expect([late.status, late.code]).toEqual([409, 'already_admitted']);
    expect(await readDeeds(pool)).toHaveLength(1);
    // who may not see it there hears nothing of it
    const elsewhere = await ask(asRole('dispatcher', '35'), 'POST', '/hp-any/admit', {
      ...into,
      region: '35.13',
    });
    expect([elsewhere.status, elsewhere.code]).toEqual([404, 'waiting_not_found']);
  });

  it.each([
    [{ region: '64.02' }, 403, 'forbidden'],
    [{ region: '64' }, 400, 'bad_request'],
    [{ callsign: '\u0007' }, 400, 'bad_request'],
    [{ isWeak: true }, 400, 'bad_request'],
  ])('is refused with %o: %d %s', async (change, status, code) => {
    await begin();
    const answer = await ask(dispatcher, 'POST', '/hp-any/admit', { ...into, ...change });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(idsOf(await ask(dispatcher, 'GET'))).toContain('hp-any');
  });
});

describe('sending away', () => {
  it('forgets it until it knocks again, and the log says so', async () => {
    await begin();
    expect((await ask(dispatcher, 'DELETE', '/hp-own')).status).toBe(204);
    expect(idsOf(await ask(dispatcher, 'GET'))).toEqual(['hp-any']);
    expect(await readDeeds(pool)).toEqual([
      ['dispatcher@64.08', 'tracker.sent_away', 'tracker:hp-own', '64.08'],
    ]);
    const again = await ask(dispatcher, 'DELETE', '/hp-own');
    expect([again.status, again.code]).toEqual([404, 'waiting_not_found']);
  });

  it('says that it was let in meanwhile', async () => {
    await begin();
    const added = await addTracker(pool, testTracker('hp-own'));
    if (!added.ok) throw new Error(added.detail);
    doorKeeper.remove('hp-own');
    const answer = await ask(dispatcher, 'DELETE', '/hp-own');
    expect([answer.status, answer.code]).toEqual([409, 'already_admitted']);
  });
});
