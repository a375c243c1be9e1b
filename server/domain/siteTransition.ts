import type { AgencyCoverage } from './coverage.ts';
import type { LonLat } from './fence.ts';
import type { Agency } from './unit.ts';

/** Whether what a transition tells of began or ended. An end has the `sinceMs` of its beginning. */
export const edges = ['began', 'ended'] as const;
export type Edge = (typeof edges)[number];

/** The kinds of a site: who is missing. */
export const siteTransitionKinds = ['absence', 'under_strength', 'not_reported'] as const;
export type SiteTransitionKind = (typeof siteTransitionKinds)[number];

/** By what a site's coverage was known at the moment of a transition. */
export type SiteEvidence = {
  /** The phase by which was required; undefined: none. */
  readonly phase: string | undefined;
  /** Who was seen there within this long counted as present, ms. */
  readonly windowMs: number;
  /** Units that counted. */
  readonly unitKeys: readonly number[];
  /** Check-ins that counted. */
  readonly checkInIds: readonly string[];
  readonly agencies: readonly AgencyCoverage[];
};

/**
 * Presence of a site against what is required of it:
 * - `absence`: nobody is there, although something is known of the site (`kosong`).
 * - `under_strength`: an agency has less than it should, while somebody is there (`kurang`).
 * - `not_reported`: nobody ever reported (`belum_lapor`). Softer than absence.
 */
export type SiteTransition = {
  /** Of what it is of, and when: the same journal gives the same. */
  readonly id: string;
  readonly kind: SiteTransitionKind;
  readonly edge: Edge;
  readonly siteKey: number;
  /** Of whom there are too few; only with `under_strength`. */
  readonly agency?: Agency;
  /** When it was first so, epoch ms. */
  readonly sinceMs: number;
  /** When it had been so for long enough, or was not so any more, epoch ms. */
  readonly confirmedAtMs: number;
  /** For how long it had to last, ms. */
  readonly afterMs: number;
  readonly evidence: SiteEvidence;
};

/** A fix that a transition of units rests on. */
export type UnitFix = {
  readonly unitKey: number;
  readonly fixedAtMs: number;
  readonly lon: number;
  readonly lat: number;
};

/** `ruleKey`'s number of distinct units within a radius, at places not older than its time. */
export type ConvergenceTransition = {
  readonly id: string;
  readonly kind: 'convergence';
  readonly edge: Edge;
  readonly ruleKey: number;
  /** The middle of those that met. */
  readonly place: LonLat;
  readonly radiusM: number;
  readonly sinceMs: number;
  readonly confirmedAtMs: number;
  /** Newest of each unit that met; at an end, of those still there. */
  readonly fixes: readonly UnitFix[];
};

/** Two units nearer to each other, or farther from each other, than the rule allows. */
export type RoamingTransition = {
  readonly id: string;
  readonly kind: 'roaming';
  readonly edge: Edge;
  readonly ruleKey: number;
  readonly sense: RoamingSense;
  readonly unitKeys: readonly [one: number, other: number];
  readonly limitM: number;
  readonly distanceM: number;
  /** One sigma of the distance, by the accuracies of both, metres. */
  readonly accuracyM: number;
  /** Of being beyond the limit, in the sense of the rule. */
  readonly probability: number;
  readonly sinceMs: number;
  readonly confirmedAtMs: number;
  readonly fixes: readonly UnitFix[];
};

/** What is watched for: that two come too near, or too far apart. */
export const roamingSenses = ['nearer', 'farther'] as const;
export type RoamingSense = (typeof roamingSenses)[number];

/** The id of a transition of a site. */
export function siteTransitionId(
  kind: SiteTransitionKind,
  siteKey: number,
  agency: Agency | undefined,
  sinceMs: number,
  edge: Edge,
): string {
  return `${kind}/${siteKey}/${agency ?? '-'}/${sinceMs}/${edge}`;
}

/** The id of a transition of units: of its rule, of the units by which it began, and of when. */
export function unitsTransitionId(
  kind: 'convergence' | 'roaming',
  ruleKey: number,
  unitKeys: readonly number[],
  sinceMs: number,
  edge: Edge,
): string {
  return `${kind}/${ruleKey}/${unitKeys.join('+')}/${sinceMs}/${edge}`;
}
