import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isTrackerSecret, readTrackerHash } from '../../../server/accounts/trackerSecrets.ts';
import { gatewayRoutes } from '../../../server/api/gatewayRoutes.ts';
import { trackerRoutes } from '../../../server/api/trackerRoutes.ts';
import { assignTracker } from '../../../server/storage/assignTracker.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { testTracker } from '../fixtures/runningPosko.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase, readDeeds } from './testDatabase.ts';

/* Trackers and gateways as those who manage them see and change them. */

let pool: Pool;
let app: FastifyInstance;
const ends: (() => Promise<unknown>)[] = [];
/** By which host the one who asks reached the server. */
const hosts: (string | undefined)[] = [];

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  app = await testApp({
    gate: roleGate,
    routes: [
      trackerRoutes({
        pool,
        phoneReach: (host) => {
          hosts.push(host);
          return host === undefined
            ? undefined
            : { host, mqtt: { port: 8883, isTls: true }, http: { port: 443, isTls: true } };
        },
      }),
      gatewayRoutes(pool),
    ],
  });
  ends.push(() => app.close(), database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});
afterEach(async () => {
  hosts.length = 0;
  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query('truncate trackers, units, tracker_assignments, gateways, log cascade');
  await pool.query('alter table log enable trigger log_is_append_only');
});

const manager = asRole('integrator', '64.08');
const everywhere = asRole('administrator', '*');

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
async function ask(
  headers: Record<string, string>,
  method: Method,
  path: string,
  payload?: object,
): Promise<{ status: number; body: unknown; code: string | undefined }> {
  const answer = await app.inject({
    method,
    url: `/api/v1${path}`,
    headers,
    ...(payload !== undefined && { payload }),
  });
  const body: unknown = answer.body === '' ? undefined : answer.json();
  const code = answer.statusCode >= 400 ? answer.json().code : undefined;
  return { status: answer.statusCode, body, code };
}

async function add(id: string, region: string): Promise<void> {
  const added = await addTracker(pool, testTracker(id, region));
  if (!added.ok) throw new Error(added.detail);
}

async function isSecretOf(table: 'trackers' | 'gateways', id: string, secret: string) {
  const { rows } = await pool.query(`select secret_hash from ${table} where id = $1`, [id]);
  const kept = readTrackerHash(rows[0].secret_hash);
  return kept !== undefined && (await isTrackerSecret(kept, secret));
}

const secretIn = ({ body }: { body: unknown }): string => {
  if (typeof body === 'object' && body !== null && 'secret' in body) {
    if (typeof body.secret === 'string') return body.secret;
  }
  throw new Error('no secret was answered');
};

describe('adding a tracker', () => {
  it('answers it with its secret and links for phones, once, and the log says who did it', async () => {
    const added = await ask({ ...manager, host: '10.1.2.3:8080' }, 'POST', '/trackers', {
      id: 'hp-01',
      region: '64.08',
      callsign: 'Elang 1',
      kind: 'patrol_car',
      agency: 'dishub',
      strength: 3,
      bearer: 'Bripka Sari',
      timeZone: 'Asia/Makassar',
      isWeak: true,
      networks: ['10.0.0.0/8'],
    });
    const secret = secretIn(added);
    const tracker = {
      id: 'hp-01',
      region: '64.08',
      role: 'primary',
      unit: {
        id: 'hp-01',
        callsign: 'Elang 1',
        kind: 'patrol_car',
        agency: 'dishub',
        strength: 3,
        region: '64.08',
      },
      hasSecret: true,
      isWeak: true,
      networks: ['10.0.0.0/8'],
      timeZone: 'Asia/Makassar',
    };
    expect(added).toMatchObject({
      status: 201,
      body: {
        tracker,
        phone: {
          ownTracksUrl: expect.stringMatching(/^owntracks:/),
          osmandUrl: `https://10.1.2.3/in/osmand?secret=${secret}`,
          traccarUrl: expect.stringContaining('id=hp-01'),
        },
      },
    });
    expect(await isSecretOf('trackers', 'hp-01', secret)).toBe(true);
    for (const path of ['/trackers/hp-01', '/trackers']) {
      const told = JSON.stringify((await ask(manager, 'GET', path)).body);
      expect(told).toContain(JSON.stringify(tracker));
      expect(told).not.toContain(secret);
      // who carries it is for those who may see people
      expect(told).not.toContain('Sari');
    }
    expect(await readDeeds(pool)).toEqual([
      ['integrator@64.08', 'tracker.added', 'tracker:hp-01', '64.08'],
    ]);
    const { rows } = await pool.query('select data::text from log');
    expect(JSON.stringify(rows)).not.toMatch(/Sari/);
  });

  it('knows no address for phones where it was reached by a name that only this machine has', async () => {
    const body = { id: 'hp-01', region: '64.08' };
    const added = await ask({ ...manager, host: 'localhost:8080' }, 'POST', '/trackers', body);
    expect(added).toMatchObject({ status: 201, body: { phone: null } });
    expect(hosts).toEqual([undefined]);
  });

  it('makes no secret where none is wanted', async () => {
    const body = { id: 'gt06-1', region: '64.08', isWeak: true, makesSecret: false };
    expect(await ask(manager, 'POST', '/trackers', body)).toMatchObject({
      status: 201,
      body: { secret: null, phone: null, tracker: { hasSecret: false, isWeak: true } },
    });
  });

  it.each([
    [{ id: 'a b' }, 400, 'bad_request'],
    [{ id: 'out' }, 400, 'bad_request'],
    [{ region: '64' }, 400, 'bad_request'],
    [{ region: '64.09' }, 403, 'forbidden'],
    [{ timeZone: 'Nowhere/Else' }, 400, 'bad_request'],
    [{ networks: ['everywhere'] }, 400, 'bad_request'],
    [{ secret: 'mine' }, 400, 'bad_request'],
    [{ id: 'taken' }, 409, 'id_taken'],
  ])('is refused with %o: %d %s', async (change, status, code) => {
    await add('taken', '64.02');
    const body = { id: 'hp-01', region: '64.08', ...change };
    const answer = await ask(manager, 'POST', '/trackers', body);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(await readDeeds(pool)).toEqual([]);
  });
});

