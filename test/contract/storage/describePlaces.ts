import { expect, it, onTestFinished, vi } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import type { OperationFields } from '../../../server/domain/operation.ts';
import type { SiteFields } from '../../../server/domain/siteFields.ts';
import {
  addCheckIn,
  endCheckIn,
  openCheckIns,
  readEndedCheckIns,
  readOpenCheckIns,
} from '../../../server/storage/checkInStore.ts';
import {
  addFence,
  changeFence,
  fencesAround,
  findFence,
  listFences,
  type NewFence,
  readFences,
  readFencesOfChange,
  removeFence,
} from '../../../server/storage/fenceStore.ts';
import { inTransaction } from '../../../server/storage/inTransaction.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import {
  addOperation,
  changeOperation,
  findOperation,
  listOperations,
  type OperationChanges,
} from '../../../server/storage/operationStore.ts';
import {
  beginChange,
  changesAfter,
  hasChange,
  lockPlaces,
  newestChange,
} from '../../../server/storage/placeChanges.ts';
import {
  addSite,
  changeSite,
  findSite,
  listSites,
  readSites,
  readSitesOfChange,
  removeSite,
} from '../../../server/storage/siteStore.ts';
import { TakenSiteError, writeSites } from '../../../server/storage/siteWriting.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { addPatrol, describeOver, minuteMs } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const operation: OperationFields = {
  id: 'mantap-praja',
  name: ' Mantap Praja Mahakam 2024 ',
  region: '64.08',
  isExercise: false,
  startsAtMs: Date.parse('2024-08-26T00:00:00Z'),
  endsAtMs: Date.parse('2024-12-16T00:00:00Z'),
  phases: [
    {
      phase: 'voting',
      startsAtMs: Date.parse('2024-11-27T00:00:00Z'),
      endsAtMs: Date.parse('2024-11-28T00:00:00Z'),
    },
    {
      phase: 'campaign',
      startsAtMs: Date.parse('2024-09-25T00:00:00Z'),
      endsAtMs: Date.parse('2024-11-24T00:00:00Z'),
    },
  ],
};

const tps: SiteFields = {
  id: '64.08.04.2001-001',
  name: ' TPS 001 ',
  kind: 'tps',
  siteClass: 'rawan',
  region: '64.08.04.2001',
  place: [117.5279, 0.5049],
  required: { voting: { polri: 2, linmas: 2 } },
  ringRadiusM: undefined,
};

const square: NewFence = {
  id: 'alun-alun',
  name: 'Alun-alun',
  region: '64.08',
  fenceClass: 'area',
  shape: {
    kind: 'polygon',
    polygons: [
      [
        [
          [117.52, 0.5],
          [117.53, 0.5],
          [117.53, 0.51],
          [117.52, 0.51],
        ],
      ],
    ],
  },
  conditions: { phases: ['voting'] },
  watch: { dwellMs: 60_000 },
  operationId: undefined,
};

const deed = (action: string): Deed => ({
  actor: 'andi',
  action,
  subject: null,
  region: '64.08',
  data: {},
});
const noted =
  (action: string): (() => readonly Deed[] | undefined) =>
  () => [deed(action)];
const refused = () => undefined;

