import type { JournalStatus } from './journalStatus.ts';
import type { SetAsideCounts } from './setAside.ts';

/** Something that works less well than it should; the server goes on. */
export type Degradation = {
  readonly code:
    | 'database_away'
    | 'database_refuses'
    | 'records_left_out'
    | 'map_missing'
    | 'journal_filling'
    | 'journal_not_storing'
    | 'journal_without_reserve'
    | 'journal_damaged'
    | 'journal_unreadable'
    | 'messages_lost'
    | 'quarantine_skipped'
    | 'clock_set_back'
    | 'database_lacks'
    | 'database_upkeep'
    | 'connections_full'
    | 'broker_away'
    | 'certificate_old'
    | 'transitions_lost'
    | 'transitions_waiting'
    | 'alarms_lost'
    | 'alarms_waiting'
    | 'alarms_overflowed'
    | 'live_state_not_kept';
  /** What happens, since when, what to do. */
  readonly detail: string;
};

/** Body of `GET /health/ready`. */
export type Health = {
  /** `not_ready`: the journal does not store. Messages are still shown. */
  readonly status: 'ready' | 'degraded' | 'not_ready';
  readonly degradations: readonly Degradation[];
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly startedAt: string;
  readonly door: {
    readonly connections: number;
    readonly maxConnections: number;
    readonly admitted: number;
    /** Messages that wait for their acknowledgement. */
    readonly waiting: number;
    /** Messages without acknowledgement (QoS 0) that could not be stored. */
    readonly lost: number;
    /** What other systems are told by MQTT: who listens, and messages since the start. */
    readonly out: {
      readonly listeners: number;
      readonly sent: number;
      readonly waiting: number;
      readonly dropped: number;
      /** Listeners that were ended since they did not read. */
      readonly ended: number;
      /** Why a broker of others takes nothing; null: it does. */
      readonly error: string | null;
    };
    /** The broker of others that messages are fetched from; null where trackers come to our own. */
    readonly broker: { readonly url: string; readonly isConnected: boolean } | null;
  };
  /** Null until the door's first report. */
  readonly journal: JournalStatus | null;
  /** What is watched for breaches, and what came of it since the start. */
  readonly places: {
    readonly sites: number;
    /** Rings of sites included. */
    readonly fences: number;
    /** Memory of their index, bytes. */
    readonly indexBytes: number;
    /** Number of the newest change of places that counts. */
    readonly change: number;
    /** Positions judged, those of them that one comparison settled, and those that came too late to be live. */
    readonly positions: number;
    readonly settled: number;
    readonly corrected: number;
    /** Fences that a unit was near, beyond the most that are watched for one. */
    readonly unwatched: number;
    /** Fences around units that have no room beside the others: they do not count. */
    readonly movingWaiting: number;
    /** Check-ins for a site that is no more, or has too many. */
    readonly checkInsLeft: number;
    /** Transitions in the database, on their way to it, those that went since too many waited, and those that it refused. */
    readonly transitions: {
      readonly written: number;
      readonly waiting: number;
      readonly dropped: number;
      readonly leftOut: number;
    };
  };
  /** Alarms and incidents that are open, and their events: in the database, on their way to it, gone since too many waited. */
  readonly alarms: {
    readonly open: number;
    readonly unacknowledged: number;
    /** Closed since the start because too many were open. */
    readonly overflowed: number;
    readonly rules: number;
    /** Rules that name a unit that is not there. */
    readonly idleRules: number;
    readonly incidents: number;
    readonly events: {
      readonly written: number;
      readonly waiting: number;
      readonly dropped: number;
      readonly leftOut: number;
    };
  };
  /** Positions by verdict since the start. */
  readonly positions: Readonly<Record<string, number>>;
  readonly storage: {
    readonly kind: 'embedded' | 'external';
    /** Journal records that the database does not have yet. */
    readonly behind: number;
    readonly written: number;
    readonly duplicates: number;
    /** Messages and fixes put in quarantine, and those beyond what is kept that were only counted. */
    readonly quarantined: number;
    readonly quarantineSkipped: number;
    /** Entries of the quarantine that went since the start to make room for newer ones. */
    readonly quarantineDisplaced: number;
    /** What the database took in no form; it is in the journal alone. */
    readonly leftOut: number;
  };
  /** What the rules of single regions and kinds last did; null where there is none, or none ran yet. */
  readonly retentionRules: {
    /** ISO 8601. */
    readonly ranAt: string;
    /** Units that have a rule, and those of them of which an open incident holds something. */
    readonly units: number;
    readonly heldUnits: number;
    /** Positions that went, and what trackers said (SOS, status). */
    readonly deleted: number;
    readonly deletedEvents: number;
    readonly deletedTransitions: number;
  } | null;
  readonly live: { readonly screens: number; readonly refusedMessages: number };
  /** What was not taken in, by reason, with the newest case of each. */
  readonly setAside: SetAsideCounts;
};
