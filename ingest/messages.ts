import type { RawBatch } from '../server/domain/rawBatch.ts';
import type { SetAsideCounts } from '../server/domain/setAside.ts';
import type { Tracker } from '../server/domain/unit.ts';

/** What the ingest thread is told at its start. */
export type IngestSettings = {
  /** Port 0 = any free port. */
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly maxConnections: number;
};

/** What the server thread says to the ingest thread. */
export type ToIngest =
  /** All trackers that may speak; replaces what was known. */
  | { readonly type: 'trackers'; readonly trackers: readonly Tracker[] }
  /** One batch is worked off: another may be sent. */
  | { readonly type: 'credit' }
  | { readonly type: 'close' };

/** What the ingest thread says to the server thread. */
export type FromIngest =
  | { readonly type: 'listening'; readonly mqttPort: number }
  /** It cannot listen; `code` is the system's (EADDRINUSE, EACCES ...). */
  | { readonly type: 'failed'; readonly code: string; readonly detail: string }
  | { readonly type: 'batch'; readonly batch: RawBatch }
  | { readonly type: 'report'; readonly report: IngestReport }
  | { readonly type: 'closed' };

/** The state of the door, told when it changed, at most once a second. */
export type IngestReport = {
  readonly connections: number;
  readonly maxConnections: number;
  /** Messages let in since the start. */
  readonly admitted: number;
  /** Messages whose senders wait because the server thread is behind. */
  readonly waiting: number;
  readonly setAside: SetAsideCounts;
};
