import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transitionRoute } from '../../../server/api/transitionRoute.ts';
import type { Deed } from '../../../server/domain/account.ts';
import type { PlaceEvent } from '../../../server/domain/placeEvent.ts';
import type {
  ConvergenceTransition,
  RoamingTransition,
  SiteTransition,
} from '../../../server/domain/siteTransition.ts';
import { type Transition, transitionId } from '../../../server/domain/transition.ts';
import { addOperation } from '../../../server/storage/operationStore.ts';
import { addSite } from '../../../server/storage/siteStore.ts';
import { addTracker, listTrackers } from '../../../server/storage/trackerStore.ts';
import { writeTransitions } from '../../../server/storage/transitionStore.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { testTracker } from '../fixtures/runningPosko.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';
import { openTestDatabase } from './testDatabase.ts';

/* What was found out at two polling stations, of Kutai Timur and of Kutai Kartanegara, by two units. */

const startMs = Date.parse('2024-11-27T00:00:00Z');
const minute = (minutes: number): number => startMs + minutes * 60_000;
const iso = (minutes: number): string => new Date(minute(minutes)).toISOString();

let pool: Pool;
let app: FastifyInstance;
const ends: (() => Promise<unknown>)[] = [];
const log: Deed[] = [];
const roster = new Roster();
/** Keys by id. */
const keys = new Map<string, number>();

beforeAll(async () => {
  const database = await openTestDatabase();
  pool = database.pool;
  await putPlaces();
  for (const [id, region] of [
    ['hp-own', '64.08'],
    ['hp-far', '64.02'],
  ] as const) {
    const added = await addTracker(pool, testTracker(id, region));
    if (!added.ok) throw new Error(added.detail);
  }
  const registered = await listTrackers(pool);
  const units = registered.map(({ unit }) => unit);
  roster.set(
    registered.map(({ tracker }) => tracker),
    units,
    new Map(),
  );
  const { rows } = await pool.query<{ id: string; key: number }>(
    `select id, key from units union all select id, key from sites
     union all select id, key from fences`,
  );
  for (const { id, key } of rows) keys.set(id, key);
  await writeTransitions(pool, events());
  app = await testApp({
    gate: roleGate,
    routes: [
      transitionRoute({
        ...{ pool, roster, nowMs: () => minute(100) },
        appendLog: async (deed) => log.push(deed),
      }),
    ],
  });
  ends.push(() => app.close(), database.close);
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});

