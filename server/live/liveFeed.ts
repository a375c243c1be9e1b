import type { Fix } from '../domain/fix.ts';
import {
  deltaKind,
  encodeFrame,
  nextSequence,
  snapshotKind,
  type UnitState,
} from '../domain/liveFrame.ts';
import type { RosterEntry } from '../domain/unit.ts';

/**
 * What one permission scope sees: its units' newest fixes, and what of them changed since the last
 * frame. A frame is encoded once, however many screens show it.
 */
export class LiveFeed {
  readonly #states = new Map<number, UnitState>();
  readonly #changed = new Set<number>();
  #roster: readonly RosterEntry[] = [];
  #rosterVersion = 0;
  /** True from a change of the roster until the next frame, which brings it to the screens. */
  #rosterChanged = false;
  #sequence = 0;
  /** The snapshot at #sequence, kept for the screens that ask within the same tick. */
  #snapshot: Uint8Array<ArrayBuffer> | undefined;

  /** The units of this scope and the version of that list. */
  get roster(): { readonly version: number; readonly units: readonly RosterEntry[] } {
    return { version: this.#rosterVersion, units: this.#roster };
  }

  /** Replaces the units of this scope. Those that are gone are in no further frame. */
  setRoster(roster: readonly RosterEntry[]): void {
    this.#roster = roster;
    this.#rosterVersion += 1;
    this.#rosterChanged = true;
    this.#snapshot = undefined;
    const keys = new Set(roster.map((entry) => entry.key));
    for (const key of this.#states.keys()) {
      if (!keys.has(key)) {
        this.#states.delete(key);
        this.#changed.delete(key);
      }
    }
  }

  /** Shows a unit at its newest fix, measured at `atMs`; `isStored` is false when it is only shown. */
  show(unitKey: number, fix: Fix, atMs: number, isStored: boolean): void {
    this.#states.set(unitKey, {
      unitKey,
      lon: fix.lon,
      lat: fix.lat,
      fixedAtMs: atMs,
      speedMps: fix.speedMps,
      courseDeg: fix.courseDeg,
      accuracyM: fix.accuracyM,
      isStored,
    });
    this.#changed.add(unitKey);
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0 || this.#rosterChanged;
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
      [...this.#states.values()],
    );
    return this.#snapshot;
  }
}
