import type { FenceClass, WeeklyWindow } from './fence.ts';
import type { SiteClass, SiteKind } from './site.ts';
import type { RoamingSense } from './siteTransition.ts';
import type { Agency, UnitKind } from './unit.ts';

/** How bad it is. `sos` stands above all and is for people in danger only. */
export const priorities = ['low', 'medium', 'high', 'sos'] as const;
export type Priority = (typeof priorities)[number];

/** A text in both languages of the control room. */
export type Text = { readonly id: string; readonly en: string };

/** Longest name, text, step: characters of one language. */
export const maxNameLength = 80;
export const maxTextLength = 300;
/** Steps of a procedure, and steps of an escalation. */
export const maxSteps = 20;
export const maxEscalations = 6;
/** Rules in force at one time. */
export const maxRules = 500;

/**
 * What must be so. What begins and ends has both; `cross`, `possible_cross` and `zone_speed` are over
 * when they are told.
 *
 * - `sos`: a device asked for help. Latching: only a person ends it.
 * - `enter`: inside, until it is out again. Of an urgent fence from the provisional enter on.
 * - `exit`: has left, until it is back.
 * - `dwell`, `lost_inside`: as the fence says, until it is out, or is heard again.
 * - `absence`, `under_strength`, `not_reported`: as the plan of the operation says.
 * - `convergence`: so many distinct units within a radius within a time; where `where` names sites,
 *   within `nearM` of one of them.
 * - `roaming`: two units nearer, or farther, than a limit.
 * - `stopped`: has not moved farther than `radiusM` for `forMs`, outside of every site.
 * - `battery_low`: of a tracker of the unit, below so many percent.
 * - `clock_wrong`: of the tracker that drives the unit.
 */
export type RuleCondition =
  | { readonly kind: 'sos' }
  | { readonly kind: 'enter' | 'exit' | 'dwell' | 'lost_inside' | 'zone_speed' }
  | { readonly kind: 'cross'; readonly withPossible: boolean }
  | { readonly kind: 'absence' | 'under_strength' | 'not_reported' }
  | {
      readonly kind: 'convergence';
      readonly units: number;
      readonly radiusM: number;
      readonly withinMs: number;
      readonly nearM: number;
    }
  | {
      readonly kind: 'roaming';
      readonly unitIds: readonly [one: string, other: string];
      readonly sense: RoamingSense;
      readonly limitM: number;
    }
  | { readonly kind: 'stopped'; readonly radiusM: number; readonly forMs: number }
  | { readonly kind: 'battery_low'; readonly belowPct: number }
  | { readonly kind: 'clock_wrong' };

export const ruleKinds = [
  'sos',
  'enter',
  'exit',
  'cross',
  'dwell',
  'lost_inside',
  'zone_speed',
  'absence',
  'under_strength',
  'not_reported',
  'convergence',
  'roaming',
  'stopped',
  'battery_low',
  'clock_wrong',
] as const satisfies readonly RuleCondition['kind'][];
export type RuleKind = (typeof ruleKinds)[number];

/** Where. All that is named must fit; whatever is missing does not restrict it. */
export type RuleWhere = {
  readonly fenceIds?: readonly string[] | undefined;
  readonly fenceClasses?: readonly FenceClass[] | undefined;
  readonly siteIds?: readonly string[] | undefined;
  readonly siteKinds?: readonly SiteKind[] | undefined;
  readonly siteClasses?: readonly SiteClass[] | undefined;
  /** Of the site, else of the fence, else of the unit's home; and all regions below. */
  readonly regions?: readonly string[] | undefined;
};

/** Who. Of a site's shortage there is no unit: a rule that names any does not fit it, but for agencies. */
export type RuleWho = {
  readonly unitIds?: readonly string[] | undefined;
  readonly unitKinds?: readonly UnitKind[] | undefined;
  readonly agencies?: readonly Agency[] | undefined;
  /** Whether the unit works for the operation of the fence or site, for any where there is none. */
  readonly isAssigned?: boolean | undefined;
};

/** When, by the phases of the operation of the fence, site or unit, and by the week. */
export type RuleDuring = {
  readonly phases?: readonly string[] | undefined;
  readonly weekly?: readonly WeeklyWindow[] | undefined;
  /** IANA name; with `weekly`. */
  readonly timeZone?: string | undefined;
};

/**
 * Who is told, each within their regions:
 * - `dispatchers` and `commanders` of the regency or of what lies below it,
 * - `province`: commanders of the province or of the country,
 * - `everyone` who may see the alarm.
 */
export const audiences = ['dispatchers', 'commanders', 'province', 'everyone'] as const;
export type Audience = (typeof audiences)[number];

/** Who answers for a step of a procedure, in the words of the service. */
export type ProcedureStep = { readonly text: Text; readonly answers: Text };

/** After so long unacknowledged these are told too. */
export type EscalationStep = { readonly afterMs: number; readonly to: Audience };

/** Which transition of whom at which fence, when, is an alarm: one version of it. */
export type Rule = {
  /** `[a-z0-9-]{1,64}`. */
  readonly id: string;
  /** From 1. */
  readonly version: number;
  /** Shipped with Posko; people may change it. */
  readonly isDefault: boolean;
  readonly isEnabled: boolean;
  readonly name: Text;
  readonly condition: RuleCondition;
  readonly where: RuleWhere;
  readonly who: RuleWho;
  readonly during: RuleDuring;
  /** Only of this operation; undefined: of all, and of none. */
  readonly operationId?: string | undefined;
  readonly priority: Priority;
  /**
   * What the operator reads, with `{unit}`, `{place}`, `{agency}` and `{value}` filled in when it is
   * raised.
   */
  readonly text: Text;
  readonly procedure: readonly ProcedureStep[];
  /** Told at once. */
  readonly tell: readonly Audience[];
  /** By their times, ascending. */
  readonly escalation: readonly EscalationStep[];
  /** It must have been so for this long, beside what fence and plan ask for, ms; 0: at once. */
  readonly delayMs: number;
  /** In these phases it is noted and shown to nobody: suppressed by design. */
  readonly suppressedPhases: readonly string[];
  /** Closed by a person with an outcome, never by itself. Always so with `sos`. */
  readonly needsOutcome: boolean;
};

/** A change of rules, as the journal has it: whole, so that the core needs no database. */
export type RuleRecord =
  | { readonly type: 'rule_set'; readonly rule: Rule }
  | {
      readonly type: 'rule_removed';
      readonly ruleId: string;
      /** The one that was in force: a version above it stays. */
      readonly version: number;
      /** The database was put back to before this version, which will be given again. */
      readonly isPutBack?: boolean | undefined;
    };
