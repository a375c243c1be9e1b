import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepMinutes } from '../../../server/storage/dialect/keepMinutes.ts';
import { minuteSummaries } from '../../../server/storage/queries/minuteSummaries.ts';
import { unknownSmallint } from '../../../server/storage/queries/packedColumns.ts';
import type { PositionColumns } from '../../../server/storage/queries/positionColumns.ts';
import { positionStream } from '../../../server/storage/queries/positionStream.ts';
import { snapshotAt } from '../../../server/storage/queries/snapshotAt.ts';
import { unitsInArea } from '../../../server/storage/queries/unitsInArea.ts';
import { unitTrack } from '../../../server/storage/queries/unitTrack.ts';
import { collect } from '../../fixtures/collect.ts';
import type { OpenedDatabase } from './openers.ts';
import {
  type History,
  histories,
  type PlainFix,
  snapshotOf,
  trackOf,
  visitsOf,
} from './queryModel.ts';
import { registerAll, writeHistory } from './writeHistory.ts';

/** Shortly before midnight UTC, so that every test crosses from one day's partition to the next. */
const startMs = Date.UTC(2024, 10, 27, 23, 0);
const minuteMs = 60_000;
const at = (minute: number): number => startMs + minute * minuteMs;
const wholeMs = { fromMs: at(-60), toMs: at(240) };

