import { dayMs } from './durations.ts';
import { isPhase, maxPhases } from './phase.ts';
import { checkRegion } from './region.ts';
import type { Result } from './result.ts';
import {
  type EscalationStep,
  maxEscalations,
  maxNameLength,
  maxSteps,
  maxTextLength,
  type ProcedureStep,
  type Rule,
  type RuleCondition,
  type RuleDuring,
  type RuleKind,
  type RuleWhere,
  type RuleWho,
  type Text,
} from './rule.ts';
import { type ConditionInput, checkCondition } from './ruleCondition.ts';
import { isTimeZone } from './timeZone.ts';
import { isWeek, maxWindows } from './weekHours.ts';

/** A text as somebody types it: without English, the Indonesian stands for both. */
export type TextInput = { readonly id: string; readonly en?: string | undefined };

/** A rule as somebody describes it; what is left out does not restrict it, and nobody is told later. */
export type RuleInput = Pick<Rule, 'id' | 'priority'> & {
  readonly isEnabled?: boolean | undefined;
  readonly name: TextInput;
  readonly condition: ConditionInput;
  readonly where?: RuleWhere | undefined;
  readonly who?: RuleWho | undefined;
  readonly during?: RuleDuring | undefined;
  readonly operationId?: string | undefined;
  readonly text: TextInput;
  readonly procedure?:
    | readonly { readonly text: TextInput; readonly answers: TextInput }[]
    | undefined;
  readonly tell?: Rule['tell'] | undefined;
  readonly escalation?: readonly EscalationStep[] | undefined;
  readonly delayMs?: number | undefined;
  readonly suppressedPhases?: readonly string[] | undefined;
  readonly needsOutcome?: boolean | undefined;
};

/** A rule that was checked, before it has a version. */
export type RuleFields = Omit<Rule, 'version' | 'isDefault'>;

export type RuleFault =
  | 'bad_id'
  | 'bad_name'
  | 'bad_text'
  | 'bad_condition'
  | 'bad_where'
  | 'bad_who'
  | 'bad_during'
  | 'bad_priority'
  | 'bad_procedure'
  | 'bad_escalation'
  | 'bad_delay';

/** What can be filled in when an alarm is raised. */
export const placeholders = ['unit', 'place', 'agency', 'value'] as const;
export type Placeholder = (typeof placeholders)[number];

/** Longest list of ids, kinds and regions that a rule names. */
export const maxNamed = 200;
/** The longest that something must have been so, ms; and that an escalation waits. */
export const maxDelayMs = dayMs;
/** Sooner than this nobody can be expected to have answered, ms. */
export const leastEscalationMs = 10_000;

/** Kinds that tell of a unit at a fence, and of a site by itself. */
const ofFence: readonly RuleKind[] = [
  ...(['enter', 'exit', 'cross', 'dwell', 'lost_inside', 'zone_speed'] as const),
];
const ofSite: readonly RuleKind[] = ['absence', 'under_strength', 'not_reported'];

