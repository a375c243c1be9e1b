import type { RequirementPlan } from './coverage.ts';
import { isTime } from './isTime.ts';
import { isPhase, maxPhases } from './phase.ts';
import { isRegionCode } from './region.ts';
import { checkPlan, type PlanFields } from './requirementPlan.ts';
import type { Result } from './result.ts';

/** The phases of an election operation (design.md section 2); an operation may name others. */
export const usualPhases = [
  'logistics',
  'campaign',
  'quiet',
  'voting',
  'counting',
  'recapitulation',
] as const;

/** A part of an operation. Phases may overlap: logistics goes on while the campaign runs. */
export type OperationPhase = {
  /** `voting`; 1 to 32 of a-z, 0-9 and underscore. */
  readonly phase: string;
  /** Epoch ms. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
};

/** What agencies work together, such as Mantap Praja Mahakam 2024, or a drill. */
export type Operation = {
  readonly key: number;
  readonly id: string;
  /** Grows with each change, so that nobody overwrites what they have not seen. */
  readonly version: number;
  readonly name: string;
  /** Of a province or a regency; its sites lie in it. */
  readonly region: string;
  readonly isExercise: boolean;
  readonly startsAtMs: number;
  /** Undefined: until further notice. */
  readonly endsAtMs: number | undefined;
  /** By their start. */
  readonly phases: readonly OperationPhase[];
  /** What it asks of its sites beside what each of them says itself. */
  readonly plan: RequirementPlan;
};

/** An operation as somebody describes it; without a plan it asks for nothing by itself. */
export type OperationFields = Omit<Operation, 'key' | 'version' | 'plan'> & {
  readonly plan?: PlanFields | undefined;
};
export type OperationFault =
  | 'bad_id'
  | 'bad_name'
  | 'bad_region'
  | 'bad_time'
  | 'bad_phase'
  | 'bad_plan';

/**
 * Checks an operation that somebody typed; its name comes back trimmed, its phases by their start, its
 * plan whole.
 */
export function checkOperation(
  fields: OperationFields,
): Result<Omit<Operation, 'key' | 'version'>, OperationFault> {
  const { id, region, startsAtMs, endsAtMs, phases } = fields;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
    return fault('bad_id', 'an operation id is 1 to 64 letters, digits, - or _');
  }
  const name = fields.name.trim();
  if (name.length === 0 || name.length > 200 || /\p{C}/u.test(name)) {
    return fault('bad_name', 'the name of an operation is 1 to 200 printable characters');
  }
  if (!isRegionCode(region) || region.length > 5) {
    return fault('bad_region', 'the region of an operation is a province or regency: 64 or 64.08');
  }
  // written so that NaN is refused
  if (!isTime(startsAtMs) || (endsAtMs !== undefined && !(endsAtMs > startsAtMs))) {
    return fault('bad_time', 'an operation ends after it starts');
  }
  if (phases.length > maxPhases) {
    return fault('bad_phase', `an operation has at most ${maxPhases} phases`);
  }
  if (new Set(phases.map(({ phase }) => phase)).size < phases.length) {
    return fault('bad_phase', 'an operation has each phase once');
  }
  for (const each of phases) {
    if (!isPhase(each.phase)) {
      const detail = `a phase is 1 to 32 of a-z, 0-9 and _, such as voting; got "${each.phase.slice(0, 80)}"`;
      return fault('bad_phase', detail);
    }
    if (!isTime(each.startsAtMs) || !(each.endsAtMs > each.startsAtMs) || !isTime(each.endsAtMs)) {
      return fault('bad_phase', `the phase ${each.phase} ends after it starts`);
    }
  }
  const plan = checkPlan(fields.plan ?? {});
  if (!plan.ok) return plan;
  const sorted = phases.toSorted((a, b) => a.startsAtMs - b.startsAtMs);
  return { ok: true, value: { ...fields, name, phases: sorted, plan: plan.value } };
}

type Fitting = Pick<Operation, 'startsAtMs' | 'endsAtMs' | 'phases' | 'plan'>;

