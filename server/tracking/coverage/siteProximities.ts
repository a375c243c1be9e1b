import { type PlaceIndex, visitSitesWithin } from './nearestSites.ts';
import { type Proximity, proximityOf } from './proximityScore.ts';

/** The proximity of a unit to one site. */
export type SiteProximity = Proximity & { readonly siteKey: number };

/** How sites of one kind are watched. */
export type WatchedSites = {
  /** Their places. */
  readonly index: PlaceIndex;
  /** From the edge of a site's ring, metres. */
  readonly watchRadiusM: number;
  /** The edge of a ring is at most so far from its site's place, metres. */
  readonly largestRingM: number;
  /** To the edge of a site's ring, metres, negative inside; undefined: the site has no ring. */
  readonly signedDistanceM: (siteKey: number, lon: number, lat: number) => number | undefined;
};

/**
 * The proximity of a unit to every site whose watch radius it is in. On demand, never with a ping or a
 * tick.
 *
 * @param accuracyM one sigma, as for `proximityScore`
 */
export function siteProximities(
  { index, watchRadiusM, largestRingM, signedDistanceM }: WatchedSites,
  lon: number,
  lat: number,
  accuracyM: number,
): SiteProximity[] {
  const found: SiteProximity[] = [];
  visitSitesWithin(index, lon, lat, watchRadiusM + largestRingM, (siteKey) => {
    const edgeM = signedDistanceM(siteKey, lon, lat);
    if (edgeM === undefined || edgeM > watchRadiusM) return;
    found.push({ siteKey, ...proximityOf(edgeM, accuracyM, watchRadiusM) });
  });
  return found;
}