describe('a tracker', () => {
  it('is listed page by page, in the regions of who asks', async () => {
    for (const id of ['c', 'a', 'b', 'd']) await add(id, '64.08');
    await add('far', '35.13');
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await ask(manager, 'GET', `/trackers?limit=3&cursor=${cursor}`);
      const page = body as { trackers: { id: string }[]; nextCursor: string | null };
      ids.push(...page.trackers.map(({ id }) => id));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    const all = (await ask(everywhere, 'GET', '/trackers')).body as { trackers: unknown[] };
    expect(all.trackers).toHaveLength(5);
  });

  it('is changed with its unit, in the logs of both regions when it moves', async () => {
    await add('hp-01', '64.08');
    const changed = await ask(everywhere, 'PATCH', '/trackers/hp-01', {
      region: '64.02',
      callsign: 'Rajawali',
      timeZone: 'Asia/Jakarta',
      bearer: 'Bripka Sari',
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        region: '64.02',
        timeZone: 'Asia/Jakarta',
        unit: { callsign: 'Rajawali', region: '64.02' },
      },
    });
    expect(await ask(everywhere, 'PATCH', '/trackers/hp-01', { timeZone: null })).toMatchObject({
      body: { timeZone: null, unit: { callsign: 'Rajawali' } },
    });
    expect(await readDeeds(pool)).toEqual([
      ['administrator@*', 'tracker.changed', 'tracker:hp-01', '64.08'],
      ['administrator@*', 'tracker.changed', 'tracker:hp-01', '64.02'],
      ['administrator@*', 'tracker.changed', 'tracker:hp-01', '64.02'],
    ]);
    const { rows } = await pool.query('select data from log order by sequence limit 1');
    expect(rows[0].data).toEqual({
      changed: ['bearer', 'callsign', 'region', 'timeZone'],
      region: '64.02',
      timeZone: 'Asia/Jakarta',
    });
  });

  it('gets a new secret, which is the only one from then on', async () => {
    await add('hp-01', '64.08');
    const before = secretIn(await ask(manager, 'POST', '/trackers/hp-01/secret'));
    const set = await ask(manager, 'POST', '/trackers/hp-01/secret');
    const after = secretIn(set);
    expect(set).toMatchObject({ status: 200, body: { tracker: { id: 'hp-01', hasSecret: true } } });
    expect(await isSecretOf('trackers', 'hp-01', before)).toBe(false);
    expect(await isSecretOf('trackers', 'hp-01', after)).toBe(true);
    expect((await readDeeds(pool)).map(([, action]) => action)).toEqual([
      'tracker.secret_set',
      'tracker.secret_set',
    ]);
  });

  it('of another region cannot be told from one that does not exist', async () => {
    await add('hp-far', '64.02');
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { callsign: 'X' }],
      ['POST', '/secret', undefined],
    ] as const) {
      const [hidden, missing] = [
        await ask(manager, method, `/trackers/hp-far${path}`, body),
        await ask(manager, method, `/trackers/hp-none${path}`, body),
      ];
      expect([hidden.status, hidden.code]).toEqual([404, 'tracker_not_found']);
      expect(JSON.stringify(hidden).replaceAll('hp-far', 'hp-none')).toBe(JSON.stringify(missing));
    }
    expect(await readDeeds(pool)).toEqual([]);
  });

  it('is given away to no region that is not one’s own', async () => {
    await add('hp-01', '64.08');
    const moved = await ask(manager, 'PATCH', '/trackers/hp-01', { region: '64.02' });
    expect([moved.status, moved.code]).toEqual([403, 'forbidden']);
  });

  it('that a unit of elsewhere carries changes by itself and not its unit', async () => {
    await add('hp-01', '64.08');
    await add('car-far', '64.02');
    const assignment = { trackerId: 'hp-01', unitId: 'car-far', role: 'backup' } as const;
    const assigned = await assignTracker(pool, { ...assignment, fromMs: Date.now() - 60_000 });
    if (!assigned.ok) throw new Error(assigned.detail);
    const renamed = await ask(manager, 'PATCH', '/trackers/hp-01', { callsign: 'Mine' });
    expect([renamed.status, renamed.code]).toEqual([403, 'forbidden']);
    expect(await ask(manager, 'PATCH', '/trackers/hp-01', { isWeak: true })).toMatchObject({
      status: 200,
      body: { isWeak: true, role: 'backup', unit: { id: 'car-far', callsign: 'CAR-FAR' } },
    });
  });
});

