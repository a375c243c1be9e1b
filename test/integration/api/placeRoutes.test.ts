import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkInRoutes } from '../../../server/api/checkInRoutes.ts';
import { fenceEditRoute } from '../../../server/api/fenceEditRoute.ts';
import { fenceRoutes } from '../../../server/api/fenceRoutes.ts';
import { operationRoutes } from '../../../server/api/operationRoutes.ts';
import { siteImportRoute } from '../../../server/api/siteImportRoute.ts';
import { siteRoutes } from '../../../server/api/siteRoutes.ts';
import type { JournalInput } from '../../../server/domain/journalRecord.ts';
import { newestChange } from '../../../server/storage/placeChanges.ts';
import { addTracker, listTrackers } from '../../../server/storage/trackerStore.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { testTracker } from '../fixtures/runningPosko.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase, readDeeds } from './testDatabase.ts';

/* Operations, sites, fences and check-ins as those who see and manage them do. */

let pool: Pool;
let app: FastifyInstance;
let isStoring = true;
const ends: (() => Promise<unknown>)[] = [];
const journal: JournalInput[] = [];
/** Numbers of the changes that the server was to take up. */
const takenUp: number[] = [];
const roster = new Roster();

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  const parts = {
    pool,
    roster,
    appendRecord: async (input: JournalInput) => {
      journal.push(input);
      return isStoring;
    },
    takeUpChange: async (change: number) => {
      takenUp.push(change);
    },
    nowMs: () => Date.parse('2024-11-27T01:00:00Z'),
    log: pino({ level: 'silent' }),
  };
  app = await testApp({
    gate: roleGate,
    routes: [
      operationRoutes(parts),
      siteRoutes(parts),
      siteImportRoute(parts),
      checkInRoutes(parts),
      fenceRoutes(parts),
      fenceEditRoute(),
    ],
  });
  ends.push(() => app.close(), database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});
afterEach(async () => {
  journal.length = 0;
  takenUp.length = 0;
  isStoring = true;
  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query('truncate operations, fences, units, trackers, log cascade');
  await pool.query('alter table log enable trigger log_is_append_only');
});

const commander = asRole('commander', '64.08');
const dispatcher = asRole('dispatcher', '64.08');
const viewer = asRole('viewer', '64.08');
const neighbour = asRole('commander', '64.02');

/** Whatever the server answered: each test says what it expects of it. */
type Json = ReturnType<typeof JSON.parse>;
type Answer = { status: number; body: Json; code: string | undefined };
async function ask(
  headers: Record<string, string>,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  payload?: object | string,
): Promise<Answer> {
  const answer = await app.inject({
    method,
    url: `/api/v1${path}`,
    headers,
    ...(payload !== undefined && { payload }),
  });
  const isJson = /json/.test(String(answer.headers['content-type'])) && !isLines(answer.headers);
  const body = isJson ? answer.json() : answer.body;
  return {
    status: answer.statusCode,
    body,
    code: answer.statusCode >= 400 ? body.code : undefined,
  };
}

function isLines(headers: Record<string, unknown>): boolean {
  return String(headers['content-type']).includes('ndjson');
}

const operation = {
  id: 'mantap-praja',
  name: 'Mantap Praja Mahakam 2024',
  region: '64.08',
  startsAtMs: Date.parse('2024-08-26T00:00:00Z'),
};
const tps = {
  id: 'tps-1',
  operation: operation.id,
  name: 'TPS 001',
  kind: 'tps',
  class: 'rawan',
  region: '64.08.04',
  place: [117.5279, 0.5049],
  required: { voting: { polri: 2 } },
};
const square = [
  [117.52, 0.5],
  [117.53, 0.5],
  [117.53, 0.51],
  [117.52, 0.51],
  [117.52, 0.5],
];
const fence = {
  id: 'alun-alun',
  name: 'Alun-alun',
  region: '64.08',
  class: 'area',
  geometry: { type: 'Polygon', coordinates: [square] },
};
const begin = async () =>
  expect((await ask(commander, 'POST', '/operations', operation)).status).toBe(201);
const addTps = async () => expect((await ask(commander, 'POST', '/sites', tps)).status).toBe(201);
const subjects = async () =>
  (await readDeeds(pool)).map(([, action, subject]) => `${action} ${subject}`);

