import type { Cause } from '../domain/cause.ts';
import type { ConvergenceRule, RoamingRule } from '../domain/encounterRule.ts';
import type { Rule } from '../domain/rule.ts';
import type { ConvergenceTransition, RoamingTransition } from '../domain/siteTransition.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import { causeOfEncounter } from './causesOf.ts';
import { coversUnit, type RuleBook } from './ruleBook.ts';

/** What those who watch places are to watch for among units. */
export type EncounterRules = {
  readonly convergences: readonly ConvergenceRule[];
  readonly roamings: readonly RoamingRule[];
  readonly counts: (ruleKey: number, unitKey: number) => boolean;
};

/** A convergence that lasts, and what its alarm is of. */
type Meeting = { readonly ruleId: string; readonly subjectKey: string };
export type EncounterBookCheckpoint = {
  readonly nextKey: number;
  readonly keys: readonly (readonly [ruleId: string, key: number])[];
  readonly meetings: readonly (readonly [id: string, meeting: Meeting])[];
};

/** More meetings than this are not ended one by one: those who watch know no more of one rule. */
const maxMeetings = 10_000;

/** Rules about units among themselves: a small number stands for each, and meetings are those at one site. */
export class EncounterBook {
  readonly #keys = new Map<string, number>();
  readonly #ids = new Map<number, string>();
  readonly #meetings = new Map<string, Meeting>();
  #nextKey = 1;
  #idle: readonly string[] = [];

  /** Rules about units of which one is not registered: nothing can be known of the pair. */
  get idle(): readonly string[] {
    return this.#idle;
  }

  /** The rules that are switched on, as those who watch places take them. */
  rulesOf(book: RuleBook, facts: AlarmFacts): EncounterRules {
    const convergences: ConvergenceRule[] = [];
    const roamings: RoamingRule[] = [];
    const idle: string[] = [];
    for (const { id, condition, who } of book.enabled('convergence')) {
      if (condition.kind !== 'convergence') continue;
      const { units, radiusM, withinMs } = condition;
      const { unitKinds, agencies } = who;
      const key = this.#keyOf(id);
      convergences.push({ key, unitKinds, agencies, units, radiusM, withinMs });
    }
    for (const { id, condition } of book.enabled('roaming')) {
      if (condition.kind !== 'roaming') continue;
      const [one, other] = condition.unitIds.map((unitId) => facts.unitById(unitId));
      if (one === undefined || other === undefined) {
        idle.push(id);
        continue;
      }
      const { sense, limitM } = condition;
      roamings.push({ key: this.#keyOf(id), unitKeys: [one.key, other.key], sense, limitM });
    }
    this.#idle = idle;
    return { convergences, roamings, counts: (ruleKey, unitKey) => counts(ruleKey, unitKey, this) };

    function counts(ruleKey: number, unitKey: number, { ruleIdOf }: EncounterBook): boolean {
      const ruleId = ruleIdOf(ruleKey);
      const rule = ruleId === undefined ? undefined : book.get(ruleId);
      const unit = facts.unitOf(unitKey);
      return rule !== undefined && unit !== undefined && isCounted(rule, unit.key, facts);
    }
  }

  readonly ruleIdOf = (ruleKey: number): string | undefined => this.#ids.get(ruleKey);

  /**
   * What was told of units among themselves, as a cause. Meetings at one site are one: it ends with
   * the last of them.
   */
  causeOf(
    transition: ConvergenceTransition | RoamingTransition,
    siteKeyOf: (cause: Cause) => number | undefined,
    atMs: number,
  ): Cause | undefined {
    const { id, kind, edge } = transition;
    const ruleId = this.ruleIdOf(transition.ruleKey);
    if (ruleId === undefined) return undefined;
    if (kind === 'roaming') {
      return causeOfEncounter(transition, ruleId, `units:${transition.unitKeys.join('+')}`, atMs);
    }
    // the end has the id of the beginning, but for the edge
    const meetingId = id.slice(0, -edge.length - 1);
    if (edge === 'ended') return this.#endOf(transition, meetingId, atMs);
    const units = transition.fixes.map(({ unitKey }) => unitKey);
    const cause = causeOfEncounter(transition, ruleId, `units:${units.join('+')}`, atMs);
    const siteKey = siteKeyOf(cause);
    const subjectKey = siteKey === undefined ? cause.subjectKey : `site:${siteKey}`;
    if (this.#meetings.size < maxMeetings) this.#meetings.set(meetingId, { ruleId, subjectKey });
    return { ...cause, subjectKey };
  }

  /** Of a rule that went, or is another now, no end will be told. */
  forget(ruleId: string): void {
    const key = this.#keys.get(ruleId);
    if (key !== undefined) {
      this.#keys.delete(ruleId);
      this.#ids.delete(key);
    }
    for (const [id, meeting] of this.#meetings) {
      if (meeting.ruleId === ruleId) this.#meetings.delete(id);
    }
  }

  checkpoint(): EncounterBookCheckpoint {
    return { nextKey: this.#nextKey, keys: [...this.#keys], meetings: [...this.#meetings] };
  }

  restore({ nextKey, keys, meetings }: EncounterBookCheckpoint): void {
    this.#nextKey = nextKey;
    this.#keys.clear();
    this.#ids.clear();
    this.#meetings.clear();
    for (const [ruleId, key] of keys) {
      this.#keys.set(ruleId, key);
      this.#ids.set(key, ruleId);
    }
    for (const [id, meeting] of meetings) this.#meetings.set(id, meeting);
  }

  #endOf(transition: ConvergenceTransition, meetingId: string, atMs: number): Cause | undefined {
    const meeting = this.#meetings.get(meetingId);
    if (meeting === undefined) return undefined;
    this.#meetings.delete(meetingId);
    const { ruleId, subjectKey } = meeting;
    for (const other of this.#meetings.values()) {
      if (other.ruleId === ruleId && other.subjectKey === subjectKey) return undefined;
    }
    return causeOfEncounter(transition, ruleId, subjectKey, atMs);
  }

  #keyOf(ruleId: string): number {
    const known = this.#keys.get(ruleId);
    if (known !== undefined) return known;
    const key = this.#nextKey;
    this.#nextKey += 1;
    this.#keys.set(ruleId, key);
    this.#ids.set(key, ruleId);
    return key;
  }
}

/** Whether a unit counts for a convergence: it fits, and works for the rule's operation, or for any, as it asks. */
function isCounted(rule: Rule, unitKey: number, facts: AlarmFacts): boolean {
  const unit = facts.unitOf(unitKey);
  const { who, operationId } = rule;
  // regions are those of the site or of the first who met, not of each
  if (unit === undefined || !coversUnit({ who, where: {} }, unit)) return false;
  if (who.isAssigned === undefined) return true;
  const worksFor = facts.operationsOf(unitKey);
  const own = facts.operations().filter(({ key }) => worksFor.includes(key));
  const isAssigned =
    operationId === undefined ? own.length > 0 : own.some(({ id }) => id === operationId);
  return isAssigned === who.isAssigned;
}