/**
 * Checks that phases and plan of an operation go with the rest of it: what lies outside its times, or
 * is asked for in a phase that it does not have, would never count, and nobody would be told.
 *
 * @param asked what somebody said now: an operation that is ended early keeps the phases that it had
 */
export function checkFit(
  { startsAtMs, endsAtMs, phases, plan }: Fitting,
  asked: { readonly phases: boolean; readonly plan: boolean },
): Result<undefined, OperationFault> {
  const outside = phases.find(
    (each) => each.startsAtMs < startsAtMs || each.endsAtMs > (endsAtMs ?? each.endsAtMs),
  );
  if (asked.phases && outside !== undefined) {
    const [own, whole] = [timesOf(outside), timesOf({ startsAtMs, endsAtMs })];
    const detail = `the phase ${outside.phase} (${own}) does not lie in its operation (${whole}): correct one of the two`;
    return fault('bad_phase', detail);
  }
  const lacking = lackingPhases(phases, phasesOfPlan(plan));
  if ((asked.phases || asked.plan) && lacking.length > 0) {
    const detail = `the plan names phases that the operation does not have: ${lacking.join(', ')}; it has ${namesOf(phases)}: add them, or change the plan`;
    return fault('bad_plan', detail);
  }
  return { ok: true, value: undefined };
}

/**
 * What is wrong with the phases in which a fence is to count; undefined: nothing.
 *
 * @param operation that of the fence, or of the site whose ring it is
 */
export function wrongFencePhases(
  named: readonly string[] | undefined,
  operation: Pick<Operation, 'id' | 'phases'> | undefined,
): string | undefined {
  if (named === undefined) return undefined;
  if (operation === undefined) {
    return 'a fence without an operation never is in a phase: name its operation, or leave the phases out';
  }
  const lacking = lackingPhases(operation.phases, named);
  if (lacking.length === 0) return undefined;
  return `the fence would never count in ${lacking.join(', ')}: the operation ${operation.id} has the phases ${namesOf(operation.phases)}`;
}

function phasesOfPlan({ byClass, hours }: RequirementPlan): readonly string[] {
  return [...Object.values(byClass).flatMap((each) => Object.keys(each)), ...Object.keys(hours)];
}

/** Those of some names that are no phase, each once. */
function lackingPhases(
  phases: readonly OperationPhase[],
  named: readonly string[],
): readonly string[] {
  return [...new Set(named)].filter((name) => phases.every(({ phase }) => phase !== name));
}

function namesOf(phases: readonly OperationPhase[]): string {
  return phases.map(({ phase }) => phase).join(', ') || 'none';
}

function timesOf({ startsAtMs, endsAtMs }: Pick<Operation, 'startsAtMs' | 'endsAtMs'>): string {
  const until = endsAtMs === undefined ? 'further notice' : new Date(endsAtMs).toISOString();
  return `${new Date(startsAtMs).toISOString()} to ${until}`;
}

/**
 * The phases that an operation is in, by their start. A fence counts while any that it names runs; what
 * is required of sites is that of the last one, which began last. Outside the times of the operation
 * there is none, whatever its phases say.
 */
export function phasesAt(
  operation: Pick<Operation, 'startsAtMs' | 'endsAtMs' | 'phases'>,
  atMs: number,
): readonly string[] {
  const { startsAtMs, endsAtMs = Number.POSITIVE_INFINITY, phases } = operation;
  if (atMs < startsAtMs || atMs >= endsAtMs) return [];
  return phases
    .filter((each) => each.startsAtMs <= atMs && atMs < each.endsAtMs)
    .map(({ phase }) => phase);
}

/** The phases that operations are in at a time, by their keys. */
export function runningPhases(
  operations: readonly Operation[],
  atMs: number,
): ReadonlyMap<number, readonly string[]> {
  return new Map(operations.map((each) => [each.key, phasesAt(each, atMs)]));
}

function fault(reason: OperationFault, detail: string): Result<never, OperationFault> {
  return { ok: false, reason, detail };
}
