import { type Presence, presenceThresholds } from '../domain/presence.ts';
import type { Contact } from '../domain/principal.ts';
import type { Tracker, UnitKind } from '../domain/unit.ts';
import { drivingTrack } from './drivingTrack.ts';
import {
  gone,
  heard,
  noContact,
  reported,
  type TrackerContact,
  trackerPresence,
  unitPresence,
} from './presence.ts';
import type { Roster } from './roster.ts';
import { measuredAtMs } from './track.ts';
import type { Tracks } from './tracks.ts';

/** Who is there: the contact of every registered tracker, and what it makes of its unit. */
export class PresenceKeeper {
  readonly #roster: Roster;
  readonly #tracks: Tracks;
  #contacts = new Map<number, TrackerContact>();
  /** As it was told last, by unit key. */
  #told = new Map<number, Presence>();

  constructor(roster: Roster, tracks: Tracks) {
    this.#roster = roster;
    this.#tracks = tracks;
  }

  /** Takes over who is registered: known trackers keep their contact, others go. */
  setTrackers(trackers: readonly Tracker[]): void {
    this.#contacts = new Map(
      trackers.map(({ key }) => [key, this.#contacts.get(key) ?? noContact]),
    );
    const units = new Set(trackers.map(({ unitKey }) => unitKey));
    for (const key of this.#told.keys()) if (!units.has(key)) this.#told.delete(key);
  }

  heard(trackerKey: number, atMs: number): void {
    this.#change(trackerKey, (contact) => heard(contact, atMs));
  }

  reported(trackerKey: number, news: Contact): void {
    this.#change(trackerKey, (contact) => reported(contact, news));
  }

  gone(trackerKey: number, atMs: number): void {
    this.#change(trackerKey, (contact) => gone(contact, atMs));
  }

  /** The units whose presence is another than when this was asked last. */
  changes(nowMs: number): ReadonlyMap<number, Presence> {
    const changes = new Map<number, Presence>();
    for (const { key, kind } of this.#roster.entries) {
      const presence = this.#presenceOf(key, kind, nowMs);
      if (this.#told.get(key) === presence) continue;
      this.#told.set(key, presence);
      changes.set(key, presence);
    }
    return changes;
  }

  /** Whether a unit is there now, and when any of its trackers last said anything. */
  stateOf(
    unitKey: number,
    nowMs: number,
  ): { readonly presence: Presence; readonly contactAtMs: number | null } {
    const trackers = this.#roster.trackersOf(unitKey);
    const times = trackers.flatMap(({ key }) => this.#contacts.get(key)?.atMs ?? []);
    return {
      presence: this.#presenceOf(unitKey, this.#roster.kindOf(unitKey), nowMs),
      contactAtMs: times.length === 0 ? null : Math.max(...times),
    };
  }

  #presenceOf(unitKey: number, kind: UnitKind, nowMs: number): Presence {
    const thresholds = presenceThresholds[kind];
    const trackers = this.#roster.trackersOf(unitKey);
    const driving = drivingTrack(trackers, kind, (key) => this.#tracks.get(key));
    let driver: Presence | undefined;
    const others: Presence[] = [];
    for (const { key } of trackers) {
      const { newest, newestReceivedAtMs } = this.#tracks.get(key) ?? {};
      const newestAtMs =
        newest === undefined || newestReceivedAtMs === undefined
          ? undefined
          : measuredAtMs(newest, newestReceivedAtMs);
      const contact = this.#contacts.get(key) ?? noContact;
      const presence = trackerPresence(contact, newestAtMs, thresholds, nowMs);
      if (key === driving?.trackerKey) driver = presence;
      else others.push(presence);
    }
    return unitPresence(driver, others);
  }

  #change(trackerKey: number, change: (contact: TrackerContact) => TrackerContact): void {
    const contact = this.#contacts.get(trackerKey);
    if (contact !== undefined) this.#contacts.set(trackerKey, change(contact));
  }
}
