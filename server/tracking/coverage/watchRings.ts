import type { Fence, LonLat } from '../../domain/fence.ts';
import type { Versions } from '../../domain/places.ts';
import { type Site, type SiteKind, siteKinds } from '../../domain/site.ts';
import { usualWatchRadiiM, type WatchRadii } from '../../domain/watchRadii.ts';
import { farthestLat, indexPlaces, visitSitesWithin } from './nearestSites.ts';
import { type SiteProximity, siteProximities, type WatchedSites } from './siteProximities.ts';

/** To a fence in force, metres, negative inside; undefined: there is none. */
export type FenceDistance = (fenceKey: number, lon: number, lat: number) => number | undefined;

/**
 * The sites with their rings, and which of them are near a place. When asked after a change, the sites
 * are sorted anew, kind by kind, where one of the kind came, went or moved.
 */
export class WatchRings {
  readonly #distanceOf: FenceDistance;
  readonly #radiiM: WatchRadii;
  readonly #sites = new Map<number, Site>();
  /** Key and radius of each site's ring, by site key. */
  readonly #rings = new Map<number, { readonly fenceKey: number; readonly radiusM: number }>();
  readonly #watched = new Map<SiteKind, WatchedSites>();

  constructor(distanceOf: FenceDistance, radiiM: WatchRadii = usualWatchRadiiM) {
    this.#distanceOf = distanceOf;
    this.#radiiM = radiiM;
  }

  /** The fence that is the ring of a site. */
  ringOf(siteKey: number): number | undefined {
    return this.#rings.get(siteKey)?.fenceKey;
  }

  set(sites: readonly Site[], fences: readonly Fence[]): void {
    this.#sites.clear();
    this.#rings.clear();
    this.#watched.clear();
    this.change({ begun: sites, endedKeys: [] }, { begun: fences });
  }

  change(sites: Versions<Site>, fences: Pick<Versions<Fence>, 'begun'>): void {
    for (const key of sites.endedKeys) {
      this.#takeOut(this.#sites.get(key));
      this.#sites.delete(key);
      this.#rings.delete(key);
    }
    for (const site of sites.begun) {
      const before = this.#sites.get(site.key);
      this.#sites.set(site.key, site);
      if (before?.kind === site.kind && isSame(before.place, site.place)) continue;
      this.#takeOut(before);
      this.#watched.delete(site.kind);
    }
    for (const { key, siteKey, shape } of fences.begun) {
      if (siteKey === undefined || shape.kind !== 'circle') continue;
      this.#rings.set(siteKey, { fenceKey: key, radiusM: shape.radiusM });
      this.#allowRing(siteKey, shape.radiusM);
    }
  }

  /** The sites whose watch radius holds a place, the highest score first, of equals the lower key. */
  proximitiesOf(lon: number, lat: number, accuracyM: number): readonly SiteProximity[] {
    // beyond it there is no plane to measure on, and no site
    if (Math.abs(lat) > farthestLat) return [];
    return siteKinds
      .flatMap((kind) => siteProximities(this.#watchedOf(kind), lon, lat, accuracyM))
      .sort((a, b) => b.score - a.score || a.siteKey - b.siteKey);
  }

  /**
   * The sites whose places are within a distance, the nearest first, of equals the lower key.
   *
   * @param withinM at most 100,000
   */
  sitesNear(lon: number, lat: number, withinM: number): readonly Site[] {
    if (Math.abs(lat) > farthestLat) return [];
    const found: { readonly site: Site; readonly apartM: number }[] = [];
    for (const kind of siteKinds) {
      visitSitesWithin(this.#watchedOf(kind).index, lon, lat, withinM, (siteKey, apartM) => {
        const site = this.#sites.get(siteKey);
        if (site !== undefined) found.push({ site, apartM });
      });
    }
    found.sort((a, b) => a.apartM - b.apartM || a.site.key - b.site.key);
    return found.map(({ site }) => site);
  }

  #takeOut(site: Site | undefined): void {
    if (site !== undefined) this.#watched.delete(site.kind);
  }

  /** One that became smaller stays allowed for: that only makes more to look at. */
  #allowRing(siteKey: number, radiusM: number): void {
    const kind = this.#sites.get(siteKey)?.kind;
    const watched = kind === undefined ? undefined : this.#watched.get(kind);
    if (kind === undefined || watched === undefined || watched.largestRingM >= radiusM) return;
    this.#watched.set(kind, { ...watched, largestRingM: radiusM });
  }

  #watchedOf(kind: SiteKind): WatchedSites {
    const known = this.#watched.get(kind);
    if (known !== undefined) return known;
    const sites: Site[] = [];
    let largestRingM = 0;
    for (const site of this.#sites.values()) {
      if (site.kind !== kind) continue;
      sites.push(site);
      largestRingM = Math.max(largestRingM, this.#rings.get(site.key)?.radiusM ?? 0);
    }
    const watched: WatchedSites = {
      index: indexPlaces(sites),
      watchRadiusM: this.#radiiM[kind],
      largestRingM,
      signedDistanceM: (siteKey, lon, lat) => {
        const ring = this.ringOf(siteKey);
        return ring === undefined ? undefined : this.#distanceOf(ring, lon, lat);
      },
    };
    this.#watched.set(kind, watched);
    return watched;
  }
}

function isSame([lon, lat]: LonLat, other: LonLat): boolean {
  return lon === other[0] && lat === other[1];
}