async function putPlaces(): Promise<void> {
  const added = await addOperation(
    pool,
    {
      ...{ id: 'mantap-praja', name: 'Mantap Praja', region: '64', isExercise: false },
      ...{ startsAtMs: startMs, endsAtMs: undefined, phases: [] },
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
  for (const [id, region] of [
    ['tps-own', '64.08.04'],
    ['tps-far', '64.02.01'],
  ] as const) {
    const site = { id, name: id, kind: 'tps', siteClass: 'rawan', region, required: {} } as const;
    const place = [117.5, 0.5] as const;
    const put = await addSite(
      pool,
      'mantap-praja',
      { ...site, place, ringRadiusM: undefined },
      () => [],
    );
    if (!put.ok) throw new Error(put.detail);
  }
}

function keyOf(id: string): number {
  const key = keys.get(id);
  if (key === undefined) throw new Error(`there is no ${id}`);
  return key;
}

function crossing(
  kind: Transition['kind'],
  unitId: string,
  siteId: string,
  atMinute: number,
): Transition {
  const of = { kind, unitKey: keyOf(unitId), fenceKey: keyOf(`site:${siteId}`) };
  const when = { crossedAtMs: minute(atMinute), isCorrection: false };
  return {
    id: transitionId({ ...of, ...when }),
    ...{ ...of, ...when, fenceVersion: 1, siteKey: keyOf(siteId) },
    ...{ confirmedAtMs: minute(atMinute) + 9_000, probability: 0.99, accuracyM: 5 },
    ...{ signedDistanceM: -40, fixedAtMs: [minute(atMinute)], rule: 'beyond_hysteresis' },
  };
}

function events(): readonly PlaceEvent[] {
  const evidence = { phase: 'voting', windowMs: 7_200_000, checkInIds: ['c-1'] };
  const shortage: SiteTransition = {
    ...{ id: 'under_strength/1', kind: 'under_strength', edge: 'began', agency: 'polri' },
    ...{ siteKey: keyOf('tps-own'), sinceMs: minute(30), confirmedAtMs: minute(45) },
    afterMs: 900_000,
    evidence: {
      ...{ ...evidence, unitKeys: [keyOf('hp-own'), keyOf('hp-far')] },
      agencies: [{ agency: 'polri', required: 3, present: 2 }],
    },
  };
  const fixes = ['hp-own', 'hp-far'].map((id) => ({
    ...{ unitKey: keyOf(id), fixedAtMs: minute(50), lon: 117.5, lat: 0.5 },
  }));
  const meeting: ConvergenceTransition = {
    ...{ id: 'convergence/1', kind: 'convergence', edge: 'began', ruleKey: 1, place: [117.5, 0.5] },
    ...{ radiusM: 200, sinceMs: minute(50), confirmedAtMs: minute(51), fixes },
  };
  const roaming: RoamingTransition = {
    ...{ id: 'roaming/1', kind: 'roaming', edge: 'ended', ruleKey: 2, sense: 'nearer' },
    ...{ unitKeys: [keyOf('hp-own'), keyOf('hp-far')], limitM: 50, distanceM: 12, accuracyM: 4 },
    ...{ probability: 0.97, sinceMs: minute(60), confirmedAtMs: minute(61), fixes },
  };
  return [
    crossing('enter', 'hp-own', 'tps-own', 10),
    crossing('exit', 'hp-own', 'tps-own', 20),
    // of a unit of elsewhere at a site of here, and of one of here elsewhere
    crossing('enter', 'hp-far', 'tps-own', 12),
    crossing('enter', 'hp-own', 'tps-far', 40),
    shortage,
    meeting,
    roaming,
  ];
}

const dispatcher = asRole('dispatcher', '64.08');
const provincial = asRole('dispatcher', '64');
const viewer = asRole('viewer', '64.08');

/** Whatever the server answered: each test says what it expects of it. */
type Json = ReturnType<typeof JSON.parse>;
async function ask(headers: Record<string, string>, query = ''): Promise<Json> {
  return (await app.inject({ url: `/api/v1/transitions?${query}`, headers })).json();
}
/** `enter hp-own tps-own` for each, in order. */
const told = ({ transitions }: Json): string[] =>
  transitions.map(({ kind, unitId, siteId }: Json) => `${kind} ${unitId} ${siteId}`);
const ofOwn = [
  'under_strength null tps-own',
  'exit hp-own tps-own',
  'enter hp-own tps-own',
] as const;

describe('transitions', () => {
  it('are told newest first, with what they rest on', async () => {
    const { transitions, nextCursor } = await ask(dispatcher);
    expect(told({ transitions })).toEqual(ofOwn);
    expect(transitions[1]).toEqual({
      id: crossing('exit', 'hp-own', 'tps-own', 20).id,
      ...{ kind: 'exit', edge: null, happenedAtMs: minute(20), isCorrection: false },
      ...{ confirmedAtMs: minute(20) + 9_000, region: '64.08.04' },
      ...{ unitId: 'hp-own', fenceId: 'site:tps-own', siteId: 'tps-own', unitIds: [] },
      crossing: {
        ...{ fenceVersion: 1, rule: 'beyond_hysteresis', probability: 0.99, accuracyM: 5 },
        ...{ signedDistanceM: -40, fixedAtMs: [minute(20)] },
      },
      ...{ shortage: null, encounter: null },
    });
    expect(transitions[0]).toMatchObject({
      ...{ edge: 'began', happenedAtMs: minute(30), confirmedAtMs: minute(45), crossing: null },
      shortage: {
        ...{ agency: 'polri', afterMs: 900_000, phase: 'voting', windowMs: 7_200_000 },
        ...{ checkInIds: ['c-1'], agencies: [{ agency: 'polri', required: 3, present: 2 }] },
      },
    });
    expect(nextCursor).toBeNull();
  });

  it('of units among themselves say who met, where and how near', async () => {
    const { transitions } = await ask(provincial, 'limit=2');
    const fix = (unitId: string) => ({ unitId, fixedAtMs: minute(50), place: [117.5, 0.5] });
    expect(transitions).toMatchObject([
      {
        ...{ kind: 'roaming', edge: 'ended', region: '64', unitIds: ['hp-own', 'hp-far'] },
        encounter: {
          ...{ sense: 'nearer', limitM: 50, distanceM: 12, accuracyM: 4, probability: 0.97 },
          place: null,
        },
      },
      {
        kind: 'convergence',
        encounter: {
          ...{ place: [117.5, 0.5], limitM: 200, sense: null, distanceM: null },
          fixes: [fix('hp-own'), fix('hp-far')],
        },
      },
    ]);
  });

  it('of units are for whoever may see where they were; of sites for whoever sees them', async () => {
    expect(told(await ask(viewer))).toEqual([ofOwn[0]]);
    const counted = async (who: Record<string, string>) => (await ask(who)).transitions[0].unitIds;
    expect(await counted(viewer)).toEqual([]);
    expect(await counted(dispatcher)).toEqual(['hp-own']);
    expect(told(await ask(asRole('dispatcher', '64.09')))).toEqual([]);
    // the site is theirs, the unit is not
    expect(told(await ask(asRole('dispatcher', '64.02')))).toEqual([]);
    expect(told(await ask(provincial))).toHaveLength(7);
    expect(told(await ask(asRole('dispatcher', '*')))).toHaveLength(7);
  });

  it.each([
    [`from=${iso(20)}`, ofOwn.slice(0, 2)],
    [`to=${iso(20)}`, ofOwn.slice(2)],
    ['kind=exit', ofOwn.slice(1, 2)],
    ['site=tps-own', ofOwn],
    ['site=tps-far', []],
    ['fence=site:tps-own', ofOwn.slice(1)],
    ['fence=none', []],
  ])('are asked for by %s', async (query, expected) => {
    expect(told(await ask(dispatcher, query))).toEqual(expected);
  });

  it('come in pages', async () => {
    const first = await ask(dispatcher, 'limit=2');
    expect(told(first)).toEqual(ofOwn.slice(0, 2));
    const second = await ask(dispatcher, `limit=2&cursor=${encodeURIComponent(first.nextCursor)}`);
    expect(told(second)).toEqual(ofOwn.slice(2));
    expect(second.nextCursor).toBeNull();
  });

  it('of one unit are told for a reason only, which the log has with who asked', async () => {
    log.length = 0;
    const asked = `unit=hp-own&from=${iso(0)}`;
    expect(await ask(dispatcher, asked)).toMatchObject({ status: 422, code: 'reason_missing' });
    expect((await ask(dispatcher, `${asked}&reason=%20a%20`)).code).toBe('reason_missing');
    expect(log).toEqual([]);
    expect(told(await ask(dispatcher, `${asked}&reason=drill%20review`))).toEqual(ofOwn.slice(1));
    expect(log).toEqual([
      {
        ...{ actor: 'dispatcher@64.08', action: 'unit.transitions_viewed' },
        ...{ subject: 'unit:hp-own', region: '64.08' },
        data: { from: iso(0), to: null, reason: 'drill review' },
      },
    ]);
  });

  it.each([
    ['hp-far', dispatcher],
    ['none', dispatcher],
    ['hp-own', viewer],
  ])('of one unit are not told where the unit is not seen: %s', async (unit, who) => {
    const asked = await ask(who, `unit=${unit}&reason=drill`);
    expect(asked).toMatchObject({ status: 404, code: 'unit_not_found' });
  });

  it.each([
    'from=yesterday',
    `from=${iso(2)}&to=${iso(1)}`,
    'kind=vanished',
    'limit=0',
    'limit=1001',
    'cursor=tps-own',
    'cursor=1_abc',
    'cursor=-9999999999999999_1',
    'cursor=1_99999999999999999999',
    'unit=hp%00',
    'fence=a%20b',
  ])('are refused for %s', async (query) => {
    expect(await ask(dispatcher, query)).toMatchObject({ status: 400, code: 'bad_request' });
  });
});