describe('operations', () => {
  it('are added and given phases by a commander, and seen by whoever sees a part of them', async () => {
    const added = await ask(commander, 'POST', '/operations', operation);
    const shown = { ...operation, version: 1, isExercise: false, endsAtMs: null, phases: [] };
    expect(added).toMatchObject({ status: 201, body: shown });
    const { startsAtMs } = operation;
    const phases = [{ phase: 'voting', startsAtMs, endsAtMs: startsAtMs + 1 }];
    const changed = await ask(commander, 'PATCH', '/operations/mantap-praja', {
      version: 1,
      phases,
    });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, phases } });
    expect(takenUp).toHaveLength(2);
    expect(await subjects()).toEqual([
      'operation.added operation:mantap-praja',
      'operation.changed operation:mantap-praja',
    ]);
    for (const who of [viewer, asRole('viewer', '64.08.04'), asRole('viewer', '64')]) {
      expect((await ask(who, 'GET', '/operations')).body.operations).toHaveLength(1);
    }
    expect((await ask(neighbour, 'GET', '/operations')).body.operations).toEqual([]);
    expect(await ask(neighbour, 'GET', '/operations/mantap-praja')).toMatchObject({
      code: 'operation_not_found',
    });
  });

  it.each([
    [dispatcher, operation, 403, 'forbidden'],
    [neighbour, operation, 403, 'forbidden'],
    [commander, { ...operation, region: '64.08.04' }, 400, 'bad_request'],
    [commander, { ...operation, endsAtMs: 1 }, 400, 'bad_request'],
    [commander, { ...operation, nonsense: 1 }, 400, 'bad_request'],
  ])('are refused: %o %o: %s %s', async (who, body, status, code) => {
    expect(await ask(who, 'POST', '/operations', body)).toMatchObject({ status, code });
  });

  it('are given a plan of what is required by class and in which hours, as a change of their own', async () => {
    const hours = { voting: [{ fromMs: 1, toMs: 2 }] };
    const plan = { byClass: { rawan: { voting: { polri: 2 } } }, hours };
    const { startsAtMs } = operation;
    const phases = [{ phase: 'voting', startsAtMs, endsAtMs: startsAtMs + 1 }];
    const added = await ask(commander, 'POST', '/operations', { ...operation, phases, plan });
    expect(added).toMatchObject({ status: 201, body: { version: 1 } });
    expect(added.body.plan).toEqual(plan);
    const path = '/operations/mantap-praja';
    const renamed = await ask(commander, 'PATCH', path, { version: 1, name: 'x' });
    expect(renamed.body.plan).toEqual(plan);
    const changed = await ask(commander, 'PATCH', path, { version: 2, plan: { hours } });
    expect(changed).toMatchObject({ status: 200, body: { version: 3 } });
    expect(changed.body.plan).toEqual({ byClass: {}, hours });
    expect((await ask(viewer, 'GET', path)).body.plan).toEqual({ byClass: {}, hours });
    expect(takenUp).toHaveLength(3);
  });

  it.each([
    { byClass: { rawan: { voting: { marines: 2 } } } },
    { byClass: { rawan: { voting: { polri: -1 } } } },
    { byClass: { dangerous: {} } },
    { byClass: { rawan: { 'Voting!': {} } } },
    { hours: { voting: [{ fromMs: 2, toMs: 2 }] } },
    { hours: { 'Voting!': [] } },
    { hours: { voting: Array(65).fill({ fromMs: 1, toMs: 2 }) } },
    { nonsense: 1 },
    { byClass: { rawan: { quiet: { polri: 2 } } } },
  ])('are not given the plan %o', async (plan) => {
    const refused = { status: 400, code: 'bad_request' };
    expect(await ask(commander, 'POST', '/operations', { ...operation, plan })).toMatchObject(
      refused,
    );
    await begin();
    const path = '/operations/mantap-praja';
    expect(await ask(commander, 'PATCH', path, { version: 1, plan })).toMatchObject(refused);
  });

  it('cannot be changed by somebody of elsewhere, or for a version of before', async () => {
    await begin();
    const path = '/operations/mantap-praja';
    expect(await ask(neighbour, 'PATCH', path, { version: 1, name: 'x' })).toMatchObject({
      code: 'operation_not_found',
    });
    expect(
      await ask(asRole('commander', '64.08.04'), 'PATCH', path, { version: 1, name: 'x' }),
    ).toMatchObject({ code: 'forbidden' });
    expect(await ask(commander, 'PATCH', path, { version: 2, name: 'x' })).toMatchObject({
      status: 409,
      code: 'version_conflict',
    });
  });
});