function taken<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly detail: string },
): Value {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

/** What the stores promise of operations, sites, fences and check-ins. */
export function describePlaces(opener: Opener): void {
  describeOver('operations, sites and fences', opener, (database) => {
    const pool = () => database().pool;
    const begin = async () =>
      taken(await addOperation(pool(), operation, noted('operation.added')));
    const addTps = async (more: Partial<SiteFields> = {}) =>
      taken(await addSite(pool(), operation.id, { ...tps, ...more }, noted('site.added')));
    const ringId = `site:${tps.id}`;

    it('keep an operation with its phases in their order', async () => {
      const added = await begin();
      expect(added.value).toMatchObject({
        id: 'mantap-praja',
        version: 1,
        name: 'Mantap Praja Mahakam 2024',
        phases: [{ phase: 'campaign' }, { phase: 'voting' }],
      });
      expect(await listOperations(pool())).toEqual([added.value]);
      expect(await addOperation(pool(), operation, noted('x'))).toMatchObject({
        reason: 'id_taken',
      });
      const changes = { name: 'Baru', endsAtMs: null, phases: [] };
      const changed = await changeOperation(pool(), operation.id, 1, changes, noted('changed'));
      expect(taken(changed).value).toMatchObject({
        name: 'Baru',
        version: 2,
        endsAtMs: undefined,
        phases: [],
      });
      expect(taken(changed).change).toBeGreaterThan(added.change);
      const late = await changeOperation(pool(), operation.id, 1, changes, noted('changed'));
      expect(late).toMatchObject({ reason: 'version_conflict' });
      expect(await actions()).toEqual(['changed', 'operation.added']);
    });

    it('keep what an operation requires by class and hours, and change it as a whole', async () => {
      const hours = { voting: [{ fromMs: 1, toMs: 2 }] };
      const plan = { byClass: { rawan: { voting: { polri: 2 } } }, hours };
      const added = await addOperation(pool(), { ...operation, plan }, noted('added'));
      expect(taken(added).value.plan).toEqual(plan);
      const change = (version: number, changes: OperationChanges) =>
        changeOperation(pool(), operation.id, version, changes, noted('changed'));
      expect(taken(await change(1, { name: 'Baru' })).value.plan).toEqual(plan);
      expect(taken(await change(2, { plan: { hours } })).value.plan).toEqual({
        byClass: {},
        hours,
      });
      expect(taken(await change(3, { plan: {} })).value.plan).toEqual({ byClass: {}, hours: {} });
      expect(
        await change(4, { plan: { hours: { voting: [{ fromMs: 2, toMs: 2 }] } } }),
      ).toMatchObject({ ok: false, reason: 'bad_plan' });
    });

    it.each([
      [{ id: 'a b' }, 'bad_id'],
      [{ name: ' ' }, 'bad_name'],
      [{ region: '64.08.04' }, 'bad_region'],
      [{ endsAtMs: operation.startsAtMs }, 'bad_time'],
      [{ startsAtMs: Number.NaN }, 'bad_time'],
      [{ phases: [...operation.phases, ...operation.phases] }, 'bad_phase'],
      [{ phases: [{ phase: 'Voting!', startsAtMs: 1, endsAtMs: 2 }] }, 'bad_phase'],
      [{ phases: [{ phase: 'voting', startsAtMs: 2, endsAtMs: 2 }] }, 'bad_phase'],
      [{ plan: { hours: { voting: [{ fromMs: 2, toMs: 2 }] } } }, 'bad_plan'],
      [{ plan: { hours: { quiet: [{ fromMs: 1, toMs: 2 }] } } }, 'bad_plan'],
      [{ endsAtMs: Date.parse('2024-11-27T12:00:00Z') }, 'bad_phase'],
    ])('refuse an operation with %o: %s', async (change, reason) => {
      const added = await addOperation(pool(), { ...operation, ...change }, noted('x'));
      expect(added).toMatchObject({ ok: false, reason });
      expect(await listOperations(pool())).toEqual([]);
    });

    it('end an operation early, with the phases that it had', async () => {
      await begin();
      const endsAtMs = Date.parse('2024-10-01T00:00:00Z');
      const ended = await changeOperation(pool(), operation.id, 1, { endsAtMs }, noted('x'));
      expect(taken(ended).value).toMatchObject({ endsAtMs, phases: [{}, {}] });
    });

    it('keep a phase as long as a fence or a ring counts in it', async () => {
      await begin();
      await addTps();
      const drawn = { ...square, operationId: operation.id };
      taken(await addFence(pool(), drawn, noted('fence.added')));
      const conditions = { phases: ['campaign'] };
      taken(await changeFence(pool(), ringId, 1, { conditions }, noted('x')));
      const change = (phases: OperationFields['phases']) =>
        changeOperation(pool(), operation.id, 1, { phases }, noted('x'));
      const [voting, campaign] = operation.phases;
      if (voting === undefined || campaign === undefined) throw new Error('no phases');
      expect(await change([campaign])).toMatchObject({
        reason: 'phase_in_use',
        detail: expect.stringContaining('change alun-alun first'),
      });
      expect(await change([voting])).toMatchObject({
        detail: expect.stringContaining(`change ${ringId} first`),
      });
      taken(await removeFence(pool(), square.id, 1, noted('x')));
      expect(await change([campaign])).toMatchObject({ ok: true });
    });

    it('add a site with its ring, as one change', async () => {
      const { value } = await begin();
      const added = await addTps();
      const site = {
        ...tps,
        key: expect.any(Number),
        name: 'TPS 001',
        operationKey: value.key,
        operationId: operation.id,
        version: 1,
        validFromMs: expect.any(Number),
        validToMs: undefined,
      };
      expect(added.value).toEqual(site);
      const ring = await findFence(pool(), ringId);
      expect(ring).toEqual({
        key: expect.any(Number),
        id: ringId,
        name: 'TPS 001',
        version: 1,
        region: tps.region,
        fenceClass: 'site',
        shape: { kind: 'circle', center: tps.place, radiusM: 100 },
        conditions: {},
        watch: {},
        operationKey: value.key,
        operationId: operation.id,
        siteKey: added.value.key,
        siteId: tps.id,
        unitId: undefined,
        validFromMs: added.value.validFromMs,
        validToMs: undefined,
      });
      expect(await readSitesOfChange(pool(), added.change)).toEqual({
        begun: [added.value],
        endedKeys: [],
      });
      expect(await readFencesOfChange(pool(), added.change)).toEqual({
        begun: [ring],
        endedKeys: [],
      });
      expect((await newestChange(pool())).number).toBe(added.change);
      expect(await addSite(pool(), operation.id, tps, noted('x'))).toMatchObject({
        reason: 'id_taken',
      });
    });

    it.each([
      [{ id: 'a/b' }, 'bad_id'],
      [{ id: 'import' }, 'bad_id'],
      [{ name: ' ' }, 'bad_name'],
      [{ region: '99' }, 'bad_region'],
      [{ region: '64.09.01' }, 'outside_operation'],
      [{ place: [0.5049, 117.5279] as const }, 'swapped'],
      [{ place: [0, 0] as const }, 'bad_place'],
      [{ place: [117.5, Number.NaN] as const }, 'bad_place'],
      [{ required: { voting: { polri: -1 } } }, 'bad_required'],
      [{ ringRadiusM: 0 }, 'bad_radius'],
    ])('refuse a site with %o: %s', async (change, reason) => {
      await begin();
      const added = await addSite(pool(), operation.id, { ...tps, ...change }, noted('x'));
      expect(added).toMatchObject({ ok: false, reason });
      expect(await readSites(pool())).toEqual([]);
    });

    it('answer what was in force then, after a change and after the end', async () => {
      await begin();
      const added = await addTps();
      const moved = taken(
        await changeSite(pool(), tps.id, 1, { place: [117.6, 0.6] }, noted('site.changed')),
      );
      const named = taken(
        await changeSite(pool(), tps.id, 2, { required: {} }, noted('site.changed')),
      );
      const removed = taken(await removeSite(pool(), tps.id, 3, noted('site.removed')));
      const [first, second, third, end] = [added, moved, named, removed].map(({ value }) => value);
      expect(second?.validFromMs).toBeGreaterThan(first?.validFromMs ?? 0);
      const at = async (atMs: number | undefined) => {
        const site = await findSite(pool(), tps.id, atMs);
        const ring = await findFence(pool(), ringId, atMs);
        return [site?.version, site?.place[0], ring?.version, ring?.shape];
      };
      const ringAt = (lon: number, lat: number) => ({
        kind: 'circle',
        center: [lon, lat],
        radiusM: 100,
      });
      const before = ringAt(117.5279, 0.5049);
      expect(await at((first?.validFromMs ?? 0) - 1)).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      expect(await at(first?.validFromMs)).toEqual([1, 117.5279, 1, before]);
      expect(await at((second?.validFromMs ?? 0) - 1)).toEqual([1, 117.5279, 1, before]);
      expect(await at(second?.validFromMs)).toEqual([2, 117.6, 2, ringAt(117.6, 0.6)]);
      // what is required of a site says nothing of its ground
      expect(await at(third?.validFromMs)).toEqual([3, 117.6, 2, ringAt(117.6, 0.6)]);
      expect(await at(end?.validToMs)).toEqual([undefined, undefined, undefined, undefined]);
      expect(await findSite(pool(), tps.id)).toBeUndefined();
      expect(await readFences(pool())).toEqual([]);
      // and the same however much later it is read
      expect((await readSitesOfChange(pool(), moved.change)).begun).toMatchObject([
        { version: 2, validToMs: third?.validFromMs },
      ]);
      expect(await readSitesOfChange(pool(), removed.change)).toEqual({
        begun: [],
        endedKeys: [added.value.key],
      });
      expect((await readFencesOfChange(pool(), removed.change)).endedKeys).toHaveLength(1);
      const again = await addTps();
      expect(again.value).toMatchObject({ key: added.value.key, version: 4 });
      expect(await findFence(pool(), ringId)).toMatchObject({ version: 3, shape: before });
    });

    it('read all places as they were when a change was the newest', async () => {
      await begin();
      const before = await newestChange(pool());
      const added = await addTps();
      const fence = taken(await addFence(pool(), square, noted('fence.added')));
      const moved = taken(
        await changeSite(pool(), tps.id, 1, { place: [117.6, 0.6] }, noted('site.changed')),
      );
      const removed = taken(await removeSite(pool(), tps.id, 2, noted('site.removed')));
      const ended = taken(await removeFence(pool(), square.id, 1, noted('fence.removed')));
      const versions = async (change?: number) => [
        (await readSites(pool(), change)).map(({ id, version }) => `${id} ${version}`),
        (await readFences(pool(), change)).map(({ id, version }) => `${id} ${version}`).sort(),
      ];
      expect(await versions(before.number)).toEqual([[], []]);
      expect(await versions(added.change)).toEqual([[`${tps.id} 1`], [`${ringId} 1`]]);
      const withFence = [`${square.id} 1`, `${ringId} 1`];
      expect(await versions(fence.change)).toEqual([[`${tps.id} 1`], withFence]);
      expect(await versions(moved.change)).toEqual([
        [`${tps.id} 2`],
        [`${square.id} 1`, `${ringId} 2`],
      ]);
      expect(await versions(removed.change)).toEqual([[], [`${square.id} 1`]]);
      expect(await versions(ended.change)).toEqual([[], []]);
      expect(await versions()).toEqual([[], []]);
      expect((await readSites(pool(), moved.change))[0]?.place).toEqual([117.6, 0.6]);
    });

    it('number the changes after one, oldest first', async () => {
      const before = await newestChange(pool());
      expect(await changesAfter(pool(), before.number)).toEqual([]);
      const { change: first } = await begin();
      const { change: second } = await addTps();
      const changes = await changesAfter(pool(), before.number);
      expect(changes.map(({ number }) => number)).toEqual([first, second]);
      expect(changes.at(-1)).toEqual(await newestChange(pool()));
      expect(await changesAfter(pool(), first)).toEqual(changes.slice(1));
      expect(await changesAfter(pool(), second)).toEqual([]);
    });

    it('tell a change from one of the same number in another history', async () => {
      await begin();
      const newest = await newestChange(pool());
      expect(await hasChange(pool(), newest)).toBe(true);
      expect(await hasChange(pool(), { ...newest, atMs: newest.atMs - 1 })).toBe(false);
      expect(await hasChange(pool(), { ...newest, number: newest.number + 1 })).toBe(false);
      expect(await hasChange(pool(), { number: 0, atMs: 0 })).toBe(true);
    });

    it('change nothing for a version that is not in force any more, or without a plan', async () => {
      await begin();
      await addTps();
      await changeSite(pool(), tps.id, 1, { name: 'A' }, noted('site.changed'));
      const before = await readSites(pool());
      for (const answer of [
        await changeSite(pool(), tps.id, 1, { name: 'B' }, noted('x')),
        await removeSite(pool(), tps.id, 1, noted('x')),
      ]) {
        expect(answer).toMatchObject({ reason: 'version_conflict' });
      }
      for (const answer of [
        await changeSite(pool(), tps.id, 2, { name: 'B' }, refused),
        await removeSite(pool(), tps.id, 2, refused),
        await addSite(pool(), operation.id, { ...tps, id: 'other' }, refused),
      ]) {
        expect(answer).toMatchObject({ reason: 'not_allowed' });
      }
      expect(await changeSite(pool(), 'none', 1, {}, noted('x'))).toMatchObject({
        reason: 'unknown_site',
      });
      const same = taken(await changeSite(pool(), tps.id, 2, { name: ' A ' }, noted('x')));
      expect(same.change).toBe(0);
      expect(await readSites(pool())).toEqual(before);
      expect(await actions()).toEqual(['site.changed', 'site.added', 'operation.added']);
    });

    it('let one of two who change the same version win', async () => {
      await begin();
      await addTps();
      const answers = await Promise.all(
        ['A', 'B', 'C'].map((name) => changeSite(pool(), tps.id, 1, { name }, noted('c'))),
      );
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await findSite(pool(), tps.id)).toMatchObject({ version: 2 });
    });

    it('list sites by region, kind, class, operation and words, in pages', async () => {
      await begin();
      await addTps();
      await addTps({ id: 'kpu', name: 'KPU Kutai Timur', kind: 'kpu', region: '64.08' });
      await addTps({ id: 'tps-2', siteClass: 'khusus', region: '64.08.05' });
      const ids = async (filter: Parameters<typeof listSites>[1], limit = 10, after?: string) =>
        (await listSites(pool(), filter, limit, after)).map(({ id }) => id);
      expect(await ids({})).toEqual([tps.id, 'kpu', 'tps-2']);
      expect(await ids({}, 2)).toEqual([tps.id, 'kpu']);
      expect(await ids({}, 2, 'kpu')).toEqual(['tps-2']);
      expect(await ids({ regions: ['64.08.04', '64.08.05'] })).toEqual([tps.id, 'tps-2']);
      expect(await ids({ regions: [] })).toEqual([]);
      expect(await ids({ region: '64.08.04' })).toEqual([tps.id]);
      expect(await ids({ kind: 'kpu' })).toEqual(['kpu']);
      expect(await ids({ siteClass: 'khusus' })).toEqual(['tps-2']);
      expect(await ids({ operationId: 'none' })).toEqual([]);
      expect(await ids({ search: 'KUTAI' })).toEqual(['kpu']);
      expect(await ids({ search: '%' })).toEqual([]);
    });

    it('write many sites at once, and the same once more changes nothing', async () => {
      const { value } = await begin();
      await addTps({ id: 'gone' });
      await removeSite(pool(), 'gone', 1, noted('x'));
      await addTps({ id: 's-3' });
      await changeFence(pool(), 'site:s-3', 1, { watch: { isUrgent: true } }, noted('x'));
      const sites = [...Array(20).keys()].map((at) => ({
        ...tps,
        name: `TPS ${at}`,
        id: `s-${at}`,
      }));
      sites.push({ ...tps, name: 'back', id: 'gone' });
      const write = (given: readonly SiteFields[]) =>
        inTransaction(pool(), async (client) => {
          await lockPlaces(client);
          const change = await beginChange(client);
          return { change, ...(await writeSites(client, change, value.key, given)) };
        });
      const told = await inTransaction(pool(), (client) =>
        writeSites(client, undefined, value.key, sites),
      );
      expect(told).toEqual({ added: 20, changed: 1, unchanged: 0 });
      expect(await readSites(pool())).toHaveLength(1);
      expect(await write(sites)).toMatchObject({ added: 20, changed: 1, unchanged: 0 });
      const before = [await readSites(pool()), await readFences(pool())];
      expect(before.map(({ length }) => length)).toEqual([21, 21]);
      expect(await findFence(pool(), 'site:s-3')).toMatchObject({
        version: 3,
        name: 'TPS 3',
        watch: { isUrgent: true },
      });
      expect(await write(sites)).toMatchObject({ added: 0, changed: 0, unchanged: 21 });
      expect([await readSites(pool()), await readFences(pool())]).toEqual(before);
      const moved = sites.map((site, at) =>
        at < 5 ? { ...site, place: [117.7, 0.7] as const, ringRadiusM: 50 } : site,
      );
      const { change, ...counts } = await write(moved);
      expect(counts).toEqual({ added: 0, changed: 5, unchanged: 16 });
      expect((await readSitesOfChange(pool(), change.number)).begun).toHaveLength(5);
      const rings = await readFencesOfChange(pool(), change.number);
      expect(rings.begun.map(({ shape }) => shape)).toEqual(
        Array(5).fill({ kind: 'circle', center: [117.7, 0.7], radiusM: 50 }),
      );
    });

    it('write no site that is of another operation or region', async () => {
      await begin();
      const { value: other } = taken(
        await addOperation(pool(), { ...operation, id: 'other' }, noted('x')),
      );
      await addTps();
      const write = (key: number, mayChange?: (region: string) => boolean) =>
        inTransaction(pool(), async (client) => {
          await lockPlaces(client);
          const sites = [
            { ...tps, id: 'new' },
            { ...tps, name: 'taken' },
          ];
          await writeSites(client, await beginChange(client), key, sites, mayChange);
        });
      await expect(write(other.key)).rejects.toThrow(TakenSiteError);
      const own = await findOperation(pool(), operation.id);
      await expect(write(own?.key ?? 0, () => false)).rejects.toThrow(/not yours/);
      expect(await readSites(pool())).toMatchObject([{ id: tps.id, name: 'TPS 001' }]);
    });

    it('keep fences in versions, of whatever shape', async () => {
      await addPatrol(pool());
      const { rows } = await pool().query<{ key: number }>('select key from units');
      const unitKey = rows[0]?.key ?? 0;
      const added = taken(await addFence(pool(), square, noted('fence.added')));
      expect(added.value).toMatchObject({ ...square, version: 1, siteId: undefined });
      const line = {
        kind: 'corridor',
        line: [
          [117.5, 0.5],
          [117.6, 0.6],
        ],
        halfWidthM: 25.5,
      } as const;
      const changed = taken(
        await changeFence(pool(), square.id, 1, { shape: line, watch: {} }, noted('changed')),
      );
      expect(changed.value).toMatchObject({
        version: 2,
        shape: line,
        watch: {},
        name: 'Alun-alun',
      });
      const escort = { kind: 'moving', unitKey, radiusM: 50 } as const;
      const moving = taken(
        await changeFence(
          pool(),
          square.id,
          2,
          { shape: escort, fenceClass: 'escort' },
          noted('changed'),
        ),
      );
      expect(moving.value).toMatchObject({ shape: escort, unitId: 'HT-01', fenceClass: 'escort' });
      expect(await findFence(pool(), square.id, added.value.validFromMs)).toMatchObject({
        version: 1,
        shape: square.shape,
        validToMs: changed.value.validFromMs,
      });
      expect(await removeFence(pool(), square.id, 2, noted('x'))).toMatchObject({
        reason: 'version_conflict',
      });
      taken(await removeFence(pool(), square.id, 3, noted('fence.removed')));
      expect(await listFences(pool(), {}, 10)).toEqual([]);
      const again = taken(await addFence(pool(), square, noted('fence.added')));
      expect(again.value).toMatchObject({ key: added.value.key, version: 4 });
      expect(await addFence(pool(), square, noted('x'))).toMatchObject({ reason: 'id_taken' });
    });

    it.each([
      [{ id: 'at' }, 'bad_id'],
      [{ id: 'site:x' }, 'bad_id'],
      [{ name: '' }, 'bad_name'],
      [{ region: '6408' }, 'bad_region'],
      [{ operationId: 'none' }, 'unknown_operation'],
      [{ conditions: { validFromMs: 2, validToMs: 1 } }, 'bad_conditions'],
      [{ conditions: { floorM: 2, ceilingM: 1 } }, 'bad_conditions'],
      [{ conditions: { timeZone: 'Mars/Olympus' } }, 'bad_conditions'],
      [{ conditions: { weekly: [] } }, 'bad_conditions'],
      [{ conditions: { phases: ['Voting'] } }, 'bad_conditions'],
      [{ watch: { dwellMs: -1 } }, 'bad_watch'],
      [{ watch: { speedForMs: 1 } }, 'bad_watch'],
    ])('refuse a fence with %o: %s', async (change, reason) => {
      const added = await addFence(pool(), { ...square, ...change }, noted('x'));
      expect(added).toMatchObject({ ok: false, reason });
    });

    it('leave the ground of a ring to its site, and what is watched for to whoever manages fences', async () => {
      await begin();
      await addTps();
      for (const answer of [
        await changeFence(pool(), ringId, 1, { shape: square.shape }, noted('x')),
        await removeFence(pool(), ringId, 1, noted('x')),
      ]) {
        expect(answer).toMatchObject({ reason: 'ring_of_site' });
      }
      taken(await changeFence(pool(), ringId, 1, { watch: { dwellMs: 5 } }, noted('c')));
      taken(await changeSite(pool(), tps.id, 1, { ringRadiusM: 77.7 }, noted('c')));
      expect(await findFence(pool(), ringId)).toMatchObject({
        version: 3,
        watch: { dwellMs: 5 },
        shape: { radiusM: 77.7 },
      });
    });

    it('find the fences around a point, now and then', async () => {
      await begin();
      const { value: site } = await addTps();
      const { value: fence } = taken(await addFence(pool(), square, noted('x')));
      const around = async (
        lon: number,
        lat: number,
        more: { atMs?: number; regions?: string[] },
      ) => (await fencesAround(pool(), lon, lat, more)).map(({ id }) => id);
      expect(await around(117.5279, 0.5049, {})).toEqual(['alun-alun', ringId]);
      expect(await around(117.521, 0.501, {})).toEqual(['alun-alun']);
      expect(await around(117.6, 0.5, {})).toEqual([]);
      expect(await around(117.5279, 0.5049, { regions: ['64.08.04'] })).toEqual([ringId]);
      expect(await around(117.5279, 0.5049, { atMs: fence.validFromMs - 1 })).toEqual([ringId]);
      expect(await around(117.5279, 0.5049, { atMs: site.validFromMs - 1 })).toEqual([]);
      const other = { hasRings: false };
      expect((await listFences(pool(), other, 10)).map(({ id }) => id)).toEqual(['alun-alun']);
    });

    it('number changes in the order of their commits', async () => {
      await begin();
      const added = await Promise.all([...Array(12).keys()].map((at) => addTps({ id: `s-${at}` })));
      const sorted = added.toSorted((a, b) => a.change - b.change);
      const times = sorted.map(({ value }) => value.validFromMs);
      expect(new Set(sorted.map(({ change }) => change)).size).toBe(12);
      expect(new Set(times).size).toBe(12);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });

    it('are heard of by those who watch', async () => {
      let seen: readonly string[] = [];
      const watch = await watchChanges({
        channel: 'posko_places',
        connection: database().connection,
        log: silent,
        onChange: async () => {
          seen = (await readSites(pool())).map(({ name }) => name);
        },
      });
      onTestFinished(() => watch.close());
      await begin();
      await addTps();
      const patient = { timeout: 20_000 };
      await vi.waitFor(() => expect(seen).toEqual(['TPS 001']), patient);
      await changeSite(pool(), tps.id, 1, { name: 'Baru' }, noted('c'));
      await vi.waitFor(() => expect(seen).toEqual(['Baru']), patient);
      await removeSite(pool(), tps.id, 2, noted('c'));
      await vi.waitFor(() => expect(seen).toEqual([]), patient);
    });

    const votingMs = Date.parse('2024-11-27T01:00:00Z');
    const checkIn = {
      id: 'c-1',
      siteId: tps.id,
      agency: 'linmas',
      strength: 4,
      means: 'radio',
      who: ' Elang 1 ',
      fromMs: votingMs,
      untilMs: votingMs + 60 * minuteMs,
      madeBy: 'andi',
    };
    const addCheckedIn = (more: Partial<typeof checkIn>, plan = noted('in'), nowMs = votingMs) =>
      addCheckIn(pool(), { ...checkIn, ...more }, nowMs, plan);

    it('keep check-ins until they are over or checked out', async () => {
      await begin();
      const { value: site } = await addTps();
      const added = taken(await addCheckedIn({}));
      expect(added).toEqual({
        ...checkIn,
        who: 'Elang 1',
        siteKey: site.key,
        endedAtMs: undefined,
      });
      // sent again, since the answer was lost
      expect(taken(await addCheckedIn({ strength: 9 }))).toEqual(added);
      const other = { id: 'c-2' };
      expect(await addCheckedIn({ ...other, strength: -1 })).toMatchObject({
        reason: 'bad_strength',
      });
      expect(await addCheckedIn({ ...other, siteId: 'none' })).toMatchObject({
        reason: 'unknown_site',
      });
      expect(await addCheckedIn(other, refused)).toMatchObject({ reason: 'not_allowed' });
      const later = votingMs + 10 * minuteMs;
      const end = (checkInId: string, plan = noted('out'), atMs = later) =>
        endCheckIn(pool(), tps.id, { checkInId, who: 'Elang 1', atMs }, later, plan);
      expect(await openCheckIns(pool(), site.key, later)).toEqual([added]);
      expect(await openCheckIns(pool(), site.key, checkIn.untilMs)).toEqual([]);
      expect(await end('none')).toMatchObject({ reason: 'unknown_check_in' });
      expect(await end('c-1', refused)).toMatchObject({ reason: 'not_allowed' });
      const ended = { checkInId: 'c-1', siteKey: site.key, who: 'Elang 1', atMs: later };
      expect(taken(await end('c-1'))).toEqual(ended);
      // sent again, since the journal did not have it: nothing is written twice
      expect(taken(await end('c-1', noted('out'), later - 1))).toEqual(ended);
      expect((await actions()).filter((action) => action === 'out')).toHaveLength(1);
      expect(await openCheckIns(pool(), site.key, later)).toEqual([]);
      expect(await addCheckedIn({})).toMatchObject({ reason: 'ended_before' });
      for (let at = 0; at < 64; at++) taken(await addCheckedIn({ id: `m-${at}`, who: `E ${at}` }));
      expect(await addCheckedIn({ id: 'm-64' })).toMatchObject({ reason: 'too_many_check_ins' });
      // one of them calls again, so there is no more of them
      taken(await addCheckedIn({ id: 'm-65', who: 'E 1' }));
      // and nobody was ended for the one that was refused
      const rollCall = { id: 'm-66', means: 'roll_call', who: 'Elang 1' };
      expect(await openCheckIns(pool(), site.key, later)).toHaveLength(64);
      taken(await addCheckedIn(rollCall));
      expect(await openCheckIns(pool(), site.key, later)).toMatchObject([{ id: 'm-66' }]);
    });

    it('end a check-in where a newer one is in its place, in whatever order they are typed', async () => {
      await begin();
      const { value: site } = await addTps();
      const nowMs = votingMs + 30 * minuteMs;
      const add = async (id: string, minute: number, more: Partial<typeof checkIn> = {}) =>
        taken(
          await addCheckedIn(
            { id, fromMs: votingMs + minute * minuteMs, ...more },
            noted('in'),
            nowMs,
          ),
        );
      const open = async () => (await openCheckIns(pool(), site.key, nowMs)).map(({ id }) => id);
      await add('first', 0);
      await add('of others', 0, { who: 'Elang 2' });
      await add('of police', 0, { agency: 'polri' });
      await add('second', 20);
      expect(await open()).toEqual(['of others', 'of police', 'second']);
      // typed late, so it was over before it was known
      const late = await add('late', 10);
      expect(late.endedAtMs).toBe(votingMs + 20 * minuteMs);
      expect(await open()).toEqual(['of others', 'of police', 'second']);
      await add('all', 25, { means: 'roll_call', who: 'Danru' });
      expect(await open()).toEqual(['of police', 'all']);
      const ids = ['first', 'late', 'second', 'of others', 'of police', 'all', 'none'];
      const ended = (checkInId: string, minute: number, who = 'Elang 1') => ({
        ...{ checkInId, siteKey: site.key, who, atMs: votingMs + minute * minuteMs },
      });
      expect(await readEndedCheckIns(pool(), ids)).toEqual([
        ended('first', 20),
        ended('late', 20),
        ended('of others', 25, 'Danru'),
        ended('second', 25, 'Danru'),
      ]);
      expect(await readEndedCheckIns(pool(), [])).toEqual([]);
    });

    it('tell the check-ins of all sites that hold, as the board takes them', async () => {
      await begin();
      const { value: one } = await addTps();
      const { value: other } = await addTps({ id: 'tps-2' });
      taken(await addCheckedIn({ id: 'b', fromMs: votingMs - 1 }));
      taken(await addCheckedIn({ id: 'a', siteId: 'tps-2', fromMs: votingMs - 2 }));
      taken(await addCheckedIn({ id: 'c', who: 'Elang 2', untilMs: votingMs + minuteMs }));
      taken(await addCheckedIn({ id: 'd', who: 'Elang 3' }));
      const out = { checkInId: 'd', who: 'Elang 3', atMs: votingMs };
      taken(await endCheckIn(pool(), tps.id, out, votingMs, noted('out')));
      const { siteId: _site, madeBy: _madeBy, ...plain } = { ...checkIn, who: 'Elang 1' };
      expect(await readOpenCheckIns(pool(), votingMs + minuteMs)).toEqual([
        { ...plain, id: 'a', siteKey: other.key, fromMs: votingMs - 2 },
        { ...plain, id: 'b', siteKey: one.key, fromMs: votingMs - 1 },
      ]);
    });

    async function actions(): Promise<readonly string[]> {
      const entries = await readLog(pool(), { before: undefined, limit: 100, regions: undefined });
      return entries.map(({ action }) => action);
    }
  });
}
