import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { OpenedJournal } from '../ingest/messages.ts';
import type { PlaceEvent } from './domain/placeEvent.ts';
import { errorCode } from './domain/systemError.ts';
import type { KeptCore } from './liveCore.ts';
import { recorderName } from './recorder.ts';
import { hasChange } from './storage/placeChanges.ts';
import { readCheckpoint } from './storage/recordStore.ts';
import { syncFolder } from './storage/replaceFile.ts';
import type { FenceIndex } from './tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from './tracking/fences/fenceSnapshot.ts';

/** Names what the live core has kept among those who follow the journal. */
export const liveStateName = 'live';

/** The live core after a record of a journal. */
export type LiveState = {
  /** Another layout is another format: it is left, and made anew from the database. */
  readonly format: 1;
  readonly journalId: string;
  readonly sequence: number;
  /** The record up to which the database had everything. */
  readonly recorded: number;
  readonly core: KeptCore;
  /** What was found out and was not in the database yet. */
  readonly unwritten: readonly PlaceEvent[];
};

/** Kept about so often, ms and records: a start after a crash reads so much of the journal again. */
const keepEveryMs = 60_000;
const keepEveryRecords = 1_000_000;
/** After so many records it is kept so many times as often. */
const farShare = 6;
/** Nothing else happens while it is made: so seldom that this is at most one part in so many. */
const keepParts = 200;
/** The index is large, and a start with an older one makes up for what it lacks. */
const indexEveryMs = 600_000;
const format = 1;

/** What a start goes on from; the index of the fences may be older than the rest, or missing. */
export type KeptLive = { readonly state: LiveState; readonly index: FenceIndex | undefined };

/**
 * What was kept in a folder.
 *
 * @returns undefined where there is nothing, where it is damaged, and where it does not go with the
 *   journal and the database: both may have been put back from elsewhere
 */
export async function readLiveState(
  dir: string,
  journal: Pick<OpenedJournal, 'id' | 'lastSequence'>,
  pool: Pool,
  log: Logger,
): Promise<KeptLive | undefined> {
  const bytes = await readIfThere(path.join(dir, stateFile));
  if (bytes === undefined) return undefined;
  const state = unpack(bytes);
  const lacks =
    state === undefined
      ? 'it is damaged, or of another version'
      : await lacksOf(state, journal, pool);
  if (state === undefined || lacks !== undefined) {
    log.warn(
      { event: 'liveStateLeft', lacks },
      'the live state on disk is not used; whoever is inside a fence now is taken to have been there',
    );
    return undefined;
  }
  const snapshot = await readIfThere(path.join(dir, indexFile));
  const index = snapshot === undefined ? undefined : readSnapshot(snapshot, crc32);
  if (index?.ok === false) log.warn({ event: 'fenceIndexLeft' }, index.detail);
  return { state, index: index?.ok === true ? index.value : undefined };
}

/** Why a state does not go with what there is; undefined: it does. */
async function lacksOf(
  { journalId, sequence, recorded, core }: LiveState,
  journal: Pick<OpenedJournal, 'id' | 'lastSequence'>,
  pool: Pool,
): Promise<string | undefined> {
  if (journalId !== journal.id) return 'it is of another journal';
  if (sequence > journal.lastSequence) return 'the journal ends before it';
  const has = await readCheckpoint(pool, journal.id, recorderName);
  if ((has ?? 0) < recorded) return 'the database lacks records that it had';
  return (await hasChange(pool, core.places.change))
    ? undefined
    : 'the database lacks changes of places that it had';
}

export type LiveStateKeeperParts = {
  readonly dir: string;
  /** The live core, after the newest record that it was given. */
  readonly keep: (sequence: number) => Omit<LiveState, 'format' | 'sequence'>;
  readonly index: FenceIndex;
  /** Number of the newest change of places, of which the index is. */
  readonly change: () => number;
  /** What is kept holds all up to this record. */
  readonly onKept: (sequence: number) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
};

