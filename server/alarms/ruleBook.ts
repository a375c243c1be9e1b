import type { Cause } from '../domain/cause.ts';
import {
  maxRules,
  type Rule,
  type RuleDuring,
  type RuleKind,
  type RuleWho,
} from '../domain/rule.ts';
import { timeZoneOf } from '../domain/timeZone.ts';
import type { Unit } from '../domain/unit.ts';
import { isWithinWeek } from '../domain/weekHours.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import { builtInSosRule } from './defaultRules.ts';
import { fitsRegion, fitsSite, namesSites } from './fitsSite.ts';
import { particularsOf } from './particularsOf.ts';
import type { Particulars } from './raisedAlarm.ts';
import { isInPhase, type Scene, sceneOf } from './ruleScene.ts';

/** Rules of which a version is remembered, in force or not; records of one are seconds apart. */
const maxVersions = 2 * maxRules;

/** The rules in force, by what they watch for. */
export class RuleBook {
  readonly #rules = new Map<string, Rule>();
  /** The newest version that was seen of each, in force or removed; the one seen last last. */
  readonly #versions = new Map<string, number>();
  readonly #byKind = new Map<RuleKind, readonly Rule[]>();

  /** A rule of whatever version is in force, enabled or not; the one that is built in, too. */
  get(ruleId: string): Rule | undefined {
    return this.#rules.get(ruleId) ?? (ruleId === builtInSosRule.id ? builtInSosRule : undefined);
  }

