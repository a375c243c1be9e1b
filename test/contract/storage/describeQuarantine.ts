import { expect, it } from 'vitest';
import type { Quarantined } from '../../../server/storage/quarantineRow.ts';
import {
  listQuarantine,
  readQuarantined,
  trimQuarantine,
} from '../../../server/storage/quarantineStore.ts';
import { writeRecorded } from '../../../server/storage/recordStore.ts';
import { recoverQuarantined } from '../../../server/storage/recoverQuarantined.ts';
import {
  type QuarantinedMessage,
  replayQuarantined,
} from '../../../server/storage/replayQuarantined.ts';
import { addTracker } from '../../../server/storage/trackerStore.ts';
import { addPatrol, count, dayMs, describeOver, fixAt, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';

const journalId = '0193a3a0-0000-7000-8000-000000000001';
const plausible = { oldestMs: nowMs - 366 * dayMs, newestMs: nowMs + 600_000, actor: 'andi' };
const never = new AbortController().signal;

/** What the stores promise of what was put aside. */
export function describeQuarantine(opener: Opener): void {
  describeOver('the quarantine', opener, (database) => {
    it('keeps a message as it came, and a fix as it was decoded', async () => {
      const { pool } = database();
      const raw = Buffer.from([0, 255, 10, 128]);
      const fix = fixAt(nowMs + dayMs, { attributes: { note: 'a\0b\uD800' }, seq: 7 });
      const keys = await put([
        { part: 0, content: { kind: 'message', codec: 'owntracks', raw } },
        { part: 1, reason: 'clock_ahead', content: { kind: 'fix', fix } },
      ]);
      const { entries } = await listQuarantine(pool, {}, 10);
      expect(entries).toMatchObject([
        {
          reason: 'clock_ahead',
          codec: null,
          rawBytes: null,
          fix: { ...fix, attributes: { note: 'a\uFFFDb\uFFFD' } },
          recoveredAtMs: null,
        },
        { trackerId: 'HT-01', receivedAtMs: nowMs, codec: 'owntracks', rawBytes: 4, fix: null },
      ]);
      expect(await readQuarantined(pool, keys[0] ?? 0, undefined)).toEqual({
        entry: entries[1],
        raw,
      });
      expect(await readQuarantined(pool, 999, undefined)).toBeUndefined();
    });

    it('keeps what the door refused, with its topic and sender, and without a tracker or form', async () => {
      const raw = Buffer.from('{}');
      const refused = {
        trackerId: undefined,
        topic: 'posko/64.08/../fix',
        address: '2001:db8::1',
        reason: 'unknown_topic',
        content: { kind: 'message', codec: undefined, raw } as const,
      };
      await put([refused]);
      const { entries } = await listQuarantine(database().pool, {}, 10);
      expect(entries).toMatchObject([
        {
          trackerId: null,
          region: '64.08',
          topic: refused.topic,
          address: refused.address,
          codec: null,
          rawBytes: 2,
          replayedAtMs: null,
        },
      ]);
    });

    it('is seen by the region of its tracker, else of its topic, and without both by who sees all', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const far = await addTracker(pool, { ...patrol, id: 'FAR', region: '35.13' });
      if (!far.ok) throw new Error(far.detail);
      const keys = await put([
        { part: 0 },
        { part: 1, trackerId: 'FAR', topic: 'posko/64.08/FAR/fix' },
        { part: 2, trackerId: 'gone' },
        { part: 3, trackerId: 'gone', topic: 'posko/64.08/gone/fix' },
        { part: 4, trackerId: undefined, topic: 'owntracks/x/y' },
      ]);
      const seen = async (regions: readonly string[] | undefined): Promise<readonly number[]> => {
        const { entries } = await listQuarantine(pool, { regions }, 10);
        const listed = entries.map(({ key }) => keys.indexOf(key)).sort();
        const read = await Promise.all(keys.map((key) => readQuarantined(pool, key, regions)));
        expect(read.flatMap((each, i) => (each === undefined ? [] : [i]))).toEqual(listed);
        return listed;
      };
      expect(await seen(undefined)).toEqual([0, 1, 2, 3, 4]);
      expect(await seen(['64.08'])).toEqual([0, 3]);
      expect(await seen(['64', '35.13'])).toEqual([0, 1, 3]);
      expect(await seen(['64.08.04'])).toEqual([]);
      expect(await seen([])).toEqual([]);
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
      [{ isRecoverable: true }, [3]],
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

    it('gives no fix back that has no place', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const fix = fixAt(nowMs, { lon: 0, lat: 0 });
      const [key = 0] = await put([{ reason: 'null_island', content: { kind: 'fix', fix } }]);
      expect(await recoverQuarantined(pool, [key], { ...plausible, time: 'own' })).toMatchObject({
        recovered: 0,
        left: [{ key, reason: 'no_place' }],
      });
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

    it('gives fixes back in the regions of who asks only, and the log of each says so', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const far = await addTracker(pool, { ...patrol, id: 'FAR', region: '35.13' });
      if (!far.ok) throw new Error(far.detail);
      const content = { kind: 'fix', fix: fixAt(0) } as const;
      const keys = await put([
        { part: 0, content },
        { part: 1, content, trackerId: 'FAR' },
      ]);
      const options = { ...plausible, time: 'received' } as const;
      expect(await recoverQuarantined(pool, keys, { ...options, regions: ['64.08'] })).toEqual({
        recovered: 1,
        duplicates: 0,
        left: [{ key: keys[1], reason: 'unknown_key' }],
      });
      expect((await recoverQuarantined(pool, keys, options)).recovered).toBe(1);
      // what came of nothing is not logged
      await recoverQuarantined(pool, keys, options);
      const { rows } = await pool.query(
        'select actor, action, region, data from log order by sequence',
      );
      expect(rows).toEqual(
        [
          ['64.08', keys[0]],
          ['35.13', keys[1]],
        ].map(([region, key]) => ({
          actor: 'andi',
          action: 'quarantine.recovered',
          region,
          data: { keys: [key], time: 'received' },
        })),
      );
    });

    it('sends messages again, each once however many ask, oldest first, and logs it', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const keys = await put([
        ...Array.from({ length: 120 }, (_, part) => ({ part })),
        { part: 120, content: { kind: 'fix', fix: fixAt(0) } },
      ]);
      const sent: QuarantinedMessage[] = [];
      const ask = () =>
        replayQuarantined(pool, [...keys.toReversed(), 999_999], {
          regions: ['64.08'],
          actor: 'andi',
          send: async (message) => {
            sent.push(message);
            return 'sent';
          },
        });
      const both = await Promise.all([ask(), ask()]);
      expect(sent.map(({ key }) => key)).toEqual(keys.slice(0, 120));
      expect(sent[0]).toMatchObject({
        trackerId: 'HT-01',
        codec: 'native_fix',
        receivedAtMs: nowMs,
        raw: Buffer.from('x'),
      });
      for (const [index, key] of keys.entries()) {
        const said = both.map((replayed) => replayed.get(key)).sort();
        const isMessage = index < 120;
        expect(said).toEqual(isMessage ? ['sent', 'sent_before'] : ['unknown_key', 'unknown_key']);
      }
      expect(both[0]?.get(999_999)).toBe('unknown_key');
      const { entries } = await listQuarantine(pool, {}, 1_000);
      expect(entries.filter(({ replayedAtMs }) => replayedAtMs !== null)).toHaveLength(120);
      const { rows } = await pool.query('select action, region, data from log order by sequence');
      expect(rows.map(({ action, region }) => [action, region])).toEqual([
        ['quarantine.replayed', '64.08'],
        ['quarantine.replayed', '64.08'],
      ]);
      expect(rows.flatMap(({ data }) => data.keys)).toEqual(keys.slice(0, 120));
    });

    it('leaves a message as it was that could not be sent, and those of other regions alone', async () => {
      const { pool } = database();
      await addPatrol(pool);
      const keys = await put([{ part: 0 }, { part: 1 }, { part: 2, trackerId: 'gone' }]);
      const replayed = await replayQuarantined(pool, keys, {
        regions: ['64'],
        actor: 'andi',
        send: async ({ key }) => (key === keys[0] ? 'not_stored' : 'sent'),
      });
      expect([...replayed]).toEqual([
        [keys[0], 'not_stored'],
        [keys[1], 'sent'],
        [keys[2], 'unknown_key'],
      ]);
      const { entries } = await listQuarantine(pool, {}, 10);
      expect(
        entries.filter(({ replayedAtMs }) => replayedAtMs !== null).map(({ key }) => key),
      ).toEqual([keys[1]]);
    });

    it('is trimmed by age and by number, the oldest first', async () => {
      const { pool } = database();
      await put(Array.from({ length: 9 }, (_, part) => ({ part, receivedAtMs: nowMs + part })));
      const trim = (beforeMs: number, maxEntries: number) =>
        trimQuarantine(pool, { beforeMs, maxEntries, maxBytes: 1e9 }, never);
      expect(await trim(nowMs + 2, 100)).toEqual({ expired: 2, displaced: 0 });
      expect(await trim(nowMs, 3)).toEqual({ expired: 0, displaced: 4 });
      const { entries } = await listQuarantine(pool, {}, 10);
      expect(entries.map(({ receivedAtMs }) => receivedAtMs - nowMs)).toEqual([8, 7, 6]);
      expect(await trim(nowMs, 3)).toEqual({ expired: 0, displaced: 0 });
      expect(await count(pool, 'quarantine')).toBe(3);
    });

    it('is trimmed by its bytes, the oldest first', async () => {
      const { pool } = database();
      // no two bytes alike for long, so that they take their room
      const raw = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * i * 31) >> 3));
      const content = { kind: 'message', codec: 'native_fix', raw } as const;
      await put([
        { part: 0, receivedAtMs: nowMs - 1 },
        ...Array.from({ length: 4 }, (_, i) => ({
          ...{ part: i + 1, receivedAtMs: nowMs + i, content },
        })),
      ]);
      const trim = (maxBytes: number) =>
        trimQuarantine(pool, { beforeMs: 0, maxEntries: 1_000, maxBytes }, never);
      expect(await trim(250_000)).toEqual({ expired: 0, displaced: 0 });
      expect(await trim(130_000)).toEqual({ expired: 0, displaced: 3 });
      const { entries } = await listQuarantine(pool, {}, 10);
      expect(entries.map(({ receivedAtMs }) => receivedAtMs - nowMs)).toEqual([3, 2]);
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
