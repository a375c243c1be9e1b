import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import type { Position } from '../../server/domain/position.ts';
import { newestChange } from '../../server/storage/placeChanges.ts';
import { readChangeOfPlaces, readPlaces } from '../../server/storage/readPlaces.ts';
import type { FenceIndex } from '../../server/tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from '../../server/tracking/fences/fenceSnapshot.ts';
import { PlaceWatch } from '../../server/tracking/placeWatch.ts';
import { advance, emptyTrack } from '../../server/tracking/track.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { printResult } from './measure.ts';
import { addBenchOperation, importFile, provinceCsv } from './siteImport.ts';
import { onEachDatabase } from './storageDatabase.ts';

const unitCount = 10_000;
const seed = 20_241_127;
const startMs = Date.UTC(2024, 10, 27, 1, 0, 0);

/**
 * What the sites of a province cost a running server: its start with and without a snapshot, a change
 * of all sites and of one, a tick, and how long it stands still to keep what it knows of its units.
 */
export async function benchPlaceWatch(): Promise<void> {
  await onEachDatabase(async ({ pool, name }) => {
    await addBenchOperation(pool);
    await importFile(pool, provinceCsv(0));
    const [places, readMs] = await timed(() => readPlaces(pool));
    const watch = openWatch();
    const [, setMs] = await timed(() => watch.setPlaces(places, startMs));
    const [snapshot, writeMs] = await timed(() => writeSnapshot(watch.index, crc32));
    const again = openWatch(indexOf(snapshot));
    const [, againMs] = await timed(() => again.setPlaces(places, startMs));
    const [, tickMs] = await timed(() => watch.tick(startMs + 1_000));
    const [, nextTickMs] = await timed(() => watch.tick(startMs + 2_000));

    await importFile(pool, provinceCsv(0.001));
    const change = await newestChange(pool);
    const [moved, readChangeMs] = await timed(() => readChangeOfPlaces(pool, change));
    watch.stage(moved);
    const [, allMovedMs] = await timed(() => watch.takeChange(change, startMs + 3_000));
    const one = {
      ...{
        change: { number: change.number + 1, atMs: change.atMs + 1 },
        operations: moved.operations,
      },
      sites: { begun: moved.sites.begun.slice(0, 1), endedKeys: [] },
      fences: { begun: moved.fences.begun.slice(0, 1), endedKeys: [] },
    };
    watch.stage(one);
    const [, oneMovedMs] = await timed(() => watch.takeChange(one.change, startMs + 4_000));
    printResult('places', {
      ...{ database: name, sites: places.sites.length, fences: places.fences.length },
      ...rounded({ readMs, setMs, againMs, tickMs, nextTickMs, readChangeMs }),
      ...rounded({ allMovedMs, oneMovedMs, snapshotMs: writeMs }),
      snapshotMB: Math.round(snapshot.byteLength / 1e5) / 10,
    });

    const tracks = trackUnits(watch);
    const [kept, keepMs] = await timed(() => ({
      places: watch.checkpoint(1),
      tracks: tracks.kept(),
    }));
    const [bytes, packMs] = await timed(() => serialize(kept));
    const fresh = openWatch();
    fresh.setPlaces({ ...(await readPlaces(pool)), change: kept.places.change }, startMs);
    const [, restoreMs] = await timed(() => {
      const unpacked: typeof kept = deserialize(bytes);
      tracks.restore(unpacked.tracks);
      fresh.restore(unpacked.places);
    });
    printResult('liveState', {
      ...{ units: unitCount, megabytes: Math.round(bytes.byteLength / 1e5) / 10 },
      ...rounded({ keepMs, packMs, restoreMs }),
    });
  });
}

function openWatch(index?: FenceIndex): PlaceWatch {
  return new PlaceWatch({
    unitOf: () => ({ kind: 'handheld', agency: 'polri', strength: 2 }),
    onEvent: () => undefined,
    index,
  });
}

function indexOf(snapshot: Buffer): FenceIndex {
  const read = readSnapshot(snapshot, crc32);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

/** Units around the sites, each with some minutes of fixes. */
function trackUnits(watch: PlaceWatch): Tracks {
  const { uniform } = seededRandom(seed);
  const sites = [...watch.sites()];
  const tracks = new Tracks();
  const keys = Array.from({ length: unitCount }, (_, key) => key + 1);
  tracks.setTrackers(
    keys.map((key) => ({
      ...{ key, id: `hp-${key}`, region: '35.01', unitKey: key },
      role: 'primary',
    })),
  );
  for (const key of keys) {
    const [lon = 0, lat = 0] = sites[Math.floor(uniform() * sites.length)]?.place ?? [];
    for (let i = 0; i < 130; i++) {
      const fixedAtMs = startMs + 5_000 * i;
      const fix = {
        ...{ fixedAtMs, lon: lon + (uniform() - 0.5) / 500, lat: lat + (uniform() - 0.5) / 500 },
        ...{ accuracyM: 8, speedMps: 1, courseDeg: 90, batteryPct: 70 },
      };
      const position: Position = { trackerKey: key, fix, receivedAtMs: fixedAtMs, verdict: 'live' };
      watch.takePosition(key, position);
      const track = tracks.get(key) ?? emptyTrack(key, key);
      const judged = { position, deviceAtMs: fixedAtMs, clock: track.clock, suspects: [] };
      tracks.set(advance(track, judged, true));
    }
  }
  return tracks;
}

async function timed<Value>(work: () => Value | Promise<Value>): Promise<[Value, ms: number]> {
  const from = performance.now();
  const value = await work();
  return [value, performance.now() - from];
}

function rounded(times: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).map(([name, ms]) => [name, Math.round(ms * 10) / 10]),
  );
}
