import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from 'pino';
import { type ChangeId, isSameChange } from './domain/places.ts';
import { packed, readIfThere, replaceWhole, unpacked } from './keptFile.ts';
import { type PackedPlaces, packPlaces, unpackPlaces } from './packedPlaces.ts';
import type { VersionedPlaces } from './storage/readPlaces.ts';
import type { FenceIndex } from './tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from './tracking/fences/fenceSnapshot.ts';

/**
 * What a start would else read from the database and work out again: sites, fences and their index.
 * Each may be missing, or of an earlier change than the live state beside it.
 */
export type KeptGround = {
  readonly index: FenceIndex | undefined;
  readonly places: VersionedPlaces | undefined;
};

/** What a file of places holds: another layout of it, of a site or of a fence is another format. */
type PlacesFile = { readonly format: 1; readonly places: PackedPlaces };

const format = 1;
const indexFile = 'fences.index';
const placesFile = 'places.v8';
/** They are large, and a start with older ones makes up for what they lack. */
const writeEveryMs = 600_000;
/** More are not written at a stop, which must be over within seconds. */
const mostAtStop = 150_000;

/** What was kept in a folder. What is damaged is left, with a warning. */
export async function readKeptGround(dir: string, log: Logger): Promise<KeptGround> {
  const [indexBytes, placesBytes] = await Promise.all([
    readIfThere(path.join(dir, indexFile)),
    readIfThere(path.join(dir, placesFile)),
  ]);
  const index = indexBytes === undefined ? undefined : readSnapshot(indexBytes, crc32);
  if (index?.ok === false) log.warn({ event: 'fenceIndexLeft' }, index.detail);
  const places = placesBytes === undefined ? undefined : placesIn(placesBytes);
  if (placesBytes !== undefined && places === undefined) {
    log.warn(
      { event: 'keptPlacesLeft' },
      'the file of sites and fences is damaged, or of another version; they are read from the database',
    );
  }
  return { index: index?.ok === true ? index.value : undefined, places };
}

function placesIn(bytes: Buffer): VersionedPlaces | undefined {
  // our own writing, covered by the checksum
  const file = unpacked<PlacesFile>(bytes);
  return file?.format === format ? unpackPlaces(file.places) : undefined;
}

export type GroundKeeperParts = {
  readonly dir: string;
  readonly index: FenceIndex;
  /** As they are now; later changes leave what is returned alone. */
  readonly places: () => VersionedPlaces;
  readonly nowMs: () => number;
};

/** Keeps sites, fences and their index on disk, written anew only when something of them changed. */
export class GroundKeeper {
  readonly #parts: GroundKeeperParts;
  /** Edits of the index that its file has, and the change that the file of places is of. */
  #editsKept: number | undefined;
  #changeKept: ChangeId | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  /** @param kept what the start found, of which the index goes on */
  constructor(parts: GroundKeeperParts, kept?: KeptGround) {
    this.#parts = parts;
    this.#editsKept = kept?.index === undefined ? undefined : 0;
    this.#changeKept = kept?.places?.change;
  }

  /** Writes what changed, but not again for ten minutes. */
  async writeNow(): Promise<void> {
    const nowMs = this.#parts.nowMs();
    if (nowMs - this.#writtenAtMs < writeEveryMs) return;
    this.#writtenAtMs = nowMs;
    await this.#write();
  }

  /** Writes what changed, for the last time, unless it would take too long. */
  async writeLast(): Promise<void> {
    if (this.#parts.index.size <= mostAtStop) await this.#write();
  }

  async #write(): Promise<void> {
    const { dir, index, places } = this.#parts;
    const edits = index.edits.count;
    if (edits !== this.#editsKept) {
      await replaceWhole(path.join(dir, indexFile), [writeSnapshot(index, crc32)]);
      this.#editsKept = edits;
    }
    const now = places();
    if (this.#changeKept !== undefined && isSameChange(now.change, this.#changeKept)) return;
    const file: PlacesFile = { format, places: await packPlaces(now) };
    await replaceWhole(path.join(dir, placesFile), packed(file));
    this.#changeKept = now.change;
  }
}