/** Checks a rule that somebody typed; its texts come back trimmed and in both languages. */
export function checkRule(input: RuleInput): Result<RuleFields, RuleFault> {
  if (!/^[a-z0-9-]{1,64}$/.test(input.id)) {
    return fault('bad_id', 'the id of a rule is 1 to 64 of a-z, 0-9 and -');
  }
  const name = checkText(input.name, 'bad_name', 'name', maxNameLength);
  if (!name.ok) return name;
  const condition = checkCondition(input.condition);
  if (!condition.ok) return condition;
  const { where = {}, who = {}, during = {}, escalation = [], delayMs = 0 } = input;
  const { suppressedPhases = [], tell = ['dispatchers'], procedure = [] } = input;
  const wrong =
    wrongWith('bad_where', wrongWhere(where, condition.value)) ??
    wrongWith('bad_who', wrongWho(who, condition.value)) ??
    wrongWith('bad_during', wrongDuring(during)) ??
    wrongWith('bad_during', wrongPhases('suppressedPhases', suppressedPhases)) ??
    wrongWith('bad_priority', wrongPriority(input, condition.value)) ??
    wrongWith('bad_delay', wrongDelay(delayMs, condition.value)) ??
    wrongWith('bad_escalation', wrongEscalation(escalation, tell));
  if (wrong !== undefined) return wrong;
  const text = checkText(input.text, 'bad_text', 'text', maxTextLength);
  if (!text.ok) return text;
  const unknown = unknownPlaceholder(text.value);
  if (unknown !== undefined) {
    const known = placeholders.map((each) => `{${each}}`).join(', ');
    return fault('bad_text', `there is no {${unknown.slice(0, 40)}}; a text can have ${known}`);
  }
  const steps = checkProcedure(procedure);
  if (!steps.ok) return steps;
  const isSos = condition.value.kind === 'sos';
  return {
    ok: true,
    value: {
      id: input.id,
      isEnabled: input.isEnabled ?? false,
      name: name.value,
      condition: condition.value,
      ...{ where, who, during },
      operationId: input.operationId,
      priority: input.priority,
      text: text.value,
      procedure: steps.value,
      ...{ tell, escalation, delayMs, suppressedPhases },
      needsOutcome: isSos || (input.needsOutcome ?? false),
    },
  };
}

function wrongWith(
  reason: RuleFault,
  detail: string | undefined,
): Result<never, RuleFault> | undefined {
  return detail === undefined ? undefined : fault(reason, detail);
}

function checkText(
  { id, en = id }: TextInput,
  reason: RuleFault,
  field: string,
  maxLength: number,
): Result<Text, RuleFault> {
  const text = { id: id.trim(), en: en.trim() === '' ? id.trim() : en.trim() };
  const isGood = Object.values(text).every(
    (each) => each.length > 0 && each.length <= maxLength && !/\p{C}/u.test(each),
  );
  if (isGood) return { ok: true, value: text };
  return fault(
    reason,
    `${field} is 1 to ${maxLength} printable characters, in Indonesian and in English`,
  );
}

function unknownPlaceholder({ id, en }: Text): string | undefined {
  for (const [, named = ''] of `${id} ${en}`.matchAll(/\{([^{}]*)\}/g)) {
    if (!placeholders.some((each) => each === named)) return named;
  }
  return undefined;
}

function wrongWhere(where: RuleWhere, { kind }: RuleCondition): string | undefined {
  const { fenceIds, fenceClasses, siteIds, siteKinds, siteClasses, regions } = where;
  const long = tooLong({ fenceIds, fenceClasses, siteIds, siteKinds, siteClasses, regions });
  if (long !== undefined) return long;
  for (const region of regions ?? []) {
    const checked = checkRegion(region);
    if (!checked.ok) return checked.detail;
  }
  const namesFence = fenceIds !== undefined || fenceClasses !== undefined;
  const namesSite = [siteIds, siteKinds, siteClasses].some((each) => each !== undefined);
  // such a rule would never fit, and its author would believe that all is quiet
  if (namesFence && !ofFence.includes(kind)) {
    return `${kind} is not of a fence: fenceIds and fenceClasses go with ${ofFence.join(', ')}`;
  }
  const knowsSites = ofFence.includes(kind) || ofSite.includes(kind) || kind === 'convergence';
  if (namesSite && !knowsSites) {
    return `${kind} is not of a site: siteIds, siteKinds and siteClasses do not go with it`;
  }
  return undefined;
}

function wrongWho(
  { unitIds, unitKinds, agencies, isAssigned }: RuleWho,
  { kind }: RuleCondition,
): string | undefined {
  const long = tooLong({ unitIds, unitKinds, agencies });
  if (long !== undefined) return long;
  const namesUnits = [unitIds, unitKinds, isAssigned].some((each) => each !== undefined);
  if (namesUnits && ofSite.includes(kind)) {
    return `${kind} is of a site, not of a unit: unitIds, unitKinds and isAssigned do not go with it`;
  }
  if (agencies !== undefined && (kind === 'absence' || kind === 'not_reported')) {
    return `${kind} is of all agencies; under_strength is of each`;
  }
  if ((namesUnits || agencies !== undefined) && kind === 'roaming') {
    return 'roaming names its two units in the condition; who does not go with it';
  }
  return undefined;
}

