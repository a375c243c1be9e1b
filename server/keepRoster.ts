import type { Logger } from 'pino';

export type KeepRosterParts = {
  /** Reads who is registered; in how many milliseconds a dated assignment changes it, if one does. */
  readonly read: () => Promise<number | undefined>;
  /** Told after each reading but the first. */
  readonly onRead: () => void;
  readonly log: Logger;
};

/** A date further ahead is looked at again before it comes: timers reach 24 days (HTML, "timers"). */
const maxWaitMs = 3_600_000;
/** A reading that failed is tried again after this long; what was read before holds meanwhile. */
const retryMs = 5_000;

/** Keeps the roster as the database has it: read at the start, after each change, and when a date comes. */
export class RosterKeeper {
  readonly #parts: KeepRosterParts;
  #reading: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: KeepRosterParts) {
    this.#parts = parts;
  }

  /** Reads it for the first time. */
  start(): Promise<void> {
    return this.#next(false);
  }

  /** Reads it again, after what is being read now. */
  refresh(): Promise<void> {
    return this.#next(true);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#reading;
  }

  #next(isTold: boolean): Promise<void> {
    const read = this.#reading.then(async () => {
      if (this.#isClosed) return;
      const changesInMs = await this.#parts.read();
      if (isTold) this.#parts.onRead();
      this.#wait(changesInMs);
    });
    // the next reading begins whether or not this one failed; its caller hears of the failure
    this.#reading = read.catch(() => undefined);
    return read;
  }

  #wait(changesInMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (changesInMs === undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#dateCame(), Math.min(changesInMs, maxWaitMs));
  }

  async #dateCame(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.#parts.log.warn({ event: 'rosterNotRead', err: error }, 'the roster could not be read');
      this.#wait(retryMs);
    }
  }
}
