import {
  fillNumbers,
  fillRepeated,
  type NumberColumn,
  numbersOf,
  type RepeatedColumn,
  repeatedOf,
} from './columns.ts';
import { inSlices } from './inSlices.ts';
import type { CoverageCheckpoint, SiteCheckpoint } from './tracking/coverage/coverage.ts';

/** Most sites stand where others do since the same moment: by columns they take a tenth of the room. */
export type PackedCoverage = Omit<CoverageCheckpoint, 'sites'> & {
  readonly count: number;
  readonly siteKey: NumberColumn;
  /** Null for one that was never looked at. */
  readonly state: RepeatedColumn;
  /** Of the few at which somebody was. */
  readonly presence: readonly (readonly [row: number, presence: SiteCheckpoint['presence']])[];
};

/** Packs what is known of sites; others get their turn in between, and may go on: none of it is changed in place. */
export async function packCoverage({
  sites,
  ...others
}: CoverageCheckpoint): Promise<PackedCoverage> {
  const siteKey = fillNumbers();
  const state = fillRepeated();
  const presence: [number, SiteCheckpoint['presence']][] = [];
  await inSlices(sites, (site, row) => {
    siteKey.add(site.siteKey);
    state.add(site.state ?? null);
    if (site.presence !== undefined) presence.push([row, site.presence]);
  });
  const columns = { siteKey: siteKey.column(), state: state.column(), presence };
  return { ...others, count: sites.length, ...columns };
}

export function unpackCoverage(packed: PackedCoverage): CoverageCheckpoint {
  const { count, siteKey, state, presence, ...others } = packed;
  const keyOf = numbersOf(siteKey);
  const stateOf = repeatedOf<NonNullable<SiteCheckpoint['state']> | null>(state);
  const presenceOf = new Map(presence);
  const sites = Array.from({ length: count }, (_, row) => ({
    siteKey: keyOf(row),
    presence: presenceOf.get(row),
    state: stateOf(row) ?? undefined,
  }));
  return { ...others, sites };
}
