import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GroundKeeper, readKeptGround } from '../../server/keptGround.ts';
import type { PlaceWatch } from '../../server/tracking/placeWatch.ts';
import { placeRig, placesOf, ringOf, siteAt } from '../unit/tracking/placeRig.ts';

const log = pino({ level: 'silent' });
const first = placesOf([siteAt(1, 0), siteAt(2, 500)]);
let dir: string;
let nowMs = 0;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  nowMs = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const keeperOf = (watch: PlaceWatch, kept?: Awaited<ReturnType<typeof readKeptGround>>) =>
  new GroundKeeper(
    { dir, index: watch.index, places: () => watch.places(), nowMs: () => nowMs },
    kept,
  );

/** Which files there are: another inode is another file in its place. */
async function files(): Promise<{ index: number; places: number }> {
  const [index, places] = await Promise.all(
    ['fences.index', 'places.v8'].map((name) => stat(path.join(dir, name))),
  );
  return { index: index?.ino ?? 0, places: places?.ino ?? 0 };
}

function moveSecond(watch: PlaceWatch): void {
  const change = { number: 2, atMs: 2 };
  const moved = siteAt(2, 900);
  watch.stage({
    ...{ change, operations: first.operations },
    sites: { begun: [moved], endedKeys: [] },
    fences: { begun: [ringOf(moved, 2)], endedKeys: [] },
  });
  watch.takeChange(change, 1_000);
}

it('writes sites, fences and index again only when something of them changed', async () => {
  const { watch } = placeRig(first);
  const keeper = keeperOf(watch);
  await keeper.writeNow();
  const before = await files();
  watch.tick(200_000);
  await keeper.writeLast();
  expect(await files()).toEqual(before);

  const kept = await readKeptGround(dir, log);
  const again = placeRig(first, kept.index).watch;
  const next = keeperOf(again, kept);
  await next.writeNow();
  await next.writeLast();
  expect(await files()).toEqual(before);

  moveSecond(again);
  await next.writeLast();
  const after = await files();
  expect(after.index).not.toBe(before.index);
  expect(after.places).not.toBe(before.places);
  const { places } = await readKeptGround(dir, log);
  expect(places).toEqual(again.places());
  expect(places?.change).toEqual({ number: 2, atMs: 2 });
});

it('writes what changes one after the other once in ten minutes', async () => {
  const { watch } = placeRig(first);
  const keeper = keeperOf(watch);
  await keeper.writeNow();
  const before = await files();
  moveSecond(watch);
  nowMs = 599_000;
  await keeper.writeNow();
  expect(await files()).toEqual(before);
  nowMs = 600_000;
  await keeper.writeNow();
  expect(await files()).not.toEqual(before);
});