/** What every implementation answers to the questions of later features. */
export function describeQueries(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`the queries over ${name}`, () => {
    let database: OpenedDatabase;
    beforeAll(async () => {
      database = await open();
      await registerAll(database.pool);
    });
    afterAll(() => database.close());
    beforeEach(() => writeHistory(database.pool, { assignments: [], fixes: [] }));

    const write = (history: History): Promise<void> => writeHistory(database.pool, history);

    describe('the track of a unit', () => {
      it('has every column as it was stored, and says what a device left out', async () => {
        const full = {
          ...fix(1, 1),
          receivedAtMs: at(1) + 1_500,
          speedMps: 12.34,
          courseDeg: 359.9,
          altitudeM: -3,
          accuracyM: 6.5,
          batteryPct: 81,
          sats: 9,
        };
        await write({
          assignments: [carry(1, 10)],
          fixes: [full, { ...fix(1, 2), isDelayed: true }],
        });
        const { positions } = await unitTrack(database.pool, { unitKey: 10, ...wholeMs });
        expect(plain(positions)).toEqual({
          count: 2,
          trackerKey: [1, 1],
          fixedAtMs: [at(1), at(2)],
          lonMicrodeg: [117_500_000, 117_500_000],
          latMicrodeg: [500_000, 500_000],
          receiveDelayMs: [1_500, 0],
          speedCmps: [1_234, unknownSmallint],
          courseDecideg: [3_599, unknownSmallint],
          altitudeM: [-3, unknownSmallint],
          accuracyDm: [65, unknownSmallint],
          batteryPct: [81, unknownSmallint],
          sats: [9, unknownSmallint],
          isDelayed: [0, 1],
        });
      });

      it('begins with the window and ends before the end of it', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [0, 1, 2, 3].map((m) => fix(1, m)) });
        const track = await unitTrack(database.pool, { unitKey: 10, fromMs: at(1), toMs: at(3) });
        expect([...track.positions.fixedAtMs]).toEqual([at(1), at(2)]);
        expect(track.wholeUntilMs).toBe(at(3));
      });

      it('is empty for an empty window and for a unit that nobody knows', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [fix(1, 1)] });
        const nothing = await unitTrack(database.pool, { unitKey: 10, fromMs: at(1), toMs: at(1) });
        expect(nothing.positions.count).toBe(0);
        const unknown = await unitTrack(database.pool, { unitKey: 99, ...wholeMs, maxPoints: 2 });
        expect(unknown).toMatchObject({ fixCount: 0, maxErrorM: 0 });
        await expect(
          unitTrack(database.pool, { unitKey: 10, fromMs: at(2), toMs: at(1) }),
        ).rejects.toThrow(RangeError);
      });

      it('follows the unit, not the tracker, when the tracker changes hands', async () => {
        await write({
          assignments: [carry(1, 10, { toMs: at(5) }), carry(1, 20, { fromMs: at(5) })],
          fixes: [3, 4, 5, 6].map((m) => fix(1, m)),
        });
        const before = await unitTrack(database.pool, { unitKey: 10, ...wholeMs });
        const after = await unitTrack(database.pool, { unitKey: 20, ...wholeMs });
        expect([...before.positions.fixedAtMs]).toEqual([at(3), at(4)]);
        expect([...after.positions.fixedAtMs]).toEqual([at(5), at(6)]);
      });

      it('takes a backup only once the primary is lost for five minutes, and marks the gaps', async () => {
        await write({
          assignments: [carry(1, 10), carry(2, 10, { role: 'backup' })],
          fixes: [
            ...[0, 1, 20].map((m) => fix(1, m)),
            ...[0.5, 5, 6, 6.5, 15, 20, 24].map((m) => fix(2, m)),
          ],
        });
        const track = await unitTrack(database.pool, { unitKey: 10, ...wholeMs });
        expect([...track.positions.fixedAtMs]).toEqual([0, 1, 6.5, 15, 20].map(at));
        expect([...track.positions.trackerKey]).toEqual([1, 1, 2, 2, 1]);
        expect([...track.isAfterGap]).toEqual([0, 0, 1, 1, 0]);
      });

      it('takes a backup of a handheld, which reports less often, after ten minutes', async () => {
        await database.pool.query(`update units set kind = 'handheld' where key = 10`);
        await write({
          assignments: [carry(1, 10), carry(2, 10, { role: 'backup' })],
          fixes: [fix(1, 0), fix(2, 6), fix(2, 10), fix(2, 10.5)],
        });
        const track = await unitTrack(database.pool, { unitKey: 10, ...wholeMs });
        expect([...track.positions.fixedAtMs]).toEqual([0, 10.5].map(at));
        expect([...track.isAfterGap]).toEqual([0, 1]);
        const [before, after] = [
          await snapshotAt(database.pool, { atMs: at(10.2) }),
          await snapshotAt(database.pool, { atMs: at(10.7) }),
        ];
        await database.pool.query(`update units set kind = 'patrol_car' where key = 10`);
        expect([...before.positions.trackerKey]).toEqual([1]);
        expect([...after.positions.trackerKey]).toEqual([2]);
      });

      it('knows a primary that was heard just before the window', async () => {
        await write({
          assignments: [carry(1, 10), carry(2, 10, { role: 'backup' })],
          fixes: [fix(1, 0), fix(2, 4), fix(2, 6)],
        });
        const track = await unitTrack(database.pool, { unitKey: 10, fromMs: at(3), toMs: at(9) });
        expect([...track.positions.fixedAtMs]).toEqual([at(6)]);
      });

      it('ends at its bound and can be asked for the rest', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [0, 1, 2, 3, 4].map((m) => fix(1, m)) });
        const query = { unitKey: 10, toMs: at(9), maxFixes: 3 };
        const first = await unitTrack(database.pool, { ...query, fromMs: at(0) });
        expect([...first.positions.fixedAtMs]).toEqual([0, 1, 2].map(at));
        expect(first.wholeUntilMs).toBe(at(3));
        const rest = await unitTrack(database.pool, { ...query, fromMs: first.wholeUntilMs });
        expect([...rest.positions.fixedAtMs]).toEqual([3, 4].map(at));
        expect(rest.wholeUntilMs).toBe(at(9));
      });

      it('can be thinned, keeping the ends and the corner', async () => {
        const fixes = [0, 1, 2, 3, 4, 5, 6].map((m) => ({
          ...fix(1, m),
          lon: 117.5 + Math.min(m, 4) * 1e-3,
          lat: 0.5 + Math.max(m - 4, 0) * 1e-3,
        }));
        await write({ assignments: [carry(1, 10)], fixes });
        const track = await unitTrack(database.pool, { unitKey: 10, ...wholeMs, maxPoints: 3 });
        expect([...track.positions.fixedAtMs]).toEqual([0, 4, 6].map(at));
        expect(track.fixCount).toBe(7);
        expect(track.maxErrorM).toBeLessThan(0.1);
      });

      it('is what a search through all fixes finds', async () => {
        await fc.assert(
          fc.asyncProperty(histories(startMs), fc.nat(60), fc.nat(60), async (history, a, b) => {
            await write(history);
            const window = { fromMs: at(Math.min(a, b)), toMs: at(Math.max(a, b)) };
            for (const unitKey of [10, 20]) {
              const track = await unitTrack(database.pool, { unitKey, ...window });
              expect(identities(track.positions)).toEqual(trackOf(history, unitKey, window));
            }
          }),
          { numRuns: 30 },
        );
      });
    });

    describe('the snapshot at a time', () => {
      it('has each unit once, where its newest fix until then put it', async () => {
        await write({
          assignments: [carry(1, 20), carry(2, 10), carry(3, 30)],
          fixes: [fix(1, 1), fix(1, 3), fix(1, 5), fix(2, 2), fix(3, 4)],
        });
        const snapshot = await snapshotAt(database.pool, { atMs: at(3) });
        expect([...snapshot.unitKey]).toEqual([10, 20]);
        expect(identities(snapshot.positions)).toEqual([
          [2, at(2)],
          [1, at(3)],
        ]);
      });

      it('takes the newest fix, however few or many seconds ago it was', async () => {
        const atMs = at(9);
        const ages = [0, 60_000, 60_001, 60_002, 30 * minuteMs];
        await write({
          assignments: ages.map((_, i) => carry(i + 1, i + 1)),
          fixes: ages.flatMap((ageMs, i) =>
            [-1, 0, 1, 120_000].map((olderMs) => {
              const fixedAtMs = atMs - ageMs - olderMs;
              return { ...fix(i + 1, 0), fixedAtMs, receivedAtMs: fixedAtMs };
            }),
          ),
        });
        const { positions } = await snapshotAt(database.pool, { atMs });
        // each has one 1 ms later than its age; that of the first comes after the time asked for
        const newest = ages.map((ageMs) => (ageMs === 0 ? atMs : atMs - ageMs + 1));
        expect([...positions.fixedAtMs]).toEqual(newest);
      });

      it('leaves out who was silent for longer than asked', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [fix(1, 0)] });
        const query = { atMs: at(30), maxAgeMs: 30 * minuteMs };
        expect((await snapshotAt(database.pool, query)).unitKey).toHaveLength(1);
        const later = { ...query, atMs: at(30) + 1 };
        expect((await snapshotAt(database.pool, later)).unitKey).toHaveLength(0);
      });

      it('tells what was known then from what is known now', async () => {
        await write({
          assignments: [carry(1, 10)],
          fixes: [
            fix(1, 0),
            { ...fix(1, 4), receivedAtMs: at(20) },
            { ...fix(1, 12), receivedAtMs: at(6) },
          ],
        });
        const asItWas = await snapshotAt(database.pool, { atMs: at(5) });
        const asKnown = await snapshotAt(database.pool, { atMs: at(5), isAsKnown: true });
        const aheadAsKnown = await snapshotAt(database.pool, { atMs: at(6), isAsKnown: true });
        expect([...asItWas.positions.fixedAtMs]).toEqual([at(4)]);
        expect([...asKnown.positions.fixedAtMs]).toEqual([at(0)]);
        expect([...aheadAsKnown.positions.fixedAtMs]).toEqual([at(12)]);
      });

      it('is what a search through all fixes finds, and where the track ends', async () => {
        await fc.assert(
          fc.asyncProperty(
            histories(startMs),
            fc.nat(60),
            fc.boolean(),
            async (history, minute, isAsKnown) => {
              await write(history);
              const atMs = at(minute);
              const snapshot = await snapshotAt(database.pool, { atMs, isAsKnown });
              const found = new Map(
                identities(snapshot.positions).map((id, i) => [snapshot.unitKey[i], id]),
              );
              for (const unitKey of [10, 20]) {
                expect(found.get(unitKey)).toEqual(snapshotOf(history, unitKey, atMs, isAsKnown));
                if (isAsKnown) continue;
                const window = { fromMs: wholeMs.fromMs, toMs: atMs + 1 };
                const track = await unitTrack(database.pool, { unitKey, ...window });
                expect(found.get(unitKey)).toEqual(identities(track.positions).at(-1));
              }
            },
          ),
          { numRuns: 30 },
        );
      });
    });

    describe('the units in an area', () => {
      const box = { west: 117, south: 0, east: 118, north: 1 };

      it('are told with their first and last time inside and the number of fixes', async () => {
        await write({
          assignments: [
            carry(1, 10, { toMs: at(3) }),
            carry(1, 20, { fromMs: at(3) }),
            carry(2, 10, { role: 'backup' }),
          ],
          fixes: [
            ...[0, 1, 2, 3, 4].map((m) => fix(1, m)),
            { ...fix(1, 1.5), lon: 118.000001 },
            { ...fix(2, 2), lon: 118, lat: 1 },
          ],
        });
        expect(await unitsInArea(database.pool, { ...wholeMs, toMs: at(4), box })).toEqual([
          visit(10, 1, 'primary', 0, 2, 3),
          visit(10, 2, 'backup', 2, 2, 1),
          visit(20, 1, 'primary', 3, 3, 1),
        ]);
      });

      it('may be in an area that is no box, and across the antimeridian', async () => {
        await write({
          assignments: [carry(1, 10), carry(2, 20)],
          fixes: [
            { ...fix(1, 1), lon: 179.9 },
            { ...fix(2, 2), lon: -179.9 },
            { ...fix(2, 3), lon: -179.8, lat: 0.9 },
          ],
        });
        const across = { west: 179, south: 0, east: -179, north: 1 };
        expect(await unitsInArea(database.pool, { ...wholeMs, box: across })).toHaveLength(2);
        const contains = (lon: number, lat: number): boolean => lon < 0 && lat > 0.8;
        expect(await unitsInArea(database.pool, { ...wholeMs, box: across, contains })).toEqual([
          visit(20, 2, 'primary', 3, 3, 1),
        ]);
      });

      it('stop being looked for when nobody wants to know any more', async () => {
        const aborted = AbortSignal.abort(new Error('the user left'));
        await expect(
          unitsInArea(database.pool, { ...wholeMs, box, signal: aborted }),
        ).rejects.toThrow('the user left');
      });

      it('are what a search through all fixes finds, whatever the size of a page', async () => {
        await fc.assert(
          fc.asyncProperty(
            histories(startMs),
            fc.integer({ min: 1, max: 20 }),
            async (history, pageRows) => {
              await write(history);
              const half = { ...box, east: 117.5005 };
              const window = { fromMs: at(5), toMs: at(50) };
              const visits = await unitsInArea(database.pool, { ...window, box: half, pageRows });
              expect(new Set(visits)).toEqual(new Set(visitsOf(history, half, window)));
            },
          ),
          { numRuns: 20 },
        );
      });
    });

    describe('the stream of everything', () => {
      it('comes in the order of time, then tracker, in chunks of the size asked for', async () => {
        await fc.assert(
          fc.asyncProperty(
            histories(startMs),
            fc.integer({ min: 1, max: 20 }),
            fc.option(fc.subarray([1, 2, 3, 4]), { nil: undefined }),
            async (history, chunkRows, trackerKeys) => {
              await write(history);
              const window = { fromMs: at(5), toMs: at(50) };
              const query = { ...window, chunkRows, ...(trackerKeys && { trackerKeys }) };
              const found: (readonly [number, number])[] = [];
              for await (const chunk of positionStream(database.pool, query)) {
                expect(chunk.count).toBeGreaterThan(0);
                expect(chunk.count).toBeLessThanOrEqual(chunkRows);
                found.push(...identities(chunk));
              }
              const wanted = history.fixes
                .filter(({ fixedAtMs }) => fixedAtMs >= window.fromMs && fixedAtMs < window.toMs)
                .filter(({ trackerKey }) => trackerKeys?.includes(trackerKey) ?? true)
                .map(({ trackerKey, fixedAtMs }) => [trackerKey, fixedAtMs] as const)
                .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
              expect(found).toEqual(wanted);
            },
          ),
          { numRuns: 20 },
        );
      });

      it('has what came in late at its fix time, with the delay', async () => {
        await write({
          assignments: [carry(1, 10)],
          fixes: [{ ...fix(1, 3), receivedAtMs: at(63), isDelayed: true }, fix(1, 4)],
        });
        const chunks = await collect(positionStream(database.pool, wholeMs));
        expect(chunks.map(plain)).toMatchObject([
          { fixedAtMs: [at(3)], receiveDelayMs: [60 * minuteMs], isDelayed: [1] },
          { fixedAtMs: [at(4)], receiveDelayMs: [0], isDelayed: [0] },
        ]);
      });

      it('gives nothing for an empty window, and passes quickly over long silence', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [fix(1, 0)] });
        const read = (fromMs: number, toMs: number) =>
          collect(positionStream(database.pool, { fromMs, toMs }));
        expect(await read(at(0), at(0))).toEqual([]);
        const yearMs = 365 * 86_400_000;
        expect(await read(at(0) - yearMs, at(0) + yearMs)).toHaveLength(1);
      });

      it('ends with the reason of the signal', async () => {
        await write({ assignments: [carry(1, 10)], fixes: [fix(1, 0), fix(1, 1), fix(1, 2)] });
        const stop = new AbortController();
        const { signal } = stop;
        const stream = positionStream(database.pool, { ...wholeMs, chunkRows: 1, signal });
        expect((await stream.next()).value?.count).toBe(1);
        stop.abort(new Error('the user left'));
        await expect(stream.next()).rejects.toThrow('the user left');
        expect(await stream.next()).toEqual({ done: true, value: undefined });
      });
    });

    describe('the summaries by minute', () => {
      it('have the last fix of each minute, how many there were and the highest speed', async () => {
        await write({
          assignments: [carry(1, 10), carry(2, 20)],
          fixes: [
            { ...fix(1, 1.25), speedMps: 20 },
            { ...fix(1, 1.75), speedMps: 3, courseDeg: 90, lon: 117.6 },
            fix(2, 1.5),
            fix(1, 2),
            fix(1, 61),
          ],
        });
        // a continuous aggregate keeps itself
        if (database.dialect !== 'timescale') {
          await keepMinutes(database.pool, Date.now(), new AbortController().signal);
        }
        const window = { fromMs: at(1), toMs: at(61) };
        const chunks = await collect(minuteSummaries(database.pool, window));
        expect(chunks).toHaveLength(1);
        expect(plain(chunks[0])).toEqual({
          count: 3,
          trackerKey: [1, 2, 1],
          minuteMs: [at(1), at(1), at(2)],
          fixCount: [2, 1, 1],
          fixedAtMs: [at(1.75), at(1.5), at(2)],
          lonMicrodeg: [117_600_000, 117_500_000, 117_500_000],
          latMicrodeg: [500_000, 500_000, 500_000],
          speedCmps: [300, unknownSmallint, unknownSmallint],
          courseDecideg: [900, unknownSmallint, unknownSmallint],
          maxSpeedCmps: [2_000, unknownSmallint, unknownSmallint],
        });
        const one = { ...wholeMs, trackerKeys: [1], chunkRows: 1 };
        const ofOne = await collect(minuteSummaries(database.pool, one));
        expect(ofOne.map(({ minuteMs: [ms] }) => ms)).toEqual([at(1), at(2), at(61)]);
      });
    });
  });
}

function fix(trackerKey: number, minute: number): PlainFix {
  return { trackerKey, fixedAtMs: at(minute), receivedAtMs: at(minute), lon: 117.5, lat: 0.5 };
}

function carry(
  trackerKey: number,
  unitKey: number,
  change: Partial<History['assignments'][number]> = {},
): History['assignments'][number] {
  return { trackerKey, unitKey, role: 'primary', fromMs: at(-600), toMs: undefined, ...change };
}

function visit(
  unitKey: number,
  trackerKey: number,
  role: 'primary' | 'backup',
  first: number,
  last: number,
  fixCount: number,
) {
  return { unitKey, trackerKey, role, firstMs: at(first), lastMs: at(last), fixCount };
}

function identities({ trackerKey, fixedAtMs }: PositionColumns): (readonly [number, number])[] {
  return Array.from(trackerKey, (key, i) => [key, fixedAtMs[i] ?? Number.NaN] as const);
}

/** Columns as plain arrays, which compare and print well. */
function plain(columns: object | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns ?? {}).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<number>) : value,
    ]),
  );
}
