import type { SiteKind } from './site.ts';

/** How far from the edge of its ring a site watches, metres. */
export type WatchRadii = Readonly<Record<SiteKind, number>>;

/** TPS and KPU as operations asked for; the others by what they are like: an office, a store, a room as large as a TPS. */
export const usualWatchRadiiM: WatchRadii = {
  tps: 1_000,
  ppk: 1_000,
  kpu: 3_000,
  bawaslu: 3_000,
  warehouse: 3_000,
  custom: 1_000,
};

/** Metres. Beyond, whoever is near is near to hundreds of sites, and each look costs as many. */
export const watchRadiusBounds = { min: 1, max: 20_000 } as const;
