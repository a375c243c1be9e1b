import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openUnprepared } from '../../../../server/storage/database.ts';
import { copyDatabase } from '../../../../server/storage/moving/copyDatabase.ts';
import { fillDatabase } from '../../../../server/storage/moving/fillDatabase.ts';
import { openBackup } from '../../../../server/storage/moving/openBackup.ts';
import { writeBackup } from '../../../../server/storage/moving/writeBackup.ts';
import { makeScratch, removeScratch } from '../scratch.ts';
import {
  DatabaseServer,
  fingerprints,
  migrateTo,
  seed,
  seedAlarms,
  seedPlaces,
  withPool,
} from './movedDatabase.ts';

const url = process.env['POSKO_TEST_TIMESCALE_URL'];

// COPY is not spoken by the WebAssembly build, so only a real server can show this
describe.skipIf(url === undefined)(
  url === undefined
    ? 'between dialects (skipped: POSKO_TEST_TIMESCALE_URL names no server)'
    : 'between dialects',
  () => {
    const scratch = makeScratch();
    const name = `posko_moving_${process.pid}`;
    const timescale: pg.ClientConfig = {
      connectionString: Object.assign(new URL(url ?? 'postgres://unused'), {
        pathname: `/${name}`,
      }).href,
    };
    let server: DatabaseServer;
    let from: pg.ClientConfig;

    beforeAll(async () => {
      server = await DatabaseServer.start(path.join(scratch, 'data'));
      from = await server.makeDatabase();
      await withPool(from, async (pool) => {
        await migrateTo(pool);
        await seed(pool, 600);
        await seedPlaces(pool);
        await seedAlarms(pool);
      });
      await admin(`create database ${name}`);
    });

    afterAll(async () => {
      await admin(`drop database if exists ${name} with (force)`);
      await server.close();
      removeScratch(scratch);
    });

    it('copies to TimescaleDB, with the minutes, and restores a backup of that into plain PostgreSQL', {
      timeout: 120_000,
    }, async () => {
      const target = await openUnprepared(timescale);
      await withPool(from, (pool) =>
        copyDatabase({ from: pool, target, print: () => undefined }),
      ).finally(() => target.end());
      const before = await withPool(from, fingerprints);
      expect(await withPool(timescale, fingerprints)).toEqual(before);
      const folder = await withPool(timescale, async (pool) => {
        const { rows: minutes } = await pool.query<{ count: number }>(
          'select sum(fix_count)::int as count from position_minutes',
        );
        expect(minutes).toEqual([{ count: 1_800 }]);
        // a backup reads what is in the columnstore, too
        await pool.query(
          "do $$ declare chunk regclass; begin for chunk in select show_chunks('positions') loop call convert_to_columnstore(chunk); end loop; end $$",
        );
        const made = await writeBackup({
          pool,
          dialect: 'timescale',
          program: '1.2.3',
          to: path.join(scratch, 'backups'),
          takenAt: new Date('2024-11-30T00:00:00Z'),
          print: () => undefined,
        });
        return made.folder;
      });
      const back = await server.makeDatabase();
      const { source } = await openBackup(folder);
      const plain = await openUnprepared(back);
      await fillDatabase({
        target: plain,
        source,
        ifNotEmpty: { do: 'refuse', advice: '' },
        print: () => undefined,
      }).finally(() => plain.end());
      expect(await withPool(back, fingerprints)).toEqual(before);
      // and over what TimescaleDB holds by now
      const again = await openUnprepared(timescale);
      const replaced = await fillDatabase({
        target: again,
        source: { ...source, id: 'another' },
        ifNotEmpty: { do: 'drop' },
        print: () => undefined,
      }).finally(() => again.end());
      expect(replaced.dialect).toBe('timescale');
      expect(await withPool(timescale, fingerprints)).toEqual(before);
    });
  },
);

async function admin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
