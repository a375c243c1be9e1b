import type { Fence } from '../../domain/fence.ts';
import { type ArmedFence, freshArmedFence } from './armedFence.ts';
import { isInForce, nextLookMs } from './fenceHours.ts';
import type { FenceIndex } from './fenceIndex.ts';
import { distanceM } from './localPlane.ts';
import { MovingFences } from './movingFences.ts';
import { NearFences } from './nearFences.ts';
import type { UnitAtFences } from './unitAtFences.ts';

/** Where a unit is, and one sigma of one axis of that, metres. */
export type UnitPlace = { readonly lon: number; readonly lat: number; readonly sigmaM: number };

/** Fences around units, at most: each ping of every unit near one asks it. */
const maxMovingFences = 4_096;

/**
 * All fences, and which of them count now by their hours and phases. Only those are in the index, so
 * a fence that begins or ceases to count is an edit of it, which voids the safe discs around.
 */
export class FencesInForce {
  readonly index: FenceIndex;
  readonly #onDisarmed: (armed: ArmedFence, nowMs: number) => void;
  readonly #fences = new Map<number, ArmedFence>();
  /** Those in the index by their slots: to look one up by its key takes three times as long. */
  readonly #bySlot: (ArmedFence | undefined)[] = [];
  readonly #scheduled = new Set<ArmedFence>();
  /** Before this the clock arms and disarms nothing, epoch ms. */
  #nextLookMs = Number.POSITIVE_INFINITY;
  #newestArmedAtMs = Number.MIN_SAFE_INTEGER;
  readonly #urgent = new Set<number>();
  readonly #moving = new MovingFences();
  readonly #mostMoving: number;
  /** Fences around units that should count now, and for which there is no room, oldest first. */
  readonly #waiting = new Set<ArmedFence>();
  readonly #placeOf: (unitKey: number) => UnitPlace | undefined;
  readonly #phases = new Map<number, readonly string[]>();
  readonly #near = new NearFences();

  /**
   * @param placeOf where a unit is that may carry fences; undefined while nobody knows
   * @param onDisarmed takes a fence that ceased to count: nobody is inside it any more
   * @param mostMoving fences around units that count at one time, at most
   */
  constructor(
    index: FenceIndex,
    placeOf: (unitKey: number) => UnitPlace | undefined,
    onDisarmed: (armed: ArmedFence, nowMs: number) => void,
    mostMoving = maxMovingFences,
  ) {
    this.index = index;
    this.#placeOf = placeOf;
    this.#onDisarmed = onDisarmed;
    this.#mostMoving = mostMoving;
  }

  /** That operations are in, by the keys of these. */
  get phases(): ReadonlyMap<number, readonly string[]> {
    return this.#phases;
  }

  get count(): number {
    return this.#fences.size;
  }

  /** Fences around units that do not count, because as many do as may. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** No fence counts since later than this, epoch ms: who was seen then was seen by all of them. */
  get newestArmedAtMs(): number {
    return this.#newestArmedAtMs;
  }

  get hasMoving(): boolean {
    return this.#moving.size > 0;
  }

  get hasUrgent(): boolean {
    return this.#urgent.size > 0;
  }

  get(key: number): ArmedFence | undefined {
    return this.#fences.get(key);
  }

  all(): IterableIterator<ArmedFence> {
    return this.#fences.values();
  }

