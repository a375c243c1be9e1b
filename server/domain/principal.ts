import { hourMs } from './durations.ts';
import type { Tracker } from './unit.ts';

/** Speaks for listed trackers under listed topics. */
export type Gateway = {
  readonly key: number;
  /** As a tracker's; a gateway and a tracker never share one. */
  readonly id: string;
  readonly name: string;
  /** Regency whose administrators look after it. */
  readonly region: string;
  /** MQTT topic filters under which it may publish. */
  readonly topics: readonly string[];
  /** Ids of the trackers that it speaks for. */
  readonly trackerIds: readonly string[];
};

/** How a tracker may say who it is. */
export type TrackerDoor = {
  /** May speak by its id alone where its protocol carries no secret. */
  readonly isWeak: boolean;
  /** From where it may do so (CIDR); empty: from everywhere. */
  readonly networks: readonly string[];
};

/** All who may speak at the door. */
export type Principals = {
  readonly trackers: readonly (Tracker & TrackerDoor)[];
  readonly gateways: readonly Gateway[];
  /**
   * By id of a tracker or gateway: grows with each new secret, so that what was known of an older one
   * is forgotten. Absent: it has no secret and is refused wherever one is asked for.
   */
  readonly secretVersions: ReadonlyMap<string, number>;
  /** By id: client certificates that are valid from before that do not count (epoch ms). Absent: all do. */
  readonly certificatesFromMs: ReadonlyMap<string, number>;
};

/**
 * A client certificate is valid from so long before it was made, for clocks that are behind (ms). Those
 * that are revoked are told from later ones by when they begin.
 */
export const certificateEarlyMs = hourMs;

/** How the secret of a tracker or gateway is kept. Never leaves the server thread. */
export type KeptSecret = {
  /** PHC string; null: it has none. */
  readonly hash: string | null;
  /** As in `Principals.secretVersions`. */
  readonly version: number;
};

/** Ways to the door. */
export const doors = ['mqtt', 'mqtts', 'http', 'https', 'broker'] as const;
export type Door = (typeof doors)[number];

/** Somebody unknown who knocked: what the waiting room lists. */
export type WaitingTracker = {
  readonly id: string;
  /** Network address of the newest attempt. */
  readonly address: string;
  readonly door: Door;
  /** What its topic said, where one was seen. */
  readonly region: string | undefined;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly attempts: number;
  /**
   * Stands for the secret that it presented last, which it can keep when it is let in; undefined: it
   * presented none. Another number is another secret.
   */
  readonly secretVersion: number | undefined;
};

/** Whether a tracker is in contact, told by the door. */
export type Contact = {
  readonly trackerId: string;
  /** When it last said anything, a keepalive included; epoch ms. */
  readonly atMs: number;
  /** It has a connection of its own now. */
  readonly isConnected: boolean;
};
