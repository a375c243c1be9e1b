import {
  deltaKind,
  encodeFrame,
  nextSequence,
  snapshotKind,
  type UnitState,
} from '../domain/liveFrame.ts';
import type { PresenceMessage } from '../domain/liveMessage.ts';
import { type Presence, presences } from '../domain/presence.ts';
import type { RosterEntry } from '../domain/unit.ts';

/**
 * What one permission scope sees: its units' newest fixes, and what of them changed since the last
 * frame. A frame is encoded once, however many screens show it.
 */
export class LiveFeed {
  readonly #states: ReadonlyMap<number, UnitState>;
  readonly #presences: ReadonlyMap<number, Presence>;
  /** Units whose presence changed since the last message of it. */
  readonly #presenceChanged = new Set<number>();
  #visible: ReadonlySet<number>;
  readonly #changed = new Set<number>();
  #roster: readonly RosterEntry[];
  #rosterVersion = 1;
  /** True from a change of the roster until the next frame, which brings it to the screens. */
  #rosterChanged = false;
  #sequence = 0;
  /** The snapshot at #sequence, kept for the screens that ask within the same tick. */
  #snapshot: Uint8Array<ArrayBuffer> | undefined;
  #ticksSinceFrame = 0;

  /**
   * @param states where every unit is, of whatever scope; the owner changes it and calls `changed`
   * @param presences whether every unit is there, likewise; the owner calls `presenceChanged`
   * @param roster the units of this scope
   */
  constructor(
    states: ReadonlyMap<number, UnitState>,
    presences: ReadonlyMap<number, Presence>,
    roster: readonly RosterEntry[],
  ) {
    this.#states = states;
    this.#presences = presences;
    this.#roster = roster;
    this.#visible = new Set(roster.map(({ key }) => key));
  }

  /** The units of this scope and the version of that list. */
  get roster(): { readonly version: number; readonly units: readonly RosterEntry[] } {
    return { version: this.#rosterVersion, units: this.#roster };
  }

  /**
   * Replaces the units of this scope. Those that are gone are in no further frame; those that are
   * new are in the next.
   */
  setRoster(roster: readonly RosterEntry[]): void {
    const before = this.#visible;
    this.#roster = roster;
    this.#rosterVersion += 1;
    this.#rosterChanged = true;
    this.#snapshot = undefined;
    this.#visible = new Set(roster.map(({ key }) => key));
    for (const key of this.#changed) if (!this.#visible.has(key)) this.#changed.delete(key);
    // every screen gets all of it with the new roster
    this.#presenceChanged.clear();
    for (const key of this.#visible) {
      if (!before.has(key) && this.#states.has(key)) this.#changed.add(key);
    }
  }

  /** A unit has moved; nothing of it leaves the server when it is not of this scope. */
  changed(unitKey: number): void {
    if (this.#visible.has(unitKey)) this.#changed.add(unitKey);
  }

  /** A unit is there in another way than before; not told where it is not of this scope. */
  presenceChanged(unitKey: number): void {
    if (this.#visible.has(unitKey)) this.#presenceChanged.add(unitKey);
  }

  /** Whose presence changed since the last time, as text; undefined: nobody's. */
  takePresence(): string | undefined {
    if (this.#presenceChanged.size === 0) return undefined;
    const text = this.#presenceText(false, this.#presenceChanged);
    this.#presenceChanged.clear();
    return text;
  }

  /** Whether each unit of this scope is there, as text. */
  presence(): string {
    return this.#presenceText(true, this.#visible);
  }

  #presenceText(complete: boolean, keys: Iterable<number>): string {
    const units: [number, number][] = [];
    for (const key of keys) {
      const presence = this.#presences.get(key);
      if (presence !== undefined) units.push([key, presences.indexOf(presence)]);
    }
    const rosterVersion = this.#rosterVersion;
    const message: PresenceMessage = { type: 'presence', rosterVersion, complete, units };
    return JSON.stringify(message);
  }

  /**
   * True when a frame is due: something changed, or there was none for so many ticks. Called once a
   * tick; counted in ticks, not by the clock, which can step back.
   */
  isDue(maxTicks: number): boolean {
    this.#ticksSinceFrame += 1;
    return this.#changed.size > 0 || this.#rosterChanged || this.#ticksSinceFrame >= maxTicks;
  }

  /** The next frame: what changed since the one before. Without changes it is an empty one, a sign of life. */
  takeDelta(nowMs: number): Uint8Array<ArrayBuffer> {
    const units: UnitState[] = [];
    for (const key of this.#changed) {
      const state = this.#states.get(key);
      if (state !== undefined) units.push(state);
    }
    this.#changed.clear();
    this.#rosterChanged = false;
    this.#ticksSinceFrame = 0;
    this.#sequence = nextSequence(this.#sequence);
    this.#snapshot = undefined;
    return encodeFrame(
      {
        kind: deltaKind,
        sequence: this.#sequence,
        serverTimeMs: nowMs,
        rosterVersion: this.#rosterVersion,
      },
      units,
    );
  }

  /**
   * All units as they are, standing at the newest delta's sequence. It may hold changes that the
   * next delta brings again, which does no harm.
   */
  snapshot(nowMs: number): Uint8Array<ArrayBuffer> {
    this.#snapshot ??= encodeFrame(
      {
        kind: snapshotKind,
        sequence: this.#sequence,
        serverTimeMs: nowMs,
        rosterVersion: this.#rosterVersion,
      },
      [...this.#visible].flatMap((key) => this.#states.get(key) ?? []),
    );
    return this.#snapshot;
  }
}
