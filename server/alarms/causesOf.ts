import type { Cause } from '../domain/cause.ts';
import { minuteMs } from '../domain/durations.ts';
import type { PlaceEvent } from '../domain/placeEvent.ts';
import type { RuleKind, Text } from '../domain/rule.ts';
import type { SiteTransition } from '../domain/siteTransition.ts';
import type { Transition } from '../domain/transition.ts';

/** What an event of units among themselves is told as, which the desk knows: rules have ids, not keys. */
type Encounter = Exclude<PlaceEvent, Transition | SiteTransition>;

/** Times of fixes that are kept as evidence. */
const maxFixTimes = 10;
/** Kinds that are so while a unit is inside, and those that are so while it is out. */
const whileInside: readonly RuleKind[] = ['enter', 'dwell', 'lost_inside'];

/** Of a unit at a fence. */
export function fenceSubject(unitKey: number, fenceKey: number): string {
  return `unit:${unitKey}/fence:${fenceKey}`;
}

/**
 * What a unit did at a fence, as causes: what ends comes before what begins. Corrections are history
 * and cause nothing.
 *
 * @param atMs when it is told, by the journal, epoch ms
 */
export function causesOfTransition(transition: Transition, atMs: number): readonly Cause[] {
  const { kind, unitKey, fenceKey, siteKey, crossedAtMs, confirmedAtMs } = transition;
  if (transition.isCorrection) return [];
  const subjectKey = fenceSubject(unitKey, fenceKey);
  const cause = (
    of: RuleKind,
    edge: Cause['edge'],
    happenedAtMs: number,
    more: Pick<Cause, 'value' | 'data'> = {},
  ): Cause => ({
    id: transition.id,
    kind: of,
    ...{ edge, subjectKey, unitKey, fenceKey, siteKey, happenedAtMs, atMs },
    data: { ...evidenceOf(transition), ...more.data },
    value: more.value,
  });
  const ends = (kinds: readonly RuleKind[], endedAtMs = crossedAtMs): Cause[] =>
    kinds.map((of) => cause(of, 'ended', endedAtMs));
  switch (kind) {
    case 'enter':
      return [...ends(['exit', 'lost_inside']), cause('enter', 'began', crossedAtMs)];
    case 'provisional_enter':
      return [...ends(['lost_inside']), cause('enter', 'began', crossedAtMs)];
    case 'withdrawn':
      return ends(['enter'], confirmedAtMs);
    case 'exit':
      return [...ends(whileInside), cause('exit', 'began', crossedAtMs)];
    case 'cross':
    case 'possible_cross': {
      const isPossible = kind === 'possible_cross';
      return [
        ...ends(['lost_inside']),
        cause('cross', 'momentary', crossedAtMs, { data: { isPossible } }),
      ];
    }
    case 'dwell':
    // by the clock, so that a dwell is no sign of life
    case 'lost_inside': {
      const value = minutes(confirmedAtMs - crossedAtMs);
      return [cause(kind, 'began', confirmedAtMs, { value })];
    }
    case 'zone_speed':
      return [...ends(['lost_inside']), cause(kind, 'momentary', crossedAtMs)];
  }
}

/** What is not so any more of a unit that is inside of a fence, or is not, without a transition. */
export function causesOfSilentStay(
  stay: { readonly unitKey: number; readonly fenceKey: number; readonly isInside: boolean },
  atMs: number,
): readonly Cause[] {
  const { unitKey, fenceKey, isInside } = stay;
  const subjectKey = fenceSubject(unitKey, fenceKey);
  const kinds: readonly RuleKind[] = isInside ? ['exit'] : whileInside;
  return kinds.map((kind) => ({
    id: `stay/${subjectKey}/${atMs}`,
    ...{ kind, edge: 'ended', subjectKey, unitKey, fenceKey, happenedAtMs: atMs, atMs },
  }));
}

/** What a site lacks, as a cause. */
export function causeOfSite(transition: SiteTransition, atMs: number): Cause {
  const { id, kind, edge, siteKey, agency, sinceMs, confirmedAtMs, evidence } = transition;
  const short = evidence.agencies.find((each) => each.agency === agency);
  const { phase, windowMs, agencies } = evidence;
  return {
    ...{ id, kind, edge, siteKey, agency, atMs },
    subjectKey: agency === undefined ? `site:${siteKey}` : `site:${siteKey}/${agency}`,
    happenedAtMs: confirmedAtMs,
    value:
      short === undefined
        ? minutes(confirmedAtMs - sinceMs)
        : {
            id: `${short.present} dari ${short.required}`,
            en: `${short.present} of ${short.required}`,
          },
    data: { sinceMs, phase, windowMs, agencies },
  };
}

/**
 * Units among themselves, as a cause.
 *
 * @param ruleId of the rule whose key the transition names
 * @param subjectKey of the meeting, or of the two units
 */
export function causeOfEncounter(
  transition: Encounter,
  ruleId: string,
  subjectKey: string,
  atMs: number,
): Cause {
  const { id, kind, edge, sinceMs, confirmedAtMs, fixes } = transition;
  const unitKeys = fixes.map(({ unitKey }) => unitKey);
  const common = { id, kind, edge, subjectKey, unitKeys, ruleId, atMs };
  const evidence = { sinceMs, fixes: fixes.slice(0, maxFixTimes) };
  if (transition.kind === 'convergence') {
    const { place, radiusM } = transition;
    return {
      ...common,
      happenedAtMs: edge === 'began' ? sinceMs : confirmedAtMs,
      place,
      value: { id: `${unitKeys.length} unit`, en: `${unitKeys.length} units` },
      data: { ...evidence, radiusM },
    };
  }
  const { distanceM, accuracyM, probability } = transition;
  const last = fixes.at(-1);
  return {
    ...common,
    happenedAtMs: edge === 'began' ? sinceMs : confirmedAtMs,
    place: last === undefined ? undefined : [last.lon, last.lat],
    value: { id: `${Math.round(distanceM)} m`, en: `${Math.round(distanceM)} m` },
    data: { ...evidence, distanceM, accuracyM, probability },
  };
}

/** A duration as people say it, at least a minute. */
export function minutes(durationMs: number): Text {
  const count = Math.max(1, Math.round(durationMs / minuteMs));
  return { id: `${count} menit`, en: count === 1 ? '1 minute' : `${count} minutes` };
}

function evidenceOf(transition: Transition): Cause['data'] {
  const { id, rule, fenceVersion, probability, accuracyM, signedDistanceM } = transition;
  const fixedAtMs = transition.fixedAtMs.slice(-maxFixTimes);
  return {
    ...{ transitionId: id, by: rule, fenceVersion, probability, accuracyM, signedDistanceM },
    fixedAtMs,
  };
}
