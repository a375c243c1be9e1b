import type { TrackerDoor } from '../domain/principal.ts';
import type { RosterEntry, Tracker, Unit, UnitKind } from '../domain/unit.ts';

/** What judging a fix has to know of its tracker. */
export type JudgedTracker = {
  readonly key: number;
  /** Of the unit that carries it. */
  readonly kind: UnitKind;
  readonly timeZone: string | undefined;
};

/** A tracker with as much as is known of how it may say who it is. */
type Registered = Tracker & Partial<TrackerDoor>;

/** Who is registered: the units and the trackers that they carry, looked up by what messages and people say. */
export class Roster {
  #trackers: readonly Registered[] = [];
  #entries: readonly RosterEntry[] = [];
  #trackerById = new Map<string, Registered>();
  #judgedById = new Map<string, JudgedTracker>();
  #entryById = new Map<string, RosterEntry>();
  #trackerByUnit = new Map<number, Tracker>();
  #trackersByUnit = new Map<number, readonly Registered[]>();
  #unitByKey: ReadonlyMap<number, Unit> = new Map();
  #operationRegions: ReadonlyMap<number, readonly string[]> = new Map();
  #operations: ReadonlyMap<number, readonly number[]> = new Map();
  #bearers: ReadonlyMap<number, string> = new Map();

  /**
   * Replaces everything. A unit without a tracker is not shown: nothing can be known of it.
   *
   * @param operationRegions regions of the operations that a unit works for now, by its key
   */
  set(
    trackers: readonly Registered[],
    units: readonly Unit[],
    operationRegions: ReadonlyMap<number, readonly string[]>,
  ): void {
    this.#operationRegions = operationRegions;
    this.#trackers = trackers;
    this.#trackerById = new Map(trackers.map((tracker) => [tracker.id, tracker]));
    // a primary after a backup of the same unit, which it replaces
    const primariesLast = trackers.toSorted((a, b) => a.role.localeCompare(b.role));
    this.#trackerByUnit = new Map(primariesLast.map((tracker) => [tracker.unitKey, tracker]));
    this.#trackersByUnit = Map.groupBy(trackers, ({ unitKey }) => unitKey);
    const unitByKey = new Map(units.map((unit) => [unit.key, unit]));
    this.#judgedById = new Map(
      trackers.map(({ id, key, unitKey, timeZone }) => {
        const kind = unitByKey.get(unitKey)?.kind ?? 'other';
        return [id, { key, kind, timeZone }];
      }),
    );
    this.#unitByKey = unitByKey;
    const entries = [...unitByKey.values()].flatMap((unit) => {
      const tracker = this.#trackerByUnit.get(unit.key);
      return tracker === undefined ? [] : [{ ...unit, trackerId: tracker.id }];
    });
    this.#entries = entries.toSorted((a, b) => a.key - b.key);
    this.#entryById = new Map(this.#entries.map((entry) => [entry.id, entry]));
  }

  get trackers(): readonly Registered[] {
    return this.#trackers;
  }

  /** The units in the order of their keys. */
  get entries(): readonly RosterEntry[] {
    return this.#entries;
  }

  trackerById(id: string): Registered | undefined {
    return this.#trackerById.get(id);
  }

  /** The same as a fix of it is judged by. */
  judgedById(id: string): JudgedTracker | undefined {
    return this.#judgedById.get(id);
  }

  /** True when one of a unit's trackers may speak by its id alone: anybody could be it. */
  isWeak(unitKey: number): boolean {
    return this.trackersOf(unitKey).some(({ isWeak }) => isWeak === true);
  }

  /** All trackers that a unit carries, primary and backups, in no order. */
  trackersOf(unitKey: number): readonly Registered[] {
    return this.#trackersByUnit.get(unitKey) ?? [];
  }

  kindOf(unitKey: number): UnitKind {
    return this.#unitByKey.get(unitKey)?.kind ?? 'other';
  }

  /** The regions that a unit belongs to now: its home, and those of the operations it works for. */
  regionsOf(unit: Pick<Unit, 'key' | 'region'>): readonly string[] {
    return [unit.region, ...(this.#operationRegions.get(unit.key) ?? [])];
  }

  /** Replaces for which operations units work now: keys of those by keys of these. */
  setOperations(operations: ReadonlyMap<number, readonly number[]>): void {
    this.#operations = operations;
  }

  /** Keys of the operations that a unit works for now, in order. */
  operationsOf(unitKey: number): readonly number[] {
    return this.#operations.get(unitKey) ?? [];
  }

  /** Replaces who carries which unit, by its key. Kept apart from the entries, which go to every screen. */
  setBearers(bearers: ReadonlyMap<number, string>): void {
    this.#bearers = bearers;
  }

  /** Who carries a unit: names a person. */
  bearerOf(unitKey: number): string | undefined {
    return this.#bearers.get(unitKey);
  }

  unitOf(unitKey: number): Unit | undefined {
    return this.#unitByKey.get(unitKey);
  }

  unitById(id: string): RosterEntry | undefined {
    return this.#entryById.get(id);
  }
}
