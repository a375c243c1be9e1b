/* How long a later start takes: of the whole server with a province, and of the fences of the country. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { projectRoot } from '../../server/config.ts';
import type { Fence, FixedShape } from '../../server/domain/fence.ts';
import type { Site } from '../../server/domain/site.ts';
import { GroundKeeper, readKeptGround } from '../../server/keptGround.ts';
import { openDatabase } from '../../server/storage/database.ts';
import { openDataDir } from '../../server/storage/dataDir.ts';
import type { VersionedPlaces } from '../../server/storage/readPlaces.ts';
import type { FenceIndex } from '../../server/tracking/fences/fenceIndex.ts';
import { PlaceWatch } from '../../server/tracking/placeWatch.ts';
import { seededUniform } from '../fixtures/seededRandom.ts';
import { testConfig } from '../fixtures/testConfig.ts';
import { circleIn, makeVillages, polygonOf } from './fences.ts';
import { printResult, quantile } from './measure.ts';
import { addBenchOperation, importFile, provinceCsv } from './siteImport.ts';
import { register } from './storageDatabase.ts';

const trackers = 10_000;
const rounds = 5;
const seed = 20_241_127;
const [circles, polygons] = [435_000, 7_000];
const silent = pino({ level: 'silent' });

export async function benchStart(): Promise<void> {
  await benchServer();
  await benchCountry();
}

/** A process as `npm start` makes it, with the TPS of a province, started and stopped again and again. */
async function benchServer(): Promise<void> {
  const { dataDir } = await testConfig('posko-bench-');
  try {
    await fill(dataDir);
    // the page may have to be built, and what the start found is kept only at its stop
    const first = await startAndStop(dataDir);
    const later: Awaited<ReturnType<typeof startAndStop>>[] = [];
    while (later.length < rounds) later.push(await startAndStop(dataDir));
    const all = (part: keyof typeof first) => spread(later.map((each) => each[part]));
    printResult('start', {
      ...{ trackers, firstMs: first.listeningMs, rounds },
      ...{ databaseMs: all('databaseMs'), listeningMs: all('listeningMs'), stopMs: all('stopMs') },
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(dir: string): Promise<void> {
  const dataDir = openDataDir(dir);
  const database = await openDatabase({ databaseUrl: undefined, dataDir: dir, log: silent });
  try {
    await register({ ...database, name: 'embedded' }, trackers, []);
    await addBenchOperation(database.pool);
    await importFile(database.pool, provinceCsv(0));
  } finally {
    await database.close();
    dataDir.release();
  }
}

/** Milliseconds from the process to its database, to where it listens, and from there to its end. */
async function startAndStop(dataDir: string) {
  const beganMs = performance.now();
  const sinceBeganMs = (): number => Math.round(performance.now() - beganMs);
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      ...{ POSKO_DATA_DIR: dataDir, POSKO_HTTP_PORT: '0', POSKO_MQTT_PORT: '0' },
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const cameMs = new Map<unknown, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const { event } = JSON.parse(line);
    cameMs.set(event, sinceBeganMs());
    if (event === 'listening') break;
  }
  const listeningMs = cameMs.get('listening');
  if (listeningMs === undefined) throw new Error(`the server over ${dataDir} did not start`);
  child.stdout.resume();
  child.kill('SIGTERM');
  await exited;
  const stopMs = sinceBeganMs() - listeningMs;
  return { databaseMs: cameMs.get('databaseStarted') ?? Number.NaN, listeningMs, stopMs };
}

/**
 * What a start does with the fences of the country, once they and their index are on disk: the fences
 * alone, and with a site to each circle.
 */
async function benchCountry(): Promise<void> {
  const beganMs = performance.now();
  const watch = openWatch(undefined, countryPlaces());
  const buildMs = Math.round(performance.now() - beganMs);
  const all = watch.places();
  for (const places of [{ ...all, sites: [] }, all]) {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'posko-bench-'));
    try {
      const keptMs = performance.now();
      const parts = { dir, index: watch.index, places: () => places, nowMs: () => 0 };
      await new GroundKeeper(parts).writeNow();
      const writeMs = Math.round(performance.now() - keptMs);
      const later: Awaited<ReturnType<typeof readCountry>>[] = [];
      while (later.length < rounds) later.push(await readCountry(dir));
      const spreadOf = (part: keyof (typeof later)[0]) => spread(later.map((each) => each[part]));
      printResult('startCountry', {
        ...{ seed, circles, polygons, sites: places.sites.length, rounds, buildMs, writeMs },
        ...{ readMs: spreadOf('readMs'), setMs: spreadOf('setMs') },
        ...{ wholeMs: spreadOf('wholeMs'), cpuMs: spreadOf('cpuMs') },
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }
}

async function readCountry(dir: string) {
  const [fromMs, fromCpu] = [performance.now(), process.cpuUsage()];
  const { index, places } = await readKeptGround(dir, silent);
  if (index === undefined || places === undefined) throw new Error('nothing was kept');
  const readMs = performance.now() - fromMs;
  const watch = openWatch(index, places);
  if (watch.index.edits.count > 0) throw new Error('the index was not as it was kept');
  const wholeMs = performance.now() - fromMs;
  const { user, system } = process.cpuUsage(fromCpu);
  return { readMs, setMs: wholeMs - readMs, wholeMs, cpuMs: (user + system) / 1_000 };
}

function openWatch(index: FenceIndex | undefined, places: VersionedPlaces): PlaceWatch {
  const watch = new PlaceWatch({ unitOf: () => undefined, onEvent: () => undefined, index });
  watch.setPlaces({ ...places, operations: [] }, 0);
  return watch;
}

/** A site for each circle, and districts. */
function countryPlaces(): VersionedPlaces {
  const random = seededUniform(seed);
  const villages = makeVillages(random);
  const shapes: FixedShape[] = [];
  for (let i = 0; i < circles; i++) shapes.push(circleIn(random, villages, i));
  for (let i = 0; i < polygons; i++) shapes.push(polygonOf(random, villages));
  const sites: Site[] = [];
  const fences = shapes.map((shape, at): Fence => {
    const key = at + 1;
    const [id, name] = [`35.01.01.2001-${key}`, `TPS ${key}`];
    const more = { key, id, name, version: 1, shape, conditions: {}, watch: {} };
    if (shape.kind !== 'circle') return { ...more, fenceClass: 'area' };
    sites.push({
      ...{ key, id, name, kind: 'tps', siteClass: 'kurang_rawan', region: '35.01.01.2001' },
      ...{ place: shape.center, operationKey: 1, required: { voting: { polri: 2, linmas: 2 } } },
    });
    return { ...more, fenceClass: 'site', operationKey: 1, siteKey: key };
  });
  return { change: { number: 1, atMs: 1 }, sites, fences };
}

function spread(values: readonly number[]) {
  const [min, median, max] = [quantile(values, 0), quantile(values, 0.5), quantile(values, 1)];
  return { min: Math.round(min), median: Math.round(median), max: Math.round(max) };
}
