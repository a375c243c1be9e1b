import type { Site, SiteClass, Strength } from './site.ts';
import { type Agency, agencies } from './unit.ts';

/**
 * How a site stands, in one word:
 * - `belum_lapor`: nobody ever reported on it: neither a unit inside nor a check-in. Not the same as empty.
 * - `kosong`: something is known of it, something is required, and nobody is present.
 * - `kurang`: somebody is present, and an agency has less than is required of it.
 * - `cukup`: no agency has less than is required, and none more.
 * - `lebih`: no agency has less, and some have more, required or not.
 *
 * Positions in this list are wire numbers: append only.
 */
export const coverageWords = ['belum_lapor', 'kosong', 'kurang', 'cukup', 'lebih'] as const;
export type CoverageWord = (typeof coverageWords)[number];

/** One agency at a site, people. */
export type AgencyCoverage = {
  readonly agency: Agency;
  readonly required: number;
  readonly present: number;
};

/** Presence against what is required. */
export type Coverage = {
  /** 0 to 100: the share of the required people who are there; more of one agency stands in for no other. */
  readonly percent: number;
  readonly word: CoverageWord;
  /** Those of whom somebody is required or present, in the order of `agencies`. */
  readonly agencies: readonly AgencyCoverage[];
};

/** The coverage of a site, as a board shows it. */
export type SiteCoverage = Coverage & {
  readonly siteKey: number;
  /** Since when the word is this one, epoch ms: the tick that saw it first. */
  readonly sinceMs: number;
};

/** A time from its start up to, and without, its end, epoch ms. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** What an operation asks of its sites beside what each of them says itself. */
export type RequirementPlan = {
  /** Of a site that says nothing for the phase itself: by its class, then by phase. */
  readonly byClass: Readonly<Partial<Record<SiteClass, Readonly<Record<string, Strength>>>>>;
  /** Within a phase only these times count: the opening hours of voting day. A phase that is not named counts whole. */
  readonly hours: Readonly<Record<string, readonly Span[]>>;
};

/** One and the same object, so that who compares by it sees that nothing changed. */
const nothingRequired: Strength = {};

/** A plan that asks for nothing beyond what the sites say. */
export const emptyPlan: RequirementPlan = { byClass: {}, hours: {} };

/**
 * What a site must have now: as it says itself for the phase, else as its class does, and nothing
 * outside the hours of the phase. A site that says `{}` for a phase requires nothing in it. The same
 * object while nothing of that changes.
 *
 * @param phase the operation's phase now; undefined: it is in none, so nothing is required
 */
export function requiredStrength(
  site: Pick<Site, 'siteClass' | 'required'>,
  plan: RequirementPlan,
  phase: string | undefined,
  nowMs: number,
): Strength {
  if (phase === undefined) return nothingRequired;
  const hours = plan.hours[phase];
  if (hours !== undefined && !hours.some((span) => isWithin(span, nowMs))) return nothingRequired;
  return site.required[phase] ?? plan.byClass[site.siteClass]?.[phase] ?? nothingRequired;
}

/** True from the start of a span up to, and without, its end. */
export function isWithin({ fromMs, toMs }: Span, atMs: number): boolean {
  return fromMs <= atMs && atMs < toMs;
}

/**
 * Coverage by presence and requirement: the one function behind the board and the transitions.
 *
 * percent = 100 * sum over agencies of min(present, required) / sum of required; 100 where nothing
 * is required. A site that nobody reported on has 0 of what is required.
 *
 * @param isReported something was ever known of the site
 */
export function coverageOf(required: Strength, present: Strength, isReported: boolean): Coverage {
  let requiredSum = 0;
  let presentSum = 0;
  let coveredSum = 0;
  const each: AgencyCoverage[] = [];
  for (const agency of agencies) {
    const needs = required[agency] ?? 0;
    const has = present[agency] ?? 0;
    if (needs === 0 && has === 0) continue;
    requiredSum += needs;
    presentSum += has;
    coveredSum += Math.min(needs, has);
    each.push({ agency, required: needs, present: has });
  }
  const percent = requiredSum === 0 ? 100 : (100 * coveredSum) / requiredSum;
  return { percent, word: word(), agencies: each };

  function word(): CoverageWord {
    if (!isReported) return 'belum_lapor';
    if (coveredSum < requiredSum) return presentSum === 0 ? 'kosong' : 'kurang';
    return presentSum > requiredSum ? 'lebih' : 'cukup';
  }
}
