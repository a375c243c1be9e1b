import type { Alarm } from '../domain/alarm.ts';
import { dayMs } from '../domain/durations.ts';
import { priorities } from '../domain/rule.ts';

/** How far back it goes, ms, and how many calls at most. */
export const historyMs = dayMs;
export const maxCalls = 100_000;
const firstCapacity = 1_024;
/** In the flags of a call. */
export const exerciseFlag = 0x80;

/** By what calls are grouped: the site, else the fence, else the unit. */
export type LoadPlace = {
  readonly kind: 'site' | 'fence' | 'unit' | 'none';
  readonly id: string;
  readonly name: string;
};

/** As plain data. Columns have an entry for each call from `first` on. */
export type HistoryCheckpoint = {
  readonly first: number;
  readonly atMs: Float64Array;
  readonly takenMs: Float64Array;
  readonly regions: Uint32Array;
  readonly places: Uint32Array;
  readonly rules: Uint32Array;
  readonly flags: Uint8Array;
  readonly regionLists: readonly (readonly string[])[];
  readonly placeNames: readonly LoadPlace[];
  readonly ruleIds: readonly string[];
};

/** The calls as they lie, to be read at once and not kept: the newest is at `end - 1`. */
export type CallColumns = {
  readonly start: number;
  readonly end: number;
  /** Ascending, UTC epoch ms. */
  readonly atMs: Float64Array;
  /** From the call until a person took it, ms; NaN: nobody did. */
  readonly takenMs: Float64Array;
  /** Indexes into the lists below. */
  readonly regions: Uint32Array;
  readonly places: Uint32Array;
  readonly rules: Uint32Array;
  /** Index of the priority, and 128 with an exercise. */
  readonly flags: Uint8Array;
  readonly regionLists: readonly (readonly string[])[];
  readonly placeNames: readonly LoadPlace[];
  readonly ruleIds: readonly string[];
};

/**
 * When alarms called for somebody: when they were raised, and when they were unacknowledged again. The
 * newest 24 h, at most 100,000. In columns, 33 bytes a call: it is part of what is kept on disk each
 * minute.
 */
export class AlarmHistory {
  /** Number of the call at index 0. */
  #first = 0;
  /** Index of the first that counts, and behind the last. */
  #start = 0;
  #end = 0;
  #atMs = new Float64Array(firstCapacity);
  #takenMs = new Float64Array(firstCapacity);
  #regions = new Uint32Array(firstCapacity);
  #places = new Uint32Array(firstCapacity);
  #rules = new Uint32Array(firstCapacity);
  #flags = new Uint8Array(firstCapacity);
  #regionLists = new Interned<readonly string[]>((regions) => regions.join(','));
  #placeNames = new Interned<LoadPlace>(({ kind, id }) => `${kind}|${id}`);
  #ruleIds = new Interned<string>((id) => id);

  get size(): number {
    return this.#end - this.#start;
  }