describe('sites', () => {
  it('are added, changed and removed, and what was in force then can be read', async () => {
    await begin();
    const added = await ask(commander, 'POST', '/sites', tps);
    const { operation: operationId, ...shown } = tps;
    expect(added).toMatchObject({
      status: 201,
      body: { ...shown, operationId, version: 1, ringRadiusM: 100, isRingRadiusOwn: false },
    });
    expect(takenUp).toEqual([expect.any(Number), (await newestChange(pool)).number]);
    const changed = await ask(commander, 'PATCH', '/sites/tps-1', {
      version: 1,
      class: 'sangat_rawan',
      place: [117.6, 0.6],
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2, class: 'sangat_rawan', place: [117.6, 0.6], ringRadiusM: 150 },
    });
    const before = new Date(changed.body.validFromMs - 1).toISOString();
    expect(await ask(viewer, 'GET', `/sites/tps-1?at=${before}`)).toMatchObject({
      body: { version: 1, place: [117.5279, 0.5049], validToMs: changed.body.validFromMs },
    });
    expect(await ask(viewer, 'GET', '/fences/site:tps-1')).toMatchObject({
      body: {
        version: 2,
        siteId: 'tps-1',
        geometry: { type: 'Point', coordinates: [117.6, 0.6] },
        radiusM: 150,
      },
    });
    expect((await ask(commander, 'DELETE', '/sites/tps-1?version=2')).status).toBe(204);
    expect((await ask(viewer, 'GET', '/sites/tps-1')).code).toBe('site_not_found');
    expect((await ask(viewer, 'GET', '/fences/site:tps-1')).code).toBe('fence_not_found');
    expect((await ask(viewer, 'GET', `/sites?at=${before}`)).body.sites).toHaveLength(1);
    expect(takenUp).toHaveLength(4);
    expect((await subjects()).slice(1)).toEqual([
      'site.added site:tps-1',
      'site.changed site:tps-1',
      'site.removed site:tps-1',
    ]);
  });

  it('are listed in pages, of the own regions', async () => {
    await begin();
    for (const id of ['a', 'b', 'c']) await ask(commander, 'POST', '/sites', { ...tps, id });
    const first = (await ask(viewer, 'GET', '/sites?limit=2')).body;
    expect([first.sites.map(({ id }: { id: string }) => id), first.nextCursor]).toEqual([
      ['a', 'b'],
      'b',
    ]);
    const second = (await ask(viewer, 'GET', '/sites?limit=2&cursor=b&class=rawan')).body;
    expect([second.sites.map(({ id }: { id: string }) => id), second.nextCursor]).toEqual([
      ['c'],
      null,
    ]);
    expect((await ask(neighbour, 'GET', '/sites')).body.sites).toEqual([]);
    expect((await ask(asRole('viewer', '64.08.05'), 'GET', '/sites')).body.sites).toEqual([]);
    expect((await ask(asRole('viewer', '*'), 'GET', '/sites?search=TPS')).body.sites).toHaveLength(
      3,
    );
  });

  it.each([
    [dispatcher, {}, 403, 'forbidden'],
    [neighbour, {}, 403, 'forbidden'],
    [commander, { id: 'taken' }, 409, 'id_taken'],
    [commander, { operation: 'none' }, 404, 'operation_not_found'],
    [commander, { place: [0.5, 117.5] }, 400, 'bad_request'],
    [commander, { required: { voting: { marines: 2 } } }, 400, 'bad_request'],
    [asRole('commander', '64'), { region: '64.09' }, 400, 'bad_request'],
  ])('are refused: %o %o: %s %s', async (who, change, status, code) => {
    await begin();
    await ask(commander, 'POST', '/sites', { ...tps, id: 'taken' });
    expect(await ask(who, 'POST', '/sites', { ...tps, ...change })).toMatchObject({ status, code });
  });

  it('are changed by whoever manages them there, for the version that they saw', async () => {
    await begin();
    await addTps();
    const change = { version: 1, name: 'x' };
    expect((await ask(dispatcher, 'PATCH', '/sites/tps-1', change)).code).toBe('forbidden');
    expect((await ask(neighbour, 'PATCH', '/sites/tps-1', change)).code).toBe('site_not_found');
    const stale = await ask(commander, 'PATCH', '/sites/tps-1', { version: 7, name: 'x' });
    expect(stale).toMatchObject({ status: 409, code: 'version_conflict' });
    expect((await ask(commander, 'DELETE', '/sites/tps-1')).code).toBe('bad_request');
    const away = await ask(commander, 'PATCH', '/sites/tps-1', { version: 1, region: '64.02' });
    expect(away.code).toBe('forbidden');
  });
});

