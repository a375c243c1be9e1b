import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WriteFailing } from './batchWriter.ts';
import type { EventsWritten } from './storage/eventsWritten.ts';
import { faultOfWrite, isRowAtFault } from './storage/writeFault.ts';

export type EventKeeperOptions<Event> = {
  /** Names of what it logs begin with it, such as `alarmEvents`. */
  readonly name: string;
  /** Writes some of them, all or nothing, and none twice. */
  readonly write: (events: readonly Event[]) => Promise<EventsWritten>;
  /** Waiting at most; past it the oldest go, and are counted. */
  readonly maxWaiting: number;
  /** While few come, they gather this long, ms: commits share the disk with the journal's. */
  readonly gatherMs: number;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/** What the health page shows. */
export type EventsStatus = {
  /** New in the database since the start. */
  readonly written: number;
  /** Not in the database yet. */
  readonly waiting: number;
  /** Gone since the start because too many waited, the oldest first. */
  readonly dropped: number;
  /** That the database refused, or that name what it does not know. */
  readonly leftOut: number;
  /** Since when, and why, nothing is written; null while all is well. */
  readonly failing: WriteFailing | null;
};

/** Transitions: a day of a national election without the database, some 100 MB. */
export const transitionBounds = { maxWaiting: 100_000, gatherMs: 500 } as const;
/** Events of alarms, each with the whole alarm: people wait to see them in lists. */
export const alarmBounds = { maxWaiting: 200_000, gatherMs: 50 } as const;
/** Events of incidents: with 2,000 units on its list each holds 17 kB, all of these 170 MB. */
export const incidentBounds = { maxWaiting: 10_000, gatherMs: 50 } as const;

/** Written at once. */
const maxBatch = 1_000;
const firstRetryMs = 250;
const maxRetryMs = 5_000;
/** Some hundred times what a write takes. */
const silenceMs = 5_000;
const closePatienceMs = 3_000;

/**
 * Brings events into the database, in the order in which they came: the next batch begins when
 * the one before is committed. A database that is away is waited for; one that it refuses for what is
 * in it is left out, so that it holds up no other. Whatever waits belongs into the checkpoint of what
 * found it out, or the journal must be read again for it.
 */
export class EventKeeper<Event extends { readonly id: string }> {
  readonly #options: EventKeeperOptions<Event>;
  /** No more is waited for, but for the database. */
  readonly #hurry = new AbortController();
  readonly #closing = new AbortController();
  #queue: Event[] = [];
  /** Being written now: before the queue. */
  #underway: readonly Event[] = [];
  #news = Promise.withResolvers<void>();
  #following: Promise<void> | undefined;
  #written = 0;
  #dropped = 0;
  #leftOut = 0;
  #failing: WriteFailing | null = null;
  /** When the database was last asked and has not answered yet. */
  #askedAtMs: number | undefined;

  constructor(options: EventKeeperOptions<Event>) {
    this.#options = options;
  }

  /** Takes events to be written; the first begin the writing. Never waits. */
  add(events: readonly Event[]): void {
    if (events.length === 0) return;
    for (const event of events) this.#queue.push(event);
    this.#bound();
    this.#following ??= this.#follow();
    this.#news.resolve();
  }

  /** Those that are not known to be in the database, in the order in which they came. */
  waiting(): readonly Event[] {
    return [...this.#underway, ...this.#queue];
  }

  status(): EventsStatus {
    return {
      written: this.#written,
      waiting: this.#underway.length + this.#queue.length,
      dropped: this.#dropped,
      leftOut: this.#leftOut,
      failing: this.#failing ?? this.#silence(),
    };
  }

  /** Writes what waits, for 3 s at most, and stops; what is left can still be asked for. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.#closing.abort(), closePatienceMs);
    this.#hurry.abort();
    this.#news.resolve();
    await this.#following;
    this.#closing.abort();
    clearTimeout(patience);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      if (this.#queue.length === 0) {
        if (this.#hurry.signal.aborted) return;
        await this.#news.promise;
        this.#news = Promise.withResolvers();
        continue;
      }
      const startedAtMs = performance.now();
      this.#underway = this.#queue.splice(0, maxBatch);
      await this.#write(this.#underway);
      if (this.#queue.length < maxBatch) await this.#gather(startedAtMs);
    }
    // in their order again, for whoever asks after the close
    this.#queue = [...this.#underway, ...this.#queue];
    this.#underway = [];
  }

  /** Lets more of them come together. */
  async #gather(startedAtMs: number): Promise<void> {
    const restMs = this.#options.gatherMs - (performance.now() - startedAtMs);
    if (restMs > 0) await pause(restMs, this.#hurry.signal);
  }

  /** Writes these, the first of those under way, until the database has them. False at the close. */
  async #write(events: readonly Event[]): Promise<boolean> {
    const { signal } = this.#closing;
    let pauseMs = firstRetryMs;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const { written, leftOut } = await this.#ask(events);
        this.#done(events.length);
        this.#written += written;
        if (leftOut.length > 0) this.#leaveOut(leftOut, undefined);
        this.#recovered();
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        const takesEmptyBatch = () => this.#takesEmptyBatch();
        if (await isRowAtFault({ error, rows: events.length, failures, takesEmptyBatch })) {
          return this.#isolate(events, error);
        }
        this.#failed(error);
        await pause(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, maxRetryMs);
      }
    }
    return false;
  }

  /** One that the database refuses must not hold up the others: halves them around it. */
  async #isolate(events: readonly Event[], error: unknown): Promise<boolean> {
    if (events.length === 1) {
      this.#done(1);
      this.#leaveOut(
        events.map(({ id }) => id),
        error,
      );
      return true;
    }
    const half = events.length >> 1;
    return (await this.#write(events.slice(0, half))) && this.#write(events.slice(half));
  }

  /** Waits for an answer of the database, but no longer than until the close; a late one does no harm. */
  async #ask(events: readonly Event[]): Promise<EventsWritten> {
    const { write, nowMs } = this.#options;
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort);
    this.#askedAtMs = nowMs();
    const answer = write(events);
    try {
      return await Promise.race([answer, aborted.promise]);
    } finally {
      this.#askedAtMs = undefined;
      signal.removeEventListener('abort', abort);
      answer.catch(() => undefined);
    }
  }

  async #takesEmptyBatch(): Promise<boolean> {
    try {
      await this.#ask([]);
      return true;
    } catch (error) {
      const { log } = this.#options;
      log.debug({ event: 'probeFailed', err: error }, 'the database takes no events at all');
      return false;
    }
  }

  #done(count: number): void {
    this.#underway = this.#underway.slice(count);
  }

  #bound(): void {
    const { name, log, maxWaiting } = this.#options;
    const excess = this.#queue.length - maxWaiting;
    if (excess <= 0) return;
    this.#queue.splice(0, excess);
    if (this.#dropped === 0) {
      log.error(
        { event: `${name}Dropped`, maxWaiting },
        'too many events wait for the database: the oldest go; the journal has what they were made of',
      );
    }
    this.#dropped += excess;
  }

  #leaveOut(ids: readonly string[], error: unknown): void {
    this.#leftOut += ids.length;
    const { name, log } = this.#options;
    log.error(
      { event: `${name}LeftOut`, err: error, count: ids.length, ids: ids.slice(0, 10) },
      error === undefined
        ? 'events of a unit, fence or site that the database does not know are left out'
        : 'an event cannot be written and is left out',
    );
  }

  #failed(error: unknown): void {
    const { name, log, nowMs } = this.#options;
    const what = faultOfWrite(error) === 'away' ? 'database_away' : 'database_refuses';
    if (this.#failing?.what !== what) {
      log.error({ event: `${name}Failing`, what, err: error }, 'events cannot be written');
    }
    const text = error instanceof Error ? error.message : String(error);
    this.#failing = { what, sinceMs: this.#failing?.sinceMs ?? nowMs(), error: text };
  }

  #recovered(): void {
    if (this.#failing === null) return;
    const { name, log, nowMs } = this.#options;
    const lastedMs = nowMs() - this.#failing.sinceMs;
    this.#failing = null;
    log.info({ event: `${name}Recovered`, lastedMs }, 'events are written again');
  }

  /** A database that does not answer has not failed yet, and people should know. */
  #silence(): WriteFailing | null {
    const sinceMs = this.#askedAtMs;
    if (sinceMs === undefined || this.#options.nowMs() - sinceMs < silenceMs) return null;
    return { what: 'database_away', sinceMs, error: 'it does not answer' };
  }
}

/** Waits, but no longer than until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