const stateFile = 'state.v8';
const indexFile = 'fences.index';

/** Keeps the live core on disk now and then, so that a start goes on instead of beginning anew. */
export class LiveStateKeeper {
  readonly #parts: LiveStateKeeperParts;
  #sequence: number;
  #keptSequence: number;
  #keptAtMs: number;
  #keepEveryMs = keepEveryMs;
  #indexChange: number | undefined;
  #indexAtMs: number;
  #writing: Promise<void> | undefined;
  #failing: { readonly sinceMs: number; readonly error: string } | null = null;

  /**
   * @param sequence up to which the live core is
   * @param kept up to which there is something on disk; undefined: there is nothing
   */
  constructor(parts: LiveStateKeeperParts, sequence: number, kept?: number) {
    this.#parts = parts;
    this.#sequence = sequence;
    this.#keptSequence = kept ?? sequence;
    this.#keptAtMs = parts.nowMs();
    this.#indexAtMs = parts.nowMs();
  }

  /** Keeps it where there was nothing: from here on every start finds something to go on from. */
  start(): Promise<void> {
    return this.#keep(false);
  }

  /** Since when, and why, nothing is kept; null while all is well. */
  get failing(): { readonly sinceMs: number; readonly error: string } | null {
    return this.#failing;
  }

  /** The live core has taken records up to this one; of those that could not be stored it is 0. */
  taken(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    if (this.#writing !== undefined || this.#sequence === this.#keptSequence) return;
    const nowMs = this.#parts.nowMs();
    const ageMs = nowMs - this.#keptAtMs;
    const isFar = this.#sequence - this.#keptSequence >= keepEveryRecords;
    if (ageMs < (isFar ? this.#keepEveryMs / farShare : this.#keepEveryMs)) return;
    const isIndexOld = nowMs - this.#indexAtMs >= indexEveryMs;
    this.#writing = this.#keep(isIndexOld).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Keeps it for the last time. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#keep(true);
  }

  async #keep(withIndex: boolean): Promise<void> {
    const { dir, keep, index, change, onKept, log, nowMs } = this.#parts;
    const sequence = this.#sequence;
    this.#keptAtMs = nowMs();
    try {
      const startedAtMs = performance.now();
      const state: LiveState = { format, sequence, ...keep(sequence) };
      const packed = pack(state);
      this.#keepEveryMs = Math.max(keepEveryMs, keepParts * (performance.now() - startedAtMs));
      const indexChange = change();
      const snapshot =
        withIndex && indexChange !== this.#indexChange ? writeSnapshot(index, crc32) : undefined;
      await mkdir(dir, { recursive: true, mode: 0o700 });
      if (snapshot !== undefined) {
        await replace(path.join(dir, indexFile), [snapshot]);
        this.#indexChange = indexChange;
        this.#indexAtMs = nowMs();
      }
      await replace(path.join(dir, stateFile), packed);
      this.#keptSequence = sequence;
      this.#failing = null;
      onKept(sequence);
    } catch (error) {
      // the journal has it all: a later attempt, or a longer start, makes up for it
      log.warn({ event: 'liveStateNotKept', err: error }, 'the live state could not be written');
      const text = error instanceof Error ? error.message : String(error);
      this.#failing = { sinceMs: this.#failing?.sinceMs ?? nowMs(), error: text };
    }
  }
}

function pack(state: LiveState): readonly Uint8Array[] {
  const body = serialize(state);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(body));
  return [head, body];
}

function unpack(bytes: Buffer): LiveState | undefined {
  const body = bytes.subarray(4);
  if (bytes.length < 4 || crc32(body) !== bytes.readUInt32LE(0)) return undefined;
  // our own writing, covered by the checksum
  const state: LiveState = deserialize(body);
  return state.format === format ? state : undefined;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file so that its name leads to the old bytes or to the new. */
async function replace(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle: FileHandle = await open(fresh, 'wx', 0o600);
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
  syncFolder(path.dirname(file));
}
