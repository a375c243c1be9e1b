import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import { inTransaction } from '../../../server/storage/inTransaction.ts';
import { appendLog, appendTo, readLog, verifyLog } from '../../../server/storage/log/logStore.ts';
import { describeOver } from './openedStores.ts';
import type { Opener } from './openers.ts';

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

    it('is checked over more entries than are read at a time', async () => {
      const { pool } = database();
      await inTransaction(pool, async (client) => {
        for (let i = 0; i < 1_001; i++) await appendTo(client, deed);
      });
      expect(await verifyLog(pool)).toMatchObject({ entries: 1_001, broken: undefined });
    });
  });
}
