import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { OpenedJournal } from '../ingest/messages.ts';
import type { AlarmEvent } from './domain/alarm.ts';
import type { IncidentEvent } from './domain/incident.ts';
import type { PlaceEvent } from './domain/placeEvent.ts';
import { packed, readIfThere, replaceWhole, unpacked } from './keptFile.ts';
import {
  GroundKeeper,
  type GroundKeeperParts,
  type KeptGround,
  readKeptGround,
} from './keptGround.ts';
import type { KeptCore } from './liveCore.ts';
import { type PackedCoverage, packCoverage, unpackCoverage } from './packedCoverage.ts';
import { recorderName } from './recorder.ts';
import { hasChange } from './storage/placeChanges.ts';
import { readCheckpoint } from './storage/recordStore.ts';

/** Names what the live core has kept among those who follow the journal. */
export const liveStateName = 'live';

/** The live core after a record of a journal. */
export type LiveState = {
  readonly journalId: string;
  readonly sequence: number;
  /** The record up to which the database had everything. */
  readonly recorded: number;
  readonly core: KeptCore;
  /** What was found out and was not in the database yet. */
  readonly unwritten: readonly PlaceEvent[];
  readonly unwrittenAlarms: readonly AlarmEvent[];
  readonly unwrittenIncidents: readonly IncidentEvent[];
};

/** Kept about so often, ms and records: a start after a crash reads so much of the journal again. */
const keepEveryMs = 60_000;
const keepEveryRecords = 1_000_000;
/** After so many records it is kept so many times as often. */
const farShare = 6;
/** Nothing else happens while it is made: so seldom that this is at most one part in so many. */
const keepParts = 200;

/** How it lies on disk. Another layout is another format: it is left, and made anew from the database. */
type StateFile = {
  readonly format: 2;
  /** All but the coverage, serialised at the moment that it is of: it goes on meanwhile. */
  readonly moving: Uint8Array;
  readonly coverage: PackedCoverage;
};
const format = 2;

/** What a start goes on from. */
export type KeptLive = { readonly state: LiveState; readonly ground: KeptGround };

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
  const state = stateIn(bytes);
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
  return { state, ground: await readKeptGround(dir, log) };
}

function stateIn(bytes: Buffer): LiveState | undefined {
  const file = unpacked<StateFile>(bytes);
  if (file?.format !== format) return undefined;
  const { core, ...others }: MovingState = deserialize(file.moving);
  const places = { ...core.places, coverage: unpackCoverage(file.coverage) };
  return { ...others, core: { ...core, places } };
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

/** A state but for its coverage. */
type MovingState = Omit<LiveState, 'core'> & {
  readonly core: Omit<KeptCore, 'places'> & {
    readonly places: Omit<KeptCore['places'], 'coverage'>;
  };
};

export type LiveStateKeeperParts = GroundKeeperParts & {
  /** The live core, after the newest record that it was given. */
  readonly keep: (sequence: number) => Omit<LiveState, 'sequence'>;
  /** What is kept holds all up to this record. */
  readonly onKept: (sequence: number) => void;
  readonly log: Logger;
};

const stateFile = 'state.v8';

/** Keeps the live core on disk now and then, so that a start goes on instead of beginning anew. */
export class LiveStateKeeper {
  readonly #parts: LiveStateKeeperParts;
  readonly #ground: GroundKeeper;
  #sequence: number;
  #keptSequence: number;
  #keptAtMs: number;
  #keepEveryMs = keepEveryMs;
  #writing: Promise<void> | undefined;
  #failing: { readonly sinceMs: number; readonly error: string } | null = null;

  /**
   * @param sequence up to which the live core is
   * @param kept what the start found on disk
   */
  constructor(parts: LiveStateKeeperParts, sequence: number, kept?: KeptLive) {
    this.#parts = parts;
    this.#ground = new GroundKeeper(parts, kept?.ground);
    this.#sequence = sequence;
    this.#keptSequence = kept?.state.sequence ?? sequence;
    this.#keptAtMs = parts.nowMs();
  }

  /** Keeps it where there was nothing: from here on every start finds something to go on from. */
  start(): Promise<void> {
    return this.#keep(() => Promise.resolve());
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
    this.#writing = this.#keep(() => this.#ground.writeNow()).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Keeps it for the last time. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#keep(() => this.#ground.writeLast());
  }

  /** @param writeGround after it, so that a stop that is cut short has kept what cannot be made anew */
  async #keep(writeGround: () => Promise<void>): Promise<void> {
    const { dir, keep, onKept, log, nowMs } = this.#parts;
    const sequence = this.#sequence;
    this.#keptAtMs = nowMs();
    try {
      const startedAtMs = performance.now();
      const { core, ...others } = keep(sequence);
      const { coverage, ...places } = core.places;
      const now: MovingState = { ...others, sequence, core: { ...core, places } };
      const moving = serialize(now);
      this.#keepEveryMs = Math.max(keepEveryMs, keepParts * (performance.now() - startedAtMs));
      const file: StateFile = { format, moving, coverage: await packCoverage(coverage) };
      await replaceWhole(path.join(dir, stateFile), packed(file));
      this.#keptSequence = sequence;
      this.#failing = null;
      onKept(sequence);
      await writeGround();
    } catch (error) {
      // the journal has it all: a later attempt, or a longer start, makes up for it
      log.warn({ event: 'liveStateNotKept', err: error }, 'the live state could not be written');
      const text = error instanceof Error ? error.message : String(error);
      this.#failing = { sinceMs: this.#failing?.sinceMs ?? nowMs(), error: text };
    }
  }
}
