import type { CheckIn, CheckOut } from '../domain/checkIn.ts';
import type { RequirementPlan, SiteCoverage } from '../domain/coverage.ts';
import type { Fence } from '../domain/fence.ts';
import { type Operation, phasesAt } from '../domain/operation.ts';
import type { PlaceEvent } from '../domain/placeEvent.ts';
import { type ChangeId, type ChangeOfPlaces, isSameChange, type Places } from '../domain/places.ts';
import type { Position } from '../domain/position.ts';
import type { Site } from '../domain/site.ts';
import type { Stay } from '../domain/transition.ts';
import type { Unit } from '../domain/unit.ts';
import type { WatchRadii } from '../domain/watchRadii.ts';
import { Coverage, type CoverageCheckpoint, type CoverageQuestions } from './coverage/coverage.ts';
import {
  type EncounterCheckpoint,
  type EncounterRules,
  Encounters,
} from './coverage/encounters.ts';
import type { SiteProximity } from './coverage/siteProximities.ts';
import { WatchRings } from './coverage/watchRings.ts';
import { type FenceCheckpoint, type FenceCounts, FenceEngine } from './fences/fenceEngine.ts';
import { FenceIndex } from './fences/fenceIndex.ts';
import type { PlaceView } from './placeView.ts';

/** A unit, as places know it. */
export type WatchedUnit = Pick<Unit, 'kind' | 'agency' | 'strength'>;

export type PlaceWatchParts = {
  /** Undefined: there is no such unit any more. */
  readonly unitOf: (unitKey: number) => WatchedUnit | undefined;
  /** Takes what was found out, in order. */
  readonly onEvent: (event: PlaceEvent) => void;
  /** Takes who is inside, or is not any more, without a transition that tells of it. */
  readonly onSilentStay?: ((stay: Stay) => void) | undefined;
  /** May hold fences already, from a snapshot. */
  readonly index?: FenceIndex | undefined;
  /** How far sites watch; as they usually do where left out. */
  readonly watchRadiiM?: WatchRadii | undefined;
};

/** All that is known of units at places, beside the places themselves: plain data. */
export type PlaceCheckpoint = {
  readonly version: 1;
  /** The change of places that it is of. */
  readonly change: ChangeId;
  readonly fences: FenceCheckpoint;
  readonly coverage: CoverageCheckpoint;
  /** Missing in one that an earlier release kept. */
  readonly encounters?: EncounterCheckpoint | undefined;
};

/** Counters for the health page. */
export type PlaceCounts = FenceCounts & {
  readonly change: number;
  readonly sites: number;
  readonly fences: number;
  /** Fences around units that have no room beside the others. */
  readonly movingWaiting: number;
  /** Check-ins and check-outs that came for a site that is no more, or was full. */
  readonly checkInsLeft: number;
};

/**
 * All units at all places: positions, check-ins, changes of places and time go in, in the order of
 * the journal, and what is found out comes out. It reads no clock, and the same input gives the same.
 */
export class PlaceWatch implements PlaceView {
  readonly #parts: PlaceWatchParts;
  readonly #engine: FenceEngine;
  readonly #coverage = new Coverage();
  readonly #encounters = new Encounters();
  readonly #rings: WatchRings;
  readonly #questions: CoverageQuestions;
  readonly #sites = new Map<number, Site>();
  #operations: readonly Operation[] = [];
  readonly #plans = new Map<number, RequirementPlan>();
  /** Those that each operation is in, by their start; an operation in none is not here. */
  readonly #phases = new Map<number, readonly string[]>();
  #change: ChangeId = { number: 0, atMs: 0 };
  /** Changes that are known, and whose record is still to come. */
  readonly #staged = new Map<number, ChangeOfPlaces>();
  /** As what each unit counted when that was looked at last. */
  readonly #counted = new Map<number, string>();
  #nowMs = 0;
  #checkInsLeft = 0;

