import { decodeReasons } from './fix.ts';
import { acceptReasons } from './position.ts';

/** Why the door did not let a message or a connection in. */
export const doorReasons = [
  'unknown_topic',
  'topic_not_supported',
  'unknown_tracker',
  'wrong_region',
  'bad_credentials',
  'weak_identity_refused',
  'topic_refused',
  'will_refused',
  'flapping',
  'packet_too_large',
  'bad_packet',
  'connect_timeout',
  'keepalive_timeout',
  'unsupported_protocol_version',
  'too_many_connections',
  'connecting_too_fast',
  'sending_too_fast',
  'too_many_in_flight',
  'topic_too_long',
  'too_many_subscriptions',
  'will_too_large',
  'subscription_refused',
] as const;
export type DoorReason = (typeof doorReasons)[number];

/** Every reason for which something is set aside, from the socket to the verdict. Closed: counters cannot grow. */
export const setAsideReasons = [
  ...doorReasons,
  ...decodeReasons,
  'field_ignored',
  ...acceptReasons,
  'database_refused',
] as const;
export type SetAsideReason = (typeof setAsideReasons)[number];

/** How often a reason struck, and the newest case, so that its sender can be found and mended. */
export type SetAsideCount = {
  readonly count: number;
  readonly last: SetAsideCase;
};

/** One case: who, where, what was wrong. Texts are cut to 160 characters: they come from outside. */
export type SetAsideCase = {
  readonly atMs: number;
  readonly detail: string;
  readonly trackerId?: string | undefined;
  readonly topic?: string | undefined;
  readonly address?: string | undefined;
};

export type SetAsideCounts = Partial<Record<SetAsideReason, SetAsideCount>>;

const maxText = 160;

/** Counts what is set aside, by reason, and keeps the newest case of each. */
export class SetAsideCounter {
  readonly #counts = new Map<SetAsideReason, SetAsideCount>();

  /** Counts one case. Returns how often this reason struck so far. */
  add(reason: SetAsideReason, last: SetAsideCase): number {
    const count = (this.#counts.get(reason)?.count ?? 0) + 1;
    this.#counts.set(reason, {
      count,
      last: {
        ...last,
        detail: cut(last.detail),
        trackerId: last.trackerId === undefined ? undefined : cut(last.trackerId),
        topic: last.topic === undefined ? undefined : cut(last.topic),
      },
    });
    return count;
  }

  /** A copy of all counts so far. */
  counts(): SetAsideCounts {
    return Object.fromEntries(this.#counts);
  }
}

function cut(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`;
}
