import type { Coverage, CoverageWord } from '../../domain/coverage.ts';
import { minuteMs } from '../../domain/durations.ts';
import type { SiteClass } from '../../domain/site.ts';
import {
  type Edge,
  type SiteEvidence,
  type SiteTransition,
  type SiteTransitionKind,
  siteTransitionId,
} from '../../domain/siteTransition.ts';
import type { Agency } from '../../domain/unit.ts';
import { usualWindowMs } from './sitePresence.ts';

/** When what is missing at a site is told, ms. */
export type CoverageRule = {
  /** Seen there within this long is present. */
  readonly windowMs: number;
  readonly absenceAfterMs: number;
  readonly underStrengthAfterMs: number;
  readonly notReportedAfterMs: number;
};

/** Rules by class of site. */
export type CoverageRules = Readonly<Record<SiteClass, CoverageRule>>;

/**
 * Our own figures, for want of published ones: the more trouble is expected, the sooner. Not reported
 * is twice as patient: at the start of a phase nobody has reported yet.
 */
export const usualCoverageRules: CoverageRules = {
  kurang_rawan: rule(30),
  rawan: rule(15),
  sangat_rawan: rule(5),
  khusus: rule(15),
};

/** Something that is missing, and since when, epoch ms. */
export type Shortage = {
  readonly kind: SiteTransitionKind;
  readonly agency: Agency | undefined;
  readonly sinceMs: number;
  /** It was told after so long, ms; undefined: not yet. */
  readonly toldAfterMs: number | undefined;
};

/** Where a site stands between two ticks. Plain data: it goes into a checkpoint as it is. */
export type SiteState = {
  readonly word: CoverageWord;
  readonly sinceMs: number;
  readonly shortages: readonly Shortage[];
};

/**
 * One step of a site.
 *
 * | shortage         | while                                                | is told                        |
 * | ---------------- | ---------------------------------------------------- | ------------------------------ |
 * | `not_reported`   | belum lapor, and something is required               | after `notReportedAfterMs`     |
 * | `absence`        | kosong                                               | after `absenceAfterMs`         |
 * | `under_strength` | reported, and the agency has less than is required   | after `underStrengthAfterMs`, once the word is kurang: an empty site is told once, not by agency |
 *
 * Each is told once, when it lasted for longer than its time, and ends once, at the first step at
 * which it is not so any more.
 *
 * @param before undefined: its first step
 * @param tell takes the transitions, in order
 */
export function stepSite(
  siteKey: number,
  before: SiteState | undefined,
  coverage: Coverage,
  coverageRule: CoverageRule,
  nowMs: number,
  evidence: () => SiteEvidence,
  tell: (transition: SiteTransition) => void,
): SiteState {
  const { word } = coverage;
  const known = before?.shortages ?? none;
  const isSame = before !== undefined && before.word === word;
  if (isSame && known.length === 0 && !isShort(coverage)) return before;
  const missing = shortagesOf(coverage);
  for (const shortage of known) {
    const goesOn = missing.some(
      ([kind, agency]) => kind === shortage.kind && agency === shortage.agency,
    );
    if (!goesOn && isTold(shortage)) tell(endOf(siteKey, shortage, nowMs, evidence()));
  }
  const shortages = missing.map(([kind, agency]): Shortage => {
    const was = known.find((each) => each.kind === kind && each.agency === agency);
    const shortage = was ?? { kind, agency, sinceMs: nowMs, toldAfterMs: undefined };
    if (isTold(shortage) || !isTellable(shortage, word, coverageRule, nowMs)) return shortage;
    const told = { ...shortage, toldAfterMs: afterMs(kind, coverageRule) };
    tell(transitionOf(siteKey, told, 'began', nowMs, evidence()));
    return told;
  });
  return { word, sinceMs: isSame ? before.sinceMs : nowMs, shortages };
}

/** As long as the coverage of a site stays as it is, nothing is told up to and with this moment, epoch ms. */
export function quietUntilMs({ word, shortages }: SiteState, coverageRule: CoverageRule): number {
  let untilMs = Number.POSITIVE_INFINITY;
  for (const shortage of shortages) {
    if (isTold(shortage) || !isOfItsOwn(shortage, word)) continue;
    untilMs = Math.min(untilMs, shortage.sinceMs + afterMs(shortage.kind, coverageRule));
  }
  return untilMs;
}

/** True when something of the site was told and has not ended. */
export function hasTold({ shortages }: SiteState): boolean {
  return shortages.some(isTold);
}

/** Ends all that was told of a site that is no more; the evidence is that there is none. */
export function endSite(
  siteKey: number,
  { shortages }: SiteState,
  nowMs: number,
): SiteTransition[] {
  return shortages.filter(isTold).map((shortage) => endOf(siteKey, shortage, nowMs, noEvidence));
}

const noEvidence: SiteEvidence = {
  phase: undefined,
  windowMs: 0,
  unitKeys: [],
  checkInIds: [],
  agencies: [],
};

const none: readonly Shortage[] = [];

function isShort({ percent }: Coverage): boolean {
  return percent < 100;
}

function shortagesOf({
  word,
  percent,
  agencies,
}: Coverage): (readonly [SiteTransitionKind, Agency | undefined])[] {
  if (percent === 100) return [];
  if (word === 'belum_lapor') return [['not_reported', undefined]];
  const short = agencies.filter(({ present, required }) => present < required);
  const byAgency = short.map(({ agency }) => ['under_strength', agency] as const);
  return word === 'kosong' ? [['absence', undefined], ...byAgency] : byAgency;
}

function isTellable(
  shortage: Shortage,
  word: CoverageWord,
  coverageRule: CoverageRule,
  nowMs: number,
): boolean {
  if (!isOfItsOwn(shortage, word)) return false;
  return nowMs - shortage.sinceMs > afterMs(shortage.kind, coverageRule);
}

/** Of an empty site only the absence is told, not each agency. */
function isOfItsOwn({ kind }: Shortage, word: CoverageWord): boolean {
  return kind !== 'under_strength' || word === 'kurang';
}

function afterMs(kind: SiteTransitionKind, coverageRule: CoverageRule): number {
  switch (kind) {
    case 'absence':
      return coverageRule.absenceAfterMs;
    case 'under_strength':
      return coverageRule.underStrengthAfterMs;
    case 'not_reported':
      return coverageRule.notReportedAfterMs;
  }
}

function isTold({ toldAfterMs }: Shortage): boolean {
  return toldAfterMs !== undefined;
}

function endOf(
  siteKey: number,
  shortage: Shortage,
  nowMs: number,
  evidence: SiteEvidence,
): SiteTransition {
  return transitionOf(siteKey, shortage, 'ended', nowMs, evidence);
}

function transitionOf(
  siteKey: number,
  { kind, agency, sinceMs, toldAfterMs }: Shortage,
  edge: Edge,
  nowMs: number,
  evidence: SiteEvidence,
): SiteTransition {
  return {
    id: siteTransitionId(kind, siteKey, agency, sinceMs, edge),
    kind,
    edge,
    siteKey,
    ...(agency === undefined ? {} : { agency }),
    sinceMs,
    confirmedAtMs: nowMs,
    afterMs: toldAfterMs ?? 0,
    evidence,
  };
}

function rule(minutes: number): CoverageRule {
  return {
    windowMs: usualWindowMs,
    absenceAfterMs: minutes * minuteMs,
    underStrengthAfterMs: minutes * minuteMs,
    notReportedAfterMs: 2 * minutes * minuteMs,
  };
}
