import { hourMs } from '../../domain/durations.ts';
import type { Fence } from '../../domain/fence.ts';
import type { Fix } from '../../domain/fix.ts';
import type { Position } from '../../domain/position.ts';
import type { Stay, Transition } from '../../domain/transition.ts';
import type { Unit } from '../../domain/unit.ts';
import { insertLate } from './crossing.ts';
import { FenceIndex, maxMarginM } from './fenceIndex.ts';
import { FencesInForce } from './fencesInForce.ts';
import type { PlacedFix } from './fixTrail.ts';
import { forgetFutureOf } from './forgetFuture.ts';
import { Insiders } from './insiders.ts';
import { wrapLon } from './localPlane.ts';
import { SafeDiscs } from './safeDiscs.ts';
import { advanceMotion, anchorSigmaM } from './trackerMotion.ts';
import { sigmaM } from './trackerNoise.ts';
import { transitionOf } from './transitionOf.ts';
import {
  doubt,
  freshUnit,
  keepBefore,
  moveOrigin,
  placeOf,
  restoredUnit,
  type SavedUnit,
  savedUnit,
  sightAt,
  switchTracker,
  type UnitAtFences,
} from './unitAtFences.ts';
import { UnitTable } from './unitTable.ts';
import { type Seen, type Watch, watchUnit, watchUrgent } from './watchUnit.ts';

/** Late fixes within this of the newest are put in order; older ones only correct history. */
export const reorderMs = 10_000;
/** A unit is near a fence within this, metres, or where noise reaches farther, within that. */
const nearM = 100;
const nearSigmas = 4;
/** So far from its origin a plane is moved, metres: scale is 0.04 % off there. */
const planeReachM = 20_000;
/** What was armed longer ago than this is older than any unit's last fix that matters. */
const recentlyMs = hourMs;
/** What is kept of a unit's late fixes goes after this. */
const pastMs = hourMs;
const none: readonly Transition[] = [];

/** A unit, as fences know it. */
export type FencedUnit = { readonly unitKey: number } & Pick<Unit, 'kind' | 'agency'>;

/** Counters for the health page. */
export type FenceCounts = {
  taken: number;
  /** Of these the ones that cost one comparison. */
  settled: number;
  /** Too late for anything but history. */
  corrected: number;
  /** Fences that a unit was near, beyond the most that are watched for one. */
  unwatched: number;
};

/** The whole state but the fences, plain enough for JSON. */
export type FenceCheckpoint = {
  readonly version: 2;
  /** Of the newest journal record that it holds. */
  readonly sequence: number;
  /** Of the newest that came, epoch ms; 0: nothing came yet. */
  readonly atMs: number;
  /** The newest tick, epoch ms: which fences count was looked at then. */
  readonly tickedAtMs: number;
  readonly phases: readonly (readonly [operationKey: number, phases: readonly string[]])[];
  /** Fences that were armed lately: units have not been seen outside of them. */
  readonly armed: readonly (readonly [fenceKey: number, armedAtMs: number])[];
  readonly units: readonly SavedUnit[];
};

/**
 * All units at all fences: positions and time go in, transitions come out. It reads no clock, and
 * the same input gives the same transitions.
 */
export class FenceEngine {
  readonly counts: FenceCounts = { taken: 0, settled: 0, corrected: 0, unwatched: 0 };
  readonly #ground: FencesInForce;
  readonly #insiders: Insiders;
  readonly #watch: Watch;
  readonly #discs: SafeDiscs;
  readonly #units = new UnitTable();
  /** 0: nothing came yet. */
  #nowMs = 0;
  #tickedAtMs = 0;
  #out: Transition[] = [];

