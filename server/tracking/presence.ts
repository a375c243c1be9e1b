import { minuteMs } from '../domain/durations.ts';
import type { Presence, PresenceThresholds } from '../domain/presence.ts';
import type { Contact } from '../domain/principal.ts';

/** What is known of a tracker's contact. All times epoch ms. */
export type TrackerContact = {
  /** When it last said anything; undefined: never. */
  readonly atMs: number | undefined;
  /** It has a connection of its own. */
  readonly isConnected: boolean;
  /** When it, or its last will, said that it has gone; undefined since it was heard again. */
  readonly goneAtMs: number | undefined;
};

/** A tracker that was never heard. */
export const noContact: TrackerContact = {
  atMs: undefined,
  isConnected: false,
  goneAtMs: undefined,
};

/** A tracker that said it goes is lost after this: phones go and come back while they change networks. */
export const goneAfterMs = minuteMs;
/**
 * An open connection counts as contact for so many times longer: a phone that stands still says
 * nothing for long, but one whose network has gone keeps its connection for hours, too.
 */
const connectedFactor = 3;

/** The contact after a message of the tracker. */
export function heard(contact: TrackerContact, atMs: number): TrackerContact {
  if (contact.atMs !== undefined && contact.atMs >= atMs && contact.goneAtMs === undefined) {
    return contact;
  }
  const isBack = contact.goneAtMs !== undefined && atMs > contact.goneAtMs;
  return {
    ...contact,
    atMs: Math.max(atMs, contact.atMs ?? atMs),
    goneAtMs: isBack ? undefined : contact.goneAtMs,
  };
}

/** The contact after what the door says of it. */
export function reported(contact: TrackerContact, { atMs, isConnected }: Contact): TrackerContact {
  return { ...heard(contact, atMs), isConnected };
}

/** The contact after word that the tracker has gone. It is no sign of life: a broker says it. */
export function gone(contact: TrackerContact, atMs: number): TrackerContact {
  return { ...contact, goneAtMs: atMs };
}

/**
 * Whether a tracker is there (domain/presence.ts).
 *
 * @param newestAtMs when its newest believable fix was measured; undefined: there is none
 */
export function trackerPresence(
  { atMs, isConnected, goneAtMs }: TrackerContact,
  newestAtMs: number | undefined,
  { lateAfterMs, lostAfterMs }: PresenceThresholds,
  nowMs: number,
): Presence {
  if (atMs === undefined) return 'lost';
  // a connection that is open since is another one than the one that was lost
  const hasGone = goneAtMs !== undefined && !isConnected && nowMs - goneAtMs > goneAfterMs;
  const isSilent = nowMs - atMs > lostAfterMs * (isConnected ? connectedFactor : 1);
  if (hasGone || isSilent) return 'lost';
  if (newestAtMs === undefined) return 'no_fix';
  return nowMs - newestAtMs > lateAfterMs ? 'late' : 'live';
}

/** From the best to the worst. */
const rank: Readonly<Record<Presence, number>> = { live: 0, late: 1, no_fix: 2, lost: 3 };

/**
 * Whether a unit is there: as the tracker whose place it is shown at (driverRule.ts), unless that is
 * lost; then as the best of the others, of which one may be in contact.
 *
 * @param driver undefined: no place is known of it
 */
export function unitPresence(driver: Presence | undefined, others: readonly Presence[]): Presence {
  if (driver !== undefined && driver !== 'lost') return driver;
  return others.reduce<Presence>((best, each) => (rank[each] < rank[best] ? each : best), 'lost');
}
