import { describe, expect, it } from 'vitest';
import { type BoardFilter, readBoard } from '../../../server/api/coverageBoard.ts';
import type { CoverageWord, SiteCoverage } from '../../../server/domain/coverage.ts';
import type { Site, SiteClass } from '../../../server/domain/site.ts';

const all: BoardFilter = {
  ...{ scope: ['*'], region: undefined, operationKey: undefined, kind: undefined },
  ...{ siteClass: undefined, word: undefined },
};

/** A board of sites by their class, word, percent and since when; without a word nobody looked yet. */
function boardOf(
  rows: readonly (readonly [
    id: string,
    SiteClass,
    CoverageWord?,
    percent?: number,
    sinceMs?: number,
  ])[],
) {
  const sites = rows.map(
    ([id, siteClass], key): Site => ({
      ...{ key, id, name: id, kind: 'tps', siteClass, region: '64.08.04', place: [117.5, 0.5] },
      ...{ operationKey: 1, required: {} },
    }),
  );
  const coverages = rows.map(([, , word, percent = 0, sinceMs = 0], siteKey) =>
    word === undefined ? undefined : { siteKey, word, percent, sinceMs, agencies: [] },
  );
  return {
    sites: () => sites,
    coverageOf: (siteKey: number): SiteCoverage | undefined => coverages[siteKey],
  };
}

describe('a board, the worst first', () => {
  it('has the empty before the short before the unreported, then by class, share and time', () => {
    const board = boardOf([
      ['enough', 'sangat_rawan', 'cukup', 100],
      ['unlooked', 'sangat_rawan'],
      ['nothing-required', 'sangat_rawan', 'belum_lapor', 100],
      ['unreported', 'sangat_rawan', 'belum_lapor', 0],
      ['short-most', 'rawan', 'kurang', 80],
      ['short-later', 'rawan', 'kurang', 20, 2_000],
      ['short-longer', 'rawan', 'kurang', 20, 1_000],
      ['short-class', 'sangat_rawan', 'kurang', 90],
      ['empty-b', 'kurang_rawan', 'kosong', 0],
      ['empty-a', 'kurang_rawan', 'kosong', 0],
    ]);
    const { rows, hasMore } = readBoard(board, all, 'worst', 100);
    expect(rows.map(({ site }) => site.id)).toEqual([
      ...['empty-a', 'empty-b', 'short-class', 'short-longer', 'short-later', 'short-most'],
      ...['unreported', 'unlooked', 'enough', 'nothing-required'],
    ]);
    expect(hasMore).toBe(false);
  });
});

describe('the summary of a board', () => {
  it('tells those at which nobody looked yet from those that did not report', () => {
    const board = boardOf([
      ['a', 'rawan'],
      ['b', 'rawan', 'belum_lapor'],
    ]);
    const { summary } = readBoard(board, all, 'id', 10);
    expect(summary).toMatchObject({ sites: 2, unlooked: 1, words: { belum_lapor: 1 } });
  });

  it('counts who is missing site by site: more at one stands in for nobody at another', () => {
    const { sites } = boardOf([
      ['a', 'rawan'],
      ['b', 'rawan'],
    ]);
    const coverageOf = (siteKey: number): SiteCoverage => ({
      ...{ siteKey, word: 'kurang', percent: 50, sinceMs: 0 },
      agencies: [{ agency: 'polri', required: 2, present: siteKey === 0 ? 5 : 1 }],
    });
    const { summary } = readBoard({ sites, coverageOf }, all, 'id', 10);
    expect(summary.agencies).toEqual([{ agency: 'polri', required: 4, missing: 1 }]);
  });
});