describe('giving a tracker to a unit', () => {
  const assign = (headers: Record<string, string>, id: string, body: object) =>
    ask(headers, 'POST', `/trackers/${id}/assignment`, body);

  it('makes it a backup or the primary, and the log says so', async () => {
    for (const id of ['awc-01', 'hp-01']) await add(id, '64.08');
    expect(await assign(manager, 'hp-01', { unitId: 'awc-01', role: 'backup' })).toMatchObject({
      status: 200,
      body: { id: 'hp-01', role: 'backup', unit: { id: 'awc-01' } },
    });
    expect(await ask(manager, 'GET', '/trackers/awc-01')).toMatchObject({
      body: { role: 'primary', unit: { id: 'awc-01' } },
    });
    const fromMs = Date.now();
    expect(await assign(manager, 'hp-01', { unitId: 'awc-01', fromMs })).toMatchObject({
      status: 200,
      body: { role: 'primary', unit: { id: 'awc-01' } },
    });
    // until it is given to a unit again, nobody carries the one before
    expect((await ask(manager, 'GET', '/trackers/awc-01')).status).toBe(404);
    expect((await assign(manager, 'awc-01', { unitId: 'hp-01' })).status).toBe(200);
    const deeds = await readDeeds(pool);
    expect(deeds).toHaveLength(3);
    expect(deeds[1]).toEqual(['integrator@64.08', 'tracker.assigned', 'tracker:hp-01', '64.08']);
    const { rows } = await pool.query(`select data from log where action = 'tracker.assigned'`);
    expect(rows.map(({ data }) => data)).toContainEqual({
      unit: 'awc-01',
      role: 'primary',
      from: new Date(fromMs).toISOString(),
      carriedBy: 'awc-01',
      replaced: 'awc-01',
    });
  });

  it('takes the right to manage trackers in all regions that it concerns, and is told in all', async () => {
    for (const id of ['awc-01', 'hp-01']) await add(id, '64.08');
    await add('car-far', '64.02');
    const hidden = await assign(manager, 'hp-01', { unitId: 'car-far', role: 'backup' });
    expect([hidden.status, hidden.code]).toEqual([404, 'unit_not_found']);
    const missing = await assign(manager, 'hp-01', { unitId: 'car-no0', role: 'backup' });
    expect(JSON.stringify(hidden).replaceAll('car-far', 'car-no0')).toBe(JSON.stringify(missing));
    for (const unitId of ['awc-01', 'none']) {
      const foreign = await assign(manager, 'car-far', { unitId });
      expect([foreign.status, foreign.code]).toEqual([404, 'tracker_not_found']);
    }
    expect(await readDeeds(pool)).toEqual([]);
    expect((await assign(everywhere, 'hp-01', { unitId: 'car-far' })).status).toBe(200);
    const regions = (await readDeeds(pool)).map(([, , , region]) => region);
    expect(regions.toSorted()).toEqual(['64.02', '64.08']);
    // which a unit of elsewhere carries now, and would lose
    const taken = await assign(manager, 'hp-01', { unitId: 'awc-01', role: 'backup' });
    expect([taken.status, taken.code]).toEqual([403, 'forbidden']);
    const replacing = await asManagerOf('64.02', 'car-far', 'hp-01');
    expect(replacing).toEqual([404, 'tracker_not_found']);
  });

  it('begins now or before, and after what was before', async () => {
    for (const id of ['awc-01', 'hp-01']) await add(id, '64.08');
    const given = { unitId: 'awc-01', role: 'backup' };
    const ahead = await assign(manager, 'hp-01', { ...given, fromMs: Date.now() + 3_600_000 });
    expect([ahead.status, ahead.code]).toEqual([400, 'bad_request']);
    expect(JSON.stringify(ahead.body)).toMatch(/now or in the past/);
    expect((await assign(manager, 'hp-01', { ...given, fromMs: 1_000 })).status).toBe(200);
    const earlier = await assign(manager, 'hp-01', { ...given, fromMs: 0 });
    expect([earlier.status, earlier.code]).toEqual([400, 'bad_request']);
  });

  async function asManagerOf(region: string, unitId: string, trackerId: string) {
    const { status, code } = await assign(asRole('integrator', region), trackerId, { unitId });
    return [status, code];
  }
});

