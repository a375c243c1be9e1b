import type { SiteClass, SiteKind } from './site.ts';

/**
 * How far the ground of a site reaches from its place, metres, where nobody says otherwise: a TPS is a
 * tent or a classroom with its yard, an office a compound with the street before it, and where trouble
 * is expected the crowd around it counts too. Prisons and relocation sites (`khusus`) are large.
 */
export const ringRadiiM: Readonly<Record<SiteKind, Readonly<Record<SiteClass, number>>>> = {
  tps: { kurang_rawan: 100, rawan: 100, sangat_rawan: 150, khusus: 200 },
  ppk: { kurang_rawan: 150, rawan: 150, sangat_rawan: 200, khusus: 200 },
  kpu: { kurang_rawan: 250, rawan: 250, sangat_rawan: 300, khusus: 300 },
  bawaslu: { kurang_rawan: 150, rawan: 150, sangat_rawan: 200, khusus: 200 },
  warehouse: { kurang_rawan: 150, rawan: 150, sangat_rawan: 200, khusus: 200 },
  custom: { kurang_rawan: 100, rawan: 100, sangat_rawan: 150, khusus: 200 },
};

/** Of a ring, metres. */
export const ringRadiusBounds = { min: 1, max: 20_000 } as const;

/** The id of the fence that is the ring of a site. Nobody else can take it: ids have no colon. */
export function ringIdOf(siteId: string): string {
  return `site:${siteId}`;
}
