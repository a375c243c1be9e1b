import type { CoveredSite } from '../domain/boardDetails.ts';
import type { AgencyCoverage } from '../domain/coverage.ts';
import { agencies, type Unit } from '../domain/unit.ts';

/**
 * The agencies of a site with how many of their people are inside its ring now. Who is present may have
 * left since, and of whoever checked in by radio no place is known.
 *
 * @param units inside now, and in contact
 */
export function withInsideNow(
  covered: readonly AgencyCoverage[],
  units: readonly Pick<Unit, 'agency' | 'strength'>[],
): CoveredSite['agencies'] {
  return agencies.flatMap((agency) => {
    const insideNow = units
      .filter((unit) => unit.agency === agency)
      .reduce((sum, { strength }) => sum + strength, 0);
    const { required = 0, present = 0 } = covered.find((each) => each.agency === agency) ?? {};
    if (required + present + insideNow === 0) return [];
    return [{ agency, required, present, insideNow }];
  });
}
