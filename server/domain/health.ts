import type { SetAsideCounts } from './setAside.ts';

/** Something that works less well than it should; the server goes on. */
export type Degradation = {
  readonly code:
    | 'database_away'
    | 'map_missing'
    | 'positions_not_stored'
    | 'senders_waiting'
    | 'connections_full';
  /** What happens, since when, what to do. */
  readonly detail: string;
};

/** Body of `GET /health/ready`. */
export type Health = {
  readonly status: 'ready' | 'degraded';
  readonly degradations: readonly Degradation[];
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly startedAt: string;
  readonly door: {
    readonly connections: number;
    readonly maxConnections: number;
    readonly admitted: number;
    readonly waiting: number;
  };
  /** Positions by verdict since the start. */
  readonly positions: Readonly<Record<string, number>>;
  readonly storage: {
    readonly kind: 'embedded' | 'external';
    readonly queued: number;
    readonly written: number;
    readonly duplicates: number;
    readonly notStored: number;
  };
  readonly live: { readonly screens: number; readonly refusedMessages: number };
  /** What was not taken in, by reason, with the newest case of each. */
  readonly setAside: SetAsideCounts;
};
