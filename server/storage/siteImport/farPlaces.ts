import type { SiteFields } from '../../domain/siteFields.ts';

/** A place that is far from the others of its region. */
export type FarPlace = {
  readonly site: SiteFields;
  /** Regency or city. */
  readonly region: string;
  /** From the middle of its region, as the crow flies. */
  readonly distanceKm: number;
};

/** Nearer than this is never far: most regencies are smaller. */
const farKm = 100;
/** Nor is what others are too: in the wide regencies of Kalimantan and Papua half lie beyond 50 km. */
const timesMedian = 5;
/** Of fewer nobody can say which of them is elsewhere. */
const fewest = 3;
/** Of latitude, and of longitude at the equator. */
const kmPerDegree = 111.3;

/**
 * Finds places that are far from the others of their regency or city: a digit that slipped, or the
 * place of another one. The middle is the median of both coordinates, which a few of them do not move.
 */
export function farPlaces(sites: readonly SiteFields[]): readonly FarPlace[] {
  const regencies = Map.groupBy(sites, ({ region }) => region.slice(0, 5));
  return [...regencies].flatMap(([region, group]) => {
    if (group.length < fewest) return [];
    const lon = median(group.map(({ place }) => place[0]));
    const lat = median(group.map(({ place }) => place[1]));
    const placed = group.map((site) => ({ site, region, distanceKm: kmFrom(site, lon, lat) }));
    const usualKm = median(placed.map(({ distanceKm }) => distanceKm));
    const limitKm = Math.max(farKm, timesMedian * usualKm);
    return placed.filter(({ distanceKm }) => distanceKm > limitKm);
  });
}

/** By a flat map around the middle: what is 100 km away is right to some kilometres. */
function kmFrom({ place }: SiteFields, lon: number, lat: number): number {
  const east = (place[0] - lon) * Math.cos((lat * Math.PI) / 180);
  return kmPerDegree * Math.hypot(east, place[1] - lat);
}

/** Of an even number the upper one. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
