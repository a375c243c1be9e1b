import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import type { Deed, LogEntry } from '../../../server/domain/account.ts';
import { dayMs, hourMs } from '../../../server/domain/durations.ts';
import { inTransaction } from '../../../server/storage/inTransaction.ts';
import {
  anchorLastDay,
  dayOfEntry,
  lockLogEnd,
  newestAnchor,
  readAnchors,
} from '../../../server/storage/log/logAnchors.ts';
import { firstPreviousHash, hashEntry } from '../../../server/storage/log/logChain.ts';
import { appendAll, appendLog, appendTo, readLog } from '../../../server/storage/log/logStore.ts';
import { verifyLog } from '../../../server/storage/log/verifyLog.ts';
import { Maintenance } from '../../../server/storage/maintenance.ts';
import { describeOver } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const deed: Deed = {
  actor: 'andi',
  action: 'track.viewed',
  subject: 'unit:hp-01',
  region: '64.08',
  data: { reason: 'laporan 12', nested: { b: 1.5, a: [true, null] } },
};

/** What the stores promise of the log. */
export function describeLog(opener: Opener): void {
  describeOver('the log', opener, (database) => {
    it('keeps what was done, newest first, a page at a time', async () => {
      const { pool } = database();
      const beforeMs = Date.now();
      for (const action of ['a', 'b', 'c']) await appendLog(pool, { ...deed, action });
      const [newest, middle] = await readLog(pool, {
        before: undefined,
        limit: 2,
        regions: undefined,
      });
      expect(newest).toMatchObject({ ...deed, action: 'c', sequence: 3 });
      expect(middle).toMatchObject({ ...deed, action: 'b', sequence: 2 });
      expect(newest?.previousHash).toEqual(middle?.hash);
      expect(Math.abs((newest?.happenedAtMs ?? 0) - beforeMs)).toBeLessThan(60_000);
      expect(Number.isInteger(newest?.happenedAtMs)).toBe(true);
      const rest = await readLog(pool, { before: 2, limit: 2, regions: undefined });
      expect(rest.map(({ action }) => action)).toEqual(['a']);
    });

    it('shows a region what concerns it and what lies below it, and nothing else', async () => {
      const { pool } = database();
      for (const region of ['64', '64.08', '64.08.04', '64.71', null, '*']) {
        await appendLog(pool, { ...deed, region });
      }
      const seen = async (regions: readonly string[] | undefined) =>
        (await readLog(pool, { before: undefined, limit: 100, regions })).map(
          ({ region }) => region,
        );
      expect(await seen(['64.08'])).toEqual(['64.08.04', '64.08']);
      expect(await seen(['64.71', '64.08.04'])).toEqual(['64.71', '64.08.04']);
      expect(await seen(['64.0'])).toEqual([]);
      expect(await seen([])).toEqual([]);
      const all = [null, null, '64.71', '64.08.04', '64.08', '64'];
      expect(await seen(undefined)).toEqual(all);
      expect(await seen(['*'])).toEqual(all);
    });

    it('shows each region what concerns somebody with roles in several', async () => {
      const { pool } = database();
      const data = { regions: ['64.08.04', '64.71'] };
      await appendLog(pool, { ...deed, region: '64', data });
      await appendLog(pool, { ...deed, region: '64', data: { regions: 'x' } });
      const count = async (region: string) =>
        (await readLog(pool, { before: undefined, limit: 9, regions: [region] })).length;
      expect(await Promise.all(['64', '64.08', '64.71', '64.09', '64.08.0'].map(count))).toEqual([
        2, 1, 1, 0, 0,
      ]);
    });

    it('is a chain that anybody can check as it is documented', async () => {
      const { pool } = database();
      await appendLog(pool, deed);
      const [entry] = await readLog(pool, { before: undefined, limit: 1, regions: undefined });
      const text = `[1,${entry?.happenedAtMs},"andi","track.viewed","unit:hp-01","64.08",{"nested":{"a":[true,null],"b":1.5},"reason":"laporan 12"}]`;
      const hash = createHash('sha256').update(Buffer.alloc(32)).update(text).digest();
      expect(Buffer.compare(entry?.hash ?? Buffer.alloc(0), hash)).toBe(0);
    });

    it('stays whole when several append at once', async () => {
      const { pool } = database();
      const appended = await Promise.all(
        Array.from({ length: 4 }, async (_, writer) => {
          for (let i = 0; i < 25; i++) await appendLog(pool, { ...deed, data: { writer, i } });
        }),
      );
      expect(appended).toHaveLength(4);
      const found = await verifyLog(pool);
      expect(found).toMatchObject({ entries: 100, broken: undefined, last: { sequence: 100 } });
    });

    it('survives whatever text people type', async () => {
      const { pool } = database();
      const data = {
        nul: 'a\0b',
        half: 'a\ud800b',
        whole: '😀 é',
        'ключ "1"\n': 1e-7,
        big: 1e21,
        negative: -0,
        missing: undefined,
        date: new Date(0),
      };
      await appendLog(pool, { ...deed, actor: 'x\0', subject: `${'y'.repeat(199)}😀`, data });
      expect(await verifyLog(pool)).toMatchObject({ entries: 1, broken: undefined });
      const [entry] = await readLog(pool, { before: undefined, limit: 1, regions: undefined });
      expect(entry?.data).toEqual({
        nul: 'a\ufffdb',
        half: 'a\ufffdb',
        whole: '😀 é',
        'ключ "1"\n': 1e-7,
        big: 1e21,
        negative: 0,
        date: '1970-01-01T00:00:00.000Z',
      });
    });

    it('refuses a deed with endless data, so that nobody fills the disk', async () => {
      const { pool } = database();
      const data = { text: 'x'.repeat(17_000) };
      await expect(appendLog(pool, { ...deed, data })).rejects.toThrow(/takes 16384/);
      expect(await verifyLog(pool)).toMatchObject({ entries: 0, last: undefined });
    });

    it.each([
      ['its data', `update log set data = data || '{"reason": "lain"}' where sequence = 3`],
      [
        'its time by a microsecond',
        `update log set happened_at = happened_at + '1 us' where sequence = 3`,
      ],
      ['its actor', `update log set actor = null where sequence = 3`],
      ['its subject', `update log set subject = 'unit:x' where sequence = 3`],
      ['its region', `update log set region = '64' where sequence = 3`],
      ['its action', `update log set action = 'x' where sequence = 3`],
      ['its hash', `update log set hash = sha256('x') where sequence = 3`],
      ['the hash before it', `update log set previous_hash = sha256('x') where sequence = 3`],
      ['its place', `update log set sequence = 6 where sequence = 3`],
      ['that it is there', 'delete from log where sequence = 3'],
    ])('shows that somebody changed an entry: %s', async (_, change) => {
      const { pool } = database();
      for (let i = 0; i < 5; i++) await appendLog(pool, deed);
      await inTransaction(pool, async (client) => {
        await client.query('alter table log disable trigger log_is_append_only');
        await client.query(change);
        await client.query('alter table log enable trigger log_is_append_only');
      });
      expect(await verifyLog(pool)).toMatchObject({ broken: { sequence: 3 }, entries: 2 });
    });

    it('takes thousands of deeds at once, in their order', async () => {
      const { pool } = database();
      await appendLog(pool, deed);
      const deeds = Array.from({ length: 3_000 }, (_, i) => ({
        ...deed,
        ...(i % 2 === 0 && { actor: null, subject: null, region: null }),
        data: { i, text: 'a\0"\\{,}é' },
      }));
      const entries = await inTransaction(pool, (client) => appendAll(client, deeds));
      expect(entries.map(({ sequence }) => sequence)).toEqual(deeds.map((_, i) => i + 2));
      expect(await inTransaction(pool, (client) => appendAll(client, []))).toEqual([]);
      const [last] = await readLog(pool, { before: undefined, limit: 1, regions: undefined });
      expect(last).toEqual(entries.at(-1));
      expect(last?.data).toEqual({ i: 2_999, text: 'a\u{fffd}"\\{,}é' });
      expect(await verifyLog(pool)).toMatchObject({ entries: 3_001, broken: undefined });
    });

    it('is checked over more entries than are read at a time', async () => {
      const { pool } = database();
      await inTransaction(pool, async (client) => {
        for (let i = 0; i < 1_001; i++) await appendTo(client, deed);
      });
      expect(await verifyLog(pool)).toMatchObject({ entries: 1_001, broken: undefined });
    });

    it('has an anchor of each day that is over, made by the next who appends', async () => {
      const { pool } = database();
      const days = await appendOnDays(pool, [3, 3, 2, 0]);
      const entries = await chainOf(pool);
      expect(await readAnchors(pool)).toEqual([
        { day: days[0], sequence: 2, hash: entries[1]?.hash },
        { day: days[2], sequence: 3, hash: entries[2]?.hash },
      ]);
      expect(await readAnchors(pool, days[0])).toMatchObject([{ day: days[2] }]);
      expect(await newestAnchor(pool)).toMatchObject({ day: days[2] });
      expect(await verifyLog(pool)).toMatchObject({
        anchors: 2,
        badAnchor: undefined,
        missing: [],
      });
    });

    it('has it made by the server where nobody appends, which tells of each once', async () => {
      const { pool, dialect } = database();
      const [, day] = await appendOnDays(pool, [3, 1]);
      const told: string[] = [];
      const maintenance = new Maintenance({
        ...{ pool, dialect, retentionDays: 366, log: silent, nowMs: () => Date.now() },
        onAnchor: (anchor) => told.push(anchor.day),
      });
      await maintenance.runAll();
      await maintenance.runAll();
      expect(maintenance.status().failing).toEqual([]);
      expect(told).toEqual([day]);
      expect(await newestAnchor(pool)).toMatchObject({ day, sequence: 2 });
      // the clock was put back and went on: the day has its anchor, and the next covers what came
      await appendOnDays(pool, [2, 1]);
      await maintenance.runAll();
      expect(told).toEqual([day]);
      expect(await verifyLog(pool)).toMatchObject({ anchors: 3, badAnchor: undefined });
    });

    it.each([
      [
        'its last entry was taken out',
        'delete from log where sequence = 4',
        2,
        /reached to entry 4/,
      ],
      [
        'its end was taken out and went on differently',
        'delete from log where sequence = 4',
        2,
        /entry 4 had the hash [0-9a-f]{64} then/,
        true,
      ],
      [
        'an anchor was taken out',
        'delete from log_anchors where sequence = 2',
        3,
        /entry 2 ended it, and its anchor was taken out/,
      ],
      [
        'an anchor was changed',
        "update log_anchors set hash = sha256('x') where sequence = 2",
        3,
        /entry 2 had the hash/,
      ],
    ])('shows by its anchors that %s', async (_, change, daysAgo, why, goesOn = false) => {
      const { pool } = database();
      await appendOnDays(pool, [4, 3, 2, 2, 0]);
      await unguarded(pool, ['delete from log where sequence = 5', change]);
      if (goesOn) await appendOnDays(pool, [2], { ...deed, actor: 'lain' });
      const { broken, badAnchor } = await verifyLog(pool);
      expect(broken).toBeUndefined();
      expect(badAnchor).toEqual({ day: dayAgo(daysAgo), why: expect.stringMatching(why) });
    });

    it('shows by a hash that was noted elsewhere that all of it was written anew', async () => {
      const { pool } = database();
      await appendOnDays(pool, [3, 2, 0]);
      const noted = Buffer.from((await chainOf(pool))[1]?.hash ?? []).toString('hex');
      const other = 'ab'.repeat(32);
      expect(await verifyLog(pool, [noted.toUpperCase()])).toMatchObject({ missing: [] });
      expect(await verifyLog(pool, [noted, other])).toMatchObject({ missing: [other] });
      await unguarded(pool, ['truncate log, log_anchors']);
      await appendOnDays(pool, [3, 2, 0], { ...deed, actor: 'lain' });
      const anew = await verifyLog(pool, [noted]);
      expect(anew).toMatchObject({ broken: undefined, badAnchor: undefined, missing: [noted] });
    });

    it('refuses that somebody changes an anchor by mistake', async () => {
      const { pool } = database();
      await appendOnDays(pool, [2, 0]);
      for (const change of ['update log_anchors set sequence = 9', 'delete from log_anchors']) {
        await expect(pool.query(change)).rejects.toThrow(/append-only/);
      }
    });
  });
}