  constructor(parts: PlaceWatchParts) {
    this.#parts = parts;
    this.#engine = new FenceEngine(parts.index ?? new FenceIndex(), (stay) => {
      const { siteKey, unitKey, isInside, atMs } = stay;
      if (stay.isSilent) parts.onSilentStay?.(stay);
      if (siteKey === undefined) return;
      if (isInside) this.#coverage.entered(siteKey, unitKey, atMs);
      else this.#coverage.left(siteKey, unitKey, atMs);
    });
    this.#rings = new WatchRings(
      (key, lon, lat) => this.#engine.distanceOf(key, lon, lat),
      parts.watchRadiiM,
    );
    this.#questions = {
      crewOf: (unitKey) => {
        const unit = parts.unitOf(unitKey);
        // a device that speaks without a place says nothing of where its bearer is
        const lastPlaceMs = this.#engine.takenAtOf(unitKey);
        if (unit === undefined || lastPlaceMs === undefined) return undefined;
        const { agency, strength } = unit;
        return { agency, strength, lastPlaceMs };
      },
      phaseOf: (operationKey) => this.#phases.get(operationKey)?.at(-1),
      planOf: (operationKey) => this.#plans.get(operationKey),
    };
  }

  /** The index of the fences, for its snapshot. */
  get index(): FenceIndex {
    return this.#engine.index;
  }

  /** The newest change that was taken up. */
  get change(): ChangeId {
    return this.#change;
  }

  /** All places but the operations, as the newest change left them; later changes leave what is returned alone. */
  places(): Omit<Places, 'operations'> {
    const sites = [...this.#sites.values()];
    return { change: this.#change, sites, fences: this.#engine.fences() };
  }

  /** False while there is nothing that time could change. */
  get isWatching(): boolean {
    return this.#engine.fenceCount > 0 || this.#coverage.hasLeaving || this.#encounters.isWatching;
  }

  /** Takes over all places at the start. Before `restore`, with those of the checkpoint's change. */
  setPlaces({ change, sites, fences, operations }: Places, nowMs: number): void {
    this.#change = change;
    this.#sites.clear();
    for (const site of sites) this.#sites.set(site.key, site);
    this.#setOperations(operations);
    this.#coverage.setSites(sites);
    this.#rings.set(sites, fences);
    this.#turnPhases(nowMs);
    this.#engine.setFences(fences, nowMs);
  }

  /** Keeps what a change did, until the journal says when it counts. */
  stage(change: ChangeOfPlaces): void {
    const { number } = change.change;
    if (number > this.#change.number) this.#staged.set(number, change);
  }

  /**
   * The record of a change came: it counts from here on, with all before it. One that counts already
   * changes nothing, and one that was not staged neither: it is of a database that was put back.
   */
  takeChange(change: ChangeId, nowMs: number): void {
    const named = this.#staged.get(change.number);
    if (named === undefined || !isSameChange(named.change, change)) return;
    const due = [...this.#staged.values()].filter((each) => each.change.number <= change.number);
    for (const each of due.sort((a, b) => a.change.number - b.change.number)) {
      this.#staged.delete(each.change.number);
      this.#take(each, nowMs);
    }
    this.#change = change;
  }

  /**
   * Begins anew with other places: the database was put back to an earlier state. Whoever is inside
   * of something leaves it, silently.
   */
  startOver(places: Places, nowMs: number): void {
    this.#staged.clear();
    // a key and a version that are known may be of another ground now
    this.#engine.setFences([], nowMs);
    this.setPlaces(places, nowMs);
  }

  /** From here on units are watched among themselves by these rules; one that stays goes on. After `restore`. */
  setEncounterRules(rules: EncounterRules): void {
    this.#encounters.set(rules);
  }

  /** Takes a live or delayed position of the tracker that drives a unit. */
  takePosition(unitKey: number, position: Position): void {
    const unit = this.#parts.unitOf(unitKey);
    if (unit === undefined) return;
    const { kind, agency } = unit;
    this.#tell(this.#engine.take({ unitKey, kind, agency }, position));
    if (position.verdict !== 'live') return;
    this.#tell(
      this.#encounters.take({ unitKey, kind, agency }, position.fix, position.receivedAtMs),
    );
  }

  /** A unit gave a sign of life. */
  heard(unitKey: number, atMs: number): void {
    this.#engine.heard(unitKey, atMs);
  }

  checkIn(checkIn: CheckIn): void {
    if (!this.#sites.has(checkIn.siteKey) || !this.#coverage.checkIn(checkIn).ok) {
      this.#checkInsLeft += 1;
    }
  }

  checkOut(checkOut: CheckOut): void {
    if (this.#sites.has(checkOut.siteKey)) this.#coverage.checkOut(checkOut);
    else this.#checkInsLeft += 1;
  }

  /** The check-ins that hold at a time, of all sites. */
  checkIns(nowMs: number): readonly CheckIn[] {
    return [...this.#sites.keys()].flatMap((siteKey) =>
      (this.#coverage.presenceOf(siteKey)?.checkIns ?? []).filter(({ untilMs }) => untilMs > nowMs),
    );
  }

  /** Time went on. */
  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#turnPhases(nowMs);
    this.#tell(this.#engine.tick(nowMs));
    this.#tell(this.#coverage.tick(nowMs, this.#questions));
    this.#tell(this.#encounters.tick(nowMs));
  }

  /** Units came, went, or are of another agency or strength. */
  unitsChanged(): void {
    const changed: number[] = [];
    for (const unitKey of [...this.#engine.unitKeys()]) {
      const unit = this.#parts.unitOf(unitKey);
      const counted = unit === undefined ? '' : `${unit.agency} ${unit.strength}`;
      if (this.#counted.get(unitKey) === counted) continue;
      changed.push(unitKey);
      this.#counted.set(unitKey, counted);
      if (unit === undefined) {
        this.#engine.forgetUnit(unitKey, this.#nowMs);
        this.#counted.delete(unitKey);
      }
    }
    this.#coverage.recountUnits(changed);
  }

  sites(): Iterable<Site> {
    return this.#sites.values();
  }

  siteOf(siteKey: number): Site | undefined {
    return this.#sites.get(siteKey);
  }

  /** Of a fence that there is, in force or not. */
  fenceOf(fenceKey: number): Fence | undefined {
    return this.#engine.fenceOf(fenceKey);
  }

  /** All that there are. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** The sites whose places are within a distance, at most 100 km, the nearest first. */
  sitesNear(lon: number, lat: number, withinM: number): readonly Site[] {
    return this.#rings.sitesNear(lon, lat, withinM);
  }

  /** True of a place within the ring of a site. */
  isAtSite(lon: number, lat: number): boolean {
    return this.#rings
      .proximitiesOf(lon, lat, 0)
      .some(({ signedDistanceM }) => signedDistanceM <= 0);
  }

  coverageOf(siteKey: number): SiteCoverage | undefined {
    return this.#coverage.coverageOf(siteKey);
  }

  insideOf(siteKey: number): readonly number[] {
    const ring = this.#rings.ringOf(siteKey);
    return ring === undefined ? [] : this.#engine.insideOf(ring);
  }

  proximitiesOf(lon: number, lat: number, accuracyM: number): readonly SiteProximity[] {
    return this.#rings.proximitiesOf(lon, lat, accuracyM);
  }

  sigmaOf(unitKey: number): number | undefined {
    return this.#engine.sigmaOf(unitKey);
  }

  isUnreliable(unitKey: number): boolean {
    return this.#engine.isUnreliable(unitKey);
  }

  counts(): PlaceCounts {
    return {
      ...this.#engine.counts,
      change: this.#change.number,
      sites: this.#sites.size,
      fences: this.#engine.fenceCount,
      movingWaiting: this.#engine.waitingCount,
      checkInsLeft: this.#checkInsLeft,
    };
  }

  /** The state after a journal record: views, to be written out at once. */
  checkpoint(sequence: number): PlaceCheckpoint {
    return {
      version: 1,
      change: this.#change,
      fences: this.#engine.checkpoint(sequence),
      coverage: this.#coverage.checkpoint(),
      encounters: this.#encounters.checkpoint(),
    };
  }

  /** Goes on from a checkpoint, which it takes over: `setPlaces` comes before, with the places and the time of that. */
  restore({ change, fences, coverage, encounters }: PlaceCheckpoint): void {
    if (!isSameChange(change, this.#change)) {
      throw new RangeError(
        `the checkpoint is of change ${change.number}, the places of ${this.#change.number}`,
      );
    }
    this.#nowMs = fences.atMs;
    const phases = new Map(fences.phases);
    for (const operationKey of [...this.#phases.keys(), ...phases.keys()]) {
      this.#turnPhase(operationKey, phases.get(operationKey) ?? [], fences.tickedAtMs);
    }
    this.#engine.restore(fences);
    this.#coverage.restore(coverage);
    if (encounters !== undefined) this.#encounters.restore(encounters);
  }

  /**
   * After a start: nothing that is known lies after the time that it is now.
   *
   * @returns whether anything did: the clock had been ahead, and was set right
   */
  forgetFuture(nowMs: number): boolean {
    const wasAhead = this.#nowMs > nowMs;
    this.#nowMs = Math.min(this.#nowMs, nowMs);
    this.#engine.forgetFuture(nowMs);
    // after it: what a phase arms now was not there before
    if (wasAhead) this.#turnPhases(nowMs);
    this.#coverage.forgetFuture(nowMs);
    if (wasAhead) this.#encounters.forgetFuture(nowMs);
    return wasAhead;
  }

  #take({ sites, fences, operations }: ChangeOfPlaces, nowMs: number): void {
    // all fences are looked at by one time
    this.#tell(this.#engine.tick(nowMs));
    this.#setOperations(operations);
    for (const key of sites.endedKeys) this.#sites.delete(key);
    for (const site of sites.begun) this.#sites.set(site.key, site);
    // before the fences: who is inside a new ring is present at a site that is known
    this.#coverage.changeSites(sites);
    this.#turnPhases(nowMs);
    for (const key of fences.endedKeys) this.#engine.removeFence(key, nowMs);
    for (const fence of fences.begun) this.#engine.putFence(fence, nowMs);
    this.#rings.change(sites, fences);
  }

  /** A plan that is as it was stays the same object: by that a tick knows that nothing else is required. */
  #setOperations(operations: readonly Operation[]): void {
    this.#operations = operations;
    const before = new Map(this.#plans);
    this.#plans.clear();
    for (const { key, plan } of operations) {
      const known = before.get(key);
      this.#plans.set(key, isSameJson(known, plan) ? (known ?? plan) : plan);
    }
  }

  /** Tells the fences in which phases each operation is. */
  #turnPhases(nowMs: number): void {
    const gone = new Set(this.#phases.keys());
    for (const operation of this.#operations) {
      gone.delete(operation.key);
      this.#turnPhase(operation.key, phasesAt(operation, nowMs), nowMs);
    }
    for (const operationKey of gone) this.#turnPhase(operationKey, [], nowMs);
  }

  #turnPhase(operationKey: number, phases: readonly string[], nowMs: number): void {
    if (isSameJson(this.#phases.get(operationKey) ?? [], phases)) return;
    if (phases.length === 0) this.#phases.delete(operationKey);
    else this.#phases.set(operationKey, phases);
    this.#engine.setPhases(operationKey, phases, nowMs);
  }

  #tell(events: readonly PlaceEvent[]): void {
    for (const event of events) this.#parts.onEvent(event);
  }
}

function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
