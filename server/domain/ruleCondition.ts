import { dayMs, minuteMs } from './durations.ts';
import { maxUnits } from './encounterRule.ts';
import type { Result } from './result.ts';
import { type RuleCondition, type RuleKind, ruleKinds } from './rule.ts';
import { type RoamingSense, roamingSenses } from './siteTransition.ts';
import { isTrackerId } from './unit.ts';

/** A condition as somebody types it: a kind, and what that asks for. */
export type ConditionInput = {
  readonly kind: string;
  readonly withPossible?: boolean | undefined;
  readonly units?: number | undefined;
  readonly radiusM?: number | undefined;
  readonly withinMs?: number | undefined;
  readonly nearM?: number | undefined;
  readonly unitIds?: readonly string[] | undefined;
  readonly sense?: string | undefined;
  readonly limitM?: number | undefined;
  readonly forMs?: number | undefined;
  readonly belowPct?: number | undefined;
};

export type ConditionField = Exclude<keyof ConditionInput, 'kind'>;

/** What each kind asks for beside its name. */
export const conditionFields: Readonly<Record<RuleKind, readonly ConditionField[]>> = {
  ...{ sos: [], enter: [], exit: [], dwell: [], lost_inside: [], zone_speed: [] },
  ...{ absence: [], under_strength: [], not_reported: [], clock_wrong: [] },
  cross: ['withPossible'],
  convergence: ['units', 'radiusM', 'withinMs', 'nearM'],
  roaming: ['unitIds', 'sense', 'limitM'],
  stopped: ['radiusM', 'forMs'],
  battery_low: ['belowPct'],
};

/** Least and most of each number, both included. */
const bounds = {
  units: [2, maxUnits],
  radiusM: [10, 20_000],
  withinMs: [1_000, dayMs],
  nearM: [0, 20_000],
  limitM: [10, 100_000],
  forMs: [minuteMs, dayMs],
  belowPct: [1, 95],
} as const;
type NumberField = keyof typeof bounds;

/** Checks a condition that somebody typed: its kind exists, and it has all that this asks for, and no more. */
export function checkCondition(input: ConditionInput): Result<RuleCondition, 'bad_condition'> {
  const kind = ruleKinds.find((each) => each === input.kind);
  if (kind === undefined) {
    return fault(`there is no kind "${input.kind.slice(0, 40)}": ${ruleKinds.join(', ')}`);
  }
  const wanted = conditionFields[kind];
  for (const [field, value] of Object.entries(input)) {
    const isWanted = field === 'kind' || wanted.some((each) => each === field);
    if (!isWanted && value !== undefined) {
      const has = wanted.length === 0 ? 'nothing more' : wanted.join(', ');
      return fault(`${kind} has no ${field.slice(0, 40)}; it has ${has}`);
    }
  }
  const numbers = readNumbers(input, kind);
  return numbers.ok ? build(input, kind, numbers.value) : numbers;
}

type Numbers = Readonly<Record<NumberField, number>>;

/** Those that the kind asks for; the others are 0 and nobody looks at them. */
function readNumbers(input: ConditionInput, kind: RuleKind): Result<Numbers, 'bad_condition'> {
  const numbers = {
    ...{ units: 0, radiusM: 0, withinMs: 0, nearM: 0, limitM: 0, forMs: 0, belowPct: 0 },
  };
  for (const field of conditionFields[kind]) {
    if (!isNumberField(field)) continue;
    const value = input[field];
    const [least, most] = bounds[field];
    const isWhole = field === 'units' || field.endsWith('Ms');
    // written so that NaN is refused
    const isWithin = value !== undefined && value >= least && value <= most;
    if (!isWithin || (isWhole && !Number.isInteger(value))) {
      const kindOf = isWhole ? 'a whole number' : 'a number';
      return fault(`${field} of ${kind} is ${kindOf} from ${least} to ${most}`);
    }
    numbers[field] = value;
  }
  return { ok: true, value: numbers };
}

function build(
  input: ConditionInput,
  kind: RuleKind,
  { units, radiusM, withinMs, nearM, limitM, forMs, belowPct }: Numbers,
): Result<RuleCondition, 'bad_condition'> {
  switch (kind) {
    case 'cross':
      return { ok: true, value: { kind, withPossible: input.withPossible ?? false } };
    case 'convergence':
      return { ok: true, value: { kind, units, radiusM, withinMs, nearM } };
    case 'stopped':
      return { ok: true, value: { kind, radiusM, forMs } };
    case 'battery_low':
      return { ok: true, value: { kind, belowPct } };
    case 'roaming': {
      const [one, other, ...more] = input.unitIds ?? [];
      const isPair = one !== undefined && other !== undefined && more.length === 0;
      if (!isPair || one === other || !isTrackerId(one) || !isTrackerId(other)) {
        return fault('unitIds of roaming are the ids of two units that differ');
      }
      const sense = senseOf(input.sense);
      if (sense === undefined) return fault(`sense of roaming is ${roamingSenses.join(' or ')}`);
      return { ok: true, value: { kind, unitIds: [one, other], sense, limitM } };
    }
    default:
      return { ok: true, value: { kind } };
  }
}

function isNumberField(field: ConditionField): field is NumberField {
  return field in bounds;
}

function senseOf(text: string | undefined): RoamingSense | undefined {
  return roamingSenses.find((each) => each === text);
}

function fault(detail: string): Result<never, 'bad_condition'> {
  return { ok: false, reason: 'bad_condition', detail };
}
