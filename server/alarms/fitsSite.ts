import { includesRegion } from '../domain/region.ts';
import type { RuleWhere } from '../domain/rule.ts';
import type { Site } from '../domain/site.ts';

/** True where a rule names sites, by any of what it says of them. */
export function namesSites({ siteIds, siteKinds, siteClasses }: RuleWhere): boolean {
  return [siteIds, siteKinds, siteClasses].some((each) => each !== undefined);
}

/** True for a site that has all that a rule names of sites, and is in one of its regions. */
export function fitsSite(where: RuleWhere, { id, kind, siteClass, region }: Site): boolean {
  return (
    (where.siteIds?.includes(id) ?? true) &&
    (where.siteKinds?.includes(kind) ?? true) &&
    (where.siteClasses?.includes(siteClass) ?? true) &&
    fitsRegion(where, region)
  );
}

/** True for a region that is one of the rule's or below. */
export function fitsRegion({ regions }: RuleWhere, region: string | undefined): boolean {
  if (regions === undefined) return true;
  return region !== undefined && regions.some((scope) => includesRegion(scope, region));
}