  /** Takes over all fences; those that the index has in that version already cost next to nothing. */
  setAll(fences: readonly Fence[], nowMs: number): void {
    const kept = new Set(fences.map(({ key }) => key));
    for (const key of [...this.#fences.keys(), ...this.index.keys()]) {
      if (!kept.has(key)) this.remove(key, nowMs);
    }
    for (const fence of fences) this.put(fence, nowMs);
  }

  /** Makes all that count now have counted since then, epoch ms. */
  setArmedAt(atMs: number): void {
    for (const armed of this.#fences.values()) if (armed.isArmed) armed.armedAtMs = atMs;
    this.#newestArmedAtMs = atMs;
  }

  /** Makes one fence have counted since then, epoch ms. */
  setArmedAtOf(key: number, atMs: number): void {
    const armed = this.#fences.get(key);
    if (armed === undefined) return;
    armed.armedAtMs = atMs;
    this.#newestArmedAtMs = Math.max(this.#newestArmedAtMs, atMs);
  }

  /** Adds a fence, or replaces its version before, which stays armed as it was. */
  put(fence: Fence, nowMs: number): void {
    const known = this.#fences.get(fence.key);
    const armed = freshArmedFence(fence);
    const { conditions, watch, shape } = fence;
    if (known !== undefined) this.#forget(known);
    // a unit that carried it, or was measured against a place, is not inside a fence of the other sort
    if (
      known?.isArmed === true &&
      (known.fence.shape.kind === 'moving') !== (shape.kind === 'moving')
    ) {
      this.#disarm(known, nowMs);
    } else if (known?.isArmed === true) {
      armed.isArmed = true;
      armed.armedAtMs = known.armedAtMs;
      if (known.slot >= 0) this.#bySlot[known.slot] = undefined;
      if (known.fence.version !== fence.version) this.#enlist(armed);
      else this.#keepSlot(armed, known.slot);
    }
    this.#fences.set(fence.key, armed);
    const { weekly, validFromMs, validToMs, phases } = conditions;
    if ((weekly ?? validFromMs ?? validToMs ?? phases) !== undefined) this.#scheduled.add(armed);
    if (watch.isUrgent === true) this.#urgent.add(fence.key);
    this.#look(armed, nowMs);
  }

  remove(key: number, nowMs: number): void {
    const armed = this.#fences.get(key);
    if (armed?.isArmed === true) this.#disarm(armed, nowMs);
    else this.index.remove(key);
    if (armed !== undefined) this.#forget(armed);
    this.#fences.delete(key);
  }

  /** @param phases all that the operation is in now */
  setPhases(operationKey: number, phases: readonly string[], nowMs: number): void {
    if (phases.length === 0) this.#phases.delete(operationKey);
    else this.#phases.set(operationKey, phases);
    for (const armed of this.#scheduled) {
      if (armed.fence.operationKey === operationKey) this.#look(armed, nowMs);
    }
  }

  /** Arms and disarms what is due by the clock. */
  tick(nowMs: number): void {
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = Number.POSITIVE_INFINITY;
    for (const armed of this.#scheduled) {
      if (armed.lookAtMs <= nowMs) this.#look(armed, nowMs);
      else this.#nextLookMs = Math.min(this.#nextLookMs, armed.lookAtMs);
    }
  }

  /** The clock was ahead and is right now: what was armed since counts from before this moment, and hours are looked at anew. */
  forgetFuture(nowMs: number): void {
    for (const armed of this.#fences.values()) {
      armed.armedAtMs = Math.min(armed.armedAtMs, nowMs - 1);
    }
    this.#newestArmedAtMs = Math.min(this.#newestArmedAtMs, nowMs - 1);
    for (const armed of this.#scheduled) this.#look(armed, nowMs);
  }

  /** A unit has a new place: the fences that it carries go along. */
  moveCarrier(unitKey: number): void {
    if (this.#moving.size === 0) return;
    const place = this.#placeOf(unitKey);
    if (place !== undefined) this.#moving.move(unitKey, place.lon, place.lat);
  }

  /** One sigma of one axis of where a fence itself is, metres. */
  sigmaOf({ fence: { shape } }: ArmedFence): number {
    return shape.kind === 'moving' ? (this.#placeOf(shape.unitKey)?.sigmaM ?? 0) : 0;
  }

  /** True when a fence counts for a unit. None counts for the unit that carries it. */
  countsFor({ fence, isSimple }: ArmedFence, unit: UnitAtFences): boolean {
    if (isSimple) return true;
    const { conditions, shape } = fence;
    if (shape.kind === 'moving' && shape.unitKey === unit.unitKey) return false;
    const { unitKinds, agencies } = conditions;
    if (unitKinds !== undefined && !unitKinds.includes(unit.kind)) return false;
    return agencies === undefined || agencies.includes(unit.agency);
  }

  /**
   * Collects the fences within a margin of a place into `found`, in the order of their keys: that of
   * the index depends on how it came to be what it is. And how far they are into `foundM`, metres, as
   * `FenceIndex.locate` says it.
   *
   * @returns the safe radius of the fences that stay where they are, metres
   */
  locate(lon: number, lat: number, marginM: number, found: ArmedFence[], foundM: number[]): number {
    const near = this.#near;
    found.length = 0;
    foundM.length = 0;
    const radiusM = this.index.locate(lon, lat, marginM, near);
    for (let i = 0; i < near.count; i++) {
      const armed = this.#bySlot[near.slots[i] ?? -1];
      if (armed !== undefined) insertByKey(found, foundM, armed, near.distancesM[i] ?? 0);
    }
    if (this.#moving.size > 0) {
      this.#moving.locate(lon, lat, marginM, near);
      for (let i = 0; i < near.count; i++) {
        const armed = this.#fences.get(near.slots[i] ?? -1);
        if (armed?.isArmed === true) insertByKey(found, foundM, armed, near.distancesM[i] ?? 0);
      }
    }
    return radiusM;
  }

  /** Urgent ones that hold a place. */
  urgentAt(lon: number, lat: number): readonly ArmedFence[] {
    const found: ArmedFence[] = [];
    this.locate(lon, lat, 0, found, []);
    return found.filter(({ fence }) => this.#urgent.has(fence.key));
  }

  /**
   * Signed distance of a place to a fence, metres; undefined: it is not anywhere now.
   *
   * @param withinM beyond this only the sign is right, and that it is beyond: to know it of a place
   *   deep in a district takes as long as all the rest
   */
  distanceOf(
    { fence, slot }: ArmedFence,
    lon: number,
    lat: number,
    withinM = Number.POSITIVE_INFINITY,
  ): number | undefined {
    if (slot >= 0) return this.index.distanceM(slot, lon, lat, withinM);
    const { shape } = fence;
    if (shape.kind !== 'moving') return undefined;
    const carrier = this.#placeOf(shape.unitKey);
    if (carrier === undefined) return undefined;
    return distanceM(carrier.lon, carrier.lat, lon, lat) - shape.radiusM;
  }

  #forget(armed: ArmedFence): void {
    this.#scheduled.delete(armed);
    this.#urgent.delete(armed.fence.key);
    this.#waiting.delete(armed);
  }

  /** Arms or disarms a fence by its hours and phases. */
  #look(armed: ArmedFence, nowMs: number): void {
    const { conditions, operationKey, key } = armed.fence;
    const running = operationKey === undefined ? undefined : this.#phases.get(operationKey);
    armed.lookAtMs = nextLookMs(conditions, nowMs);
    this.#nextLookMs = Math.min(this.#nextLookMs, armed.lookAtMs);
    if (isInForce(conditions, running ?? [], nowMs)) {
      if (!armed.isArmed && this.#enlist(armed)) {
        armed.isArmed = true;
        armed.armedAtMs = nowMs;
        this.#newestArmedAtMs = Math.max(this.#newestArmedAtMs, nowMs);
      }
    } else if (armed.isArmed) {
      this.#disarm(armed, nowMs);
    } else {
      this.#waiting.delete(armed);
      // from a snapshot of when it counted
      this.index.remove(key);
    }
  }

  #enlist(armed: ArmedFence): boolean {
    const { key, version, shape } = armed.fence;
    if (shape.kind !== 'moving') {
      const isThere = this.index.versionOf(key) === version;
      const slot = isThere ? this.index.slotOf(key) : this.index.put(key, version, shape);
      this.#keepSlot(armed, slot ?? -1);
      return true;
    }
    if (this.#moving.size >= this.#mostMoving && !this.#moving.has(key)) {
      this.#waiting.add(armed);
      return false;
    }
    this.#waiting.delete(armed);
    this.#moving.put(key, shape.unitKey, shape.radiusM);
    this.moveCarrier(shape.unitKey);
    return true;
  }

  #keepSlot(armed: ArmedFence, slot: number): void {
    armed.slot = slot;
    if (slot < 0) return;
    while (this.#bySlot.length <= slot) this.#bySlot.push(undefined);
    this.#bySlot[slot] = armed;
  }

  #disarm(armed: ArmedFence, nowMs: number): void {
    this.index.remove(armed.fence.key);
    if (armed.slot >= 0) this.#bySlot[armed.slot] = undefined;
    armed.slot = -1;
    const leavesRoom = this.#moving.remove(armed.fence.key);
    armed.isArmed = false;
    this.#onDisarmed(armed, nowMs);
    if (!leavesRoom) return;
    for (const next of this.#waiting) {
      if (this.#moving.size >= this.#mostMoving) return;
      this.#look(next, nowMs);
    }
  }
}

/** Fences at one place are few. */
function insertByKey(
  found: ArmedFence[],
  foundM: number[],
  armed: ArmedFence,
  distanceM: number,
): void {
  let at = found.length;
  found.push(armed);
  foundM.push(distanceM);
  for (; at > 0; at--) {
    const before = found[at - 1];
    if (before === undefined || before.key <= armed.key) break;
    found[at] = before;
    foundM[at] = foundM[at - 1] ?? 0;
  }
  found[at] = armed;
  foundM[at] = distanceM;
}
