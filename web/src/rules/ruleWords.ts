import type { TFunction } from 'i18next';
import type { RuleKind } from '../../../server/domain/rule.ts';
import type { RuleDetails } from '../../../server/domain/ruleDetails.ts';

type Watched = Pick<RuleDetails, 'condition' | 'where' | 'who' | 'during' | 'operationId'>;

/** What a rule watches, as a sentence: "Masuk ke ring KPU oleh kendaraan yang tidak ditugaskan". */
export function ruleWords(rule: Watched, t: TFunction): string {
  const whatByWhom = [conditionWords(rule, t), whoWords(rule, t)].filter((part) => part !== '');
  const parts = [whatByWhom.join(' '), duringWords(rule, t)];
  if (rule.operationId !== null) {
    parts.push(t('ruleWords.operation', { id: rule.operationId }));
  }
  return parts.filter((part) => part !== '').join(', ');
}

function conditionWords({ condition, where, who }: Watched, t: TFunction): string {
  const { kind } = condition;
  const place = whereWords(where, t, ofFences.includes(kind));
  switch (kind) {
    case 'enter':
    case 'exit':
    case 'cross':
    case 'dwell':
    case 'lost_inside':
    case 'zone_speed':
      return t(`ruleWords.${kind}`, { place: place || t('ruleWords.anyFence') });
    case 'absence':
    case 'under_strength':
    case 'not_reported':
      return t(`ruleWords.${kind}`, { place: place || t('ruleWords.anySite') });
    case 'convergence': {
      const { units = 0, radiusM = 0, withinMs = 0, nearM = 0 } = condition;
      const n = { units, radius: radiusM, minutes: withinMs / 60_000, near: nearM };
      const gathering = t('ruleWords.convergence', n);
      return place === '' ? gathering : `${gathering} ${t('ruleWords.near', { ...n, place })}`;
    }
    case 'roaming': {
      const [one = '?', other = '?'] = condition.unitIds ?? [];
      const sense = condition.sense === 'farther' ? 'farther' : 'nearer';
      return t(`ruleWords.${sense}`, { one, other, limit: condition.limitM ?? 0 });
    }
    case 'stopped': {
      const { radiusM = 0, forMs = 0 } = condition;
      return withPlace(t('ruleWords.stopped', { radius: radiusM, minutes: forMs / 60_000 }), place);
    }
    case 'battery_low':
      return withPlace(t('ruleWords.battery_low', { percent: condition.belowPct ?? 0 }), place);
    case 'sos':
    case 'clock_wrong':
      return withPlace(t(`ruleWords.${kind}`), who.unitIds === undefined ? place : '');
  }
}

function withPlace(text: string, place: string): string {
  return place === '' ? text : `${text} (${place})`;
}

/** Kinds that are of fences: of a site they mean its ring. */
const ofFences: readonly RuleKind[] = [
  ...(['enter', 'exit', 'cross', 'dwell', 'lost_inside', 'zone_speed'] as const),
];

/** Empty where it is anywhere. */
function whereWords(where: RuleDetails['where'], t: TFunction, isOfFence: boolean): string {
  const { fenceIds, fenceClasses, siteIds, siteKinds, siteClasses, regions } = where;
  const isRing = isOfFence && fenceClasses === undefined && (siteKinds ?? siteIds) !== undefined;
  const named = [
    isRing ? t('ruleWords.ring') : undefined,
    fenceClasses?.map((each) => t(`fenceClass.${each}`)).join(' / '),
    siteKinds?.map((each) => t(`siteKind.${each}`)).join(' / '),
    siteClasses?.map((each) => t(`siteClass.${each}`)).join(' / '),
    fenceIds?.join(', '),
    siteIds?.join(', '),
    regions === undefined ? undefined : t('ruleWords.inRegions', { regions: regions.join(', ') }),
  ];
  return named.filter((part) => part !== undefined).join(' ');
}

/** Empty where it is anybody. */
function whoWords({ who, condition }: Watched, t: TFunction): string {
  const { unitIds, unitKinds, agencies, isAssigned } = who;
  const agency = agencies?.map((each) => t(`agency.${each}`)).join(' / ');
  if (condition.kind === 'under_strength') {
    return agency === undefined ? '' : t('ruleWords.ofAgencies', { agencies: agency });
  }
  const isAnybody = [unitIds, unitKinds, agencies, isAssigned].every((each) => each === undefined);
  if (isAnybody) return '';
  const kinds = unitKinds?.map((each) => t(`kind.${each}`)).join(' / ');
  const assignment = isAssigned === true ? 'ruleWords.assigned' : 'ruleWords.unassigned';
  const parts = [
    kinds ?? t('ruleWords.units'),
    agency,
    unitIds?.join(', '),
    isAssigned === undefined ? undefined : t(assignment),
  ];
  return t('ruleWords.by', { who: parts.filter((part) => part !== undefined).join(' ') });
}

function duringWords({ during }: Watched, t: TFunction): string {
  const { phases, weekly } = during;
  const parts = [
    phases === undefined ? undefined : t('ruleWords.phases', { phases: phases.join(', ') }),
    weekly === undefined ? undefined : t('ruleWords.weekly', { n: weekly.length }),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
