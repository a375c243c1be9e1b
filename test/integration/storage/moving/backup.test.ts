import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExternal, openUnprepared } from '../../../../server/storage/database.ts';
import { fillDatabase } from '../../../../server/storage/moving/fillDatabase.ts';
import { writeManifest } from '../../../../server/storage/moving/manifest.ts';
import { openBackup } from '../../../../server/storage/moving/openBackup.ts';
import { writeBackup } from '../../../../server/storage/moving/writeBackup.ts';
import { readCheckpoint, writeRecorded } from '../../../../server/storage/recordStore.ts';
import { addTracker } from '../../../../server/storage/trackerStore.ts';
import { makeScratch, removeScratch, silent } from '../scratch.ts';
import {
  accountsIn,
  consumer,
  DatabaseServer,
  fingerprints,
  journalId,
  migrateTo,
  positionAt,
  seed,
  seedAlarms,
  seedPerson,
  seedPlaces,
  withPool,
} from './movedDatabase.ts';

const scratch = makeScratch();
const takenAt = new Date('2024-11-30T01:02:03.456Z');
let server: DatabaseServer;
let seeded: pg.ClientConfig;
let folder = '';

beforeAll(async () => {
  server = await DatabaseServer.start(path.join(scratch, 'data'));
  seeded = await server.makeDatabase();
  await withPool(seeded, async (pool) => {
    await migrateTo(pool);
    await seed(pool, 300);
    await seedPlaces(pool);
    await seedAlarms(pool);
  });
  folder = await backUp(seeded, 'backups');
});

afterAll(async () => {
  await server.close();
  removeScratch(scratch);
});

describe('a backup', () => {
  it('is a folder that gets its name when all is in it', () => {
    expect(path.basename(folder)).toBe('posko-20241130T010203Z');
    expect(readdirSync(path.join(folder, 'positions'))).toEqual([
      '2024-11-25.copy.zst',
      '2024-11-26.copy.zst',
      '2024-11-29.copy.zst',
    ]);
    expect(readdirSync(path.dirname(folder))).toEqual(['posko-20241130T010203Z']);
  });

  it('leaves nothing behind when it fails', async () => {
    const empty = await server.makeDatabase();
    await expect(backUp(empty, 'failed')).rejects.toThrow(/posko_migrations|consumer_checkpoints/);
    expect(readdirSync(path.join(scratch, 'failed'))).toEqual([]);
  });

  it('holds all that its checkpoint covers while writes go on', async () => {
    const busy = await server.makeDatabase();
    const from = Date.UTC(2024, 10, 27, 23, 59, 0);
    const stop = new AbortController();
    const { written, backup } = await withPool(busy, async (pool) => {
      await migrateTo(pool);
      const first = Promise.withResolvers<void>();
      const writing = (async () => {
        let sequence = 0;
        while (!stop.signal.aborted) {
          sequence += 1;
          // a record is a row of another table, and a fix on each side of midnight, which are of different files
          await writeRecorded(pool, {
            positions: [positionAt(1, from + sequence), positionAt(2, from + 3_600_000 + sequence)],
            quarantined: [
              {
                journalId,
                sequence,
                part: 0,
                trackerId: 'hp-01',
                receivedAtMs: from,
                reason: 'not_json',
                detail: 'x',
                content: { kind: 'message', codec: 'native_fix', raw: Buffer.from('x') },
              },
            ],
            checkpoint: { journalId, consumer, sequence },
          });
          if (sequence === 50) first.resolve();
        }
        return sequence;
      })();
      await first.promise;
      const made = await backUp(busy, 'busy');
      stop.abort();
      return { written: await writing, backup: made };
    });
    const into = await server.makeDatabase();
    await restore(backup, into);
    await withPool(into, async (pool) => {
      const sequence = (await readCheckpoint(pool, journalId, consumer)) ?? 0;
      expect(sequence).toBeGreaterThanOrEqual(50);
      expect(sequence).toBeLessThan(written);
      const { rows: aside } = await pool.query<{ newest: number }>(
        'select max(sequence)::int as newest from quarantine',
      );
      // whole tables are of one moment
      expect(aside).toEqual([{ newest: sequence }]);
      for (const [key, start] of [
        [1, from],
        [2, from + 3_600_000],
      ] as const) {
        const { rows } = await pool.query<{ count: number }>(
          `select count(*)::int from positions
           where tracker_key = $1 and fixed_at <= to_timestamp($2::float8 / 1000)`,
          [key, start + sequence],
        );
        expect(rows[0]?.count).toBe(sequence);
      }
    });
  });
});

