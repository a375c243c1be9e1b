import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import {
  type BackedUpTable,
  backupPrefix,
  dayFile,
  type Manifest,
  manifestName,
  readManifest,
  tableFile,
  unfinishedEnd,
} from './manifest.ts';
import { ByteMeter, RowCounter } from './meters.ts';
import { withoutEnded } from './movedTables.ts';
import type { RowSource } from './rowSource.ts';

/** A backup that was found whole. */
export type OpenedBackup = { readonly manifest: Manifest; readonly source: RowSource };

/**
 * Opens a backup after reading all of it: every file is there, matches its checksum and has the rows
 * that the manifest says.
 *
 * @throws Error that names the file at fault
 */
export async function openBackup(folder: string): Promise<OpenedBackup> {
  const file = path.join(path.resolve(folder), manifestName);
  if (!existsSync(file)) throw new Error(await explainNoBackup(folder));
  const manifest = readManifest(await readFile(file, 'utf8'), file);
  const root = path.dirname(file);
  for (const table of manifest.tables) await verify(path.join(root, tableFile(table)), table);
  for (const day of manifest.days) await verify(path.join(root, dayFile(day)), day);
  return { manifest, source: toSource(root, manifest) };
}

async function explainNoBackup(folder: string): Promise<string> {
  const missing = `${folder} is not a whole backup: it has no ${manifestName}, which is written last.`;
  const newest = await newestBackupIn(path.resolve(folder));
  return newest === undefined
    ? `${missing} Name the folder of a finished backup.`
    : `${missing} It holds backups, of which the newest whole one is ${newest}: name that or another of them.`;
}

/** The names of backups are times, so they sort by age. */
async function newestBackupIn(folder: string): Promise<string | undefined> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const names = (await readdir(folder)).filter(
    (name) =>
      name.startsWith(backupPrefix) &&
      !name.endsWith(unfinishedEnd) &&
      existsSync(path.join(folder, name, manifestName)),
  );
  const newest = names.sort().at(-1);
  return newest === undefined ? undefined : path.join(folder, newest);
}

async function verify(
  file: string,
  expected: Pick<BackedUpTable, 'rows' | 'sha256'>,
): Promise<void> {
  const meter = new ByteMeter();
  const counter = new RowCounter();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (!existsSync(file)) throw new Error(`The backup is damaged: ${file} is missing.`);
  let unreadable: unknown;
  try {
    await pipeline(createReadStream(file), meter, createZstdDecompress(), counter, nowhere);
  } catch (error) {
    unreadable = error;
  }
  if (unreadable === undefined && meter.sha256() === expected.sha256) {
    if (counter.rows === expected.rows) return;
    throw new Error(
      `The backup is damaged: ${file} has ${counter.rows} rows where its manifest says ${expected.rows}.`,
    );
  }
  throw new Error(`The backup is damaged: ${file} is not what was written there.`, {
    cause: unreadable,
  });
}

function toSource(root: string, manifest: Manifest): RowSource {
  const read = <Value>(file: string, work: (rows: Readable) => Promise<Value>): Promise<Value> => {
    const compressed = createReadStream(path.join(root, file));
    const rows = createZstdDecompress();
    // what goes wrong reaches `work` through `rows`, which it reads to the end
    pipeline(compressed, rows).catch(() => undefined);
    return work(rows);
  };
  return {
    id: createHash('sha256').update(JSON.stringify(manifest)).digest('hex'),
    isGrowing: false,
    what: `a restore of the backup ${root}`,
    migrations: manifest.migrations,
    tables: withoutEnded({ whole: manifest.tables, byDay: manifest.dayTables }),
    readTable: (table, work) => read(tableFile(table), work),
    listDays: async () => manifest.days,
    readDay: (day, work) => read(dayFile(day), work),
    sequences: async () => manifest.sequences,
  };
}