describe('an import of sites', () => {
  const csv = { ...commander, 'content-type': 'text/csv' };
  const path = '/sites/import?operation=mantap-praja';
  const file = [
    'Kode;Nama TPS;Kerawanan;Kode Wilayah;Bujur;Lintang;voting.polri',
    't-1;TPS "A" 1;Sangat Rawan;6408042001;117,5279;0,5049;2',
    't-2;TPS 2;;64.08.05;117,6;0,6;',
    '',
  ].join('\r\n');
  const map = '&map=name:Nama%20TPS';

  it('says which columns nothing was read of, and which phases there are not', async () => {
    const phase = { phase: 'voting', startsAtMs: Date.now(), endsAtMs: Date.now() + 3_600_000 };
    await begin();
    await ask(commander, 'PATCH', '/operations/mantap-praja', { version: 1, phases: [phase] });
    const odd = [
      'id,name,region,lon,lat,votng.polri,voting.tni,voting.polisi,POL',
      't-1,TPS 1,64.08.04,117.5,0.5,1,1,1,2',
    ].join('\n');
    const { body } = await ask(csv, 'POST', path, odd);
    expect(body).toMatchObject({ added: 1, badLines: 0 });
    expect(body.advice).toEqual([
      expect.stringMatching(/^nothing was read of the columns voting.polisi, POL: map/),
      expect.stringMatching(/^nothing is required by votng .* it has voting$/),
    ]);
  });

  it('takes what a spreadsheet writes, and the same once more changes nothing', async () => {
    await begin();
    const dry = await ask(csv, 'POST', `${path}${map}&dryRun=true`, file);
    // the operation has no phases yet
    const advice = [expect.stringMatching(/^nothing is required by voting .* it has none$/)];
    const counts = { lines: 2, badLines: 0, errors: [], advice };
    expect(dry.body).toEqual({
      ...counts,
      ...{ added: 2, changed: 0, unchanged: 0, isUnwritten: true, change: 0 },
    });
    expect((await ask(viewer, 'GET', '/sites')).body.sites).toEqual([]);
    // that of the operation, and none that was not made
    expect(takenUp).toHaveLength(1);
    const { status, body } = await ask(csv, 'POST', `${path}${map}`, file);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...counts, added: 2, isUnwritten: false });
    expect(takenUp.at(-1)).toBe(body.change);
    expect((await ask(viewer, 'GET', '/sites')).body.sites).toMatchObject([
      {
        id: 't-1',
        name: 'TPS "A" 1',
        class: 'sangat_rawan',
        region: '64.08.04.2001',
        place: [117.5279, 0.5049],
        required: { voting: { polri: 2 } },
      },
      { id: 't-2', class: 'kurang_rawan', region: '64.08.05', required: {} },
    ]);
    const again = await ask(csv, 'POST', `${path}${map}`, file);
    expect(again.body).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
    expect((await subjects()).at(-1)).toBe('operation.sites_imported operation:mantap-praja');
  });

  it('names every bad line, its column and what to do, and writes none or the others', async () => {
    await begin();
    const lines = [
      'id,name,class,region,lon,lat',
      'a,A,rawan,64.08.04,117.5,0.5',
      'a,B,rawan,64.08.04,117.5,0.5',
      'c,C,mild,64.08.04,0.5,117.5',
      'd,D,rawan,64.02,117.5,x',
      'e,E,rawan,64.08.04,117.5',
      'f,F,rawan,64.02,117.5,0.5',
    ].join('\n');
    const refused = await ask(csv, 'POST', path, lines);
    expect(refused).toMatchObject({ status: 422, code: 'bad_site_file' });
    const { outcome } = refused.body;
    expect(outcome).toMatchObject({
      lines: 6,
      badLines: 5,
      added: 1,
      isUnwritten: true,
      change: 0,
    });
    expect(
      outcome.errors.map(({ line, column, value, code }: Record<string, unknown>) =>
        [line, column, value, code].join(' '),
      ),
    ).toEqual([
      '3 id a duplicate',
      '4 class mild bad_class',
      '4 lon 0.5 swapped',
      '5 lat x bad_place',
      '6   bad_line',
      '7 region 64.02 outside_operation',
    ]);
    expect(outcome.errors[0].detail).toMatch(/line 2 has the same id/);
    const partial = await ask(csv, 'POST', `${path}&partial=true`, lines);
    expect(partial).toMatchObject({
      status: 200,
      body: { added: 1, badLines: 5, isUnwritten: false },
    });
  });

  it('advises to swap the columns where most lines are swapped', async () => {
    await begin();
    const lines = ['id,region,lon,lat', 'a,64.08,0.5,117.5', 'b,64.08,0.6,117.6'].join('\n');
    const { outcome } = (await ask(csv, 'POST', path, lines)).body;
    expect(outcome.advice).toEqual([expect.stringMatching(/swapped in 2 of 2 lines/)]);
    const swapped = await ask(csv, 'POST', `${path}&map=lon:lat&map=lat:lon`, lines);
    expect(swapped.body).toMatchObject({ added: 2, badLines: 0 });
  });

  it('takes GeoJSON points with what is known of them as properties', async () => {
    await begin();
    const feature = (id: string, geometry: object) => ({
      type: 'Feature',
      id,
      properties: { nama: `TPS ${id}`, required: { voting: { linmas: 2 } }, region: '64.08.04' },
      geometry,
    });
    const body = JSON.stringify({
      type: 'FeatureCollection',
      features: [
        feature('a', { type: 'Point', coordinates: [117.5, 0.5] }),
        feature('b', { type: 'LineString', coordinates: [] }),
      ],
    });
    const headers = { ...commander, 'content-type': 'application/geo+json' };
    const answer = await ask(headers, 'POST', `${path}&partial=true`, body);
    expect(answer.body).toMatchObject({ added: 1, errors: [{ line: 2, code: 'bad_line' }] });
    expect((await ask(viewer, 'GET', '/sites/a')).body).toMatchObject({
      name: 'TPS a',
      required: { voting: { linmas: 2 } },
    });
  });

  it('tells its progress line by line where that is asked for', async () => {
    await begin();
    const headers = { ...csv, accept: 'application/x-ndjson' };
    const told = (answer: Answer) =>
      String(answer.body)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const rows = [...Array(6_000).keys()].map((at) => `t-${at},64.08.04,117.5,0.5`);
    const answer = await ask(headers, 'POST', path, ['id,region,lon,lat', ...rows].join('\n'));
    expect(told(answer)).toEqual([
      { progress: { step: 'read', count: 5_000 } },
      { progress: { step: 'read', count: 6_000, total: 6_000 } },
      { progress: { step: 'written', count: 5_000, total: 6_000 } },
      { progress: { step: 'written', count: 6_000, total: 6_000 } },
      { outcome: expect.objectContaining({ added: 6_000 }) },
    ]);
    const wrong = await ask(headers, 'POST', '/sites/import?operation=none', 'id\n');
    expect(told(wrong)).toEqual([
      { problem: expect.objectContaining({ code: 'operation_not_found' }) },
    ]);
  });

  it.each([
    ['text/csv', 'nama,lon\nA,1', /no column has the id/],
    ['text/csv', '', /no column has the id/],
    ['text/csv', 'id,id\na,b', /is there twice/],
    ['text/csv', 'id,region,lon,lat\na,"x', /never closed/],
    ['text/csv', `id,region,lon,lat\n${'x'.repeat(20_000)}`, /line 2/],
    ['application/geo+json', '{', /no JSON/],
    ['application/geo+json', '{"type":"Feature"}', /no GeoJSON FeatureCollection/],
  ])('refuses a file that cannot be read: %s %.20s', async (type, body, detail) => {
    await begin();
    const answer = await ask({ ...commander, 'content-type': type }, 'POST', path, body);
    expect(answer).toMatchObject({ status: 422, code: 'bad_site_file' });
    expect(answer.body.detail).toMatch(detail);
  });

  it('refuses other kinds of file, other columns, and those who may not', async () => {
    await begin();
    expect((await ask(commander, 'POST', path, { a: 1 })).code).toBe('not_site_file');
    expect((await ask({ ...csv, 'content-type': 'image/png' }, 'POST', path, 'x')).status).toBe(
      415,
    );
    expect((await ask(csv, 'POST', `${path}&map=wings:id`, 'id\na')).body.detail).toMatch(/wings/);
    expect((await ask(csv, 'POST', `${path}&map=lon:x`, 'id\na')).body.detail).toMatch(
      /no column "x"/,
    );
    expect((await ask({ ...csv, ...dispatcher }, 'POST', path, 'id\na')).code).toBe('forbidden');
    const foreign = await ask(
      { ...csv, ...asRole('commander', '64.08.05') },
      'POST',
      path,
      'id,region,lon,lat\na,64.08,117,0.5',
    );
    expect(foreign.body.outcome.errors).toMatchObject([{ code: 'forbidden' }]);
  });
});