/** Noon of western Indonesia so many days ago, epoch ms. */
function noonAgo(days: number): number {
  return Math.floor((Date.now() + 7 * hourMs) / dayMs) * dayMs + 5 * hourMs - days * dayMs;
}

function dayAgo(days: number): string {
  return dayOfEntry(noonAgo(days));
}

/** Appends an entry on each of these days, so many ago, as if it had been then; 0: now. Returns the days. */
async function appendOnDays(
  pool: Pool,
  daysAgo: readonly number[],
  done: Deed = deed,
): Promise<readonly string[]> {
  for (const days of daysAgo) {
    await inTransaction(pool, async (client) => {
      if (days === 0) return appendTo(client, done);
      // what appendTo does, by another clock
      const { last } = await lockLogEnd(client);
      const end = { last, nowMs: noonAgo(days) };
      await anchorLastDay(client, end);
      const { hash: previousHash, sequence = 0 } = last ?? { hash: firstPreviousHash };
      const entry = { ...done, sequence: sequence + 1, happenedAtMs: end.nowMs, previousHash };
      return client.query(
        `insert into log (sequence, happened_at, actor, action, subject, region, data, previous_hash, hash)
         values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[entry.sequence, entry.happenedAtMs, entry.actor, entry.action, entry.subject],
          ...[entry.region, JSON.stringify(entry.data), previousHash, hashEntry(entry)],
        ],
      );
    });
  }
  return daysAgo.map(dayAgo);
}

async function chainOf(pool: Pool): Promise<readonly LogEntry[]> {
  const entries = await readLog(pool, { before: undefined, limit: 99, regions: undefined });
  return entries.toReversed();
}

/** Runs statements as somebody would who owns the database. */
async function unguarded(pool: Pool, statements: readonly string[]): Promise<void> {
  const triggers = [
    'alter table log % trigger log_is_append_only',
    'alter table log_anchors % trigger log_anchors_are_append_only',
  ];
  await inTransaction(pool, async (client) => {
    for (const trigger of triggers) await client.query(trigger.replace('%', 'disable'));
    for (const statement of statements) await client.query(statement);
    for (const trigger of triggers) await client.query(trigger.replace('%', 'enable'));
  });
}
