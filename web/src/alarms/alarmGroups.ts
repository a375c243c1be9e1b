import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { Language } from '../texts/language.ts';

/** How the list is grouped; `none`: every alarm for itself. */
export const groupings = ['none', 'place', 'cause'] as const;
export type Grouping = (typeof groupings)[number];

/** Alarms of one place or one rule, in the order of the list. */
export type AlarmGroup = {
  readonly key: string;
  /** undefined: of no place. */
  readonly name: string | undefined;
  readonly alarms: readonly AlarmDetails[];
  /** Unacknowledged ones of them. */
  readonly waiting: number;
};

/** Alarms by site, else fence, else unit; or by rule. The group of what comes first in the list comes first. */
export function groupAlarms(
  alarms: readonly AlarmDetails[],
  by: Exclude<Grouping, 'none'>,
  language: Language,
): readonly AlarmGroup[] {
  const groups = new Map<string, AlarmDetails[]>();
  for (const alarm of alarms) {
    const key = by === 'cause' ? `rule ${alarm.ruleId}` : placeKey(alarm);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [alarm]);
    else group.push(alarm);
  }
  return [...groups].map(([key, group]) => ({
    key,
    name: nameOf(group[0], by, language),
    alarms: group,
    waiting: group.filter(({ state }) => isUnacknowledged(state)).length,
  }));
}

function placeKey({ siteId, fenceId, unitId }: AlarmDetails): string {
  if (siteId !== null) return `site ${siteId}`;
  if (fenceId !== null) return `fence ${fenceId}`;
  return unitId === null ? 'none' : `unit ${unitId}`;
}

function nameOf(
  alarm: AlarmDetails | undefined,
  by: Exclude<Grouping, 'none'>,
  language: Language,
): string | undefined {
  if (alarm === undefined) return undefined;
  if (by === 'cause') return alarm.name[language];
  const { siteName, siteId, fenceName, fenceId, callsign, unitId } = alarm;
  return siteName ?? siteId ?? fenceName ?? fenceId ?? callsign ?? unitId ?? undefined;
}

/** A line of the list: an alarm, or the head of a group. */
export type ListRow =
  | { readonly kind: 'alarm'; readonly key: string; readonly alarm: AlarmDetails }
  | { readonly kind: 'group'; readonly key: string; readonly group: AlarmGroup };

/** The lines of the list, of those groups that are open with their alarms under them. */
export function listRows(
  alarms: readonly AlarmDetails[],
  grouping: Grouping,
  opened: ReadonlySet<string>,
  language: Language,
): readonly ListRow[] {
  if (grouping === 'none') return alarms.map(rowOf);
  return groupAlarms(alarms, grouping, language).flatMap((group) => [
    { kind: 'group', key: group.key, group } as const,
    ...(opened.has(group.key) ? group.alarms.map(rowOf) : []),
  ]);
}

const rowOf = (alarm: AlarmDetails): ListRow => ({ kind: 'alarm', key: alarm.id, alarm });
