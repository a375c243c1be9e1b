import type { Alarm, AlarmEvent, AlarmOrder, AlarmResult } from '../domain/alarm.ts';
import type { Cause } from '../domain/cause.ts';
import type { PlaceEvent } from '../domain/placeEvent.ts';
import type { Position } from '../domain/position.ts';
import type { Rule, RuleRecord } from '../domain/rule.ts';
import type { Stay, Transition } from '../domain/transition.ts';
import type { Unit } from '../domain/unit.ts';
import { type AlarmCheckpoint, AlarmEngine } from './alarmEngine.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import type { AlarmHistory } from './alarmHistory.ts';
import { causeOfSite, causesOfSilentStay, causesOfTransition, fenceSubject } from './causesOf.ts';
import {
  EncounterBook,
  type EncounterBookCheckpoint,
  type EncounterRules,
} from './encounterBook.ts';
import { type BatteryCheckpoint, type BatteryReading, LowBatteries } from './lowBatteries.ts';
import type { Moment } from './moment.ts';
import { causeKeyOf } from './raisedAlarm.ts';
import { coversUnit, fits, RuleBook, stillCovers } from './ruleBook.ts';
import { isInPhase, sceneOf } from './ruleScene.ts';
import { type StoppedCheckpoint, StoppedUnits } from './stoppedUnits.ts';
import {
  UnprovenAlarms,
  type UnprovenCheckpoint,
  type UnprovenQuestions,
} from './unprovenAlarms.ts';
import { type DrivingClock, WrongClocks, type WrongClocksCheckpoint } from './wrongClocks.ts';

export type AlarmDeskParts = {
  readonly facts: AlarmFacts;
  readonly onEvent: (event: AlarmEvent) => void;
  /** Takes what to watch for among units from here on. */
  readonly onEncounterRules: (rules: EncounterRules) => void;
};

/** An SOS of a device. */
export type SosCall = {
  /** Of what the device said: the same journal gives the same. */
  readonly id: string;
  readonly unitKey: number;
  readonly trackerId: string;
  readonly happenedAtMs: number;
  readonly lon?: number | undefined;
  readonly lat?: number | undefined;
  readonly text?: string | undefined;
};

/** A live position of one of a unit's trackers. */
export type LivePosition = {
  readonly unitKey: number;
  readonly position: Position;
  /** The tracker drives the unit. */
  readonly isDriving: boolean;
  /** Of the tracker. */
  readonly clock: Pick<DrivingClock, 'state' | 'offsetMs'>;
};

/** All that alarms go on from, as plain data. */
export type DeskCheckpoint = {
  readonly version: 1;
  readonly rules: readonly Rule[];
  readonly ruleVersions: readonly (readonly [ruleId: string, version: number])[];
  readonly engine: AlarmCheckpoint;
  readonly stopped: StoppedCheckpoint;
  readonly batteries: BatteryCheckpoint;
  readonly clocks: WrongClocksCheckpoint;
  readonly encounters: EncounterBookCheckpoint;
  readonly lost: readonly (readonly [unitKey: number, fenceKeys: readonly number[]])[];
  readonly provisional: readonly string[];
  readonly unproven: UnprovenCheckpoint;
};

/** Provisional enters that nothing was heard of since; past it the oldest is forgotten. */
const maxProvisional = 10_000;

/**
 * Where everything that moves alarms comes in, in the order of the journal: it finds out what began and
 * what ended, which rules that fits, and hands it to the engine. It reads no clock.
 */
export class AlarmDesk {
  readonly #parts: AlarmDeskParts;
  readonly #facts: AlarmFacts;
  readonly #questions: UnprovenQuestions;
  readonly #book = new RuleBook();
  readonly #engine: AlarmEngine;
  readonly #stopped: StoppedUnits;
  readonly #batteries = new LowBatteries();
  readonly #clocks = new WrongClocks();
  readonly #encounters = new EncounterBook();
  /** Fences inside of which a unit is lost, by its key. */
  readonly #lost = new Map<number, Set<number>>();
  /** Subjects whose enter was told by one fix. */
  readonly #provisional = new Set<string>();
  readonly #unproven = new UnprovenAlarms();
  #nowMs = 0;
  /** Units, places or rules changed: alarms of those that are no more end with the next tick. */
  #isToSweep = false;