/** An empty list fits nothing, which nobody means. */
function tooLong(lists: Readonly<Record<string, readonly string[] | undefined>>) {
  for (const [name, list] of Object.entries(lists)) {
    if (list !== undefined && (list.length === 0 || list.length > maxNamed)) {
      return `${name} has 1 to ${maxNamed} entries; leave it out where it does not matter`;
    }
  }
  return undefined;
}

function wrongDuring({ phases, weekly, timeZone }: RuleDuring): string | undefined {
  if (phases?.length === 0) return 'phases names at least one phase; leave it out for all';
  const wrong = wrongPhases('phases', phases ?? []);
  if (wrong !== undefined) return wrong;
  if (weekly !== undefined && !isWeek(weekly)) {
    return `weekly has 1 to ${maxWindows} windows, each with days 0 to 6 and minutes 0 to 1,440`;
  }
  if (timeZone !== undefined && weekly === undefined) return 'timeZone goes with weekly';
  return timeZone === undefined || isTimeZone(timeZone)
    ? undefined
    : `timeZone is an IANA name such as Asia/Makassar; got "${timeZone.slice(0, 80)}"`;
}

function wrongPhases(name: string, phases: readonly string[]): string | undefined {
  if (phases.length > maxPhases) return `${name} has at most ${maxPhases} phases`;
  const bad = phases.find((phase) => !isPhase(phase));
  return bad === undefined
    ? undefined
    : `a phase is a word such as voting; got "${bad.slice(0, 80)}"`;
}

function wrongPriority(
  { priority, suppressedPhases = [] }: RuleInput,
  { kind }: RuleCondition,
): string | undefined {
  if ((priority === 'sos') !== (kind === 'sos')) {
    return 'the priority sos is of the kind sos, and of no other';
  }
  return kind === 'sos' && suppressedPhases.length > 0
    ? 'an SOS is never suppressed: leave suppressedPhases out'
    : undefined;
}

function wrongDelay(delayMs: number, { kind }: RuleCondition): string | undefined {
  // written so that NaN is refused
  if (!(Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= maxDelayMs)) {
    return `delayMs is 0 to ${maxDelayMs} ms`;
  }
  const isAtOnce = kind === 'sos' || kind === 'cross' || kind === 'zone_speed';
  return isAtOnce && delayMs > 0 ? `${kind} does not last: its delayMs is 0` : undefined;
}

function wrongEscalation(
  escalation: readonly EscalationStep[],
  tell: Rule['tell'],
): string | undefined {
  if (tell.length === 0) return 'tell names at least one who is told at once';
  if (escalation.length > maxEscalations) return `escalation has at most ${maxEscalations} steps`;
  let beforeMs = leastEscalationMs - 1;
  for (const { afterMs } of escalation) {
    if (!(Number.isInteger(afterMs) && afterMs > beforeMs && afterMs <= maxDelayMs)) {
      return `afterMs of the escalation ascends, from ${leastEscalationMs} to ${maxDelayMs} ms`;
    }
    beforeMs = afterMs;
  }
  return undefined;
}

function checkProcedure(
  procedure: NonNullable<RuleInput['procedure']>,
): Result<readonly ProcedureStep[], RuleFault> {
  if (procedure.length > maxSteps) {
    return fault('bad_procedure', `a procedure has at most ${maxSteps} steps`);
  }
  const steps: ProcedureStep[] = [];
  for (const [nth, step] of procedure.entries()) {
    const text = checkText(step.text, 'bad_procedure', `text of step ${nth + 1}`, maxTextLength);
    if (!text.ok) return text;
    const field = `answers of step ${nth + 1}`;
    const answers = checkText(step.answers, 'bad_procedure', field, maxNameLength);
    if (!answers.ok) return answers;
    steps.push({ text: text.value, answers: answers.value });
  }
  return { ok: true, value: steps };
}

function fault(reason: RuleFault, detail: string): Result<never, RuleFault> {
  return { ok: false, reason, detail };
}
