import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RawBatch } from '../server/domain/rawBatch.ts';
import type { Tracker } from '../server/domain/unit.ts';
import type { FromIngest, IngestReport, IngestSettings, ToIngest } from './messages.ts';

/** What the server thread does with what ingest says. */
export type IngestHandlers = {
  /** Called for each batch in order; when it returns, ingest may send another. */
  readonly onBatch: (batch: RawBatch) => void;
  readonly onReport: (report: IngestReport) => void;
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

/** The ingest thread, seen from the server thread. */
export class Ingest {
  readonly #settings: IngestSettings;
  readonly #handlers: IngestHandlers;
  #worker: Worker | undefined;
  #closing = false;

  constructor(settings: IngestSettings, handlers: IngestHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /**
   * Starts the thread and waits until it listens.
   *
   * @param trackers who may speak; known before the first connection is taken
   * @returns the MQTT port
   * @throws ListenError when the address cannot be had
   */
  async start(trackers: readonly Tracker[]): Promise<number> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#settings,
      name: 'posko-ingest',
    });
    this.#worker = worker;
    // sent before the thread runs, so handled before its first connection
    this.setTrackers(trackers);
    return new Promise<number>((resolve, reject) => {
      worker.on('error', (error) => {
        reject(error);
        if (!this.#closing) this.#handlers.onCrash(error);
      });
      worker.on('message', (message: FromIngest) => {
        switch (message.type) {
          case 'listening':
            resolve(message.mqttPort);
            return;
          case 'failed':
            this.#closing = true;
            reject(new ListenError(message.code, message.detail));
            return;
          case 'batch':
            this.#handlers.onBatch(message.batch);
            this.#say({ type: 'credit' });
            return;
          case 'report':
            this.#handlers.onReport(message.report);
            return;
          case 'closed':
            return;
        }
      });
    });
  }

  /** Replaces the trackers that may speak. */
  setTrackers(trackers: readonly Tracker[]): void {
    this.#say({ type: 'trackers', trackers });
  }

  /** Ends all connections; every message that was acknowledged has come through `onBatch` when this resolves. */
  async close(): Promise<void> {
    if (this.#worker === undefined || this.#worker.threadId === -1) return;
    this.#closing = true;
    const exited = once(this.#worker, 'exit');
    this.#say({ type: 'close' });
    await exited;
  }

  #say(message: ToIngest): void {
    this.#worker?.postMessage(message);
  }
}
