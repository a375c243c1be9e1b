import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverageOf,
  emptyPlan,
  type RequirementPlan,
  requiredStrength,
} from '../../../server/domain/coverage.ts';
import { agencies } from '../../../server/domain/unit.ts';

const tps = { siteClass: 'rawan', required: { voting: { polri: 2, linmas: 4 } } } as const;
const openMs = Date.UTC(2024, 10, 27, 0, 0);
const hourMs = 3_600_000;

describe('coverage', () => {
  it.each([
    ['belum_lapor', 0, {}, false],
    ['kosong', 0, {}, true],
    ['kurang', 50, { polri: 1, linmas: 2 }, true],
    ['cukup', 100, { polri: 2, linmas: 4 }, true],
    ['lebih', 100, { polri: 3, linmas: 4 }, true],
  ] as const)('is %s at %d %%', (word, percent, present, isReported) => {
    expect(coverageOf(tps.required.voting, present, isReported)).toMatchObject({ word, percent });
  });

  it('lets more of one agency stand in for no other', () => {
    expect(coverageOf({ polri: 2, linmas: 4 }, { polri: 9 }, true)).toEqual({
      word: 'kurang',
      percent: (100 * 2) / 6,
      agencies: [
        { agency: 'polri', required: 2, present: 9 },
        { agency: 'linmas', required: 4, present: 0 },
      ],
    });
  });

  it('counts those of whom nothing is required as more', () => {
    expect(coverageOf({ polri: 1 }, { polri: 1, tni: 2 }, true).word).toBe('lebih');
  });

  it('is enough where nothing is required and nobody is there', () => {
    expect(coverageOf({}, {}, true)).toEqual({ word: 'cukup', percent: 100, agencies: [] });
  });

  it('has a word that fits its figures, whatever they are', () => {
    const people = fc.integer({ min: 0, max: 5 });
    const strength = fc.record(Object.fromEntries(agencies.map((each) => [each, people])));
    fc.assert(
      fc.property(strength, strength, (required, present) => {
        const { word, percent, agencies: each } = coverageOf(required, present, true);
        const isShort = each.some((one) => one.present < one.required);
        const isThere = each.some((one) => one.present > 0);
        const hasMore = each.some((one) => one.present > one.required);
        expect(percent < 100).toBe(isShort);
        expect(percent >= 0 && percent <= 100).toBe(true);
        const expected = isShort ? (isThere ? 'kurang' : 'kosong') : hasMore ? 'lebih' : 'cukup';
        expect(word).toBe(expected);
      }),
    );
  });
});

describe('what a site must have', () => {
  const plan: RequirementPlan = {
    byClass: { rawan: { voting: { polri: 9 }, counting: { polri: 3 } } },
    hours: { counting: [{ fromMs: openMs, toMs: openMs + hourMs }] },
  };

  it('is what it says itself for the phase, else what its class does', () => {
    expect(requiredStrength(tps, plan, 'voting', openMs)).toEqual({ polri: 2, linmas: 4 });
    expect(requiredStrength(tps, plan, 'counting', openMs)).toEqual({ polri: 3 });
    expect(requiredStrength(tps, emptyPlan, 'counting', openMs)).toEqual({});
  });

  it('is nothing when it says so, whatever its class says', () => {
    const closed = { ...tps, required: { voting: {} } };
    expect(requiredStrength(closed, plan, 'voting', openMs)).toEqual({});
  });

  it('is nothing outside the hours of the phase, and without a phase', () => {
    const at = (ms: number) => requiredStrength(tps, plan, 'counting', ms);
    expect([at(openMs - 1), at(openMs), at(openMs + hourMs - 1), at(openMs + hourMs)]).toEqual([
      {},
      { polri: 3 },
      { polri: 3 },
      {},
    ]);
    expect(requiredStrength(tps, plan, undefined, openMs)).toEqual({});
  });
});
