import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  frameLength,
  type JournalChunk,
  type JournalInput,
  maxBodyBytes,
} from '../server/domain/journalRecord.ts';
import { ObstacleError } from '../server/domain/obstacleError.ts';
import type { OutMessage } from '../server/domain/outMessage.ts';
import type { Contact, Principals } from '../server/domain/principal.ts';
import type {
  SecretCheck,
  SecretChecked,
  Submission,
  Submitted,
} from '../server/domain/submission.ts';
import type {
  DoorPorts,
  FromIngest,
  IngestReport,
  IngestSettings,
  OpenedJournal,
  ToIngest,
  UnknownCaller,
} from './messages.ts';

/** What the server thread does with what ingest says. */
export type IngestHandlers = {
  /** Called for each chunk of the journal, in order; when it returns, ingest may send another. */
  readonly onChunk: (chunk: JournalChunk) => void;
  readonly onReport: (report: IngestReport) => void;
  /** Looks whether somebody has the right secret; unknown ids come too. */
  readonly onVerify: (check: SecretCheck) => Promise<SecretChecked>;
  /** Somebody unknown was named without a secret. */
  readonly onUnknown: (unknown: UnknownCaller) => void;
  /** Trackers came, went, or are still there; at most once a second. */
  readonly onContacts: (contacts: readonly Contact[]) => void;
  /** Something went wrong that others do not have to act upon; a sentence for the log. */
  readonly onTrouble: (sentence: string) => void;
  /** The thread ended although nobody closed it: the server cannot go on. */
  readonly onCrash: (error: Error) => void;
};

/**
 * Why ingest cannot listen, and where. `code` is the system's, or `bad_certificate`: then the
 * message is for the person at the terminal.
 */
export class ListenError extends Error {
  readonly code: string;
  readonly door: 'mqtt' | 'mqtts';
  constructor(code: string, door: 'mqtt' | 'mqtts', detail: string) {
    super(detail);
    this.name = 'ListenError';
    this.code = code;
    this.door = door;
  }
}

/** What somebody is told whose secret could not be looked at for a reason of our own, ms. */
const afterFailureMs = 5_000;

/** The ingest thread, with the journal that it writes, seen from the server thread. */
export class Ingest {
  readonly #settings: IngestSettings;
  readonly #handlers: IngestHandlers;
  readonly #opened = Promise.withResolvers<OpenedJournal>();
  readonly #listening = Promise.withResolvers<DoorPorts>();
  /** Those who wait until what they appended is on disk. */
  readonly #appending = new Map<number, (isStored: boolean) => void>();
  #appended = 0;
  /** Those who wait for what became of what they submitted. */
  readonly #submitting = new Map<number, (submitted: Submitted) => void>();
  #submitted = 0;
  /** Those who wait until what they tell others is on its way. */
  readonly #publishing = new Map<number, () => void>();
  #published = 0;
  /** Those who wait until the certificate was read anew, first come first. */
  readonly #reloading: ((failure: string | undefined) => void)[] = [];
  #worker: Worker | undefined;
  #closing = false;
  /** It says nothing any more. */
  #isGone = false;

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
   * @param principals who may speak; known before the first connection is taken
   * @param after new records get higher sequences than this
   * @returns where it listens
   * @throws ListenError when an address cannot be had
   */
  listen(principals: Principals, after: number): Promise<DoorPorts> {
    this.setPrincipals(principals);
    this.#say({ type: 'listen', after });
    return this.#listening.promise;
  }

  /** Replaces all who may speak. Connections of those who no longer may are ended. */
  setPrincipals(principals: Principals): void {
    this.#say({ type: 'principals', principals });
  }

  /** Hands a message in that came another way than by MQTT. Resolves when its fate is known. */
  submit(submission: Submission): Promise<Submitted> {
    if (this.#isGone) return Promise.resolve({ outcome: 'not_stored' });
    this.#submitted += 1;
    const number = this.#submitted;
    return new Promise((resolve) => {
      this.#submitting.set(number, resolve);
      this.#say({ type: 'submit', number, submission });
    });
  }

  /** Reads certificate and key anew. Resolves with why the old ones go on, if they do. */
  reloadTls(): Promise<string | undefined> {
    if (this.#isGone) return Promise.resolve('the door is closed');
    return new Promise((resolve) => {
      this.#reloading.push(resolve);
      this.#say({ type: 'reloadTls' });
    });
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
    if (this.#isGone) return Promise.resolve(false);
    const number = ++this.#appended;
    return new Promise((resolve) => {
      this.#appending.set(number, resolve);
      this.#say({ type: 'append', number, input, isUrgent });
    });
  }

  /**
   * Tells other systems by MQTT: those who listen at our own broker, or the broker of others. Resolves
   * when the messages are on their way or in a bounded queue, so that who waits for it before the next
   * ones sends no faster than the door can.
   */
  publish(messages: readonly OutMessage[]): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    const number = ++this.#published;
    return new Promise((resolve) => {
      this.#publishing.set(number, resolve);
      this.#say({ type: 'publish', number, messages });
    });
  }

  /** Ends the connections of those who listen by these tokens (`Access.credential`). */
  endListeners(credentials: readonly string[]): void {
    this.#say({ type: 'endListeners', credentials });
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
        this.#listening.resolve(message.ports);
        return;
      case 'failed':
        this.#closing = true;
        this.#listening.reject(new ListenError(message.code, message.door, message.detail));
        return;
      case 'chunk':
        this.#handlers.onChunk(message.chunk);
        this.#say({ type: 'credit' });
        return;
      case 'appended':
        this.#appending.get(message.number)?.(message.isStored);
        this.#appending.delete(message.number);
        return;
      case 'published':
        this.#publishing.get(message.number)?.();
        this.#publishing.delete(message.number);
        return;
      case 'report':
        this.#handlers.onReport(message.report);
        return;
      case 'verify':
        void this.#verify(message.number, message.check);
        return;
      case 'submitted':
        this.#submitting.get(message.number)?.(message.submitted);
        this.#submitting.delete(message.number);
        return;
      case 'unknown':
        this.#handlers.onUnknown(message);
        return;
      case 'contacts':
        this.#handlers.onContacts(message.contacts);
        return;
      case 'tlsReloaded':
        this.#reloading.shift()?.(message.failure);
        return;
      case 'closed':
        if (message.failure !== undefined) {
          this.#handlers.onTrouble(`the journal did not close in order: ${message.failure}`);
        }
        this.#dropWaiting();
        return;
    }
  }

  #failed(error: Error): void {
    this.#opened.reject(error);
    this.#listening.reject(error);
    this.#dropWaiting();
    if (!this.#closing) this.#handlers.onCrash(error);
  }

  /** Nobody will say any more what became of them. */
  #dropWaiting(): void {
    this.#isGone = true;
    for (const resolve of this.#appending.values()) resolve(false);
    this.#appending.clear();
    for (const resolve of this.#submitting.values()) resolve({ outcome: 'not_stored' });
    this.#submitting.clear();
    for (const resolve of this.#publishing.values()) resolve();
    this.#publishing.clear();
    for (const resolve of this.#reloading.splice(0)) resolve('the door is closed');
  }

  async #verify(number: number, check: SecretCheck): Promise<void> {
    let checked: SecretChecked;
    try {
      checked = await this.#handlers.onVerify(check);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#handlers.onTrouble(`the secret of "${check.id}" could not be looked at: ${why}`);
      checked = { isRight: false, retryAfterMs: afterFailureMs };
    }
    this.#say({ type: 'verified', number, checked });
  }

  #say(message: ToIngest): void {
    this.#worker?.postMessage(message);
  }
}
