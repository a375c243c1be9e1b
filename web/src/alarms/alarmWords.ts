import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';

/** Which unit an alarm is about, and where, as far as its text does not say so already. Empty: nothing to add. */
export function subjectUnsaid(
  { siteName, fenceName, callsign }: AlarmDetails,
  text: string,
): string {
  return [callsign, siteName ?? fenceName]
    .filter((part) => part !== null && !text.includes(part))
    .join(' · ');
}

/** Who has it: to whom it was given, else who acknowledged it. */
export function holderOf(
  { assignee, acknowledged }: AlarmDetails,
  roster: Iterable<RosterEntry>,
): string | undefined {
  if (assignee === null) return acknowledged?.by;
  if (assignee.kind === 'person') return assignee.name;
  for (const unit of roster) if (unit.id === assignee.unitId) return unit.callsign;
  return assignee.unitId;
}

/** Who changed it last, as far as the alarm itself says so. */
export function lastDecider(alarm: AlarmDetails): string | undefined {
  const deeds = [alarm.acknowledged, alarm.shelf, alarm.service, alarm.closed]
    .filter((deed) => deed !== null)
    .sort((a, b) => b.atMs - a.atMs);
  return deeds[0]?.by ?? undefined;
}

/** True where it is put aside: by a person for a while, by the phase, or since its device is being mended. */
export function isAside({ state }: AlarmDetails): boolean {
  return state === 'shelved' || state === 'suppressed' || state === 'out_of_service';
}

/** Where to look; undefined: nobody knows. */
export function placeOf({ place }: AlarmDetails): LonLat | undefined {
  const [lon, lat] = place ?? [];
  return lon === undefined || lat === undefined ? undefined : [lon, lat];
}
