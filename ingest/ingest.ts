import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  frameLength,
  type JournalChunk,
  type JournalInput,
  maxBodyBytes,
} from '../server/domain/journalRecord.ts';
import { ObstacleError } from '../server/domain/obstacleError.ts';
import type { Tracker } from '../server/domain/unit.ts';
import type {
  FromIngest,
  IngestReport,
  IngestSettings,
  OpenedJournal,
  ToIngest,
} from './messages.ts';

/** What the server thread does with what ingest says. */
export type IngestHandlers = {
  /** Called for each chunk of the journal, in order; when it returns, ingest may send another. */
  readonly onChunk: (chunk: JournalChunk) => void;
  readonly onReport: (report: IngestReport) => void;
  /** Something went wrong that others do not have to act upon; a sentence for the log. */
  readonly onTrouble: (sentence: string) => void;
  /** The thread ended although nobody closed it: the server cannot go on. */
  readonly onCrash: (error: Error) => void;
};

/** Why ingest cannot listen; `code` is the system's. */
export class ListenError extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.name = 'ListenError';
    this.code = code;
  }
}

/** The ingest thread, with the journal that it writes, seen from the server thread. */
export class Ingest {
  readonly #settings: IngestSettings;
  readonly #handlers: IngestHandlers;
  readonly #opened = Promise.withResolvers<OpenedJournal>();
  readonly #listening = Promise.withResolvers<number>();
  /** Those who wait until what they appended is on disk. */
  readonly #appending = new Map<number, (isStored: boolean) => void>();
  #appended = 0;
  #worker: Worker | undefined;
  #closing = false;

  constructor(settings: IngestSettings, handlers: IngestHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
    // whoever does not wait for one of them hears of the failure through the other or onCrash
    this.#opened.promise.catch(() => undefined);
    this.#listening.promise.catch(() => undefined);
  }

  /**
   * Starts the thread and opens the journal.
   *
   * @throws Error with one sentence when the journal cannot be used
   */
  open(): Promise<OpenedJournal> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#settings,
      name: 'posko-ingest',
    });
    this.#worker = worker;
    worker.on('error', (error) => this.#failed(error));
    worker.on('message', (message: FromIngest) => this.#take(message));
    return this.#opened.promise;
  }

  /**
   * Opens the door.
   *
   * @param trackers who may speak; known before the first connection is taken
   * @param after new records get higher sequences than this
   * @returns the MQTT port
   * @throws ListenError when the address cannot be had
   */
  listen(trackers: readonly Tracker[], after: number): Promise<number> {
    this.setTrackers(trackers);
    this.#say({ type: 'listen', after });
    return this.#listening.promise;
  }

  /** Replaces the trackers that may speak. */
  setTrackers(trackers: readonly Tracker[]): void {
    this.#say({ type: 'trackers', trackers });
  }

  /**
   * Puts an input of the server's own at the end of the order of events. It comes back through
   * `onChunk`, at its place in that order.
   *
   * @param isUrgent an SOS or an alarm event, which may use the journal's reserve
   * @returns whether it is on disk
   * @throws RangeError when it is longer than a record may be
   */
  append(input: JournalInput, isUrgent: boolean): Promise<boolean> {
    if (frameLength(input) > maxBodyBytes) {
      throw new RangeError(`a journal record has at most ${maxBodyBytes} bytes`);
    }
    const number = ++this.#appended;
    return new Promise((resolve) => {
      this.#appending.set(number, resolve);
      this.#say({ type: 'append', number, input, isUrgent });
    });
  }

  /** A consumer has all records up to this one, which may be dropped when every consumer has. */
  setConsumed(consumer: string, sequence: number): void {
    this.#say({ type: 'consumed', consumer, sequence });
  }

  /** Ends all connections; every message that was acknowledged is in the journal when this resolves. */
  async close(): Promise<void> {
    if (this.#worker === undefined || this.#worker.threadId === -1) return;
    this.#closing = true;
    const exited = once(this.#worker, 'exit');
    this.#say({ type: 'close' });
    await exited;
  }

  #take(message: FromIngest): void {
    switch (message.type) {
      case 'opened':
        this.#opened.resolve(message);
        return;
      case 'notOpened':
        this.#closing = true;
        this.#opened.reject(new ObstacleError(message.detail));
        return;
      case 'listening':
        this.#listening.resolve(message.mqttPort);
        return;
      case 'failed':
        this.#closing = true;
        this.#listening.reject(new ListenError(message.code, message.detail));
        return;
      case 'chunk':
        this.#handlers.onChunk(message.chunk);
        this.#say({ type: 'credit' });
        return;
      case 'appended':
        this.#appending.get(message.number)?.(message.isStored);
        this.#appending.delete(message.number);
        return;
      case 'report':
        this.#handlers.onReport(message.report);
        return;
      case 'closed':
        if (message.failure !== undefined) {
          this.#handlers.onTrouble(`the journal did not close in order: ${message.failure}`);
        }
        this.#dropAppending();
        return;
    }
  }

  #failed(error: Error): void {
    this.#opened.reject(error);
    this.#listening.reject(error);
    this.#dropAppending();
    if (!this.#closing) this.#handlers.onCrash(error);
  }

  /** Nobody will say any more what became of them. */
  #dropAppending(): void {
    for (const resolve of this.#appending.values()) resolve(false);
    this.#appending.clear();
  }

  #say(message: ToIngest): void {
    this.#worker?.postMessage(message);
  }
}
