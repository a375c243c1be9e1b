import type { AlarmDetails, AlarmLoadDetails } from './alarmDetails.ts';
import type { IncidentDetails } from './incidentDetails.ts';
import type { RosterEntry } from './unit.ts';

/** Subprotocol of `/api/v1/live`; a browser that asks for no other is refused. */
export const liveSubprotocol = 'posko.v1';

/** First message of a live socket. */
export type HelloMessage = {
  readonly type: 'hello';
  /** Version of the server program. */
  readonly version: string;
  /** The server's clock when this was sent, UTC epoch milliseconds. */
  readonly serverTimeMs: number;
  /** Where trackers connect, on the same machine; null: not here. */
  readonly mqttPort: number | null;
  /** Length of a tick: deltas come at most this often. */
  readonly tickMs: number;
  /** `demo` is throwaway data and must be marked on every screen. */
  readonly mode: 'live' | 'demo';
};

/** The units that frames speak of. Comes before the first frame that names a unit in it. */
export type UnitsMessage = {
  readonly type: 'units';
  /** Grows by one with each roster change; frames carry the version that they rest on. */
  readonly rosterVersion: number;
  /** True: this is the whole roster and replaces the old one. False: add or replace these. */
  readonly complete: boolean;
  readonly units: readonly RosterEntry[];
};

/**
 * Whether units are there. Comes complete after each complete roster, then with what changed, at most
 * twice a second.
 */
export type PresenceMessage = {
  readonly type: 'presence';
  /** Of the roster that the keys belong to. */
  readonly rosterVersion: number;
  /** True: this is of all units, and replaces what was known. */
  readonly complete: boolean;
  /** Key of a unit, and an index into `presences` (presence.ts). */
  readonly units: readonly (readonly [unitKey: number, presence: number])[];
};

/**
 * Alarms that are not closed, as they are now. Comes complete after the hello, then what changed, at
 * once; one that was closed comes a last time as closed.
 */
export type AlarmsMessage = {
  readonly type: 'alarms';
  /** True: these replace all that was known. */
  readonly complete: boolean;
  readonly alarms: readonly AlarmDetails[];
  /**
   * Open alarms that are not sent, since so many are open: the least important and newest of them.
   * The server's list (`/alarms`) has them.
   */
  readonly omitted: number;
  readonly load: AlarmLoadDetails;
};

/** Incidents that are not closed; comes as alarms do. */
export type IncidentsMessage = {
  readonly type: 'incidents';
  readonly complete: boolean;
  readonly incidents: readonly IncidentDetails[];
};

/** Everything the server says as text; frames are binary (see liveFrame.ts). */
export type ServerMessage =
  | HelloMessage
  | UnitsMessage
  | PresenceMessage
  | AlarmsMessage
  | IncidentsMessage;

/** Everything a screen may say, as text. `resync` asks for the roster and a snapshot, after a gap. */
export type ClientMessage = { readonly type: 'resync' };

/** Longest text a screen may send, in bytes. Longer, or anything but a ClientMessage, closes the socket. */
export const maxClientMessageBytes = 1024;

/** Close code of a live socket whose session or token has expired: sign in again. */
export const sessionExpired = 4401;
/** Close code when a session or token has ended, or may something else now: ask which, and connect again. */
export const accessChanged = 4403;
