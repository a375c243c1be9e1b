import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageRoute } from '../../../server/api/coverageRoute.ts';
import { nearestUnitsRoute } from '../../../server/api/nearestUnitsRoute.ts';
import type { Site } from '../../../server/domain/site.ts';
import type { UnitCondition } from '../../../server/domain/unitDetails.ts';
import { addOperation } from '../../../server/storage/operationStore.ts';
import type { PlaceView } from '../../../server/tracking/placeView.ts';
import { Roster } from '../../../server/tracking/roster.ts';
import { Tracks } from '../../../server/tracking/tracks.ts';
import { roleGate } from '../api/asRole.ts';
import { testApp } from '../api/testApp.ts';
import { openTestDatabase } from '../api/testDatabase.ts';
import { runAnswering } from './installation.ts';

/* Commands that ask the running server: over a server of two polling stations and one patrol. */

const nowMs = Date.parse('2024-11-27T01:00:00Z');
const place = [117.53, 0.5] as const;
let app: FastifyInstance;
let server: string;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const { pool, close } = await openTestDatabase();
  ends.unshift(close);
  const added = await addOperation(
    pool,
    {
      ...{ id: 'mp', name: 'Mantap Praja', region: '64.08', isExercise: false },
      ...{ startsAtMs: nowMs - 1, endsAtMs: undefined, phases: [] },
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
  const { key: operationKey } = added.value.value;
  const site = (key: number, id: string): Site => ({
    ...{ key, id, name: `TPS ${id}`, kind: 'tps', siteClass: 'rawan', region: '64.08.04' },
    ...{ place, operationKey, required: {} },
  });
  const places: PlaceView = {
    sites: () => [site(1, 'a'), site(2, 'b')],
    coverageOf: (siteKey) =>
      siteKey === 1
        ? {
            ...{ siteKey, word: 'kurang', percent: 66.7, sinceMs: nowMs - 60_000 },
            agencies: [{ agency: 'polri', required: 3, present: 2 }],
          }
        : undefined,
    insideOf: (siteKey) => (siteKey === 1 ? [7] : []),
    proximitiesOf: () => [],
    sigmaOf: () => undefined,
    isUnreliable: () => false,
  };
  const roster = new Roster();
  const unit = { key: 7, id: 'hp-7', callsign: 'HP 7', region: '64.08', strength: 1 };
  const tracker = { key: 1, id: 't-7', region: '64.08', unitKey: 7, role: 'primary' as const };
  roster.set([tracker], [{ ...unit, kind: 'handheld', agency: 'polri' }], new Map());
  const tracks = new Tracks();
  tracks.setTrackers(roster.trackers);
  const track = tracks.get(1);
  if (track === undefined) throw new Error('there is no track');
  const fix = { fixedAtMs: nowMs - 30_000, lon: 117.531, lat: 0.5 };
  tracks.set({ ...track, newest: fix, newestReceivedAtMs: fix.fixedAtMs });
  const stateOf = (): UnitCondition => ({
    ...{ presence: 'live', clock: null, lastSos: null, isWeak: false },
    ...{ contactAtMs: nowMs },
  });
  const parts = { pool, roster, tracks, places, stateOf, nowMs: () => nowMs };
  app = await testApp({ gate: roleGate, routes: [coverageRoute(parts), nearestUnitsRoute(parts)] });
  ends.unshift(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  server = `http://127.0.0.1:${portOf(app)}`;
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});

function portOf({ server: listening }: { readonly server: Server }): number {
  const address: AddressInfo | string | null = listening.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return address.port;
}

const viewer = { POSKO_TOKEN: 'viewer@64.08' };
const posko = (args: readonly string[], env: Record<string, string> = viewer) =>
  runAnswering(args, env, []);
const asked = (command: string, ...args: readonly string[]) =>
  posko([...command.split(' '), `--server=${server}`, ...args]);

describe('coverage', () => {
  it('prints who is there, who is inside now and who is missing, and all together', async () => {
    expect(await asked('coverage')).toEqual({
      status: 0,
      error: '',
      output: [
        'a\t64.08.04\trawan\tkurang\t66\t2024-11-27T00:59:00.000Z\tpolri 2/3, 1 inside now\tTPS a',
        'b\t64.08.04\trawan\t-\t-\t-\t-\tTPS b',
        '2 sites: 0 belum_lapor, 0 kosong, 1 kurang, 0 cukup, 0 lebih, 1 not looked at yet, 1 of 3 polri missing.',
        '',
      ].join('\n'),
    });
  });

  it('prints the worst first, as many as are asked for', async () => {
    const { output } = await asked('coverage', '--worst=1', '--operation=mp', '--region=64.08');
    expect(output.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'a',
      expect.stringMatching(/^2 sites/),
      '',
    ]);
  });

  it('asks for a token where none is set, and takes the address from the settings', async () => {
    const settings = { POSKO_HTTP_PORT: String(portOf(app)) };
    const end = await runAnswering(['coverage', '--word=kurang'], settings, ['viewer@64.08']);
    expect(end).toMatchObject({ status: 0, output: expect.stringMatching(/^a\t/) });
  });

  it.each([
    [['--worst=0'], 2, /--worst is "0"/],
    [['--region=99'], 2, /there is no province 99/],
    [['--kind=school'], 2, /--kind is "school"; it must be one of tps/],
    [['--operation=none'], 1, /there is no operation "none"; there is mp\)/],
    [['--server=here'], 2, /--server is "here"/],
    [['--server=http://10.0.0.1'], 2, /token would cross the network in the clear/],
  ])('is refused, or told how: %o', async (args, status, error) => {
    const end = await asked('coverage', ...args);
    expect(end).toMatchObject({ status, error: expect.stringMatching(error) });
  });

  it('says that nobody answers', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const url = `http://127.0.0.1:${portOf({ server: gone })}`;
    gone.close();
    await once(gone, 'close');
    expect(await asked('coverage', `--server=${url}`)).toMatchObject({
      status: 1,
      error: `No Posko server answers at ${url}: start it (npm start), or name its address by --server.\n`,
    });
  });

  it('says that a token does not count, and that the port of port 0 is not known', async () => {
    const stranger = await posko(['coverage', `--server=${server}`], { POSKO_TOKEN: 'x' });
    expect(stranger).toMatchObject({ status: 1, error: expect.stringMatching(/does not count/) });
    const anywhere = await posko(['coverage'], { ...viewer, POSKO_HTTP_PORT: '0' });
    expect(anywhere).toMatchObject({ status: 2, error: expect.stringMatching(/--server is miss/) });
  });
});