describe('operations of others', () => {
  const far = { ...operation, id: 'rahasia', region: '31' };
  const csv = { ...commander, 'content-type': 'text/csv' };
  const file = 'id,region,lon,lat\na,64.08.04,117.5,0.5\n';

  it.each([
    ['a site', (id: string) => ask(commander, 'POST', '/sites', { ...tps, operation: id })],
    ['an import', (id: string) => ask(csv, 'POST', `/sites/import?operation=${id}`, file)],
    ['a fence', (id: string) => ask(dispatcher, 'POST', '/fences', { ...fence, operation: id })],
  ])('are to %s as if there were none', async (_what, add) => {
    const added = await ask(asRole('commander', '31'), 'POST', '/operations', far);
    expect(added.status).toBe(201);
    const [unseen, unknown] = [await add('rahasia'), await add('tiada')];
    expect(unseen).toMatchObject({ status: 404, code: 'operation_not_found' });
    expect(JSON.stringify(unseen).replaceAll('rahasia', 'tiada')).toBe(JSON.stringify(unknown));
    expect(takenUp).toHaveLength(1);
  });

  it.each([
    ['64.08', '64.02', 400],
    ['64.08', '64.08.04', 201],
    ['64.08', '64', 201],
    ['64', '64.02', 201],
  ])('are joined by fences above and below only: %s, %s: %d', async (own, region, status) => {
    const all = asRole('commander', '*');
    await ask(all, 'POST', '/operations', { ...operation, region: own });
    const joined = { ...fence, region, operation: operation.id };
    expect((await ask(all, 'POST', '/fences', joined)).status).toBe(status);
    expect((await ask(all, 'POST', '/fences', { ...joined, id: 'b', region: own })).status).toBe(
      201,
    );
    const moved = await ask(all, 'PATCH', '/fences/b', { version: 1, region });
    expect(moved.status).toBe(status === 201 ? 200 : status);
  });
});

