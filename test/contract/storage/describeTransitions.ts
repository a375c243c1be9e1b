import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import type { OperationFields } from '../../../server/domain/operation.ts';
import type { PlaceEvent } from '../../../server/domain/placeEvent.ts';
import type { SiteFields } from '../../../server/domain/siteFields.ts';
import { EventKeeper, transitionBounds } from '../../../server/eventKeeper.ts';
import { addFence, changeFence, type NewFence } from '../../../server/storage/fenceStore.ts';
import { addOperation } from '../../../server/storage/operationStore.ts';
import { addSite } from '../../../server/storage/siteStore.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import {
  listTransitions,
  type TransitionFilter,
  writeTransitions,
} from '../../../server/storage/transitionStore.ts';
import { count, describeOver, minuteMs, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { convergence, enter, roaming, underStrength } from './placeEvents.ts';

const operation: OperationFields = {
  ...{ id: 'mantap-praja', name: 'Mantap Praja', region: '64', isExercise: false },
  ...{ startsAtMs: nowMs - 60 * minuteMs, endsAtMs: undefined, phases: [] },
};

const yard: NewFence = {
  ...{ id: 'gudang', name: 'Gudang', region: '64.08', fenceClass: 'area', operationId: undefined },
  shape: { kind: 'circle', center: [117.53, 0.5], radiusM: 100 },
  ...{ conditions: {}, watch: {} },
};

const noted = () => [];

function taken<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly detail: string },
): Value {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

/** What the store promises of transitions. */
export function describeTransitions(opener: Opener): void {
  describeOver('transitions', opener, (database) => {
    const pool = () => database().pool;
    const addUnit = async (id: string, region = '64.08'): Promise<number> =>
      taken(await addTracker(pool(), { ...patrol, id, region })).unit.key;
    const addYard = async (more: Partial<NewFence> = {}): Promise<number> =>
      taken(await addFence(pool(), { ...yard, ...more }, noted)).value.key;
    const addTps = async (id: string, region: string): Promise<number> => {
      const fields: SiteFields = {
        ...{ id, name: id, kind: 'tps', siteClass: 'rawan', region, place: [117.5, 0.5] },
        ...{ required: {}, ringRadiusM: undefined },
      };
      return taken(await addSite(pool(), operation.id, fields, noted)).value.key;
    };
    const list = async (filter: TransitionFilter = {}): Promise<readonly string[]> =>
      (await listTransitions(pool(), filter, 100)).transitions.map(({ event }) => event.id);

    it('are kept whole, once however often they are written, the newest first', async () => {
      const unitKey = await addUnit('HT-01');
      const fenceKey = await addYard();
      const events = [1, 2, 3].map((at) => enter(unitKey, fenceKey, at));
      expect(await writeTransitions(pool(), events)).toEqual({ written: 3, leftOut: [] });
      const [first] = events;
      const again = [...events, { ...enter(unitKey, fenceKey, 4) }, ...(first ? [first] : [])];
      expect(await writeTransitions(pool(), again)).toEqual({ written: 1, leftOut: [] });
      expect(await writeTransitions(pool(), [])).toEqual({ written: 0, leftOut: [] });
      const { transitions, nextCursor } = await listTransitions(pool(), {}, 100);
      expect(nextCursor).toBeUndefined();
      expect(transitions.map(({ event }) => event)).toEqual(
        [4, 3, 2, 1].map((at) => enter(unitKey, fenceKey, at)),
      );
      expect(transitions[3]).toEqual({
        event: first,
        happenedAtMs: nowMs + 1,
        region: '64.08',
        ...{ unitId: 'HT-01', fenceId: 'gudang', siteId: undefined, unitIds: new Map() },
      });
    });

    it('keep those of sites and of units among themselves with all whom they name', async () => {
      taken(await addOperation(pool(), operation, noted));
      const one = await addUnit('HT-01');
      const other = await addUnit('HT-02');
      const far = await addUnit('HT-03', '64.71');
      const abroad = await addUnit('HT-04', '73.01');
      const siteKey = await addTps('tps-1', '64.08.04.2001');
      const events: PlaceEvent[] = [
        underStrength(siteKey, [one], 1),
        roaming([one, other], 2),
        convergence([one, far], 3),
        convergence([far, abroad], 4),
      ];
      await writeTransitions(pool(), events);
      const { transitions } = await listTransitions(pool(), {}, 100);
      expect(transitions.map(({ event }) => event)).toEqual(events.toReversed());
      expect(transitions.map(({ region }) => region)).toEqual([
        ...[undefined, '64', '64.08', '64.08.04.2001'],
      ]);
      expect(transitions.map(({ siteId }) => siteId)).toEqual([
        ...[undefined, undefined, undefined, 'tps-1'],
      ]);
      expect(transitions[1]?.unitIds).toEqual(
        new Map([
          [one, 'HT-01'],
          [far, 'HT-03'],
        ]),
      );
      expect(transitions[3]?.unitIds).toEqual(new Map([[one, 'HT-01']]));
    });

    it('leave out what is of a unit, fence or site that there is not, and no other', async () => {
      const unitKey = await addUnit('HT-01');
      const fenceKey = await addYard();
      const unknown = 2_000_000_000;
      const lost = [
        enter(unknown, fenceKey, 1),
        enter(unitKey, unknown, 2),
        enter(unitKey, fenceKey, 3, { siteKey: unknown }),
        underStrength(unknown, [], 4),
      ];
      const good = [enter(unitKey, fenceKey, 5), convergence([unknown, unitKey], 6)];
      const { written, leftOut } = await writeTransitions(pool(), [...lost, ...good]);
      expect(written).toBe(2);
      expect(leftOut.toSorted()).toEqual(lost.map(({ id }) => id).toSorted());
      expect(await list()).toEqual(good.map(({ id }) => id).toReversed());
    });

    it('have the region that a fence had in the version that was crossed', async () => {
      const unitKey = await addUnit('HT-01');
      const fenceKey = await addYard();
      taken(await changeFence(pool(), 'gudang', 1, { region: '64.71' }, noted));
      await writeTransitions(pool(), [
        enter(unitKey, fenceKey, 1, { fenceVersion: 1 }),
        enter(unitKey, fenceKey, 2, { fenceVersion: 2 }),
        enter(unitKey, fenceKey, 3, { fenceVersion: 9 }),
      ]);
      const { transitions } = await listTransitions(pool(), {}, 100);
      expect(transitions.map(({ region }) => region)).toEqual(['64.71', '64.71', '64.08']);
    });

    it('are found by time, unit, fence, site and kind', async () => {
      taken(await addOperation(pool(), operation, noted));
      const one = await addUnit('HT-01');
      const other = await addUnit('HT-02');
      const fenceKey = await addYard();
      const second = await addYard({ id: 'kantor' });
      const siteKey = await addTps('tps-1', '64.08.04');
      const [a, b, c, d, e] = [
        enter(one, fenceKey, 1),
        enter(other, second, 2, { kind: 'exit' }),
        enter(one, second, 3, { siteKey }),
        underStrength(siteKey, [one], 4),
        roaming([other, one], 5),
      ] as const;
      await writeTransitions(pool(), [a, b, c, d, e]);
      const idsOf = (...events: PlaceEvent[]) => events.map(({ id }) => id);
      expect(await list({ fromMs: nowMs + 2, toMs: nowMs + 4 })).toEqual(idsOf(c, b));
      // that it counted at a site is no transition of the unit
      expect(await list({ unitId: 'HT-01' })).toEqual(idsOf(e, c, a));
      expect(await list({ unitId: 'HT-02' })).toEqual(idsOf(e, b));
      expect(await list({ unitId: 'HT-99' })).toEqual([]);
      expect(await list({ fenceId: 'kantor' })).toEqual(idsOf(c, b));
      expect(await list({ siteId: 'tps-1' })).toEqual(idsOf(d, c));
      expect(await list({ kind: 'exit' })).toEqual(idsOf(b));
      expect(await list({ kind: 'under_strength', siteId: 'tps-1' })).toEqual(idsOf(d));
      expect(await list({ unitId: 'HT-01', fenceId: 'kantor' })).toEqual(idsOf(c));
    });

    it('are of the regions of their places, whatever the level', async () => {
      const unitKey = await addUnit('HT-01');
      const regions = ['64', '64.08', '64.08.04', '64.08.05.2001', '64.09', '73.01'];
      const ids = new Map<string, string>();
      for (const [i, region] of regions.entries()) {
        const event = enter(unitKey, await addYard({ id: `f${i}`, region }), i);
        await writeTransitions(pool(), [event]);
        ids.set(event.id, region);
      }
      const seen = async (...scopes: string[]) =>
        (await list({ regions: scopes })).map((id) => ids.get(id) ?? id);
      expect(await seen('64')).toEqual(regions.slice(0, 5).toReversed());
      expect(await seen('64.08')).toEqual(['64.08.05.2001', '64.08.04', '64.08']);
      expect(await seen('64.08.04')).toEqual(['64.08.04']);
      expect(await seen('64.08.05')).toEqual(['64.08.05.2001']);
      expect(await seen('73', '64.09', '64.08.04', '64.09')).toEqual([
        '73.01',
        '64.09',
        '64.08.04',
      ]);
      expect(await seen('64.08', '64')).toEqual(regions.slice(0, 5).toReversed());
      expect(await seen()).toEqual([]);
      const many = Array.from({ length: 40 }, (_, i) => `31.${10 + i}`);
      expect(await seen(...many, '64.09')).toEqual(['64.09']);
    });

    it('are of the regions that their units are of, or worked for then', async () => {
      const { value } = taken(await addOperation(pool(), operation, noted));
      const home = await addUnit('HT-01', '64.08');
      const lent = await addUnit('HT-02', '73.01');
      const fenceKey = await addYard();
      const siteKey = await addTps('tps-1', '64.08.04');
      await pool().query(
        `insert into operation_assignments (operation_key, unit_key, valid_from, valid_to)
         values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000))`,
        [value.key, lent, nowMs + 3, nowMs + 5],
      );
      const events = [
        enter(home, fenceKey, 1),
        ...[2, 3, 4, 5].map((at) => enter(lent, fenceKey, at)),
        underStrength(siteKey, [lent], 6),
        roaming([home, lent], 7),
        roaming([home, home], 8),
      ];
      await writeTransitions(pool(), events);
      const seen = async (unitRegions: string[]) =>
        (await listTransitions(pool(), { unitRegions }, 100)).transitions
          .map(({ happenedAtMs }) => happenedAtMs - nowMs)
          .toReversed();
      expect(await seen(['64'])).toEqual([1, 3, 4, 6, 8]);
      expect(await seen(['64.08'])).toEqual([1, 6, 8]);
      expect(await seen(['73'])).toEqual([2, 3, 4, 5, 6]);
    });

    it('come page by page, in the same order though more come in between', async () => {
      const unitKey = await addUnit('HT-01');
      const fences = [await addYard(), await addYard({ id: 'b', region: '64.71' })];
      // three at each moment, so that pages end within one
      const events = Array.from({ length: 25 }, (_, i) =>
        enter(unitKey, fences[i % 2] ?? 0, Math.floor(i / 3), {
          kind: (['enter', 'exit', 'cross'] as const)[i % 3] ?? 'enter',
        }),
      );
      await writeTransitions(pool(), events);
      const seen: string[] = [];
      const filter = { regions: ['64.08', '64.71'] };
      let cursor: string | undefined;
      do {
        const page = await listTransitions(pool(), filter, 4, cursor);
        seen.push(...page.transitions.map(({ event }) => event.id));
        cursor = page.nextCursor;
        await writeTransitions(pool(), [enter(unitKey, fences[0] ?? 0, 1_000 + seen.length)]);
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(25);
      expect(seen.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
      expect(seen.slice(0, 1)).toEqual(events.slice(24).map(({ id }) => id));
      for (const bad of ['x', '1_', '1_a', `1_${'1'.repeat(17)}`]) {
        await expect(listTransitions(pool(), filter, 4, bad)).rejects.toThrow(RangeError);
      }
    });

    it('are brought there by their keeper, but for those that cannot be', async () => {
      const unitKey = await addUnit('HT-01');
      const fenceKey = await addYard();
      const log = pino({ level: 'silent' });
      const keeper = new EventKeeper<PlaceEvent>({
        name: 'transitions',
        write: (some) => writeTransitions(pool(), some),
        ...{ ...transitionBounds, log, nowMs: () => nowMs },
      });
      onTestFinished(() => keeper.close());
      const events = Array.from({ length: 1_500 }, (_, i) => enter(unitKey, fenceKey, i));
      keeper.add([
        ...events.slice(0, 700),
        // the database takes no NUL
        { ...enter(unitKey, fenceKey, -1), id: 'enter\0' },
        enter(unitKey + 1_000, fenceKey, -2),
        ...events.slice(700),
      ]);
      await keeper.close();
      expect(keeper.status()).toEqual({
        ...{ written: 1_500, waiting: 0, dropped: 0, leftOut: 2, failing: null },
      });
      expect(await count(pool(), 'transitions')).toBe(1_500);
    });
  });
}
