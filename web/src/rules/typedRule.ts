import { type FenceClass, fenceClasses } from '../../../server/domain/fence.ts';
import {
  type Audience,
  type Priority,
  type RuleKind,
  ruleKinds,
} from '../../../server/domain/rule.ts';
import { type ConditionField, conditionFields } from '../../../server/domain/ruleCondition.ts';
import type { RuleBody, RuleDetails } from '../../../server/domain/ruleDetails.ts';
import { checkRule, type RuleFault } from '../../../server/domain/ruleFields.ts';
import {
  type SiteClass,
  type SiteKind,
  siteClasses,
  siteKinds,
} from '../../../server/domain/site.ts';
import type { RoamingSense } from '../../../server/domain/siteTransition.ts';
import { type Agency, agencies, type UnitKind, unitKinds } from '../../../server/domain/unit.ts';

/** Numbers of a condition, as people type them: times in minutes. */
export const numberFields = {
  units: 1,
  radiusM: 1,
  withinMs: 60_000,
  nearM: 1,
  limitM: 1,
  forMs: 60_000,
  belowPct: 1,
} as const satisfies Partial<Record<ConditionField, number>>;
export type NumberField = keyof typeof numberFields;

export type TypedText = { readonly id: string; readonly en: string };
/** With a number of its own, so that rows keep their place while others are taken out. */
export type TypedStep = {
  readonly row: number;
  readonly text: TypedText;
  readonly answers: TypedText;
};
export type TypedEscalation = {
  readonly row: number;
  readonly afterS: string;
  readonly to: Audience;
};
export type TypedWindow = {
  readonly row: number;
  readonly fromDay: number;
  /** `07:00`. */
  readonly from: string;
  readonly toDay: number;
  readonly to: string;
};

/** A rule as the form has it: lists of ids as they are typed, with commas or spaces between. */
export type TypedRule = {
  readonly id: string;
  readonly isEnabled: boolean;
  readonly name: TypedText;
  readonly kind: RuleKind;
  readonly numbers: Readonly<Record<NumberField, string>>;
  readonly withPossible: boolean;
  readonly pair: string;
  readonly sense: RoamingSense;
  readonly fenceIds: string;
  readonly fenceClasses: readonly FenceClass[];
  readonly siteIds: string;
  readonly siteKinds: readonly SiteKind[];
  readonly siteClasses: readonly SiteClass[];
  readonly regions: string;
  readonly unitIds: string;
  readonly unitKinds: readonly UnitKind[];
  readonly agencies: readonly Agency[];
  readonly assigned: 'any' | 'yes' | 'no';
  readonly phases: string;
  readonly weekly: readonly TypedWindow[];
  readonly timeZone: string;
  readonly operationId: string;
  readonly priority: Priority;
  readonly text: TypedText;
  readonly procedure: readonly TypedStep[];
  readonly tell: readonly Audience[];
  readonly escalation: readonly TypedEscalation[];
  readonly delayS: string;
  readonly suppressedPhases: string;
  readonly needsOutcome: boolean;
};

const noNumbers = {
  ...{ units: '', radiusM: '', withinMs: '', nearM: '', limitM: '', forMs: '', belowPct: '' },
} as const;

/** A rule that is about to be written: of the regions in which the person may. */
export function newRule(regions: readonly string[]): TypedRule {
  const empty = { id: '', en: '' };
  return {
    ...{ id: '', isEnabled: false, name: empty, kind: 'enter', numbers: noNumbers },
    ...{ withPossible: false, pair: '', sense: 'nearer' },
    ...{ fenceIds: '', fenceClasses: [], siteIds: '', siteKinds: [], siteClasses: [] },
    regions: regions.filter((region) => region !== '*').join(', '),
    ...{ unitIds: '', unitKinds: [], agencies: [], assigned: 'any' },
    ...{ phases: '', weekly: [], timeZone: '', operationId: '' },
    ...{ priority: 'low', text: empty, procedure: [], tell: ['dispatchers'], escalation: [] },
    ...{ delayS: '0', suppressedPhases: '', needsOutcome: false },
  };
}

/** A rule as its form begins. */
export function typedRuleOf(rule: RuleDetails): TypedRule {
  const { condition, where, who, during } = rule;
  const numbers = { ...noNumbers };
  const typed: Record<NumberField, string> = { ...numbers };
  for (const field of namesOf(numberFields)) {
    const value = condition[field];
    if (value !== undefined) typed[field] = String(value / numberFields[field]);
  }
  const { isAssigned } = who;
  return {
    ...{ id: rule.id, isEnabled: rule.isEnabled, name: rule.name, kind: condition.kind },
    numbers: typed,
    withPossible: condition.withPossible ?? false,
    pair: condition.unitIds?.join(', ') ?? '',
    sense: condition.sense === 'farther' ? 'farther' : 'nearer',
    fenceIds: where.fenceIds?.join(', ') ?? '',
    fenceClasses: known(fenceClasses, where.fenceClasses),
    siteIds: where.siteIds?.join(', ') ?? '',
    siteKinds: known(siteKinds, where.siteKinds),
    siteClasses: known(siteClasses, where.siteClasses),
    regions: where.regions?.join(', ') ?? '',
    unitIds: who.unitIds?.join(', ') ?? '',
    unitKinds: known(unitKinds, who.unitKinds),
    agencies: known(agencies, who.agencies),
    assigned: isAssigned === undefined ? 'any' : isAssigned ? 'yes' : 'no',
    phases: during.phases?.join(', ') ?? '',
    weekly: (during.weekly ?? []).map(({ fromDay, fromMinute, toDay, toMinute }, row) => ({
      ...{ row, fromDay, from: timeOf(fromMinute), toDay, to: timeOf(toMinute) },
    })),
    timeZone: during.timeZone ?? '',
    operationId: rule.operationId ?? '',
    priority: rule.priority,
    text: rule.text,
    procedure: rule.procedure.map(({ text, answers }, row) => ({ row, text, answers })),
    tell: rule.tell,
    escalation: rule.escalation.map(({ afterMs, to }, row) => ({
      ...{ row, afterS: String(afterMs / 1000), to },
    })),
    delayS: String(rule.delayMs / 1000),
    suppressedPhases: rule.suppressedPhases.join(', '),
    needsOutcome: rule.needsOutcome,
  };
}

