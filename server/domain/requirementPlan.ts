import type { RequirementPlan } from './coverage.ts';
import { isTime } from './isTime.ts';
import { isPhase, maxPhases } from './phase.ts';
import type { Result } from './result.ts';
import { type Strength, siteClasses } from './site.ts';
import { agencies } from './unit.ts';

/** A plan as somebody describes it: what is left out asks for nothing, and every phase counts whole. */
export type PlanFields = {
  readonly [Name in keyof RequirementPlan]?: RequirementPlan[Name] | undefined;
};

/** Nobody is required more often, and a site with more is a slip of the keyboard. */
const maxRequired = 2_000;
/** Opening hours of a phase of two months, day by day, and a few more. */
const maxSpans = 64;

/** Checks what an operation asks of its sites beside what each of them says itself. */
export function checkPlan(fields: PlanFields): Result<RequirementPlan, 'bad_plan'> {
  const { byClass = {}, hours = {} } = fields;
  const wrong = wrongByClass(byClass) ?? wrongHours(hours);
  if (wrong === undefined) return { ok: true, value: { byClass, hours } };
  return { ok: false, reason: 'bad_plan', detail: wrong };
}

/** What is wrong with a strength required by phase; undefined: nothing. */
export function wrongRequired(required: Readonly<Record<string, Strength>>): string | undefined {
  const phases = Object.entries(required);
  if (phases.length > maxPhases) return `at most ${maxPhases} phases require something`;
  for (const [phase, strength] of phases) {
    if (!isPhase(phase)) return `a phase is a word such as voting; got "${phase.slice(0, 80)}"`;
    for (const [agency, people] of Object.entries(strength)) {
      if (!agencies.some((known) => known === agency)) {
        return `an agency is one of ${agencies.join(', ')}; got "${agency.slice(0, 80)}"`;
      }
      if (!Number.isInteger(people) || people < 0 || people > maxRequired) {
        return `${agency} in ${phase} is a whole number of people from 0 to ${maxRequired}`;
      }
    }
  }
  return undefined;
}

function wrongByClass(byClass: RequirementPlan['byClass']): string | undefined {
  for (const [siteClass, required] of Object.entries(byClass)) {
    if (!siteClasses.some((known) => known === siteClass)) {
      return `a class is one of ${siteClasses.join(', ')}; got "${siteClass.slice(0, 80)}"`;
    }
    const wrong = wrongRequired(required);
    if (wrong !== undefined) return `of sites of class ${siteClass}: ${wrong}`;
  }
  return undefined;
}

function wrongHours(hours: RequirementPlan['hours']): string | undefined {
  const phases = Object.entries(hours);
  if (phases.length > maxPhases) return `at most ${maxPhases} phases have hours`;
  for (const [phase, spans] of phases) {
    if (!isPhase(phase)) return `a phase is a word such as voting; got "${phase.slice(0, 80)}"`;
    if (spans.length > maxSpans) return `${phase} has at most ${maxSpans} spans of hours`;
    for (const { fromMs, toMs } of spans) {
      // written so that NaN is refused
      if (!isTime(fromMs) || !isTime(toMs) || !(fromMs < toMs)) {
        return `each span of the hours of ${phase} ends after it starts`;
      }
    }
  }
  return undefined;
}
