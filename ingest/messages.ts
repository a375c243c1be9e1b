import type { DoorLimits } from '../server/domain/doorLimits.ts';
import type { JournalChunk, JournalInput } from '../server/domain/journalRecord.ts';
import type { JournalStatus } from '../server/domain/journalStatus.ts';
import type { OutMessage } from '../server/domain/outMessage.ts';
import type { Contact, Door, Principals } from '../server/domain/principal.ts';
import type { SetAsideCounts } from '../server/domain/setAside.ts';
import type {
  SecretCheck,
  SecretChecked,
  Submission,
  Submitted,
} from '../server/domain/submission.ts';

/** What the ingest thread is told at its start. */
export type IngestSettings = {
  readonly mqtt: {
    readonly host: string;
    /** Port 0 = any free port; undefined: no plain MQTT. */
    readonly port: number | undefined;
    readonly tls: MqttTls | undefined;
  };
  /** A broker of others from which messages are fetched; the own one then does not listen. */
  readonly broker: BrokerAddress | undefined;
  readonly maxConnections: number;
  readonly limits: DoorLimits;
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

/** A broker of others: its URL, with user name and password, and who signed its certificate. */
export type BrokerAddress = { readonly url: string; readonly caFile: string | undefined };

/** MQTT over TLS; files are PEM, absolute. */
export type MqttTls = {
  /** Port 0 = any free port. */
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  /** Whose client certificates count; undefined: none do. */
  readonly caFile: string | undefined;
};

/** Where the door listens. */
export type DoorPorts = { readonly mqtt: number | undefined; readonly mqtts: number | undefined };

/** What the server thread says to the ingest thread. */
export type ToIngest =
  /** Opens the door, once what the journal holds has been read; new records come `after` this one. */
  | { readonly type: 'listen'; readonly after: number }
  /** All who may speak; replaces what was known. */
  | { readonly type: 'principals'; readonly principals: Principals }
  /** Answers `verify`. */
  | { readonly type: 'verified'; readonly number: number; readonly checked: SecretChecked }
  /** A message that came another way than by MQTT; answered by `submitted`. */
  | { readonly type: 'submit'; readonly number: number; readonly submission: Submission }
  /** Reads certificates and keys anew; answered by `tlsReloaded`. */
  | { readonly type: 'reloadTls' }
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
  /** Tells other systems; answered by `published` when it is on its way or waits in its place. */
  | { readonly type: 'publish'; readonly number: number; readonly messages: readonly OutMessage[] }
  /** These tokens count no more, or for something else: who listens by them is ended. */
  | { readonly type: 'endListeners'; readonly credentials: readonly string[] }
  | { readonly type: 'close' };

/** What the ingest thread says to the server thread. */
export type FromIngest =
  | ({ readonly type: 'opened' } & OpenedJournal)
  /** The journal cannot be used; `detail` is for the person at the terminal. */
  | { readonly type: 'notOpened'; readonly detail: string }
  | { readonly type: 'listening'; readonly ports: DoorPorts }
  /** Is this its secret? Known ones are remembered and not asked for again. */
  | { readonly type: 'verify'; readonly number: number; readonly check: SecretCheck }
  | { readonly type: 'submitted'; readonly number: number; readonly submitted: Submitted }
  /** Somebody unknown knocked whom no secret was asked for: a topic or a request named it. */
  | ({ readonly type: 'unknown' } & UnknownCaller)
  /** Those whose contact changed since the last time, at most once a second. */
  | { readonly type: 'contacts'; readonly contacts: readonly Contact[] }
  /** `failure`: the old certificate goes on, and why. */
  | { readonly type: 'tlsReloaded'; readonly failure: string | undefined }
  /** It cannot listen; `code` is the system's (EADDRINUSE, EACCES ...), or `bad_certificate`. */
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly door: 'mqtt' | 'mqtts';
      readonly detail: string;
    }
  | { readonly type: 'chunk'; readonly chunk: JournalChunk }
  | { readonly type: 'appended'; readonly number: number; readonly isStored: boolean }
  | { readonly type: 'published'; readonly number: number }
  | { readonly type: 'report'; readonly report: IngestReport }
  /** `failure`: why the journal did not close in order. */
  | { readonly type: 'closed'; readonly failure: string | undefined };

/** Somebody unknown whose name came without a secret. */
export type UnknownCaller = {
  readonly id: string;
  readonly address: string;
  readonly door: Door;
  /** What its topic said, where one was seen. */
  readonly region: string | undefined;
};

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
  /** The broker of others, where there is one. */
  readonly broker: BrokerReport | undefined;
  /** What is told other systems. */
  readonly out: OutReport;
  /** Messages of QoS 0 that could not be stored, and that nobody will send again. */
  readonly lost: number;
  readonly journal: JournalStatus;
  readonly setAside: SetAsideCounts;
};

/** How it stands with what is told other systems, since the start. */
export type OutReport = {
  /** Connections that listen at our own broker. */
  readonly listeners: number;
  /** Messages that went out, one for each who listens. */
  readonly sent: number;
  /** Messages on their way, and those that went since too many waited. */
  readonly waiting: number;
  readonly dropped: number;
  /** Connections ended since they did not read. */
  readonly ended: number;
  /** Why the broker of others does not take them. */
  readonly error: string | undefined;
};

/** How it stands with the broker of others. */
export type BrokerReport = {
  /** Without user name and password. */
  readonly url: string;
  readonly isConnected: boolean;
  /** Since when it is as it is, epoch ms. */
  readonly sinceMs: number;
  /** Why it is not connected, or what does not arrive although it is. */
  readonly error: string | undefined;
};