  constructor(parts: AlarmDeskParts) {
    this.#parts = parts;
    this.#facts = parts.facts;
    this.#questions = {
      find: (alarmId) => this.#engine.find(alarmId),
      coverageOf: parts.facts.coverageOf,
      withinMsOf: (ruleId) => {
        const condition = this.#book.get(ruleId)?.condition;
        return condition?.kind === 'convergence' ? condition.withinMs : 0;
      },
    };
    this.#stopped = new StoppedUnits(parts.facts);
    this.#engine = new AlarmEngine({
      onEvent: parts.onEvent,
      ruleOf: (ruleId) => this.#book.get(ruleId),
      isSuppressedNow: (alarm, rule) => this.#isSuppressed(alarm, rule),
    });
  }

  /** The rules of people, in the order of their ids. */
  get rules(): readonly Rule[] {
    return this.#book.all();
  }

  /** The newest version that was seen of each rule, also of those that were removed lately. */
  get ruleVersions(): ReadonlyMap<string, number> {
    return this.#book.versions();
  }

  /** True while there is something that time could change. */
  get isWaiting(): boolean {
    return (
      this.#engine.isWaiting ||
      this.#stopped.isWatching ||
      this.#isToSweep ||
      this.#unproven.size > 0
    );
  }

  /** Takes over all rules: at a start, or when the database was put back to an earlier state. */
  setRules(rules: readonly Rule[]): void {
    this.#book.setAll(rules);
    this.#rulesChanged();
    this.#isToSweep = true;
  }

  /** A rule was changed, or removed. Alarms that the new version does not cover return. */
  takeRule(record: RuleRecord, moment: Moment): void {
    this.#nowMs = Math.max(this.#nowMs, moment.atMs);
    if (record.type === 'rule_removed') {
      const { ruleId, version, isPutBack = false } = record;
      // of a reading that was old by then: it was added again
      if (!this.#book.remove(ruleId, version, isPutBack)) return;
      this.#ruleGone(ruleId, moment);
    } else {
      const { rule } = record;
      const before = this.#book.get(rule.id);
      // of the journal before the rules were read, or overtaken by its removal
      if (!this.#book.put(rule)) return;
      if (!rule.isEnabled || (before !== undefined && isWatchedAnew(before, rule))) {
        this.#ruleGone(rule.id, moment);
      } else {
        this.#rejudge(rule, moment);
      }
    }
    this.#rulesChanged();
  }

  /** Something was found out about units and places. */
  takePlaceEvent(event: PlaceEvent, moment: Moment): void {
    const { atMs } = moment;
    switch (event.kind) {
      case 'absence':
      case 'under_strength':
      case 'not_reported':
        this.#take(causeOfSite(event, atMs), moment);
        return;
      case 'convergence':
      case 'roaming': {
        const cause = this.#encounters.causeOf(event, (begun) => this.#siteOf(begun), atMs);
        if (cause !== undefined) this.#take(cause, moment);
        return;
      }
      default:
        this.#takeTransition(event, moment);
    }
  }

  /** A unit is inside of a fence, or is not any more, without a transition. */
  takeSilentStay(stay: Stay, moment: Moment): void {
    const subjectKey = fenceSubject(stay.unitKey, stay.fenceKey);
    this.#provisional.delete(subjectKey);
    if (stay.isInside && this.#unproven.size > 0) {
      for (const { id } of [...this.#book.enabled('enter'), ...this.#book.enabled('dwell')]) {
        this.#unproven.proved(causeKeyOf(id, subjectKey));
      }
    }
    for (const cause of causesOfSilentStay(stay, moment.atMs)) this.#take(cause, moment);
  }

  takeSos(sos: SosCall, moment: Moment): void {
    const { id, unitKey, trackerId, happenedAtMs, lon, lat, text } = sos;
    this.#take(
      {
        ...{ id, kind: 'sos', edge: 'began', subjectKey: `unit:${unitKey}`, unitKey },
        ...{ happenedAtMs, atMs: moment.atMs },
        ...(lon !== undefined && lat !== undefined && { place: [lon, lat] }),
        data: { trackerId, text },
      },
      moment,
    );
  }

  /** A tracker said how its battery is. */
  takeStatus(reading: BatteryReading, moment: Moment): void {
    const unit = this.#facts.unitOf(reading.unitKey);
    if (unit === undefined) return;
    const covered = this.#coverOf(unit);
    for (const cause of this.#batteries.take(reading, moment.atMs, covered)) {
      this.#take(cause, moment);
    }
  }

  /** Takes a live position; of others nothing follows here. */
  takePosition({ unitKey, position, isDriving, clock }: LivePosition, moment: Moment): void {
    const { fix, receivedAtMs, trackerKey, verdict } = position;
    const unit = this.#facts.unitOf(unitKey);
    if (verdict !== 'live' || unit === undefined) return;
    const { batteryPct, fixedAtMs } = fix;
    if (batteryPct !== undefined) {
      this.takeStatus({ unitKey, trackerKey, batteryPct, happenedAtMs: fixedAtMs }, moment);
    }
    if (!isDriving) return;
    this.#unproven.heard(unitKey, moment.atMs);
    this.takeClock({ unitKey, trackerKey, ...clock }, moment);
    for (const cause of this.#stopped.take(unit, fix, receivedAtMs, this.#coverOf(unit))) {
      this.#take(cause, moment);
    }
  }

  /** The clock of the tracker that drives a unit is seen with other eyes. */
  takeClock(clock: DrivingClock, moment: Moment): void {
    if (this.#book.enabled('clock_wrong').length === 0) return;
    const cause = this.#clocks.take(clock, moment.atMs);
    if (cause !== undefined) this.#take(cause, moment);
  }

  /** A unit gave a sign of life: it is not lost inside of anything. */
  heard(unitKey: number, moment: Moment): void {
    const lost = this.#lost.get(unitKey);
    if (lost === undefined) return;
    for (const fenceKey of lost) {
      const subjectKey = fenceSubject(unitKey, fenceKey);
      this.#take(
        {
          id: `heard/${subjectKey}/${moment.atMs}`,
          ...{ kind: 'lost_inside', edge: 'ended', subjectKey, unitKey, fenceKey },
          ...{ happenedAtMs: moment.atMs, atMs: moment.atMs },
        },
        moment,
      );
    }
  }

  /** Units came, went, or work for other operations. */
  unitsChanged(): void {
    const isKnown = (unitKey: number): boolean => this.#facts.unitOf(unitKey) !== undefined;
    this.#stopped.keepOnly(isKnown);
    this.#clocks.keepOnly(isKnown);
    this.#parts.onEncounterRules(this.#encounters.rulesOf(this.#book, this.#facts));
    this.#isToSweep = true;
  }

  /** A change of places counts from here on. */
  placesChanged(moment: Moment): void {
    this.#sweep(moment);
  }

  /** A person does something to an alarm. */
  order(order: AlarmOrder, moment: Moment): AlarmResult {
    this.#nowMs = Math.max(this.#nowMs, moment.atMs);
    return this.#engine.order(order, moment);
  }

  /** Time went on. */
  tick(moment: Moment): void {
    this.#nowMs = moment.atMs;
    if (this.#isToSweep) this.#sweep(moment);
    for (const cause of this.#stopped.tick(moment.atMs)) this.#take(cause, moment);
    for (const alarmId of this.#unproven.over(moment.atMs, this.#questions)) {
      this.#engine.endAlarm(alarmId, { because: 'not_so_after_restart' }, moment);
    }
    this.#engine.tick(moment);
  }

  /** When alarms called for somebody, for the load. */
  get history(): AlarmHistory {
    return this.#engine.history;
  }

  find(alarmId: string): Alarm | undefined {
    return this.#engine.find(alarmId);
  }

  open(): Iterable<Alarm> {
    return this.#engine.open();
  }

  /** Takes over the open alarms of the database, where no state was kept; after the rules. */
  adopt(alarms: readonly Alarm[]): void {
    this.#engine.adopt(alarms);
    for (const alarm of alarms) {
      if (!alarm.isActive || this.#engine.find(alarm.id) === undefined) continue;
      this.#adopt(alarm);
      this.#unproven.adopt(alarm);
    }
  }

  /** For the health page. */
  counts() {
    const { idle } = this.#encounters;
    const rules = this.#book.all();
    const enabledRules = rules.filter(({ isEnabled }) => isEnabled).length;
    const deskCounts = { rules: rules.length, enabledRules, idleRules: idle.length };
    return { ...this.#engine.counts(), ...deskCounts };
  }

  /** The state after a journal record: views, to be written out at once. */
  checkpoint(): DeskCheckpoint {
    return {
      version: 1,
      rules: this.#book.all(),
      ruleVersions: [...this.#book.versions()],
      engine: this.#engine.checkpoint(),
      stopped: this.#stopped.checkpoint(),
      batteries: this.#batteries.checkpoint(),
      clocks: this.#clocks.checkpoint(),
      encounters: this.#encounters.checkpoint(),
      lost: Array.from(this.#lost, ([unitKey, fenceKeys]) => [unitKey, [...fenceKeys]]),
      provisional: [...this.#provisional],
      unproven: this.#unproven.checkpoint(),
    };
  }

  /**
   * Goes on from a checkpoint, with its rules. Units and places are known before: who watches places has
   * gone on from its own by then.
   */
  restore(kept: DeskCheckpoint): void {
    this.#book.setAll(kept.rules, kept.ruleVersions);
    this.#stopped.restore(kept.stopped);
    this.#batteries.restore(kept.batteries);
    this.#clocks.restore(kept.clocks);
    this.#encounters.restore(kept.encounters);
    this.#lost.clear();
    for (const [unitKey, fenceKeys] of kept.lost) this.#lost.set(unitKey, new Set(fenceKeys));
    this.#provisional.clear();
    for (const subjectKey of kept.provisional) this.#provisional.add(subjectKey);
    this.#unproven.restore(kept.unproven);
    this.#engine.restore(kept.engine);
    this.#rulesChanged();
  }

  #takeTransition(transition: Transition, moment: Moment): void {
    const { kind, unitKey, fenceKey, isCorrection } = transition;
    if (isCorrection) return;
    const subjectKey = fenceSubject(unitKey, fenceKey);
    // one that one fix told of already is the same enter
    const wasTold = kind === 'enter' && this.#provisional.has(subjectKey);
    if (kind === 'provisional_enter') this.#setProvisional(subjectKey);
    else if (kind === 'enter' || kind === 'withdrawn' || kind === 'exit') {
      this.#provisional.delete(subjectKey);
    }
    for (const cause of causesOfTransition(transition, moment.atMs)) {
      if (wasTold && cause.kind === 'enter' && cause.edge === 'began') continue;
      this.#take(cause, moment);
    }
  }

  #take(cause: Cause, moment: Moment): void {
    const { kind, edge, unitKey, fenceKey } = cause;
    if (kind === 'lost_inside' && unitKey !== undefined && fenceKey !== undefined) {
      if (edge === 'began') this.#setLost(unitKey, fenceKey);
      else this.#clearLost(unitKey, fenceKey);
    }
    if (edge === 'ended') {
      this.#engine.end(cause, moment);
      return;
    }
    for (const { rule, particulars } of this.#book.fitting(cause, this.#facts)) {
      this.#unproven.proved(causeKeyOf(rule.id, cause.subjectKey));
      this.#engine.raise(rule, cause, particulars, moment);
    }
  }

  /** The site at which those meet, as their rule has it. */
  #siteOf(cause: Cause): number | undefined {
    const rule = cause.ruleId === undefined ? undefined : this.#book.get(cause.ruleId);
    return rule === undefined ? undefined : sceneOf(rule, cause, this.#facts)?.site?.key;
  }

  #coverOf(unit: Unit): (ruleId: string) => boolean {
    return (ruleId) => {
      const rule = this.#book.get(ruleId);
      return rule !== undefined && coversUnit(rule, unit);
    };
  }

  #isSuppressed({ operationId }: Alarm, { suppressedPhases }: Rule): boolean {
    if (operationId === undefined || suppressedPhases.length === 0) return false;
    const operation = this.#facts.operations().find(({ id }) => id === operationId);
    return operation !== undefined && isInPhase(operation, suppressedPhases, this.#nowMs);
  }

  /** Tells everybody who watches by themselves what there is to watch for. */
  #rulesChanged(): void {
    this.#stopped.set(
      this.#book.enabled('stopped').flatMap(({ id, condition }) => {
        if (condition.kind !== 'stopped') return [];
        return [{ id, radiusM: condition.radiusM, forMs: condition.forMs }];
      }),
    );
    this.#batteries.set(
      this.#book.enabled('battery_low').flatMap(({ id, condition }) => {
        return condition.kind === 'battery_low' ? [{ id, belowPct: condition.belowPct }] : [];
      }),
    );
    if (this.#book.enabled('clock_wrong').length === 0) this.#clocks.clear();
    this.#parts.onEncounterRules(this.#encounters.rulesOf(this.#book, this.#facts));
  }

  /** All of a rule ends, and who watches for it begins anew. */
  #ruleGone(ruleId: string, moment: Moment): void {
    this.#stopped.reset(ruleId);
    this.#batteries.reset(ruleId);
    this.#encounters.forget(ruleId);
    this.#engine.ruleGone(ruleId, moment);
  }

  /** A rule has a new version: whatever that does not cover any more returns, and what waits goes by it. */
  #rejudge(rule: Rule, moment: Moment): void {
    for (const alarm of [...this.#engine.open()]) {
      if (alarm.ruleId !== rule.id) continue;
      if (stillCovers(rule, causeOf(alarm, moment), this.#facts)) continue;
      const data = { because: 'rule_changed', ruleVersion: rule.version };
      this.#engine.endAlarm(alarm.id, data, moment);
    }
    for (const pending of this.#engine.pending()) {
      if (pending.ruleId !== rule.id) continue;
      const particulars = fits(rule, pending.cause, this.#facts);
      const { delayMs } = rule;
      this.#engine.renewPending(pending, particulars && { particulars, delayMs });
    }
    this.#engine.ruleChanged(rule.id, moment);
  }

  /** Alarms of units, places and rules that are no more return, and what waits to be one is forgotten. */
  #sweep(moment: Moment): void {
    this.#isToSweep = false;
    const gone = new Set<string>();
    for (const alarm of [...this.#engine.open()]) {
      if (this.#book.get(alarm.ruleId)?.isEnabled !== true) gone.add(alarm.ruleId);
      else if (this.#isGone(alarm.subject)) {
        this.#engine.endAlarm(alarm.id, { because: 'subject_gone' }, moment);
      }
    }
    for (const pending of this.#engine.pending()) {
      if (this.#book.get(pending.ruleId)?.isEnabled !== true) gone.add(pending.ruleId);
      else if (this.#isGone(pending.cause)) this.#engine.renewPending(pending, undefined);
    }
    for (const ruleId of gone) this.#ruleGone(ruleId, moment);
  }

  #isGone({ unitKey, unitKeys, fenceKey, siteKey }: Alarm['subject'] | Cause): boolean {
    const { unitOf, fenceOf, siteOf } = this.#facts;
    if (unitKey !== undefined && unitOf(unitKey) === undefined) return true;
    if (unitKeys?.every((key) => unitOf(key) === undefined) === true) return true;
    if (fenceKey !== undefined && fenceOf(fenceKey) === undefined) return true;
    return siteKey !== undefined && siteOf(siteKey) === undefined;
  }

  /** What was told before: without it, nobody would tell of its end. */
  #adopt({ ruleId, ruleKind, subject, causeKey, happenedAtMs }: Alarm): void {
    const { unitKey, fenceKey, place } = subject;
    if (unitKey === undefined) return;
    if (ruleKind === 'lost_inside' && fenceKey !== undefined) this.#setLost(unitKey, fenceKey);
    if (ruleKind === 'clock_wrong') this.#clocks.adopt(unitKey);
    if (ruleKind === 'battery_low') {
      const trackerKey = Number(causeKey.slice(causeKey.lastIndexOf(':') + 1));
      this.#batteries.adopt(ruleId, trackerKey, unitKey);
    }
    const unit = this.#facts.unitOf(unitKey);
    if (ruleKind === 'stopped' && unit !== undefined && place !== undefined) {
      this.#stopped.adopt(ruleId, unit, place, happenedAtMs);
    }
  }

  #setLost(unitKey: number, fenceKey: number): void {
    const lost = this.#lost.get(unitKey);
    if (lost === undefined) this.#lost.set(unitKey, new Set([fenceKey]));
    else lost.add(fenceKey);
  }

  #clearLost(unitKey: number, fenceKey: number): void {
    const lost = this.#lost.get(unitKey);
    lost?.delete(fenceKey);
    if (lost?.size === 0) this.#lost.delete(unitKey);
  }

  #setProvisional(subjectKey: string): void {
    this.#provisional.add(subjectKey);
    const [oldest] = this.#provisional;
    if (this.#provisional.size > maxProvisional && oldest !== undefined) {
      this.#provisional.delete(oldest);
    }
  }
}

/** True where what watches for a rule by itself has to begin anew with its new version. */
function isWatchedAnew(before: Rule, after: Rule): boolean {
  const watched = ({ condition, who }: Rule): string =>
    JSON.stringify(condition.kind === 'convergence' ? [condition, who] : condition);
  return watched(before) !== watched(after);
}

/** What an alarm is of, as a cause of now. */
function causeOf({ id, ruleId, ruleKind, causeKey, subject }: Alarm, { atMs }: Moment): Cause {
  const { unitKey, unitKeys, fenceKey, siteKey, agency, place } = subject;
  return {
    ...{ id, kind: ruleKind, edge: 'began', subjectKey: causeKey.slice(ruleId.length + 1), ruleId },
    ...{ unitKey, unitKeys, fenceKey, siteKey, agency, place, happenedAtMs: atMs, atMs },
  };
}
