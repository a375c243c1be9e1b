import type { JournalChunk, JournalInput } from '../server/domain/journalRecord.ts';
import type { JournalStatus } from '../server/domain/journalStatus.ts';
import type { SetAsideCounts } from '../server/domain/setAside.ts';
import type { Tracker } from '../server/domain/unit.ts';

/** What the ingest thread is told at its start. */
export type IngestSettings = {
  /** Port 0 = any free port. */
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly maxConnections: number;
  /** Of the server thread's clock (serverClock.ts). */
  readonly clockBaseMs: number;
  readonly journal: {
    readonly dir: string;
    readonly maxBytes: number;
    /** What every consumer has is kept at most this long. */
    readonly keepMs: number;
    /** Those who must have a record before it may be dropped. */
    readonly consumers: readonly string[];
  };
};

/** What the server thread says to the ingest thread. */
export type ToIngest =
  /** Opens the door, once what the journal holds has been read; new records come `after` this one. */
  | { readonly type: 'listen'; readonly after: number }
  /** All trackers that may speak; replaces what was known. */
  | { readonly type: 'trackers'; readonly trackers: readonly Tracker[] }
  /** One chunk is worked off: another may be sent. */
  | { readonly type: 'credit' }
  /** A consumer has all records up to this one. */
  | { readonly type: 'consumed'; readonly consumer: string; readonly sequence: number }
  /** An input of the server's own for the journal; answered by `appended` with the same number. */
  | {
      readonly type: 'append';
      readonly number: number;
      readonly input: JournalInput;
      readonly isUrgent: boolean;
    }
  | { readonly type: 'close' };

/** What the ingest thread says to the server thread. */
export type FromIngest =
  | ({ readonly type: 'opened' } & OpenedJournal)
  /** The journal cannot be used; `detail` is for the person at the terminal. */
  | { readonly type: 'notOpened'; readonly detail: string }
  | { readonly type: 'listening'; readonly mqttPort: number }
  /** It cannot listen; `code` is the system's (EADDRINUSE, EACCES ...). */
  | { readonly type: 'failed'; readonly code: string; readonly detail: string }
  | { readonly type: 'chunk'; readonly chunk: JournalChunk }
  | { readonly type: 'appended'; readonly number: number; readonly isStored: boolean }
  | { readonly type: 'report'; readonly report: IngestReport }
  /** `failure`: why the journal did not close in order. */
  | { readonly type: 'closed'; readonly failure: string | undefined };

/** The journal as the start found it. */
export type OpenedJournal = {
  /** Names it in the checkpoints of its consumers. */
  readonly id: string;
  readonly lastSequence: number;
  /** What a crash left at its end and was cut off, bytes. */
  readonly tornBytes: number;
  /** Files that a failing disk had left and that were put aside. */
  readonly leftOver: readonly string[];
};

/** The state of the door, told when it changed, at most once a second. */
export type IngestReport = {
  readonly connections: number;
  readonly maxConnections: number;
  /** Messages let in since the start. */
  readonly admitted: number;
  /** Messages that wait for their acknowledgement. */
  readonly waiting: number;
  /** Messages of QoS 0 that could not be stored, and that nobody will send again. */
  readonly lost: number;
  readonly journal: JournalStatus;
  readonly setAside: SetAsideCounts;
};