describe('restoring', () => {
  it('gives the same rows, and keys that were never given out', async () => {
    const into = await server.makeDatabase();
    const said = await restore(folder, into);
    expect(said.filter((line) => line.startsWith('positions'))).toHaveLength(3);
    const before = await withPool(seeded, fingerprints);
    expect(before['positions']).toMatch(/^900 /);
    expect(await withPool(into, fingerprints)).toEqual(before);
    await withPool(into, async (pool) => {
      const added = await addTracker(pool, {
        id: 'new',
        region: '64.08',
        callsign: 'new',
        kind: 'handheld',
        agency: 'polri',
      });
      expect(added).toMatchObject({ ok: true, value: { unit: { key: 5 }, tracker: { key: 4 } } });
      // the triggers are back
      await expect(pool.query('truncate log')).rejects.toThrow(/append-only/);
    });
  });

  it('brings no session back, and tokens as they were', async () => {
    const from = await server.makeDatabase();
    const key = await withPool(from, async (pool) => {
      await migrateTo(pool);
      return seedPerson(pool);
    });
    const backup = await backUp(from, 'sessions');
    expect(readdirSync(backup)).not.toContain('sessions.copy.zst');
    const into = await server.makeDatabase();
    await restore(backup, into);
    const there = { sessions: 0, tokens: 1, next: key + 1 };
    expect(await withPool(into, accountsIn)).toEqual(there);
    // nor from a backup that holds them, as older ones do
    await addSessions(backup);
    const again = await server.makeDatabase();
    await restore(backup, again);
    expect(await withPool(again, accountsIn)).toEqual(there);
  });

  it.each([
    ['a byte is another', 'positions/2024-11-26.copy.zst', flip],
    ['a byte of a whole table is another', 'units.copy.zst', flip],
    ['a file is cut short', 'positions/2024-11-29.copy.zst', cut],
    ['a file is that of another day', 'positions/2024-11-26.copy.zst', swap],
    ['a file is missing', 'trackers.copy.zst', remove],
    ['the manifest was changed', 'manifest.json', flip],
    ['the manifest is missing', 'manifest.json', remove],
  ])('refuses a backup of which %s, naming the file, and changes nothing', async (_what, name, damage) => {
    const copy = path.join(scratch, 'damaged');
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    damage(path.join(copy, name));
    const into = await server.makeDatabase();
    const failure = restore(copy, into);
    await expect(failure).rejects.toThrow(name);
    await expect(failure).rejects.toThrow(/^The backup is damaged: .*\.$|is not a whole backup/);
    await withPool(into, async (pool) => {
      const { rows } = await pool.query("select from pg_tables where schemaname = 'public'");
      expect(rows).toEqual([]);
    });
  });

  it('takes a backup of an older schema and brings it up to date', async () => {
    const older = await server.makeDatabase();
    await withPool(older, async (pool) => {
      await migrateTo(pool, '0004_journal_consumers.sql');
      await seed(pool, 30);
    });
    const into = await server.makeDatabase();
    await restore(await backUp(older, 'older'), into);
    await withPool(into, async (pool) => {
      const { rows } = await pool.query('select from users');
      expect(rows).toEqual([]);
    });
    // what the later migrations make of the same rows
    await withPool(older, (pool) => migrateTo(pool));
    const { positions, units } = await withPool(older, fingerprints);
    expect(await withPool(into, fingerprints)).toMatchObject({ positions, units });
  });

  it('refuses a backup of a newer schema', async () => {
    const newer = await server.makeDatabase();
    await withPool(newer, async (pool) => {
      await migrateTo(pool);
      await pool.query("insert into posko_migrations values ('9999_later.sql', '')");
    });
    const made = await backUp(newer, 'newer');
    await expect(restore(made, await server.makeDatabase())).rejects.toThrow(
      /too old for .*9999_later\.sql/,
    );
  });

  it('refuses a database with rows in it, and drops them when told to', async () => {
    const into = await server.makeDatabase();
    await withPool(into, async (pool) => {
      await migrateTo(pool);
      await seed(pool, 10);
    });
    await expect(restore(folder, into)).rejects.toThrow(/not empty.* units \(3\).*--replace/);
    const said = await restore(folder, into, true);
    expect(said[0]).toMatch(/^Dropping what the database holds: .*positions \(30\)/);
    expect(await withPool(into, fingerprints)).toEqual(await withPool(seeded, fingerprints));
  });

  it('refuses to restore the same backup twice, and replaces all when told to', async () => {
    const into = await server.makeDatabase();
    await restore(folder, into);
    await expect(restore(folder, into)).rejects.toThrow(/^The database is not empty, .*--replace/);
    await withPool(into, async (pool) => {
      await addTracker(pool, {
        id: 'later',
        region: '64.08',
        callsign: 'later',
        kind: 'handheld',
        agency: 'polri',
      });
      const later = [
        positionAt(2, Date.UTC(2024, 10, 26, 1)),
        positionAt(4, Date.UTC(2024, 11, 1)),
      ];
      await writeRecorded(pool, { positions: later, quarantined: [] });
      await pool.query('create table scribble (note text)');
      await pool.query("update units set callsign = 'renamed'");
    });
    const said = await restore(folder, into, true);
    expect(said[0]).toMatch(/^Dropping what the database holds: .*positions \(902\)/);
    expect(await withPool(into, fingerprints)).toEqual(await withPool(seeded, fingerprints));
    await withPool(into, async (pool) => {
      const { rows } = await pool.query("select to_regclass('scribble') as scribble");
      expect(rows).toEqual([{ scribble: null }]);
    });
  });

  it('names the newest whole backup where it is given the folder that holds them', async () => {
    const parent = path.join(scratch, 'several');
    for (const name of ['posko-20241129T000000Z', 'posko-20241130T000000Z', 'notes', 'posko-x']) {
      mkdirSync(path.join(parent, name), { recursive: true });
    }
    cpSync(folder, path.join(parent, 'posko-20241128T000000Z'), { recursive: true });
    cpSync(folder, path.join(parent, 'posko-20241129T000000Z'), { recursive: true });
    cpSync(folder, path.join(parent, 'posko-20241201T000000Z.unfinished'), { recursive: true });
    await expect(openBackup(parent)).rejects.toThrow(
      `the newest whole one is ${path.join(parent, 'posko-20241129T000000Z')}: name that`,
    );
    const advice = /not a whole backup.* Name the folder of a finished backup\.$/;
    await expect(openBackup(path.join(parent, 'notes'))).rejects.toThrow(advice);
    await expect(openBackup(path.join(parent, 'nowhere'))).rejects.toThrow(advice);
    await expect(openBackup(path.join(folder, 'manifest.json'))).rejects.toThrow(advice);
  });

  it("refuses a database of somebody else's", async () => {
    const into = await server.makeDatabase();
    await withPool(into, (pool) => pool.query('create table invoices (id int)'));
    await expect(restore(folder, into, true)).rejects.toThrow(/not Posko's \(invoices\)/);
  });

  it('refuses a database that somebody is connected to', async () => {
    const into = await server.makeDatabase();
    await withPool(into, async (pool) => {
      await pool.query('select 1');
      await expect(restore(folder, into)).rejects.toThrow(
        /other connection.*stop the Posko server/,
      );
    });
  });

  it('leaves a database that Posko refuses when it is interrupted, and goes on', async () => {
    const into = await server.makeDatabase();
    const { source } = await openBackup(folder);
    let reads = 0;
    const breaking: typeof source = {
      ...source,
      readDay: (day, work) => {
        reads += 1;
        return reads === 2 ? Promise.reject(new Error('no power')) : source.readDay(day, work);
      },
    };
    const target = await openUnprepared(into);
    await expect(
      fillDatabase({ target, source: breaking, ifNotEmpty, print: () => undefined }),
    ).rejects.toThrow('no power');
    await target.end();
    await expect(openExternal(into, silent)).rejects.toThrow(
      /only partly filled, since a restore of the backup .* not finished/,
    );
    const said = await restore(folder, into);
    expect(said[0]).toMatch(/^Going on with a restore/);
    expect(said).toContain('positions 2024-11-25: there already (1 of 3)');
    expect(await withPool(into, fingerprints)).toEqual(await withPool(seeded, fingerprints));
    const opened = await openExternal(into, silent);
    await opened.close();
  });

  it('starts over when another backup was begun before', async () => {
    const other = await server.makeDatabase();
    await withPool(other, async (pool) => {
      await migrateTo(pool);
      await seed(pool, 20);
    });
    const into = await server.makeDatabase();
    await restore(await backUp(other, 'other'), into);
    await expect(restore(folder, into)).rejects.toThrow(/not empty/);
    await restore(folder, into, true);
    expect(await withPool(into, fingerprints)).toEqual(await withPool(seeded, fingerprints));
  });
});

const ifNotEmpty = { do: 'refuse', advice: 'add --replace' } as const;

async function backUp(connection: pg.ClientConfig, name: string): Promise<string> {
  const to = path.join(scratch, name);
  return withPool(connection, async (pool) => {
    const print = (): void => undefined;
    const { folder: made } = await writeBackup({
      pool,
      dialect: 'plain',
      program: '1.2.3',
      to,
      takenAt,
      print,
    });
    expect(existsSync(made)).toBe(true);
    return made;
  });
}

/** Puts a session of the first user into a backup, as older ones have it. */
async function addSessions(backup: string): Promise<void> {
  const { manifest } = await openBackup(backup);
  const values = {
    key: '1',
    user_key: '1',
    id_hash: `\\\\x${'ab'.repeat(32)}`,
    created_at: '2024-11-27 00:00:00+00',
    seen_at: '2024-11-27 00:00:00+00',
    expires_at: '2100-01-01 00:00:00+00',
    address: '127.0.0.1',
    user_agent: '',
  };
  const rows = zstdCompressSync(`${Object.values(values).join('\t')}\n`);
  writeFileSync(path.join(backup, 'sessions.copy.zst'), rows);
  const sha256 = createHash('sha256').update(rows).digest('hex');
  const file = { rows: 1, bytes: rows.length, sha256 };
  const table = { name: 'sessions', columns: Object.keys(values), ...file };
  const changed = { ...manifest, tables: [...manifest.tables, table] };
  writeFileSync(path.join(backup, 'manifest.json'), writeManifest(changed));
}

async function restore(
  from: string,
  into: pg.ClientConfig,
  replace = false,
): Promise<readonly string[]> {
  const said: string[] = [];
  const { source } = await openBackup(from);
  const target = await openUnprepared(into);
  try {
    await fillDatabase({
      target,
      source,
      ifNotEmpty: replace ? { do: 'drop' } : ifNotEmpty,
      print: (line) => said.push(line),
    });
  } finally {
    await target.end();
  }
  return said;
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** A whole file, of as many rows, and not the one that was written there. */
function swap(file: string): void {
  cpSync(path.join(path.dirname(file), '2024-11-25.copy.zst'), file);
}

function cut(file: string): void {
  truncateSync(file, readFileSync(file).length - 5);
}

function remove(file: string): void {
  rmSync(file);
}