describe('units nearest', () => {
  it('prints who could come, with distance, bearing, time and age', async () => {
    const end = await asked('units nearest', '--lon=117.53', '--lat=0.5', '--kind=handheld');
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(end.output).toMatch(
      /^hp-7\tHP 7\thandheld\tpolri\tlive\t111\t90\t1\.4\t30\t117\.531\t0\.5\n$/,
    );
    const none = await asked('units nearest', '--site=a', '--agency=tni');
    expect(none).toEqual({ status: 0, error: '', output: '' });
  });

  it.each([
    [[], 2, /name --lon and --lat, or --site, or --unit/],
    [['--lon=117'], 2, /name --lon and --lat/],
    [['--lon=117', '--lat=0', '--site=a'], 2, /name --lon and --lat/],
    [['--lon=217', '--lat=0'], 2, /--lon is "217"; it must be degrees from -180 to 180/],
    [['--site=a', '--count=101'], 2, /--count is "101"/],
    [['--site=a', '--kind=horse'], 2, /--kind is "horse"/],
    [['--site=none'], 1, /There is no site with this id. \(none\)/],
  ])('is refused, or told how: %o', async (args, status, error) => {
    const end = await asked('units nearest', ...args);
    expect(end).toMatchObject({ status, error: expect.stringMatching(error) });
  });
});