  /**
   * @param index may hold fences already, from a snapshot
   * @param onStay takes every beginning and end of a unit's being inside, silent ones too
   */
  constructor(index: FenceIndex = new FenceIndex(), onStay: (stay: Stay) => void = () => {}) {
    this.#discs = new SafeDiscs(index.edits);
    const unitOf = (unitKey: number): UnitAtFences | undefined => this.#units.get(unitKey);
    this.#ground = new FencesInForce(
      index,
      (unitKey) => {
        const unit = unitOf(unitKey);
        return unit === undefined ? undefined : placeOf(unit);
      },
      ({ fence }, nowMs) => this.#insiders.endAll(fence.key, nowMs),
    );
    const parts = {
      ground: this.#ground,
      unitOf,
      tell: (...of: Parameters<typeof transitionOf>) => {
        this.#out.push(transitionOf(...of));
      },
      onStay,
    };
    this.#insiders = new Insiders(parts);
    const onUnwatched = (): void => {
      this.counts.unwatched += 1;
    };
    this.#watch = { ...parts, insiders: this.#insiders, onUnwatched };
  }

  get index(): FenceIndex {
    return this.#ground.index;
  }

  /** Fences that there are, in force or not. */
  get fenceCount(): number {
    return this.#ground.count;
  }

  /** All fences, in force or not. */
  fences(): readonly Fence[] {
    return Array.from(this.#ground.all(), ({ fence }) => fence);
  }

  /** Fences around units that should count now and do not, because as many do as may. */
  get waitingCount(): number {
    return this.#ground.waiting;
  }

  /** Takes over all fences at a start; those that the index has in that version already cost next to nothing. */
  setFences(fences: readonly Fence[], nowMs: number): void {
    this.#tickedAtMs = nowMs;
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#ground.setAll(fences, nowMs);
    // whoever comes is older than none of them: positions of before the start may be told again
    if (this.#units.size === 0) this.#ground.setArmedAt(Number.MIN_SAFE_INTEGER);
  }

  /** Adds a fence, or replaces its version before: units inside stay inside if they are. */
  putFence(fence: Fence, nowMs: number): void {
    this.#ground.put(fence, nowMs);
    for (const unitKey of this.#insiders.of(fence.key)) {
      const unit = this.#units.get(unitKey);
      if (unit !== undefined) this.#insiders.schedule(unit, this.#ground.get(fence.key));
    }
  }

  removeFence(key: number, nowMs: number): void {
    this.#ground.remove(key, nowMs);
  }

  /** @param phases all that the operation is in now: a fence counts while any that it names runs */
  setPhases(operationKey: number, phases: readonly string[], nowMs: number): void {
    this.#ground.setPhases(operationKey, phases, nowMs);
  }

  /** Takes a live or delayed position of the tracker that drives a unit. */
  take(
    { unitKey, kind, agency }: FencedUnit,
    { fix, receivedAtMs, trackerKey, verdict }: Position,
  ): readonly Transition[] {
    if (verdict !== 'live' && verdict !== 'delayed') return none;
    this.counts.taken += 1;
    let unit = this.#units.get(unitKey);
    if (unit === undefined) {
      unit = freshUnit({ unitKey, kind, agency }, trackerKey, fix.lon, fix.lat);
      this.#units.set(unitKey, unit);
    }
    if (unit.kind !== kind || unit.agency !== agency) {
      unit.kind = kind;
      unit.agency = agency;
      unit.isSettled = false;
    }
    this.#hear(unit, receivedAtMs);
    const lateMs = unit.fixedAtMs - fix.fixedAtMs;
    if (lateMs < 0) {
      const { past } = unit;
      if (past !== undefined && receivedAtMs - past.heardAtMs > pastMs) unit.past = undefined;
      this.#advance(unit, fix, receivedAtMs, trackerKey, false);
    } else if (lateMs > reorderMs) {
      this.#correct(unit, fix, receivedAtMs, trackerKey);
    } else if (lateMs > 0) {
      this.#putInOrder(unit, fix);
    }
    return this.#flush();
  }

  /** A unit gave a sign of life: it is not lost. */
  heard(unitKey: number, atMs: number): void {
    const unit = this.#units.get(unitKey);
    if (unit !== undefined) this.#hear(unit, atMs);
  }

  /** Time went on: dwell, lost-inside, provisional enters that nothing confirmed, hours of fences. */
  tick(nowMs: number): readonly Transition[] {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#tickedAtMs = nowMs;
    this.#ground.tick(nowMs);
    this.#insiders.tick(nowMs);
    return this.#flush();
  }

  /** Drops a unit that is not registered any more. It leaves whatever it is in, silently. */
  forgetUnit(unitKey: number, nowMs: number): void {
    for (const { fenceKey } of this.#units.get(unitKey)?.at ?? []) {
      this.#insiders.end(unitKey, fenceKey, nowMs, true);
    }
    this.#units.delete(unitKey);
    this.#discs.drop(unitKey);
  }

  /** True while nothing follows from what a unit's tracker says. */
  isUnreliable(unitKey: number): boolean {
    return this.#units.get(unitKey)?.motion.noise.isUnreliable === true;
  }

  /** One sigma of one axis of a unit's place, as estimated, metres; undefined: nothing is known of it. */
  sigmaOf(unitKey: number): number | undefined {
    const unit = this.#units.get(unitKey);
    return unit === undefined ? undefined : sigmaM(unit.motion.noise);
  }

  /** When a unit's newest place came in, epoch ms; undefined: there is none. */
  takenAtOf(unitKey: number): number | undefined {
    return this.#units.get(unitKey)?.takenAtMs;
  }

  /** Keys of the units that something is known of. */
  unitKeys(): Iterable<number> {
    return this.#units.keys();
  }

  /** Signed distance of a place to a fence in force, metres, negative inside; undefined: it is nowhere now. */
  distanceOf(fenceKey: number, lon: number, lat: number): number | undefined {
    const armed = this.#ground.get(fenceKey);
    return armed?.isArmed === true ? this.#ground.distanceOf(armed, lon, lat) : undefined;
  }

  /** A fence, in force or not, by its key. */
  fenceOf(fenceKey: number): Fence | undefined {
    return this.#ground.get(fenceKey)?.fence;
  }

  /** Keys of the units that are confirmed inside a fence, in order. */
  insideOf(fenceKey: number): readonly number[] {
    return [...this.#insiders.of(fenceKey)].sort((a, b) => a - b);
  }

  /** The state after a journal record: views, to be written out at once. */
  checkpoint(sequence: number): FenceCheckpoint {
    const armed: [number, number][] = [];
    for (const { fence, isArmed, armedAtMs } of this.#ground.all()) {
      if (isArmed && armedAtMs > this.#nowMs - recentlyMs) armed.push([fence.key, armedAtMs]);
    }
    const units = Array.from(this.#units.values(), savedUnit);
    const phases = [...this.#ground.phases];
    const [atMs, tickedAtMs] = [this.#nowMs, this.#tickedAtMs];
    return { version: 2, sequence, atMs, tickedAtMs, phases, armed, units };
  }

  /**
   * Goes on from a checkpoint, which it takes over, with the fences that were in force then:
   * `setFences` comes before.
   */
  restore({ atMs, tickedAtMs, phases, armed, units }: FenceCheckpoint): void {
    this.#nowMs = atMs;
    this.#tickedAtMs = tickedAtMs;
    this.#units.clear();
    this.#insiders.clear();
    for (const [operationKey, running] of phases) {
      this.#ground.setPhases(operationKey, running, tickedAtMs);
    }
    // fences count by ticks, and units speak between them
    this.#ground.tick(tickedAtMs);
    this.#ground.setArmedAt(Number.MIN_SAFE_INTEGER);
    for (const [key, armedAtMs] of armed) this.#ground.setArmedAtOf(key, armedAtMs);
    for (const saved of units) {
      const unit = restoredUnit(saved);
      this.#units.set(unit.unitKey, unit);
      this.#discs.drop(unit.unitKey);
      this.#insiders.restore(unit);
      this.#ground.moveCarrier(unit.unitKey);
    }
  }

  /**
   * The clock was ahead and is right now: what came by it lies in the future, and is taken to be of this
   * moment. Once, at the start after the replay.
   */
  forgetFuture(nowMs: number): void {
    if (this.#nowMs <= nowMs) return;
    this.#nowMs = nowMs;
    this.#tickedAtMs = Math.min(this.#tickedAtMs, nowMs);
    for (const unit of this.#units.values()) forgetFutureOf(unit, this.#ground, nowMs);
    this.#ground.forgetFuture(nowMs);
    this.#insiders.clear();
    for (const unit of this.#units.values()) this.#insiders.restore(unit);
  }

  #flush(): readonly Transition[] {
    if (this.#out.length === 0) return none;
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #hear(unit: UnitAtFences, atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    if (atMs <= unit.heardAtMs) return;
    unit.heardAtMs = atMs;
    if (!unit.isLostTold) return;
    unit.isLostTold = false;
    for (const at of unit.at) {
      if (!at.isLostTold) continue;
      at.isLostTold = false;
      this.#insiders.schedule(unit, this.#ground.get(at.fenceKey));
    }
  }

  /** Takes a fix that is newer than all before it. */
  #advance(
    unit: UnitAtFences,
    fix: Fix,
    receivedAtMs: number,
    trackerKey: number,
    isCorrection: boolean,
  ): void {
    if (trackerKey !== unit.trackerKey) switchTracker(unit, trackerKey);
    let xM = wrapLon(fix.lon - unit.originLon) * unit.eastM;
    let yM = (fix.lat - unit.originLat) * unit.northM;
    if (Math.abs(xM) > planeReachM || Math.abs(yM) > planeReachM) {
      moveOrigin(unit, fix.lon, fix.lat, xM, yM);
      xM = 0;
      yM = 0;
    }
    const { motion } = unit;
    const { noise } = motion;
    const { fixedAtMs: atMs, accuracyM } = fix;
    const state = advanceMotion(motion, atMs, xM, yM, accuracyM);
    if (noise.isUnreliable) {
      doubt(unit);
    } else if (state === 'anchored') {
      const { anchorXM, anchorYM, stillSinceMs } = motion;
      const anchor = { atMs, xM: anchorXM, yM: anchorYM, sigmaM: anchorSigmaM(motion) };
      this.#see(unit, anchor, atMs - stillSinceMs, fix, isCorrection);
    } else {
      const { recent } = motion;
      const sigma = recent.length > 0 ? recent.sigmaM(recent.length - 1) : sigmaM(noise);
      const raw = { atMs, xM, yM, sigmaM: sigma };
      if (state === 'moving') this.#see(unit, raw, undefined, fix, isCorrection);
      else if (state === 'set_off') {
        for (const place of recent.fixes()) this.#see(unit, place, undefined, fix, isCorrection);
      }
      if (!isCorrection && this.#ground.hasUrgent) watchUrgent(this.#watch, unit, fix, raw);
    }
    unit.fixedAtMs = atMs;
    unit.takenAtMs = receivedAtMs;
  }

  /** Takes what a fix, or the mean of many, shows at the fences around. */
  #see(
    unit: UnitAtFences,
    place: PlacedFix,
    anchoredMs: number | undefined,
    fix: Fix,
    isCorrection: boolean,
  ): void {
    const { unitKey } = unit;
    const lon = wrapLon(unit.originLon + place.xM / unit.eastM);
    const lat = unit.originLat + place.yM / unit.northM;
    const isAlone = !isCorrection && !this.#ground.hasMoving;
    if (unit.isSettled && isAlone && this.#discs.holds(unitKey, lon, lat)) {
      this.counts.settled += 1;
    } else {
      const marginM = Math.min(maxMarginM, nearM + nearSigmas * place.sigmaM);
      const seen: Seen = { place, lon, lat, anchoredMs, fix, isCorrection };
      const radiusM = watchUnit(this.#watch, unit, seen, marginM);
      if (!isCorrection) this.#discs.keep(unitKey, lon, lat, radiusM, marginM);
    }
    keepBefore(unit, place);
    unit.hasMoved = anchoredMs === undefined;
    if (!isCorrection) this.#ground.moveCarrier(unitKey);
  }

  /** Puts a fix that came late among those that speak for a crossing. */
  #putInOrder(unit: UnitAtFences, fix: Fix): void {
    const { noise, isStill } = unit.motion;
    if (noise.isUnreliable || isStill) return;
    const xM = wrapLon(fix.lon - unit.originLon) * unit.eastM;
    const yM = (fix.lat - unit.originLat) * unit.northM;
    const place = { atMs: fix.fixedAtMs, xM, yM, sigmaM: sigmaM(noise) };
    for (const { fenceKey, crossing } of unit.at) {
      const armed = this.#ground.get(fenceKey);
      const distanceM =
        armed === undefined ? undefined : this.#ground.distanceOf(armed, fix.lon, fix.lat);
      if (distanceM !== undefined) insertLate(crossing, sightAt(place, distanceM));
    }
  }

  /** Follows fixes that came too late as a unit of their own, silently at first. */
  #correct(unit: UnitAtFences, fix: Fix, receivedAtMs: number, trackerKey: number): void {
    this.counts.corrected += 1;
    if (unit.past === undefined || fix.fixedAtMs < unit.past.fixedAtMs) {
      unit.past = freshUnit(unit, trackerKey, fix.lon, fix.lat);
      unit.past.motion.noise = structuredClone(unit.motion.noise);
    }
    const { past } = unit;
    past.heardAtMs = receivedAtMs;
    if (fix.fixedAtMs > past.fixedAtMs) this.#advance(past, fix, receivedAtMs, trackerKey, true);
  }
}