  /** An alarm calls now. @returns the number of the call */
  called(alarm: Alarm, atMs: number): number {
    if (this.#end === this.#atMs.length) this.#makeRoom();
    const at = this.#end;
    // in order, even where the clock went back by a little
    this.#atMs[at] = Math.max(atMs, this.size > 0 ? (this.#atMs[at - 1] ?? 0) : atMs);
    this.#takenMs[at] = Number.NaN;
    this.#regions[at] = this.#regionLists.indexOf(alarm.regions);
    this.#places[at] = this.#placeNames.indexOf(placeOf(alarm));
    this.#rules[at] = this.#ruleIds.indexOf(alarm.ruleId);
    this.#flags[at] = priorities.indexOf(alarm.priority) | (alarm.isExercise ? exerciseFlag : 0);
    this.#end += 1;
    while (this.size > maxCalls || (this.#atMs[this.#start] ?? 0) <= atMs - historyMs) {
      this.#start += 1;
    }
    return this.#first + at;
  }

  /** A person took what a call was for, after so long, ms. */
  taken(call: number, afterMs: number): void {
    const at = call - this.#first;
    if (at >= this.#start && at < this.#end) this.#takenMs[at] = Math.max(0, afterMs);
  }

  /** The journal's clock was set back: nothing lies after it. */
  setBack(nowMs: number): void {
    for (let at = this.#end - 1; at >= this.#start && (this.#atMs[at] ?? 0) > nowMs; at--) {
      this.#atMs[at] = nowMs;
    }
  }

  /** For reading. */
  columns(): CallColumns {
    return {
      ...{ start: this.#start, end: this.#end, atMs: this.#atMs, takenMs: this.#takenMs },
      ...{ regions: this.#regions, places: this.#places, rules: this.#rules, flags: this.#flags },
      regionLists: this.#regionLists.values,
      placeNames: this.#placeNames.values,
      ruleIds: this.#ruleIds.values,
    };
  }

  /** As plain data. */
  checkpoint(): HistoryCheckpoint {
    const [start, end] = [this.#start, this.#end];
    return {
      first: this.#first + start,
      // copies: a view is written with all of the buffer behind it
      atMs: this.#atMs.slice(start, end),
      takenMs: this.#takenMs.slice(start, end),
      regions: this.#regions.slice(start, end),
      places: this.#places.slice(start, end),
      rules: this.#rules.slice(start, end),
      flags: this.#flags.slice(start, end),
      regionLists: this.#regionLists.values,
      placeNames: this.#placeNames.values,
      ruleIds: this.#ruleIds.values,
    };
  }

  restore(kept: HistoryCheckpoint): void {
    this.#first = kept.first;
    this.#start = 0;
    this.#end = kept.atMs.length;
    this.#regionLists.restore(kept.regionLists);
    this.#placeNames.restore(kept.placeNames);
    this.#ruleIds.restore(kept.ruleIds);
    this.#lay(Math.max(firstCapacity, this.#end), kept);
  }

  /** Moves what counts to the front, into twice the room where more than half of it counts. */
  #makeRoom(): void {
    const kept = this.checkpoint();
    const capacity = kept.atMs.length > this.#atMs.length / 2 ? 2 * this.#end : this.#atMs.length;
    // names that nothing has any more go with it
    const [lists, places, ids] = [
      this.#regionLists.values,
      this.#placeNames.values,
      this.#ruleIds.values,
    ];
    this.#regionLists.restore([]);
    this.#placeNames.restore([]);
    this.#ruleIds.restore([]);
    for (let at = 0; at < kept.atMs.length; at++) {
      const list = lists[kept.regions[at] ?? 0] ?? [];
      const place = places[kept.places[at] ?? 0] ?? nowhere;
      kept.regions[at] = this.#regionLists.indexOf(list);
      kept.places[at] = this.#placeNames.indexOf(place);
      kept.rules[at] = this.#ruleIds.indexOf(ids[kept.rules[at] ?? 0] ?? '');
    }
    this.#first = kept.first;
    this.#start = 0;
    this.#end = kept.atMs.length;
    this.#lay(capacity, kept);
  }

  #lay(capacity: number, kept: HistoryCheckpoint): void {
    this.#atMs = new Float64Array(capacity);
    this.#atMs.set(kept.atMs);
    this.#takenMs = new Float64Array(capacity);
    this.#takenMs.set(kept.takenMs);
    this.#regions = new Uint32Array(capacity);
    this.#regions.set(kept.regions);
    this.#places = new Uint32Array(capacity);
    this.#places.set(kept.places);
    this.#rules = new Uint32Array(capacity);
    this.#rules.set(kept.rules);
    this.#flags = new Uint8Array(capacity);
    this.#flags.set(kept.flags);
  }
}

const nowhere: LoadPlace = { kind: 'none', id: '', name: '' };

function placeOf({ subject }: Alarm): LoadPlace {
  const { siteKey, siteId, siteName, fenceKey, fenceId, fenceName } = subject;
  const { unitKey, unitId, callsign } = subject;
  if (siteKey !== undefined) {
    const id = siteId ?? String(siteKey);
    return { kind: 'site', id, name: siteName ?? id };
  }
  if (fenceKey !== undefined) {
    const id = fenceId ?? String(fenceKey);
    return { kind: 'fence', id, name: fenceName ?? id };
  }
  if (unitKey === undefined) return nowhere;
  const id = unitId ?? String(unitKey);
  return { kind: 'unit', id, name: callsign ?? id };
}

/** Values that are each kept once, under small numbers. */
class Interned<Value> {
  #values: Value[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #keyOf: (value: Value) => string;

  constructor(keyOf: (value: Value) => string) {
    this.#keyOf = keyOf;
  }

  get values(): readonly Value[] {
    return this.#values;
  }

  indexOf(value: Value): number {
    const key = this.#keyOf(value);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.#values.length);
    return this.#values.push(value) - 1;
  }

  restore(values: readonly Value[]): void {
    this.#values = [...values];
    this.#indexes.clear();
    for (const [index, value] of values.entries()) this.#indexes.set(this.#keyOf(value), index);
  }
}