describe('check-ins', () => {
  const checkIn = {
    id: 'c-1',
    agency: 'linmas',
    strength: 4,
    means: 'radio',
    who: 'Elang 1',
    untilMs: Date.parse('2024-11-27T03:00:00Z'),
  };
  const path = '/sites/tps-1/check-in';

  it('are made by a dispatcher, are in the journal as a whole, and end by a check-out', async () => {
    await begin();
    await addTps();
    const made = await ask(dispatcher, 'POST', path, checkIn);
    expect(made).toMatchObject({ status: 201, body: { ...checkIn, siteId: 'tps-1' } });
    const record = journal.at(-1);
    expect(record?.kind === 'operator_action' && JSON.parse(record.json)).toMatchObject({
      type: 'checked_in',
      checkIn: {
        ...checkIn,
        siteKey: expect.any(Number),
        fromMs: Date.parse('2024-11-27T01:00:00Z'),
      },
    });
    const list = async (who: Record<string, string>) =>
      (await ask(who, 'GET', '/sites/tps-1/check-ins')).body.checkIns;
    expect(await list(dispatcher)).toMatchObject([{ id: 'c-1', who: 'Elang 1' }]);
    // who called in may be a name
    expect(await list(viewer)).toMatchObject([{ id: 'c-1', who: null }]);
    expect(JSON.stringify((await pool.query('select data from log')).rows)).not.toContain('Elang');
    const out = { checkInId: 'c-1', who: 'Elang 1' };
    expect((await ask(dispatcher, 'POST', '/sites/tps-1/check-out', out)).status).toBe(204);
    expect(await list(dispatcher)).toEqual([]);
    const none = { checkInId: 'none', who: 'x' };
    expect((await ask(dispatcher, 'POST', '/sites/tps-1/check-out', none)).code).toBe(
      'check_in_not_found',
    );
  });

  it('are asked for once more where the journal did not store them, and count once', async () => {
    await begin();
    await addTps();
    isStoring = false;
    expect(await ask(dispatcher, 'POST', path, checkIn)).toMatchObject({
      status: 503,
      code: 'not_stored',
    });
    isStoring = true;
    expect((await ask(dispatcher, 'POST', path, checkIn)).status).toBe(201);
    const { rows } = await pool.query('select count(*)::int as n from check_ins');
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('end once more where the journal did not store it', async () => {
    await begin();
    await addTps();
    await ask(dispatcher, 'POST', path, checkIn);
    const out = { checkInId: 'c-1', who: 'Elang 1' };
    isStoring = false;
    expect(await ask(dispatcher, 'POST', '/sites/tps-1/check-out', out)).toMatchObject({
      status: 503,
      code: 'not_stored',
    });
    isStoring = true;
    expect((await ask(dispatcher, 'POST', '/sites/tps-1/check-out', out)).status).toBe(204);
    const [, first, again] = journal.map((each) => each.kind === 'operator_action' && each.json);
    expect(again).toContain('"checked_out"');
    expect(again).toBe(first);
  });

  it('that are sent again after their check-out bring nobody back', async () => {
    await begin();
    await addTps();
    await ask(dispatcher, 'POST', path, checkIn);
    await ask(dispatcher, 'POST', '/sites/tps-1/check-out', { checkInId: 'c-1', who: 'Elang 1' });
    expect(await ask(dispatcher, 'POST', path, checkIn)).toMatchObject({
      status: 409,
      code: 'checked_out_before',
    });
    expect(journal.map((each) => each.kind === 'operator_action' && each.json)).toEqual([
      expect.stringContaining('"checked_in"'),
      expect.stringContaining('"checked_out"'),
    ]);
  });

  it.each([
    [viewer, {}, 403, 'forbidden'],
    [neighbour, {}, 404, 'site_not_found'],
    [dispatcher, { strength: -1 }, 400, 'bad_request'],
    [dispatcher, { untilMs: 1 }, 400, 'bad_request'],
    [dispatcher, { agency: 'marines' }, 400, 'bad_request'],
  ])('are refused: %o %o: %s %s', async (who, change, status, code) => {
    await begin();
    await addTps();
    expect(await ask(who, 'POST', path, { ...checkIn, ...change })).toMatchObject({ status, code });
  });
});

describe('fences', () => {
  it('are drawn as GeoJSON, changed and removed, and what was in force then can be read', async () => {
    const drawn = { ...fence, watch: { dwellMs: 60_000 }, conditions: { agencies: ['polri'] } };
    const added = await ask(dispatcher, 'POST', '/fences', drawn);
    expect(added).toMatchObject({
      status: 201,
      body: {
        id: fence.id,
        version: 1,
        geometry: { type: 'MultiPolygon', coordinates: [[square]] },
        watch: drawn.watch,
        conditions: drawn.conditions,
        siteId: null,
      },
    });
    const corridor = {
      geometry: {
        type: 'LineString',
        coordinates: [
          [117.5, 0.5],
          [117.6, 0.6],
        ],
      },
      halfWidthM: 30,
    };
    const changed = await ask(dispatcher, 'PATCH', '/fences/alun-alun', {
      version: 1,
      ...corridor,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2, ...corridor, radiusM: null },
    });
    // of the size alone: the line stays
    const wider = await ask(dispatcher, 'PATCH', '/fences/alun-alun', {
      ...{ version: 2, halfWidthM: 60 },
    });
    expect(wider).toMatchObject({ status: 200, body: { ...corridor, halfWidthM: 60 } });
    const odd = await ask(dispatcher, 'PATCH', '/fences/alun-alun', { version: 3, radiusM: 60 });
    expect(odd).toMatchObject({ status: 422, code: 'bad_shape' });
    const before = new Date(changed.body.validFromMs - 1).toISOString();
    expect((await ask(viewer, 'GET', `/fences/alun-alun?at=${before}`)).body).toEqual({
      ...added.body,
      validToMs: changed.body.validFromMs,
    });
    expect((await ask(dispatcher, 'DELETE', '/fences/alun-alun?version=3')).status).toBe(204);
    expect((await ask(viewer, 'GET', '/fences')).body.fences).toEqual([]);
    expect((await ask(viewer, 'GET', `/fences?at=${before}`)).body.fences).toHaveLength(1);
    expect(takenUp).toHaveLength(4);
    expect(await subjects()).toEqual([
      'fence.added fence:alun-alun',
      'fence.changed fence:alun-alun',
      'fence.changed fence:alun-alun',
      'fence.removed fence:alun-alun',
    ]);
  });

  it('move with a unit that one sees', async () => {
    for (const [id, region] of [
      ['hp-own', '64.08'],
      ['hp-far', '35.13'],
    ] as const) {
      const added = await addTracker(pool, testTracker(id, region));
      if (!added.ok) throw new Error(added.detail);
    }
    const known = await listTrackers(pool);
    roster.set(
      known.map(({ tracker }) => tracker),
      known.map(({ unit }) => unit),
      new Map(),
    );
    const { geometry: _none, ...escort } = fence;
    const around = (unitId: string) => ({ ...escort, class: 'escort', unitId, radiusM: 50 });
    const added = await ask(dispatcher, 'POST', '/fences', around('hp-own'));
    expect(added.body).toMatchObject({ unitId: 'hp-own', geometry: null, radiusM: 50 });
    const hidden = await ask(dispatcher, 'POST', '/fences', { ...around('hp-far'), id: 'x' });
    expect(hidden.code).toBe('unit_not_found');
    const own = `/fences/${added.body.id}`;
    const wider = await ask(dispatcher, 'PATCH', own, { version: 1, radiusM: 80 });
    expect(wider.body).toMatchObject({ version: 2, unitId: 'hp-own', radiusM: 80 });
    const far = asRole('commander', '*');
    const moving = await ask(far, 'POST', '/fences', { ...around('hp-far'), id: 'kawal' });
    expect(moving.body).toMatchObject({ unitId: 'hp-far', radiusM: 50 });
    // of a unit of others not even its id is told
    expect((await ask(viewer, 'GET', '/fences/kawal')).body).toMatchObject({ unitId: null });
    const list = await ask(viewer, 'GET', '/fences');
    expect(list.body.fences).toMatchObject([{ unitId: 'hp-own' }, { unitId: null }]);
    const renamed = await ask(dispatcher, 'PATCH', '/fences/kawal', { version: 1, name: 'Kawal' });
    expect(renamed.body).toMatchObject({ version: 2, name: 'Kawal', unitId: null });
    expect((await ask(far, 'GET', '/fences/kawal')).body).toMatchObject({ unitId: 'hp-far' });
    const size = await ask(dispatcher, 'POST', '/fences', { ...around('hp-own'), radiusM: 0 });
    expect(size).toMatchObject({ status: 422, code: 'bad_shape' });
  });

  it('count in phases that their operation has, and in no others', async () => {
    const now = Date.parse('2024-11-27T01:00:00Z');
    const phases = ['voting', 'counting'].map((phase, at) => ({
      ...{ phase, startsAtMs: now + at * 1_000, endsAtMs: now + 9_000 },
    }));
    await ask(commander, 'POST', '/operations', { ...operation, phases });
    await addTps();
    const inPhases = (...named: string[]) => ({ ...fence, conditions: { phases: named } });
    const detail = (answer: Answer): string => `${answer.status} ${answer.body.detail}`;
    const without = await ask(dispatcher, 'POST', '/fences', inPhases('voting'));
    expect(detail(without)).toMatch(/^400 a fence without an operation never is in a phase/);
    const ofIt = (...named: string[]) => ({ ...inPhases(...named), operation: operation.id });
    const lacking = await ask(dispatcher, 'POST', '/fences', ofIt('voting', 'quiet'));
    expect(detail(lacking)).toMatch(/^400 .* never count in quiet: .* phases voting, counting$/);
    expect((await ask(dispatcher, 'POST', '/fences', ofIt('counting'))).status).toBe(201);
    const change = { version: 1, conditions: { phases: ['quiet'] } };
    for (const id of [fence.id, 'site:tps-1']) {
      const changed = await ask(dispatcher, 'PATCH', `/fences/${id}`, change);
      expect(detail(changed)).toMatch(/^400 .* never count in quiet/);
    }
    const fewer = { version: 1, phases: phases.slice(0, 1) };
    const inUse = await ask(commander, 'PATCH', '/operations/mantap-praja', fewer);
    expect(inUse).toMatchObject({ status: 409, code: 'phase_in_use' });
    // at that time, and a second later
    await pool.query("update fence_versions set valid_from = '2024-01-01'");
    const counting = async (at: string) =>
      (await ask(viewer, 'GET', `/fences/at?lon=117.5279&lat=0.5049${at}`)).body.fences.map(
        ({ fence: each, counts, idleBy }: Json) => `${each.id} ${counts} ${idleBy}`,
      );
    const ring = 'site:tps-1 true null';
    expect(await counting('')).toEqual(['alun-alun false phase', ring]);
    expect(await counting('&at=2024-11-27T01:00:01Z')).toEqual(['alun-alun true null', ring]);
  });

  it.each([
    '/sites?operation=none',
    '/fences?operation=none',
  ])('and sites are not listed of an operation that there is not: %s', async (path) => {
    await begin();
    expect(await ask(viewer, 'GET', path)).toMatchObject({
      ...{ status: 404, code: 'operation_not_found' },
      body: { detail: 'there is no operation "none"; there is mantap-praja' },
    });
    expect((await ask(asRole('viewer', '35'), 'GET', path)).body.detail).toMatch(/none yet$/);
  });

  it.each([
    ['/sites?region=99', /no province 99/],
    ['/fences?region=64.60', /none is 60/],
    ['/sites?kind=school', /must be one of tps, ppk/],
    ['/sites?class=calm', /must be one of kurang_rawan/],
    ['/fences?class=calm', /must be one of site, area/],
  ])('and sites are not listed by what there is not: %s', async (path, detail) => {
    const answer = await ask(viewer, 'GET', path);
    expect(answer).toMatchObject({ status: 400, code: 'bad_request' });
    expect(answer.body.detail).toMatch(detail);
  });

  it('say which size of a circle or a corridor is missing', async () => {
    const point = { type: 'Point', coordinates: [117.5, 0.5] };
    const { body } = await ask(dispatcher, 'POST', '/fences', { ...fence, geometry: point });
    expect(body).toMatchObject({
      ...{ code: 'bad_shape', fault: 'bad_size' },
      detail: expect.stringMatching(/^radiusM is missing/),
    });
  });

  it('tell which of them hold a point, the deepest first, now and then', async () => {
    await begin();
    await addTps();
    await ask(dispatcher, 'POST', '/fences', fence);
    const at = async (who: Record<string, string>, point: string) =>
      (await ask(who, 'GET', `/fences/at?${point}`)).body.fences.map(
        (each: { fence: { id: string }; signedDistanceM: number }) =>
          `${each.fence.id} ${Math.round(each.signedDistanceM)}`,
      );
    expect(await at(viewer, 'lon=117.5279&lat=0.5049')).toEqual([
      'alun-alun -234',
      'site:tps-1 -100',
    ]);
    // in the box of the ring, and not in the ring
    expect(await at(viewer, 'lon=117.52869&lat=0.50569')).toEqual(['alun-alun -146']);
    expect(await at(neighbour, 'lon=117.5279&lat=0.5049')).toEqual([]);
    expect(await at(viewer, 'lon=117.5279&lat=0.5049&at=2024-01-01T00:00:00Z')).toEqual([]);
    expect((await ask(viewer, 'GET', '/fences/at?lon=217&lat=0')).status).toBe(400);
  });

  it.each([
    [viewer, {}, 403, 'forbidden'],
    [neighbour, {}, 403, 'forbidden'],
    [dispatcher, { operation: 'none' }, 404, 'operation_not_found'],
    [dispatcher, { id: 'edit' }, 400, 'bad_request'],
    [dispatcher, { geometry: undefined }, 422, 'bad_shape'],
    [dispatcher, { geometry: { type: 'Point', coordinates: [117.5, 0.5] } }, 422, 'bad_shape'],
    [dispatcher, { watch: { dwellMs: 'long' } }, 400, 'bad_request'],
    [dispatcher, { unitId: 'none' }, 404, 'unit_not_found'],
  ])('are refused: %o %o: %s %s', async (who, change, status, code) => {
    expect(await ask(who, 'POST', '/fences', { ...fence, ...change })).toMatchObject({
      status,
      code,
    });
  });

  it('are refused with the place of the fault and what was probably meant', async () => {
    const bow = { type: 'Polygon', coordinates: [[square[0], square[2], square[1], square[3]]] };
    const crossed = await ask(dispatcher, 'POST', '/fences', { ...fence, geometry: bow });
    expect(crossed.body).toMatchObject({
      code: 'bad_shape',
      fault: 'crosses_itself',
      place: { lon: expect.closeTo(117.525, 3), lat: expect.closeTo(0.505, 3) },
    });
    const swapped = {
      geometry: { type: 'Point', coordinates: [0.5, 117.5] },
      radiusM: 50,
    };
    const told = await ask(dispatcher, 'POST', '/fences', { ...fence, ...swapped });
    expect(told.body).toMatchObject({
      fault: 'swapped',
      suggestion: { geometry: { type: 'Point', coordinates: [117.5, 0.5] }, radiusM: 50 },
    });
  });

  it('that are rings keep the ground of their site', async () => {
    await begin();
    await addTps();
    const path = '/fences/site:tps-1';
    expect((await ask(dispatcher, 'DELETE', `${path}?version=1`)).code).toBe('ring_of_site');
    const wider = await ask(dispatcher, 'PATCH', path, { version: 1, radiusM: 120 });
    expect(wider.code).toBe('ring_of_site');
    const watched = await ask(dispatcher, 'PATCH', path, { version: 1, watch: { isUrgent: true } });
    expect(watched).toMatchObject({ status: 200, body: { version: 2, watch: { isUrgent: true } } });
    expect((await ask(viewer, 'GET', '/fences?rings=false')).body.fences).toEqual([]);
  });

  it.each([
    ['union', { shapes: [2, 1] }, 2_474_000],
    ['difference', { shapes: [2, 1] }, 1_236_000],
    ['buffer', { shapes: [1], byM: 100 }, 1_710_000],
    ['simplify', { shapes: [1], toleranceM: 5 }, 1_236_000],
    ['check', { shapes: [1] }, 1_236_000],
  ] as const)('are edited and not kept: %s', async (edit, { shapes, ...more }, areaM2) => {
    const wide = [
      [117.52, 0.5],
      [117.54, 0.5],
      [117.54, 0.51],
      [117.52, 0.51],
    ];
    const given = shapes.map((width) => ({
      geometry: { type: 'Polygon', coordinates: [width === 2 ? wide : square] },
    }));
    const answer = await ask(dispatcher, 'POST', '/fences/edit', { edit, shapes: given, ...more });
    expect(answer.status).toBe(200);
    expect(Math.abs(answer.body.areaM2 - areaM2) / areaM2).toBeLessThan(0.01);
    expect((await ask(viewer, 'GET', '/fences')).body.fences).toEqual([]);
  });

  it.each([
    ['union', 1, {}, 400],
    ['buffer', 1, {}, 400],
    ['simplify', 1, {}, 400],
    ['check', 2, {}, 400],
    ['difference', 2, {}, 422],
  ])('are not edited where something is missing or nothing is left: %s of %d', async (edit, count, more, status) => {
    const shapes = Array(count).fill({ geometry: fence.geometry });
    const answer = await ask(dispatcher, 'POST', '/fences/edit', { edit, shapes, ...more });
    expect(answer.status).toBe(status);
  });
});