describe('a gateway', () => {
  const gateway = {
    id: 'gw-radio',
    name: 'Radio Sangatta',
    region: '64.08',
    topics: ['posko/64.08/+/fix'],
    trackerIds: ['ht-1', 'ht-2'],
  };

  it('is added with a secret that is shown once, changed, given another one, and removed', async () => {
    for (const id of ['ht-1', 'ht-2', 'ht-3']) await add(id, '64.08');
    const added = await ask(manager, 'POST', '/gateways', gateway);
    const secret = secretIn(added);
    expect(added).toMatchObject({
      status: 201,
      body: { gateway: { ...gateway, hasSecret: true } },
    });
    expect(await isSecretOf('gateways', 'gw-radio', secret)).toBe(true);
    expect(await ask(manager, 'GET', '/gateways')).toMatchObject({
      body: { gateways: [{ ...gateway, hasSecret: true }] },
    });
    const changes = { name: 'Radio 2', trackerIds: ['ht-3'] };
    expect(await ask(manager, 'PATCH', '/gateways/gw-radio', changes)).toMatchObject({
      status: 200,
      body: { ...gateway, ...changes },
    });
    const next = secretIn(await ask(manager, 'POST', '/gateways/gw-radio/secret'));
    expect(await isSecretOf('gateways', 'gw-radio', next)).toBe(true);
    expect((await ask(manager, 'DELETE', '/gateways/gw-radio')).status).toBe(204);
    expect((await ask(manager, 'GET', '/gateways/gw-radio')).code).toBe('gateway_not_found');
    expect(await readDeeds(pool)).toEqual(
      ['added', 'changed', 'secret_set', 'removed'].map((action) => [
        'integrator@64.08',
        `gateway.${action}`,
        'gateway:gw-radio',
        '64.08',
      ]),
    );
  });

  it.each([
    [{ id: 'ht-1' }, 409, 'id_taken'],
    [{ topics: ['#'] }, 400, 'bad_request'],
    [{ region: '64.02' }, 403, 'forbidden'],
    [{ trackerIds: ['ht-none'] }, 404, 'tracker_not_found'],
  ])('is refused with %o: %d %s', async (change, status, code) => {
    for (const id of ['ht-1', 'ht-2']) await add(id, '64.08');
    const answer = await ask(manager, 'POST', '/gateways', { ...gateway, ...change });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(await readDeeds(pool)).toEqual([]);
  });

  it('speaks for no tracker of others, of which not even the existence is told', async () => {
    await add('ht-1', '64.08');
    await add('ht-far', '64.02');
    const send = (trackerId: string) =>
      ask(manager, 'POST', '/gateways', { ...gateway, trackerIds: ['ht-1', trackerId] });
    const [hidden, missing] = [await send('ht-far'), await send('ht-gone')];
    expect([hidden.status, hidden.code]).toEqual([404, 'tracker_not_found']);
    expect(JSON.stringify(hidden).replaceAll('ht-far', 'ht-gone')).toBe(JSON.stringify(missing));
  });

  it('is for those alone who manage its region and all its trackers', async () => {
    await add('ht-1', '64.08');
    await add('ht-2', '64.02');
    await ask(everywhere, 'POST', '/gateways', gateway);
    for (const asker of [manager, asRole('integrator', '64.02')]) {
      expect((await ask(asker, 'GET', '/gateways')).body).toEqual({ gateways: [] });
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { trackerIds: [] }],
        ['POST', '/secret', undefined],
        ['DELETE', '', undefined],
      ] as const) {
        const [hidden, missing] = [
          await ask(asker, method, `/gateways/gw-radio${path}`, body),
          await ask(asker, method, `/gateways/gw-none${path}`, body),
        ];
        expect([hidden.status, hidden.code]).toEqual([404, 'gateway_not_found']);
        expect(JSON.stringify(hidden).replaceAll('gw-radio', 'gw-none')).toBe(
          JSON.stringify(missing),
        );
      }
    }
    const province = asRole('integrator', '64');
    expect((await ask(province, 'GET', '/gateways/gw-radio')).status).toBe(200);
  });
});
