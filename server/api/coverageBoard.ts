import type { Scope } from '../domain/access.ts';
import type { CoverageSummary } from '../domain/boardDetails.ts';
import type { CoverageWord, SiteCoverage } from '../domain/coverage.ts';
import { includesRegion } from '../domain/region.ts';
import type { Site, SiteClass, SiteKind } from '../domain/site.ts';
import { type Agency, agencies } from '../domain/unit.ts';
import type { PlaceView } from '../tracking/placeView.ts';
import { collectSmallest } from './smallest.ts';

/** Which sites are asked for; what is undefined does not restrict. */
export type BoardFilter = {
  readonly scope: Scope;
  readonly region: string | undefined;
  readonly operationKey: number | undefined;
  readonly kind: SiteKind | undefined;
  readonly siteClass: SiteClass | undefined;
  readonly word: CoverageWord | undefined;
};

/**
 * - `id`: page by page, each site on one page, whatever becomes of it meanwhile.
 * - `worst`: what needs somebody first; one page.
 */
export const boardOrders = ['id', 'worst'] as const;
export type BoardOrder = (typeof boardOrders)[number];

export type BoardRow = {
  readonly site: Site;
  /** Undefined: nobody looked yet. */
  readonly coverage: SiteCoverage | undefined;
};

/** The sites that an answer shows, and what all of them are together. */
export type Board = {
  /** Of every word, also where only one is shown: the counts are what one chooses by. */
  readonly summary: CoverageSummary;
  readonly rows: readonly BoardRow[];
  /** There are more, in the order of their ids. */
  readonly hasMore: boolean;
};

/** One pass over all sites: some tens of milliseconds for the 60,751 of East Java. */
export function readBoard(
  places: Pick<PlaceView, 'sites' | 'coverageOf'>,
  filter: BoardFilter,
  order: BoardOrder,
  limit: number,
  cursor = '',
): Board {
  const words = { belum_lapor: 0, kosong: 0, kurang: 0, cukup: 0, lebih: 0 };
  const required = nobody();
  const missing = nobody();
  let count = 0;
  let unlooked = 0;
  // one more tells whether there is another page
  const smallest = collectSmallest(limit + 1, order === 'worst' ? byNeed : byId);
  for (const site of places.sites()) {
    if (!isAskedFor(site, filter)) continue;
    const coverage = places.coverageOf(site.key);
    count += 1;
    if (coverage === undefined) {
      unlooked += 1;
    } else {
      words[coverage.word] += 1;
      for (const { agency, required: needs, present } of coverage.agencies) {
        required[agency] += needs;
        if (needs > present) missing[agency] += needs - present;
      }
    }
    if (filter.word !== undefined && coverage?.word !== filter.word) continue;
    if (order === 'worst' || site.id > cursor) smallest.add({ site, coverage });
  }
  const rows = smallest.take();
  const summary = {
    sites: count,
    words,
    unlooked,
    agencies: agencies
      .filter((agency) => required[agency] > 0)
      .map((agency) => ({ agency, required: required[agency], missing: missing[agency] })),
  };
  return { summary, rows: rows.slice(0, limit), hasMore: order === 'id' && rows.length > limit };
}

function nobody(): Record<Agency, number> {
  return { polri: 0, tni: 0, satpol_pp: 0, damkar: 0, linmas: 0, dishub: 0, other: 0 };
}

function isAskedFor(site: Site, filter: BoardFilter): boolean {
  const { scope, region, operationKey, kind, siteClass } = filter;
  if (kind !== undefined && site.kind !== kind) return false;
  if (siteClass !== undefined && site.siteClass !== siteClass) return false;
  if (operationKey !== undefined && site.operationKey !== operationKey) return false;
  if (region !== undefined && !includesRegion(region, site.region)) return false;
  return scope.some((code) => includesRegion(code, site.region));
}

function byId({ site: one }: BoardRow, { site: other }: BoardRow): number {
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

/** Empty before short before not reported, where anybody is required; then by class, share and time. */
function byNeed(one: BoardRow, other: BoardRow): number {
  return (
    ranksOfWord(one) - ranksOfWord(other) ||
    classRanks[one.site.siteClass] - classRanks[other.site.siteClass] ||
    (one.coverage?.percent ?? 0) - (other.coverage?.percent ?? 0) ||
    (one.coverage?.sinceMs ?? 0) - (other.coverage?.sinceMs ?? 0) ||
    byId(one, other)
  );
}

function ranksOfWord({ coverage }: BoardRow): number {
  if (coverage === undefined) return 4;
  return coverage.percent === 100 ? 5 : wordRanks[coverage.word];
}

const wordRanks: Readonly<Record<CoverageWord, number>> = {
  kosong: 1,
  kurang: 2,
  belum_lapor: 3,
  cukup: 5,
  lebih: 5,
};
/** The more trouble is expected, the sooner. */
const classRanks: Readonly<Record<SiteClass, number>> = {
  sangat_rawan: 1,
  rawan: 2,
  khusus: 3,
  kurang_rawan: 4,
};
