import { type Grant, isInScope } from '../../../server/domain/access.ts';
import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { everywhere } from '../../../server/domain/region.ts';
import type { Audience } from '../../../server/domain/rule.ts';

/** A province, `64`, or the whole country: above a regency, `64.08`. */
const isAboveRegency = (region: string): boolean => region === everywhere || !region.includes('.');

/**
 * As which of the audiences of a rule somebody is told of what happens in these regions. A commander
 * is a dispatcher too. A dispatcher is one wherever their region ends; a commander of a province or
 * of the country is told when it has come so far up.
 */
export function audiencesOf(
  grants: readonly Grant[],
  regions: readonly string[],
): ReadonlySet<Audience> {
  const told = new Set<Audience>();
  for (const { role, region } of grants) {
    if (!isInScope([region], regions)) continue;
    told.add('everyone');
    if (role === 'dispatcher') told.add('dispatchers');
    if (role !== 'commander') continue;
    if (isAboveRegency(region)) told.add('province');
    else told.add('dispatchers').add('commanders');
  }
  return told;
}

/** True where this person handles alarms there, whoever is told of them. */
export function handlesIn(grants: readonly Grant[], regions: readonly string[]): boolean {
  return grants.some(
    ({ role, region }) =>
      (role === 'dispatcher' || role === 'commander') && isInScope([region], regions),
  );
}

/**
 * True while an alarm calls this person: nobody has taken it, and they are among those told.
 *
 * @param isWide they want to hear of all that they may handle
 */
export function callsMe(alarm: AlarmDetails, grants: readonly Grant[], isWide: boolean): boolean {
  if (!isUnacknowledged(alarm.state)) return false;
  if (isWide && handlesIn(grants, alarm.regions)) return true;
  const mine = audiencesOf(grants, alarm.regions);
  return alarm.told.some((audience) => mine.has(audience));
}

/**
 * How it is where nobody chose: whoever commands the whole country from this page is most likely the
 * only one there is, and must hear an SOS before it has come all the way up.
 */
export function isWideAtFirst(grants: readonly Grant[]): boolean {
  return grants.some(({ role, region }) => role === 'commander' && region === everywhere);
}
