import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { JournalInput } from './domain/journalRecord.ts';
import { placesChangedRecord } from './domain/placeChange.ts';
import type { ChangeId } from './domain/places.ts';
import { changesAfter, hasChange } from './storage/placeChanges.ts';
import { readChangeOfPlaces, readPlaces } from './storage/readPlaces.ts';
import type { PlaceWatch } from './tracking/placeWatch.ts';

export type PlaceKeeperParts = {
  readonly pool: Pool;
  readonly watch: Pick<PlaceWatch, 'change' | 'stage' | 'startOver'>;
  /** Appends to the journal; false: it was not stored, and came back all the same. */
  readonly append: (input: JournalInput) => Promise<boolean>;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/**
 * Takes changes of places up that are in the database, whoever made them: first what each did is given
 * to the watch, then its record goes into the journal, and when that comes back it counts.
 */
export class PlaceKeeper {
  readonly #parts: PlaceKeeperParts;
  /** The newest that the watch was given, and the number of the newest whose record was appended. */
  #staged: ChangeId;
  #appended: number;
  #working: Promise<void> = Promise.resolve();
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();

  constructor(parts: PlaceKeeperParts) {
    this.#parts = parts;
    this.#staged = parts.watch.change;
    this.#appended = parts.watch.change.number;
  }

  /** Gives the watch what changed since; the records of some of it may be in the journal already. */
  async stage(): Promise<void> {
    const { pool, watch } = this.#parts;
    for (;;) {
      const changes = await changesAfter(pool, this.#staged.number);
      if (changes.length === 0) return;
      for (const change of changes) {
        watch.stage(await readChangeOfPlaces(pool, change));
        this.#staged = change;
      }
    }
  }

  /** Takes up all changes that were committed before this was called, and maybe later ones. */
  refresh(): Promise<void> {
    const work = this.#working.then(() => this.#takeUp());
    // the next begins whether or not this one failed; its caller hears of the failure
    this.#working = work.catch(() => undefined);
    return work;
  }

  /**
   * Resolves when a change that was committed counts. Where the database goes away meanwhile, it
   * counts when that is back, and nobody waits for it.
   */
  async takenUp(change: number): Promise<void> {
    const { watch, log } = this.#parts;
    try {
      await this.refresh();
    } catch (error) {
      log.warn({ event: 'placesNotRead', err: error, change }, 'a change of places waits');
      return;
    }
    if (watch.change.number >= change) return;
    const waiting = this.#waiting.get(change) ?? Promise.withResolvers<void>();
    this.#waiting.set(change, waiting);
    await waiting.promise;
  }

  /** The watch has taken changes up. */
  taken(): void {
    const { number } = this.#parts.watch.change;
    this.#release((change) => change <= number);
  }

  async close(): Promise<void> {
    await this.#working;
    this.#release(() => true);
  }

  async #takeUp(): Promise<void> {
    const { pool, watch, append, log } = this.#parts;
    if (!(await hasChange(pool, this.#staged))) await this.#startOver();
    await this.stage();
    // those that the journal had already, after a start
    this.#appended = Math.max(this.#appended, watch.change.number);
    if (this.#appended >= this.#staged.number) return;
    // the newest stands for all before it
    const change = this.#staged;
    this.#appended = change.number;
    if (!(await append(placesChangedRecord(change)))) {
      log.warn({ event: 'placesNotJournalled', ...change }, 'a change of places counts, unstored');
    }
  }

  /** The database is another one than before, or the same at an earlier time. */
  async #startOver(): Promise<void> {
    const { pool, watch, log, nowMs } = this.#parts;
    const places = await readPlaces(pool);
    log.error(
      { event: 'placesPutBack', before: this.#staged, now: places.change },
      'the database lacks changes of places that it had; they are read anew, and whoever is inside a fence is taken to have been there',
    );
    watch.startOver(places, nowMs());
    this.#staged = places.change;
    this.#appended = places.change.number;
    this.#release(() => true);
  }

  #release(isDone: (change: number) => boolean): void {
    for (const [change, { resolve }] of this.#waiting) {
      if (!isDone(change)) continue;
      this.#waiting.delete(change);
      resolve();
    }
  }
}
