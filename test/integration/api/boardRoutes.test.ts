import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { coverageRoute } from '../../../server/api/coverageRoute.ts';
import { nearestUnitsRoute } from '../../../server/api/nearestUnitsRoute.ts';
import { proximityRoutes } from '../../../server/api/proximityRoutes.ts';
import { unitRoutes } from '../../../server/api/unitRoutes.ts';
import type { Operation } from '../../../server/domain/operation.ts';
import type { Site } from '../../../server/domain/site.ts';
import type { Unit } from '../../../server/domain/unit.ts';
import { addOperation } from '../../../server/storage/operationStore.ts';
import { PlaceWatch } from '../../../server/tracking/placeWatch.ts';
import { PresenceKeeper } from '../../../server/tracking/presenceKeeper.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { Tracks } from '../../../server/tracking/tracks.ts';
import { ringOf, rollCall } from '../../unit/tracking/placeRig.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase } from './testDatabase.ts';

/*
 * The board, responders and proximities, over the real watch of places: two polling stations and the
 * KPU of Kutai Timur, one polling station of its neighbour, and units of several regions around them.
 */

const nowMs = Date.parse('2024-11-27T01:00:00Z');
const [lon, lat] = [117.53, 0.5];
/** A degree of longitude or latitude here, metres. */
const degreeM = 111_000;
const east = (metres: number): [number, number] => [lon + metres / degreeM, lat];

type Known = { readonly unit: Unit; readonly place?: [number, number]; readonly isLost?: boolean };
const unit = (key: number, id: string, changes: Partial<Unit> = {}): Unit => ({
  ...{ key, id, callsign: id.toUpperCase(), kind: 'handheld', agency: 'polri', region: '64.08' },
  strength: 1,
  ...changes,
});
const known: readonly Known[] = [
  { unit: unit(1, 'hp-near'), place: east(0) },
  { unit: unit(2, 'hp-foreign', { region: '35.13' }), place: east(5) },
  { unit: unit(3, 'car-1', { kind: 'patrol_car' }), place: east(2_000) },
  { unit: unit(4, 'fire-1', { kind: 'fire_engine', agency: 'damkar' }), place: east(3_000) },
  { unit: unit(5, 'hp-lost'), place: east(400), isLost: true },
  { unit: unit(6, 'hp-new') },
  { unit: unit(7, 'hp-edge'), place: east(600) },
];

let pool: Pool;
let app: FastifyInstance;
let watch: PlaceWatch;
let operation: Operation;
const ends: (() => Promise<unknown>)[] = [];
const roster = new Roster();
const tracks = new Tracks();
const presence = new PresenceKeeper(roster, tracks);
/** Units whose contact a test lets go. */
const lost = new Set<number>();

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  operation = await putOperation();
  const trackers = known.map(({ unit: { key, id, region } }) => ({
    ...{ key, id: `t-${id}`, region, unitKey: key, role: 'primary' as const },
  }));
  roster.set(
    trackers,
    known.map((each) => each.unit),
    new Map(),
  );
  tracks.setTrackers(trackers);
  presence.setTrackers(trackers);
  watch = new PlaceWatch({
    unitOf: (key) => known.find((each) => each.unit.key === key)?.unit,
    onEvent: () => undefined,
  });
  const sites = sitesOf(operation.key);
  const places = {
    change: { number: 1, atMs: 1 },
    sites,
    fences: sites.map((site) => ringOf(site)),
  };
  watch.setPlaces({ ...places, operations: [operation] }, nowMs - 120_000);
  stand();
  const parts = {
    ...{ pool, roster, tracks, places: watch },
    stateOf: (key: number) => ({
      ...presence.stateOf(key, nowMs),
      ...(lost.has(key) && { presence: 'lost' as const }),
      ...{ clock: null, lastSos: null, isWeak: false },
    }),
    nowMs: () => nowMs,
  };
  app = await testApp({
    gate: roleGate,
    routes: [
      unitRoutes(roster, tracks, parts.stateOf),
      coverageRoute(parts),
      nearestUnitsRoute(parts),
      proximityRoutes(parts),
    ],
  });
  ends.push(() => app.close(), database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});

