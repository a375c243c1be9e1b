import type { Cause } from '../domain/cause.ts';
import type { Fence, LonLat } from '../domain/fence.ts';
import { type Operation, phasesAt } from '../domain/operation.ts';
import type { Rule } from '../domain/rule.ts';
import type { Site } from '../domain/site.ts';
import type { Unit } from '../domain/unit.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import { fitsSite } from './fitsSite.ts';

/** Whom and what a cause is of, looked up. */
export type Scene = {
  /** None: it is of a site by itself. */
  readonly units: readonly Unit[];
  readonly fence: Fence | undefined;
  readonly site: Site | undefined;
  /** Of the site, else of the fence, else of the first unit's home. */
  readonly region: string | undefined;
  readonly place: LonLat | undefined;
  /** Of the site or fence, else all that a unit works for; those that count first stand first. */
  readonly operations: readonly Operation[];
};

/**
 * Looks up what a cause is of. A convergence is at the nearest site that the rule allows.
 *
 * @returns undefined: the unit, site or fence is no more
 */
export function sceneOf(rule: Rule, cause: Cause, facts: AlarmFacts): Scene | undefined {
  const { unitKey, unitKeys, fenceKey, agency } = cause;
  const keys = unitKey === undefined ? (unitKeys ?? []) : [unitKey];
  const units = keys.flatMap((key) => facts.unitOf(key) ?? []);
  const fence = fenceKey === undefined ? undefined : facts.fenceOf(fenceKey);
  const siteKey = cause.siteKey ?? fence?.siteKey;
  const site = siteKey === undefined ? meetingSite(rule, cause, facts) : facts.siteOf(siteKey);
  const isGone =
    (keys.length > 0 && units.length === 0) ||
    (fenceKey !== undefined && fence === undefined) ||
    (siteKey !== undefined && site === undefined);
  if (isGone || (keys.length === 0 && site === undefined && agency === undefined)) return undefined;
  const [first] = units;
  const place =
    cause.place ?? (first === undefined ? undefined : facts.placeOf(first.key)) ?? site?.place;
  return {
    ...{ units, fence, site, place },
    region: site?.region ?? fence?.region ?? first?.region,
    operations: operationsOf(site?.operationKey ?? fence?.operationKey, units, facts),
  };
}

/** The site at which units meet: the nearest that fits. */
function meetingSite({ condition, where }: Rule, cause: Cause, facts: AlarmFacts) {
  if (condition.kind !== 'convergence' || cause.place === undefined) return undefined;
  if (condition.nearM === 0) return undefined;
  return facts.sitesNear(cause.place, condition.nearM).find((site) => fitsSite(where, site));
}

/** Real operations before exercises, so that nobody takes what is real for one. */
function operationsOf(
  operationKey: number | undefined,
  units: readonly Unit[],
  facts: AlarmFacts,
): readonly Operation[] {
  const keys =
    operationKey === undefined
      ? new Set(units.flatMap(({ key }) => facts.operationsOf(key)))
      : new Set([operationKey]);
  if (keys.size === 0) return [];
  return facts
    .operations()
    .filter(({ key }) => keys.has(key))
    .toSorted((a, b) => Number(a.isExercise) - Number(b.isExercise) || a.key - b.key);
}

/** True where any of the phases runs in an operation. */
export function isInPhase(operation: Operation, phases: readonly string[], atMs: number): boolean {
  return phases.length > 0 && phasesAt(operation, atMs).some((phase) => phases.includes(phase));
}