/** What is sent. A number that is none becomes NaN, which the check refuses. */
export function ruleBodyOf(typed: TypedRule): RuleBody {
  const where = {
    ...whenNamed('fenceIds', wordsOf(typed.fenceIds)),
    ...whenNamed('fenceClasses', [...typed.fenceClasses]),
    ...whenNamed('siteIds', wordsOf(typed.siteIds)),
    ...whenNamed('siteKinds', [...typed.siteKinds]),
    ...whenNamed('siteClasses', [...typed.siteClasses]),
    ...whenNamed('regions', wordsOf(typed.regions)),
  };
  const who = {
    ...whenNamed('unitIds', wordsOf(typed.unitIds)),
    ...whenNamed('unitKinds', [...typed.unitKinds]),
    ...whenNamed('agencies', [...typed.agencies]),
    ...(typed.assigned !== 'any' && { isAssigned: typed.assigned === 'yes' }),
  };
  const weekly = typed.weekly.map(({ fromDay, from, toDay, to }) => ({
    ...{ fromDay, fromMinute: minuteOf(from), toDay, toMinute: minuteOf(to) },
  }));
  const during = {
    ...whenNamed('phases', wordsOf(typed.phases)),
    ...whenNamed('weekly', weekly),
    ...(typed.timeZone.trim() !== '' && { timeZone: typed.timeZone.trim() }),
  };
  const operationId = typed.operationId.trim();
  return {
    ...{ isEnabled: typed.isEnabled, name: typed.name, condition: conditionOf(typed) },
    ...{ where, who, during, operationId: operationId === '' ? null : operationId },
    ...{ priority: typed.priority, text: typed.text, tell: [...typed.tell] },
    procedure: typed.procedure.map(({ text, answers }) => ({ text, answers })),
    escalation: typed.escalation.map(({ afterS, to }) => ({
      ...{ afterMs: Math.round(numberOf(afterS) * 1000), to },
    })),
    delayMs: Math.round(numberOf(typed.delayS) * 1000),
    suppressedPhases: wordsOf(typed.suppressedPhases),
    needsOutcome: typed.needsOutcome,
  };
}

/** Why the server would refuse it, and which part of the form that is about; undefined: it would not. */
export function ruleFault(
  typed: TypedRule,
): { readonly reason: RuleFault; readonly detail: string } | undefined {
  const { operationId, ...body } = ruleBodyOf(typed);
  const checked = checkRule({
    ...body,
    id: typed.id.trim(),
    operationId: operationId ?? undefined,
  });
  return checked.ok ? undefined : { reason: checked.reason, detail: checked.detail };
}

/** A rule as it is sent again, with something changed. */
export function bodyOfRule(rule: RuleDetails, changes: Partial<RuleBody> = {}): RuleBody {
  const { id: _id, version: _version, isDefault: _isDefault, ...body } = rule;
  return { ...body, ...changes };
}

/** Names of an object whose type says all of them. */
function namesOf<Name extends string>(fields: Readonly<Record<Name, unknown>>): readonly Name[] {
  const names: Name[] = [];
  for (const name in fields) names.push(name);
  return names;
}

function conditionOf(typed: TypedRule): RuleBody['condition'] {
  const { kind, numbers, withPossible, pair, sense } = typed;
  const asks = conditionFields[kind];
  const condition: RuleBody['condition'] = { kind };
  for (const field of namesOf(numberFields)) {
    if (!asks.includes(field)) continue;
    // minutes with a fraction are whole milliseconds
    const value = numberOf(numbers[field]) * numberFields[field];
    condition[field] = numberFields[field] === 1 ? value : Math.round(value);
  }
  if (asks.includes('withPossible')) condition.withPossible = withPossible;
  if (asks.includes('unitIds')) condition.unitIds = wordsOf(pair);
  if (asks.includes('sense')) condition.sense = sense;
  return condition;
}

function whenNamed<Name extends string, Entry>(
  name: Name,
  list: Entry[],
): Partial<Record<Name, Entry[]>> {
  if (list.length === 0) return {};
  const named: Partial<Record<Name, Entry[]>> = {};
  named[name] = list;
  return named;
}

function known<Entry extends string>(
  all: readonly Entry[],
  some: readonly string[] | undefined,
): readonly Entry[] {
  return all.filter((each) => some?.includes(each) === true);
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
}

function timeOf(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** NaN for what is no time; `24:00` ends a day. */
function minuteOf(text: string): number {
  const [, hours, minutes] = /^(\d{1,2})[:.](\d{2})$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined || Number(minutes) > 59) return Number.NaN;
  return Number(hours) * 60 + Number(minutes);
}

/** The kind of this name. */
export function ruleKindOf(text: string): RuleKind | undefined {
  return ruleKinds.find((each) => each === text);
}
