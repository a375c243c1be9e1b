import { expect, it } from 'vitest';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import {
  listQuarantine,
  recoverQuarantined,
  trimQuarantine,
} from '../../../server/storage/quarantineStore.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { addPatrol, count, dayMs, describeOver, fixAt, nowMs } from './openedStores.ts';
import type { Opener } from './openers.ts';

const journalId = '0193a3a0-0000-7000-8000-000000000001';
const plausible = { oldestMs: nowMs - 366 * dayMs, newestMs: nowMs + 600_000 };
const never = new AbortController().signal;

/** What the stores promise of what was put aside. */
export function describeQuarantine(opener: Opener): void {
  describeOver('the quarantine', opener, (database) => {
    it('keeps a message as it came, and a fix as it was decoded', async () => {
      const raw = Buffer.from([0, 255, 10, 128]);
      const fix = fixAt(nowMs + dayMs, { attributes: { note: 'a\0b\uD800' }, seq: 7 });
      await put([
        { part: 0, content: { kind: 'message', codec: 'owntracks', raw } },
        { part: 1, reason: 'clock_ahead', content: { kind: 'fix', fix } },
      ]);
      const { entries } = await listQuarantine(database().pool, {}, 10);
      expect(entries).toMatchObject([
        {
          reason: 'clock_ahead',
          codec: null,
          raw: null,
          fix: { ...fix, attributes: { note: 'a\uFFFDb\uFFFD' } },
          recoveredAtMs: null,
        },
        { trackerId: 'HT-01', receivedAtMs: nowMs, codec: 'owntracks', raw, fix: null },
      ]);
    });

    it('is listed newest first, page by page, each entry once', async () => {
      await put(
        Array.from({ length: 25 }, (_, part) => ({
          part,
          receivedAtMs: nowMs - (part % 5) * 1_000 + 0.25,
        })),
      );
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await listQuarantine(database().pool, {}, 4, cursor);
        expect(page.entries.length).toBeLessThanOrEqual(4);
        seen.push(...page.entries.map(({ key }) => key));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(25);
      const { rows } = await database().pool.query<{ key: number }>(
        'select key::float8 from quarantine order by received_at desc, key desc',
      );
      expect(seen).toEqual(rows.map(({ key }) => key));
      await expect(listQuarantine(database().pool, {}, 4, 'x')).rejects.toThrow(/not a cursor/);
    });

    it.each([
      [{ trackerId: 'B' }, [1]],
      [{ reason: 'null_island' }, [2]],
      [{ fromMs: nowMs + 3 }, [3]],
      [{ toMs: nowMs + 1 }, [0]],
      [{ isRecoverable: true }, [3, 2]],
    ])('is listed by %o', async (filter, parts) => {
      await put([
        { part: 0 },
        { part: 1, receivedAtMs: nowMs + 1, trackerId: 'B' },
        {
          part: 2,
          receivedAtMs: nowMs + 2,
          reason: 'null_island',
          content: { kind: 'fix', fix: fixAt(nowMs, { lon: 0, lat: 0 }) },
        },
        { part: 3, receivedAtMs: nowMs + 3, content: { kind: 'fix', fix: fixAt(nowMs) } },
      ]);
      const { entries } = await listQuarantine(database().pool, filter, 10);
      expect(entries.map(({ receivedAtMs }) => receivedAtMs - nowMs)).toEqual(parts);
    });

    it('gives fixes back to the history at the time they came, once', async () => {
      const { pool } = database();
      const trackerKey = await addPatrol(pool);
      const keys = await put([
        { part: 0, content: { kind: 'fix', fix: fixAt(0, { speedMps: 3 }) } },
        { part: 1 },
      ]);
      const options = { ...plausible, time: 'received' } as const;
      expect(await recoverQuarantined(pool, keys, options)).toMatchObject({
        recovered: 1,
        duplicates: 0,
        left: [{ key: keys[1], reason: 'message' }],
      });
      const { rows } = await pool.query(
        `select tracker_key, (extract(epoch from fixed_at) * 1000)::float8 as ms, speed, is_delayed
         from positions`,
      );
      expect(rows).toEqual([{ tracker_key: trackerKey, ms: nowMs, speed: 300, is_delayed: true }]);
      expect(await recoverQuarantined(pool, keys, options)).toMatchObject({
        recovered: 0,
        left: [
          { key: keys[0], reason: 'recovered_before' },
          { key: keys[1], reason: 'message' },
        ],
      });
      expect(await recoverQuarantined(pool, [999, 999], options)).toEqual({
        recovered: 0,
        duplicates: 0,
        left: [{ key: 999, reason: 'unknown_key' }],
      });
      const { entries } = await listQuarantine(pool, { isRecoverable: true }, 10);
      expect(entries).toEqual([]);
    });

    it('gives fixes back at their own time where that can be right, in a day of any age', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const keys = await put([
        { part: 0, content: { kind: 'fix', fix: fixAt(nowMs - 300 * dayMs) } },
        { part: 1, content: { kind: 'fix', fix: fixAt(nowMs - 300 * dayMs) } },
        { part: 2, content: { kind: 'fix', fix: fixAt(nowMs - 400 * dayMs) } },
        { part: 3, content: { kind: 'fix', fix: fixAt(nowMs + dayMs) } },
        { part: 4, trackerId: 'gone', content: { kind: 'fix', fix: fixAt(nowMs) } },
      ]);
      expect(await recoverQuarantined(pool, keys, { ...plausible, time: 'own' })).toEqual({
        recovered: 1,
        duplicates: 1,
        left: [
          { key: keys[2], reason: 'time_out_of_range' },
          { key: keys[3], reason: 'time_out_of_range' },
          { key: keys[4], reason: 'unknown_tracker' },
        ],
      });
      const { entries } = await listQuarantine(pool, { isRecoverable: true }, 10);
      expect(entries).toHaveLength(3);
    });

    it('gives a fix back once to two who ask at the same time', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const keys = await put([{ part: 0, content: { kind: 'fix', fix: fixAt(0) } }]);
      const both = await Promise.all(
        [1, 2].map(() => recoverQuarantined(pool, keys, { ...plausible, time: 'received' })),
      );
      expect(both.map(({ recovered }) => recovered).sort()).toEqual([0, 1]);
    });

    it('is trimmed by age and by number, the oldest first', async () => {
      const { pool } = database();
      await put(Array.from({ length: 9 }, (_, part) => ({ part, receivedAtMs: nowMs + part })));
      const trim = (beforeMs: number, maxEntries: number): Promise<number> =>
        trimQuarantine(pool, { beforeMs, maxEntries }, never);
      expect(await trim(nowMs + 2, 100)).toBe(2);
      expect(await trim(nowMs, 3)).toBe(4);
      const { entries } = await listQuarantine(pool, {}, 10);
      expect(entries.map(({ receivedAtMs }) => receivedAtMs - nowMs)).toEqual([8, 7, 6]);
      expect(await trim(nowMs, 3)).toBe(0);
      expect(await count(pool, 'quarantine')).toBe(3);
    });

    async function put(given: readonly Partial<Quarantined>[]): Promise<readonly number[]> {
      const quarantined = given.map((each) => ({
        journalId,
        sequence: 1,
        part: 0,
        trackerId: 'HT-01',
        receivedAtMs: nowMs,
        reason: 'not_json',
        detail: 'not JSON\0',
        content: { kind: 'message', codec: 'native_fix', raw: Buffer.from('x') } as const,
        ...each,
      }));
      await writeRecorded(database().pool, { positions: [], quarantined });
      const { rows } = await database().pool.query<{ key: number }>(
        'select key::float8 from quarantine order by part',
      );
      return rows.map(({ key }) => key);
    }
  });
}