  /** All that people can see, in the order of their ids. */
  all(): readonly Rule[] {
    return [...this.#rules.values()].toSorted(byId);
  }

  /** Those that are switched on, in the order of their ids. */
  enabled(kind: RuleKind): readonly Rule[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** The newest version that was seen of each rule, also of those that were removed lately. */
  versions(): ReadonlyMap<string, number> {
    return this.#versions;
  }

  /** @param versions what was seen before; left out: nothing but these rules */
  setAll(
    rules: readonly Rule[],
    versions: Iterable<readonly [ruleId: string, version: number]> = [],
  ): void {
    this.#rules.clear();
    this.#versions.clear();
    for (const [ruleId, version] of versions) this.#versions.set(ruleId, version);
    for (const rule of rules) {
      this.#rules.set(rule.id, rule);
      this.#saw(rule.id, rule.version);
    }
    this.#sort();
  }

  /** Takes a new version; false: it, or a newer one, was seen before. */
  put(rule: Rule): boolean {
    if (rule.version <= (this.#versions.get(rule.id) ?? 0)) return false;
    this.#rules.set(rule.id, rule);
    this.#saw(rule.id, rule.version);
    this.#sort();
    return true;
  }

  /**
   * Removes a rule up to a version; false: a newer one is in force, and stays.
   *
   * @param isPutBack versions are counted anew from here on
   */
  remove(ruleId: string, version: number, isPutBack: boolean): boolean {
    if (version < (this.#versions.get(ruleId) ?? 0)) return false;
    this.#rules.delete(ruleId);
    if (isPutBack) this.#versions.delete(ruleId);
    else this.#saw(ruleId, version);
    this.#sort();
    return true;
  }

  /**
   * The rules that make an alarm of a cause that began, with what the alarm says. No SOS is without
   * one: where none is switched on that fits it, the one that is built in does.
   */
  fitting(cause: Cause, facts: AlarmFacts): readonly { rule: Rule; particulars: Particulars }[] {
    const { kind, ruleId } = cause;
    const rules = this.enabled(kind).filter(({ id }) => ruleId === undefined || id === ruleId);
    const found = rules.flatMap((rule) => {
      const particulars = fits(rule, cause, facts);
      return particulars === undefined ? [] : [{ rule, particulars }];
    });
    if (kind !== 'sos' || found.length > 0) return found;
    const particulars = fits(builtInSosRule, cause, facts);
    return particulars === undefined ? [] : [{ rule: builtInSosRule, particulars }];
  }

  #saw(ruleId: string, version: number): void {
    this.#versions.delete(ruleId);
    this.#versions.set(ruleId, version);
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= maxVersions) return;
      if (!this.#rules.has(oldest)) this.#versions.delete(oldest);
    }
  }

  #sort(): void {
    this.#byKind.clear();
    for (const rule of this.all()) {
      if (!rule.isEnabled) continue;
      this.#byKind.set(rule.condition.kind, [...this.enabled(rule.condition.kind), rule]);
    }
  }
}

/** What the alarm says where a rule makes one of a cause, as of its time; undefined: it does not. */
export function fits(rule: Rule, cause: Cause, facts: AlarmFacts): Particulars | undefined {
  const scene = sceneOf(rule, cause, facts);
  if (scene === undefined || !covers(rule, cause, scene, facts)) return undefined;
  const operations = operationsFor(rule, scene);
  if (operations === undefined) return undefined;
  const { phases, weekly } = rule.during;
  const running =
    phases === undefined
      ? operations
      : operations.filter((operation) => isInPhase(operation, phases, cause.atMs));
  if (phases !== undefined && running.length === 0) return undefined;
  if (weekly !== undefined && !isInHours(weekly, rule.during, scene, cause.atMs)) return undefined;
  return particularsOf(rule, cause, scene, facts, running[0]);
}

/** True where a rule is still about whom and what an alarm of it is of, whenever that was. */
export function stillCovers(rule: Rule, cause: Cause, facts: AlarmFacts): boolean {
  const scene = sceneOf(rule, cause, facts);
  if (scene === undefined || !covers(rule, cause, scene, facts)) return false;
  return operationsFor(rule, scene) !== undefined;
}

/**
 * True for a unit that a rule can be about, by what it says of itself: so that nobody watches the
 * batteries of all for a rule about one.
 */
export function coversUnit({ who, where }: Pick<Rule, 'who' | 'where'>, unit: Unit): boolean {
  return fitsUnit(who, unit) && fitsRegion(where, unit.region);
}

function covers({ condition, where, who }: Rule, cause: Cause, scene: Scene, facts: AlarmFacts) {
  const { fence, site, units, region, operations } = scene;
  if (condition.kind !== cause.kind) return false;
  if (condition.kind === 'cross' && !condition.withPossible && cause.data?.['isPossible'] === true)
    return false;
  if (where.fenceIds !== undefined && !where.fenceIds.includes(fence?.id ?? '')) return false;
  if (where.fenceClasses !== undefined && !isOne(where.fenceClasses, fence?.fenceClass)) {
    return false;
  }
  if (site === undefined) {
    if (namesSites(where) || !fitsRegion(where, region)) return false;
  } else if (!fitsSite(where, site)) {
    return false;
  }
  // a convergence counts only those who fit, and roaming names its two
  if (condition.kind === 'convergence' || condition.kind === 'roaming') return true;
  const [unit] = units;
  if (unit === undefined) return who.agencies === undefined || isOne(who.agencies, cause.agency);
  if (!fitsUnit(who, unit)) return false;
  if (who.isAssigned === undefined) return true;
  const placed = site?.operationKey ?? fence?.operationKey;
  const worksFor = facts.operationsOf(unit.key);
  const isAssigned = placed === undefined ? operations.length > 0 : worksFor.includes(placed);
  return isAssigned === who.isAssigned;
}

function fitsUnit({ unitIds, unitKinds, agencies }: RuleWho, unit: Unit): boolean {
  return (
    (unitIds?.includes(unit.id) ?? true) &&
    (unitKinds?.includes(unit.kind) ?? true) &&
    (agencies?.includes(unit.agency) ?? true)
  );
}

/** Those by whose phases it is judged; undefined: it is none of the rule's. */
function operationsFor({ operationId }: Rule, { operations }: Scene) {
  if (operationId === undefined) return operations;
  const own = operations.filter(({ id }) => id === operationId);
  return own.length === 0 ? undefined : own;
}

function isInHours(
  weekly: NonNullable<RuleDuring['weekly']>,
  { timeZone }: RuleDuring,
  { region }: Scene,
  atMs: number,
): boolean {
  return isWithinWeek(weekly, timeZone ?? timeZoneOf(region ?? ''), atMs);
}

function isOne<Value>(list: readonly Value[], value: Value | undefined): boolean {
  return value !== undefined && list.includes(value);
}

function byId(a: Rule, b: Rule): number {
  return a.id < b.id ? -1 : 1;
}