async function putOperation(): Promise<Operation> {
  const added = await addOperation(
    pool,
    {
      ...{ id: 'mantap-praja', name: 'Mantap Praja Mahakam 2024', region: '64' },
      ...{ isExercise: false, startsAtMs: nowMs - 1e9, endsAtMs: undefined },
      phases: [{ phase: 'voting', startsAtMs: nowMs - 1e8, endsAtMs: nowMs + 1e8 }],
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
  return added.value.value;
}

function sitesOf(operationKey: number): readonly Site[] {
  const site = (key: number, id: string, changes: Partial<Site>): Site => ({
    ...{ key, id, name: id.toUpperCase(), kind: 'tps', siteClass: 'rawan', operationKey },
    ...{ region: '64.08.04', place: east(0) },
    required: { voting: { polri: 3, linmas: 2 } },
    ...changes,
  });
  return [
    site(3, 'tps-c', { place: east(90_000), region: '64.02.01' }),
    site(2, 'tps-b', { place: east(5_000), siteClass: 'sangat_rawan' }),
    site(1, 'tps-a', {}),
    site(4, 'kpu', { kind: 'kpu', region: '64.08.05', place: east(10_000), required: {} }),
  ];
}

/** All are where they are for a minute; Linmas are counted at one, and nobody at another. */
function stand(): void {
  watch.checkIn({ ...rollCall(1, 1, (nowMs - 90_000) / 1_000, 'c-1'), agency: 'linmas' });
  watch.checkIn(rollCall(3, 0, (nowMs - 90_000) / 1_000, 'c-2'));
  for (let agoMs = 60_000; agoMs >= 0; agoMs -= 5_000) {
    for (const { unit: each, place, isLost } of known) {
      if (place === undefined) continue;
      const fixedAtMs = nowMs - agoMs - (isLost === true ? 3_600_000 : 0);
      const fix = { fixedAtMs, lon: place[0], lat: place[1], accuracyM: 8 };
      const { key } = each;
      if (isLost !== true) {
        watch.takePosition(key, { trackerKey: key, fix, receivedAtMs: fixedAtMs, verdict: 'live' });
      }
      const track = tracks.get(key);
      if (track === undefined) throw new Error(`there is no track of ${each.id}`);
      tracks.set({ ...track, newest: fix, newestReceivedAtMs: fixedAtMs });
      presence.heard(key, fixedAtMs);
    }
    watch.tick(nowMs - agoMs);
  }
}

const viewer = asRole('viewer', '64.08');
const neighbour = asRole('viewer', '64.02');
const everyone = asRole('viewer', '*');

/** Whatever the server answered: each test says what it expects of it. */
type Json = ReturnType<typeof JSON.parse>;
async function ask(headers: Record<string, string>, path: string): Promise<Json> {
  const answer = await app.inject({ url: `/api/v1${path}`, headers });
  return answer.json();
}
const ids = (list: readonly Json[]) => list.map((each) => each.id);
const unitIds = ({ units }: Json): string[] => units.map((each: Json) => each.unit.id);

describe('coverage', () => {
  it('says of each site who is there and who is missing, and what all are together', async () => {
    const { summary, sites, nextCursor } = await ask(viewer, '/coverage');
    expect(sites).toEqual([
      {
        ...{ id: 'kpu', name: 'KPU', kind: 'kpu', class: 'rawan', region: '64.08.05' },
        ...{ place: east(10_000), operationId: 'mantap-praja' },
        ...{ word: 'belum_lapor', percent: 100, sinceMs: nowMs - 60_000 },
        ...{ agencies: [], unitIds: [] },
      },
      expect.objectContaining({
        ...{ id: 'tps-a', word: 'kurang', percent: 60 },
        agencies: [
          { agency: 'polri', required: 3, present: 2, insideNow: 2 },
          { agency: 'linmas', required: 2, present: 1, insideNow: 0 },
        ],
      }),
      expect.objectContaining({ id: 'tps-b', word: 'belum_lapor', percent: 0 }),
    ]);
    expect(summary).toEqual({
      sites: 3,
      words: { belum_lapor: 2, kosong: 0, kurang: 1, cukup: 0, lebih: 0 },
      unlooked: 0,
      agencies: [
        { agency: 'polri', required: 6, missing: 4 },
        { agency: 'linmas', required: 4, missing: 3 },
      ],
    });
    expect(nextCursor).toBeNull();
  });

  it('counts those of other regions, and names none of them', async () => {
    const inside = async (who: Record<string, string>) =>
      (await ask(who, '/coverage')).sites.find(({ id }: Json) => id === 'tps-a').unitIds;
    expect(await inside(viewer)).toEqual(['hp-near']);
    expect(await inside(everyone)).toEqual(['hp-near', 'hp-foreign']);
  });

  it('shows sites of the own regions only, in the summary too', async () => {
    const { summary, sites } = await ask(neighbour, '/coverage');
    expect(ids(sites)).toEqual(['tps-c']);
    expect(summary).toMatchObject({ sites: 1, words: { kosong: 1, kurang: 0 } });
    const none = await ask(asRole('viewer', '64.09'), '/coverage');
    expect(none).toMatchObject({ summary: { sites: 0, agencies: [] }, sites: [] });
    expect(ids((await ask(viewer, '/coverage?region=64.02')).sites)).toEqual([]);
  });

  it.each([
    ['region=64.08.04', ['tps-a', 'tps-b'], 2],
    ['kind=kpu', ['kpu'], 1],
    ['class=sangat_rawan', ['tps-b'], 1],
    ['operation=mantap-praja', ['kpu', 'tps-a', 'tps-b', 'tps-c'], 4],
    // the words are what one chooses by: their counts stay
    ['word=kosong', ['tps-c'], 4],
    // empty, short, not reported by class, and what needs nobody
    ['order=worst', ['tps-c', 'tps-a', 'tps-b', 'kpu'], 4],
    ['order=worst&limit=2', ['tps-c', 'tps-a'], 4],
  ])('is asked for by %s', async (query, expected, counted) => {
    const { summary, sites, nextCursor } = await ask(everyone, `/coverage?${query}`);
    expect(ids(sites)).toEqual(expected);
    expect(summary.sites).toBe(counted);
    expect(nextCursor).toBeNull();
  });

  it('comes in pages, each with the summary of all', async () => {
    const first = await ask(everyone, '/coverage?limit=3');
    expect([ids(first.sites), first.nextCursor]).toEqual([['kpu', 'tps-a', 'tps-b'], 'tps-b']);
    const second = await ask(everyone, '/coverage?limit=3&cursor=tps-b');
    expect([ids(second.sites), second.nextCursor]).toEqual([['tps-c'], null]);
    expect(second.summary).toEqual(first.summary);
  });

  it('counts as inside now who is in contact, whoever was there before', async () => {
    const insideNow = async () => {
      const { sites } = await ask(viewer, '/coverage');
      const { agencies, unitIds: named } = sites.find(({ id }: Json) => id === 'tps-a');
      return [agencies[0].present, agencies[0].insideNow, named];
    };
    onTestFinished(() => lost.clear());
    lost.add(1);
    expect(await insideNow()).toEqual([2, 1, ['hp-near']]);
    lost.clear();
    expect(await insideNow()).toEqual([2, 2, ['hp-near']]);
  });

  it('is refused for an operation that one does not see, and names those that one sees', async () => {
    const told = { status: 404, code: 'operation_not_found' };
    expect(await ask(viewer, '/coverage?operation=none')).toMatchObject({
      ...told,
      detail: 'there is no operation "none"; there is mantap-praja',
    });
    expect(await ask(asRole('viewer', '35'), '/coverage?operation=mantap-praja')).toMatchObject({
      ...told,
      detail: 'there is no operation "mantap-praja"; there is none yet',
    });
  });

  it.each([
    'region=99',
    'region=64.60',
    'word=empty',
    'order=best',
    'limit=0',
    'limit=5001',
    'region=Kutai',
    'kind=school',
  ])('is refused for %s', async (query) => {
    expect(await ask(viewer, `/coverage?${query}`)).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
  });
});

describe('the nearest units', () => {
  it('are told with distance, bearing, estimated time, presence and age, nearest first', async () => {
    const [from, count] = [east(1_000), 2];
    const asked = await ask(viewer, `/units/nearest?lon=${from[0]}&lat=${from[1]}&count=${count}`);
    expect(asked.place).toEqual(from);
    expect(asked.units).toEqual([
      {
        unit: {
          ...{ id: 'hp-edge', callsign: 'HP-EDGE', kind: 'handheld', agency: 'polri' },
          region: '64.08',
        },
        ...{ presence: 'live', place: east(600), fixedAtMs: nowMs, ageMs: 0 },
        ...{ distanceM: expect.closeTo(401, 0), bearingDeg: expect.closeTo(270, 3) },
        // on foot at 1.7 m/s, by a way that is 1.3 times as long
        estimatedS: expect.closeTo((401.14 * 1.3) / 1.7, 0),
      },
      expect.objectContaining({
        unit: expect.objectContaining({ id: 'hp-near' }),
        distanceM: expect.closeTo(1_003, 0),
      }),
    ]);
  });

  it('are of the own regions: those of others take nobody the place', async () => {
    const near = `/units/nearest?lon=${lon}&lat=${lat}&count=2`;
    expect(unitIds(await ask(viewer, near))).toEqual(['hp-near', 'hp-edge']);
    expect(unitIds(await ask(everyone, near))).toEqual(['hp-near', 'hp-foreign']);
    expect(unitIds(await ask(neighbour, near))).toEqual([]);
  });

  it.each([
    ['kind=patrol_car', ['car-1']],
    ['kind=patrol_car&kind=fire_engine', ['car-1', 'fire-1']],
    ['agency=damkar', ['fire-1']],
    ['agency=damkar&kind=patrol_car', []],
    ['includeLost=true&count=2', ['hp-near', 'hp-lost']],
  ])('are of the kinds and agencies that are asked for: %s', async (query, expected) => {
    const asked = await ask(viewer, `/units/nearest?lon=${lon}&lat=${lat}&${query}`);
    expect(unitIds(asked)).toEqual(expected);
  });

  it('are asked for around a site and around a unit, which is not among them', async () => {
    const atSite = await ask(viewer, '/units/nearest?site=tps-b&count=1');
    expect([atSite.place, unitIds(atSite)]).toEqual([east(5_000), ['fire-1']]);
    const atUnit = await ask(viewer, '/units/nearest?unit=car-1&count=1');
    expect([atUnit.place, unitIds(atUnit)]).toEqual([east(2_000), ['fire-1']]);
  });

  it.each([
    ['', 400, 'bad_request'],
    ['lon=117', 400, 'bad_request'],
    ['lat=0.5&site=tps-a', 400, 'bad_request'],
    ['lon=117&lat=0.5&unit=car-1', 400, 'bad_request'],
    ['lon=217&lat=0.5', 400, 'bad_request'],
    ['site=tps-a&count=101', 400, 'bad_request'],
    ['site=tps-a&kind=horse', 400, 'bad_request'],
    ['site=tps-a&agency=polri&agency=marines', 400, 'bad_request'],
    ['site=none', 404, 'site_not_found'],
    ['site=tps-c', 404, 'site_not_found'],
    ['unit=none', 404, 'unit_not_found'],
    ['unit=hp-foreign', 404, 'unit_not_found'],
    ['unit=hp-new', 409, 'unit_without_place'],
  ])('are refused for "%s": %s %s', async (query, status, code) => {
    expect(await ask(viewer, `/units/nearest?${query}`)).toMatchObject({ status, code });
  });

  it('do not stand in the way of a single unit', async () => {
    expect(await ask(viewer, '/units/car-1')).toMatchObject({ unit: { id: 'car-1' } });
  });
});

describe('proximities of a unit', () => {
  it('are of the sites whose watch radius it is in, the highest score first', async () => {
    expect(await ask(viewer, '/units/hp-edge/proximities')).toEqual({
      unitId: 'hp-edge',
      position: {
        ...{ place: east(600), fixedAtMs: nowMs, ageMs: 0 },
        ...{ accuracyM: expect.any(Number), isUnreliable: false },
      },
      sites: [
        {
          site: {
            ...{ id: 'tps-a', name: 'TPS-A', kind: 'tps', class: 'rawan', region: '64.08.04' },
            place: east(0),
          },
          // 602 m from a ring of 100 m, watched for 1,000 m around it
          signedDistanceM: expect.closeTo(501.7, 0),
          probabilityInside: expect.closeTo(0, 5),
          score: expect.closeTo(49.7, 0),
        },
      ],
    });
    const inside = await ask(viewer, '/units/hp-near/proximities');
    expect(inside.sites).toMatchObject([{ site: { id: 'tps-a' }, score: expect.closeTo(100, 0) }]);
    expect(inside.sites[0].signedDistanceM).toBeCloseTo(-100, 0);
  });

  it('show neither sites nor units of others', async () => {
    const foreign = asRole('viewer', '35.13');
    const hidden = await ask(foreign, '/units/hp-foreign/proximities');
    expect(hidden).toMatchObject({ unitId: 'hp-foreign', sites: [] });
    expect((await ask(viewer, '/units/hp-foreign/proximities')).code).toBe('unit_not_found');
    expect((await ask(viewer, '/units/none/proximities')).code).toBe('unit_not_found');
  });

  it('of one that never said where it is are none', async () => {
    const asked = await ask(viewer, '/units/hp-new/proximities');
    expect(asked).toEqual({ unitId: 'hp-new', position: null, sites: [] });
  });
});

describe('proximities of a site', () => {
  it('are of the units in its watch radius, nearest first', async () => {
    const { siteId, units } = await ask(viewer, '/sites/tps-a/proximities');
    expect(siteId).toBe('tps-a');
    expect(units).toMatchObject([
      { unit: { id: 'hp-near' }, presence: 'live', score: expect.closeTo(100, 0) },
      {
        unit: { id: 'hp-edge' },
        ...{ presence: 'live', place: east(600), ageMs: 0, isUnreliable: false },
        ...{ signedDistanceM: expect.closeTo(501.7, 0), score: expect.closeTo(49.7, 0) },
      },
    ]);
    const [ofUnit] = (await ask(viewer, '/units/hp-edge/proximities')).sites;
    expect(units[1].score).toBe(ofUnit.score);
  });

  it('are as many as are asked for, with the lost where they are asked for', async () => {
    const of = async (query: string) =>
      unitIds(await ask(viewer, `/sites/tps-a/proximities?${query}`));
    expect(await of('limit=1')).toEqual(['hp-near']);
    expect(await of('includeLost=true')).toEqual(['hp-near', 'hp-lost', 'hp-edge']);
    expect(unitIds(await ask(viewer, '/sites/tps-b/proximities'))).toEqual([]);
  });

  it('show neither units nor sites of others', async () => {
    expect(unitIds(await ask(everyone, '/sites/tps-a/proximities'))).toEqual([
      'hp-near',
      'hp-foreign',
      'hp-edge',
    ]);
    expect((await ask(neighbour, '/sites/tps-a/proximities')).code).toBe('site_not_found');
    expect((await ask(viewer, '/sites/none/proximities')).code).toBe('site_not_found');
    expect((await ask(viewer, '/sites/tps-a/proximities?limit=0')).code).toBe('bad_request');
  });
});
