import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckIn } from '../../../../server/domain/checkIn.ts';
import { emptyPlan, requiredStrength } from '../../../../server/domain/coverage.ts';
import type { Site } from '../../../../server/domain/site.ts';
import type { SiteTransition } from '../../../../server/domain/siteTransition.ts';
import { Coverage, type CoverageQuestions } from '../../../../server/tracking/coverage/coverage.ts';
import {
  checkedIn,
  maxCheckInsAtSite,
  maxUnitsAtSite,
  presentAt,
  type SitePresence,
  unitEntered,
  unitLeft,
} from '../../../../server/tracking/coverage/sitePresence.ts';

const startMs = Date.UTC(2024, 10, 27, 0, 0);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Kurang rawan: 30 minutes to absence and under-strength, 60 to not reported, two hours of presence. */
const site = (key: number): Site => ({
  key,
  id: `tps-${key}`,
  name: `TPS ${key}`,
  kind: 'tps',
  siteClass: 'kurang_rawan',
  region: '64.08.04',
  place: [117.55, 0.51],
  operationKey: 1,
  required: { voting: { polri: 1, linmas: 2 } },
});

const checkIn = (id: string, atMs: number, change: Partial<CheckIn> = {}): CheckIn => ({
  id,
  siteKey: 7,
  agency: 'linmas',
  strength: 2,
  means: 'radio',
  who: 'Linmas 04',
  fromMs: atMs,
  untilMs: atMs + 4 * hourMs,
  ...change,
});

/** Units 1 to 99 are one policeman each, in contact until the last moment asked for. */
const asOf = (nowMs: number, change: Partial<CoverageQuestions> = {}): CoverageQuestions => ({
  crewOf: () => ({ agency: 'polri', strength: 1, lastPlaceMs: nowMs }),
  phaseOf: () => 'voting',
  ...change,
});

/** Ticks every minute. Told: `kind edge minute`. */
function ticks(
  coverage: Coverage,
  fromMinute: number,
  toMinute: number,
  change: Partial<CoverageQuestions> = {},
): string[] {
  const told: string[] = [];
  for (let minute = fromMinute; minute <= toMinute; minute++) {
    const nowMs = startMs + minute * minuteMs;
    for (const { kind, agency, edge } of coverage.tick(nowMs, asOf(nowMs, change))) {
      told.push(`${[kind, agency, edge].filter((each) => each !== undefined).join(' ')} ${minute}`);
    }
  }
  return told;
}

function opened(sites = [site(7)]): Coverage {
  const coverage = new Coverage();
  coverage.setSites(sites);
  return coverage;
}

const wordOf = (coverage: Coverage) => coverage.coverageOf(7)?.word;

describe('the coverage of a site', () => {
  it('is belum lapor before anybody reported, never kosong, and told by its own, softer rule', () => {
    const coverage = opened();
    expect(ticks(coverage, 0, 180)).toEqual(['not_reported began 61']);
    expect(wordOf(coverage)).toBe('belum_lapor');
  });

  it('is kosong when the one who was there has left for longer than the window', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    coverage.left(7, 1, startMs + 10 * minuteMs);
    ticks(coverage, 0, 130);
    expect(wordOf(coverage)).toBe('kurang');
    ticks(coverage, 131, 131);
    expect(wordOf(coverage)).toBe('kosong');
  });

  it('counts an officer at every site within the window', () => {
    const coverage = opened([site(7), site(8)]);
    for (const key of [7, 8]) {
      coverage.entered(key, 1, startMs + key * minuteMs);
      coverage.left(key, 1, startMs + (key + 1) * minuteMs);
    }
    ticks(coverage, 10, 10);
    expect([7, 8].map((key) => coverage.coverageOf(key)?.agencies[0]?.present)).toEqual([1, 1]);
  });

  it('counts a unit that is silent inside from when it was heard last', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    const crewOf = () =>
      ({ agency: 'polri', strength: 1, lastPlaceMs: startMs + 20 * minuteMs }) as const;
    ticks(coverage, 0, 140, { crewOf });
    expect(wordOf(coverage)).toBe('kurang');
    ticks(coverage, 141, 141, { crewOf });
    expect(wordOf(coverage)).toBe('kosong');
  });

  it('adds check-ins until they are over or checked out', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    coverage.checkIn(checkIn('a', startMs));
    ticks(coverage, 0, 1);
    expect(coverage.coverageOf(7)).toMatchObject({ word: 'cukup', percent: 100, sinceMs: startMs });
    coverage.checkOut({ checkInId: 'a', siteKey: 7, who: 'x', atMs: startMs + 2 * minuteMs });
    ticks(coverage, 2, 2);
    expect(wordOf(coverage)).toBe('kurang');
  });

  it('counts a check-in up to its end, and not at it', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    coverage.checkIn(checkIn('a', startMs, { untilMs: startMs + 90 * minuteMs }));
    ticks(coverage, 0, 89);
    expect(wordOf(coverage)).toBe('cukup');
    ticks(coverage, 90, 90);
    expect(wordOf(coverage)).toBe('kurang');
  });

  it('is kosong, not belum lapor, when somebody looked and found nobody', () => {
    const coverage = opened();
    coverage.checkIn(checkIn('a', startMs, { strength: 0 }));
    expect(ticks(coverage, 0, 60)).toEqual(['absence began 31']);
    expect(wordOf(coverage)).toBe('kosong');
  });

  it('counts a unit for whom it stands now', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    ticks(coverage, 0, 0);
    coverage.recountUnits([1]);
    ticks(coverage, 1, 1, {
      crewOf: () => ({ agency: 'linmas', strength: 9, lastPlaceMs: startMs }),
    });
    expect(coverage.coverageOf(7)?.agencies).toEqual([
      { agency: 'polri', required: 1, present: 0 },
      { agency: 'linmas', required: 2, present: 9 },
    ]);
  });

  it('asks for nothing outside its phases', () => {
    const coverage = opened();
    expect(ticks(coverage, 0, 180, { phaseOf: () => 'quiet' })).toEqual([]);
  });

  it('requires one and the same nothing, so that a site is quiet outside its phases too', () => {
    const closed = { byClass: {}, hours: { voting: [] } };
    const none = requiredStrength(site(7), emptyPlan, undefined, 0);
    expect(requiredStrength(site(7), emptyPlan, 'quiet', 0)).toBe(none);
    expect(requiredStrength(site(7), closed, 'voting', 0)).toBe(none);
    let asked = 0;
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    const crewOf = () => {
      asked += 1;
      return { agency: 'polri', strength: 1, lastPlaceMs: startMs } as const;
    };
    ticks(coverage, 0, 9, { crewOf, phaseOf: () => undefined });
    expect(asked).toBe(1);
  });

  it('counts a unit for whom it stands now, looking only at sites where it has a stay', () => {
    const coverage = opened([site(7), site(8), site(9)]);
    coverage.entered(7, 1, startMs);
    coverage.entered(8, 2, startMs);
    ticks(coverage, 0, 0);
    coverage.recountUnits([1, 3]);
    const asked: number[] = [];
    ticks(coverage, 1, 1, {
      crewOf: (unitKey) => {
        asked.push(unitKey);
        return { agency: 'linmas', strength: 9, lastPlaceMs: startMs };
      },
    });
    expect(asked).toEqual([1]);
    expect(coverage.coverageOf(7)?.agencies[1]).toMatchObject({ agency: 'linmas', present: 9 });
  });
});

describe('what is missing at a site', () => {
  it('is told by agency once, after its time, and ends once', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    expect(ticks(coverage, 0, 60)).toEqual(['under_strength linmas began 31']);
    coverage.checkIn(checkIn('a', startMs + 61 * minuteMs));
    expect(ticks(coverage, 61, 120)).toEqual(['under_strength linmas ended 61']);
  });

  it('is not told when it does not last', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    ticks(coverage, 0, 29);
    coverage.checkIn(checkIn('a', startMs + 30 * minuteMs));
    expect(ticks(coverage, 30, 120)).toEqual([]);
  });

  it('of an empty site is one absence, and by agency once somebody is there', () => {
    const coverage = opened();
    coverage.checkIn(checkIn('a', startMs, { strength: 0 }));
    expect(ticks(coverage, 0, 90)).toEqual(['absence began 31']);
    coverage.entered(7, 1, startMs + 91 * minuteMs);
    expect(ticks(coverage, 91, 91)).toEqual(['absence ended 91', 'under_strength linmas began 91']);
  });

  it('ends as not reported with the first report', () => {
    const coverage = opened();
    ticks(coverage, 0, 61);
    coverage.entered(7, 1, startMs + 62 * minuteMs);
    expect(ticks(coverage, 62, 92)).toEqual(['not_reported ended 62']);
    expect(ticks(coverage, 93, 93)).toEqual(['under_strength linmas began 93']);
  });

  it('ends when the phase does, and when the site is taken away', () => {
    const coverage = opened();
    ticks(coverage, 0, 61);
    expect(ticks(coverage, 62, 62, { phaseOf: () => undefined })).toEqual([
      'not_reported ended 62',
    ]);
    ticks(coverage, 63, 130);
    expect(coverage.hasLeaving).toBe(false);
    coverage.setSites([]);
    // one more tick is needed, though there is no site any more
    expect(coverage.hasLeaving).toBe(true);
    expect(ticks(coverage, 131, 140)).toEqual(['not_reported ended 131']);
    expect(coverage.hasLeaving).toBe(false);
    expect(coverage.checkpoint()).toEqual({ version: 1, sites: [], leaving: [] });
  });

  it('says by what it was known', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    coverage.checkIn(checkIn('a', startMs, { strength: 1 }));
    ticks(coverage, 0, 30);
    const nowMs = startMs + 31 * minuteMs;
    expect(coverage.tick(nowMs, asOf(nowMs))).toEqual([
      {
        id: `under_strength/7/linmas/${startMs}/began`,
        kind: 'under_strength',
        edge: 'began',
        siteKey: 7,
        agency: 'linmas',
        sinceMs: startMs,
        confirmedAtMs: nowMs,
        afterMs: 30 * minuteMs,
        evidence: {
          phase: 'voting',
          windowMs: 2 * hourMs,
          unitKeys: [1],
          checkInIds: ['a'],
          agencies: [
            { agency: 'polri', required: 1, present: 1 },
            { agency: 'linmas', required: 2, present: 1 },
          ],
        },
      } satisfies SiteTransition,
    ]);
  });

  const step = fc.oneof(
    fc.record({
      kind: fc.constantFrom('enter', 'leave'),
      siteKey: fc.integer({ min: 7, max: 9 }),
      unitKey: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      kind: fc.constantFrom('in', 'out'),
      siteKey: fc.integer({ min: 7, max: 9 }),
      unitKey: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({
      kind: fc.constant('sites'),
      siteKey: fc.integer({ min: 7, max: 9 }),
      unitKey: fc.constant(0),
    }),
  );
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), step), { maxLength: 40 });

  it('is told the same when every site is looked at with every tick', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(run(all, -1, true)).toEqual(run(all, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('is told the same after a restart in the middle, and each thing begins and ends by turns', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (all, restartAt) => {
        const plainRun = run(all, -1);
        expect(run(all, restartAt)).toEqual(plainRun);
        const open = new Set<string>();
        for (const { id, edge } of plainRun) {
          const thing = id.slice(0, id.lastIndexOf('/'));
          expect(open.has(thing)).toBe(edge === 'ended');
          if (edge === 'began') open.add(thing);
          else open.delete(thing);
        }
        expect(new Set(plainRun.map(({ id }) => id)).size).toBe(plainRun.length);
      }),
      { numRuns: 500 },
    );
  });

  type Step = { kind: string; siteKey: number; unitKey: number };

  function run(
    all: readonly (readonly [number, Step])[],
    restartAt: number,
    isEager = false,
  ): SiteTransition[] {
    let sites = [site(7), site(8), site(9)];
    let coverage = opened(sites);
    let nowMs = startMs;
    return all.flatMap(([minutes, { kind, siteKey, unitKey }], i) => {
      nowMs += minutes * minuteMs;
      switch (kind) {
        case 'enter':
          coverage.entered(siteKey, unitKey, nowMs);
          break;
        case 'leave':
          coverage.left(siteKey, unitKey, nowMs);
          break;
        case 'in':
          coverage.checkIn(checkIn(`${i}`, nowMs, { siteKey, strength: unitKey }));
          break;
        case 'out':
          coverage.checkOut({ checkInId: `${unitKey}`, siteKey, who: 'x', atMs: nowMs });
          break;
        default: {
          const rest = sites.filter(({ key }) => key !== siteKey);
          sites = rest.length < sites.length ? rest : [...sites, site(siteKey)];
          coverage.setSites(sites);
        }
      }
      if (i === restartAt) {
        const kept = JSON.stringify(coverage.checkpoint());
        coverage = opened(sites);
        coverage.restore(JSON.parse(kept));
      }
      if (isEager) coverage.changeSites({ begun: sites, endedKeys: [] });
      // unit 3 has a tracker that is heard every five hours only
      const heardMs = nowMs - ((nowMs - startMs) % (5 * hourMs));
      const crewOf = (unitKey: number) =>
        ({ agency: 'polri', strength: 1, lastPlaceMs: unitKey === 3 ? heardMs : nowMs }) as const;
      return coverage.tick(nowMs, asOf(nowMs, { crewOf }));
    });
  }
});

describe('a server clock that was ahead and is right now', () => {
  const aheadMs = 24 * hourMs;

  it('does not delay by a day what is told', () => {
    const fast = opened();
    fast.checkIn(checkIn('a', startMs + aheadMs, { strength: 0 }));
    fast.tick(startMs + aheadMs, asOf(startMs + aheadMs));
    const coverage = opened();
    coverage.restore(JSON.parse(JSON.stringify(fast.checkpoint())));
    coverage.forgetFuture(startMs);
    expect(ticks(coverage, 0, 60)).toEqual(['absence began 31']);
    expect(coverage.coverageOf(7)).toMatchObject({ word: 'kosong', sinceMs: startMs });
  });

  it('keeps since when that lasted that was told, so that its end is of it', () => {
    const fast = opened();
    ticks(fast, aheadMs / minuteMs, aheadMs / minuteMs + 61);
    fast.forgetFuture(startMs);
    fast.entered(7, 1, startMs);
    expect(fast.tick(startMs, asOf(startMs)).map(({ id }) => id)).toEqual([
      `not_reported/7/-/${startMs + aheadMs}/ended`,
    ]);
  });

  it('lets units and check-ins go when they would have, had it been right', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs + aheadMs);
    coverage.left(7, 1, startMs + aheadMs + minuteMs);
    const replaced = { strength: 6, untilMs: startMs + aheadMs + 4 * hourMs };
    coverage.checkIn(checkIn('a', startMs - hourMs, { who: 'B', untilMs: startMs + hourMs }));
    coverage.checkIn(checkIn('b', startMs + aheadMs, replaced));
    coverage.checkIn(checkIn('c', startMs + aheadMs + minuteMs));
    coverage.forgetFuture(startMs + 2 * minuteMs);
    expect(coverage.presenceOf(7)).toMatchObject({
      stays: [{ enteredAtMs: startMs + 2 * minuteMs, leftAtMs: startMs + 2 * minuteMs }],
      checkIns: [
        { id: 'a', fromMs: startMs - hourMs, untilMs: startMs + hourMs },
        { id: 'b', fromMs: startMs + minuteMs, untilMs: startMs + 2 * minuteMs },
        { id: 'c', fromMs: startMs + 2 * minuteMs, untilMs: startMs + 4 * hourMs + 2 * minuteMs },
      ],
    });
  });

  it('changes nothing where nothing lies ahead', () => {
    const coverage = opened();
    coverage.entered(7, 1, startMs);
    coverage.checkIn(checkIn('a', startMs + minuteMs));
    ticks(coverage, 0, 40);
    const before = structuredClone(coverage.checkpoint());
    coverage.forgetFuture(startMs + 40 * minuteMs);
    expect(coverage.checkpoint()).toEqual(before);
  });
});

describe('the presence at a site', () => {
  const crewOf = () => ({ agency: 'polri', strength: 1, lastPlaceMs: startMs }) as const;
  const count = (presence: SitePresence | undefined, atMs = startMs) =>
    presentAt(presence, atMs, 2 * hourMs, crewOf).strength;
  const taken = (presence: SitePresence | undefined, each: CheckIn): SitePresence => {
    const result = checkedIn(presence, each);
    if (!result.ok) throw new Error(result.detail);
    return result.value;
  };

  it('replaces what the same person said before of the same agency, from then on', () => {
    const first = taken(undefined, checkIn('a', startMs, { strength: 6 }));
    const second = taken(first, checkIn('b', startMs + hourMs, { strength: 8 }));
    expect(count(second, startMs + hourMs - 1)).toEqual({ linmas: 6 });
    expect(count(second, startMs + hourMs)).toEqual({ linmas: 8 });
  });

  it('is the same whichever of two check-ins was typed first', () => {
    const a = checkIn('a', startMs, { strength: 6 });
    const b = checkIn('b', startMs + hourMs, { strength: 8 });
    const [one, other] = [taken(taken(undefined, a), b), taken(taken(undefined, b), a)];
    for (const hour of [0, 1, 2, 4, 4.5, 5]) {
      expect(count(one, startMs + hour * hourMs)).toEqual(count(other, startMs + hour * hourMs));
    }
  });

  it('adds up what different people said, until a roll call counts all', () => {
    const two = taken(
      taken(undefined, checkIn('a', startMs, { who: 'A' })),
      checkIn('b', startMs, { who: 'B' }),
    );
    expect(count(two)).toEqual({ linmas: 4 });
    const rolled = taken(two, checkIn('c', startMs, { who: 'C', means: 'roll_call', strength: 3 }));
    expect(count(rolled)).toEqual({ linmas: 3 });
  });

  it('counts nobody twice of whom a roll call counted all, and who came after it on top', () => {
    const ofPolri = { agency: 'polri', means: 'roll_call', who: 'Polri 04' } as const;
    let presence: SitePresence | undefined = unitEntered(undefined, 1, startMs);
    presence = unitEntered(presence, 2, startMs + 1);
    const call = { ...ofPolri, strength: 3, untilMs: startMs + hourMs };
    presence = taken(presence, checkIn('a', startMs + 10, call));
    presence = unitEntered(presence, 3, startMs + 20);
    presence = taken(presence, checkIn('b', startMs + 30, { ...ofPolri, means: 'radio' }));
    const at = (ms: number) => presentAt(presence, startMs + ms, 2 * hourMs, crewOf);
    expect(at(9)).toMatchObject({ strength: { polri: 3 }, unitKeys: [1, 2, 3] });
    expect(at(10)).toMatchObject({ strength: { polri: 4 }, unitKeys: [3], checkInIds: ['a'] });
    // the radio of the same person does not take the roll call back
    expect(at(30)).toMatchObject({ strength: { polri: 6 }, checkInIds: ['a', 'b'] });
    expect(at(30).holdsUntilMs).toBe(startMs + hourMs - 1);
    // of another agency nobody was counted
    presence = unitEntered(undefined, 1, startMs);
    presence = taken(presence, checkIn('a', startMs + 10, { means: 'roll_call' }));
    expect(at(10)).toMatchObject({ strength: { polri: 1, linmas: 2 } });
    // over, or checked out: whoever is still inside counts again
    presence = taken(unitEntered(undefined, 1, startMs), checkIn('a', startMs + 10, call));
    expect(at(hourMs)).toMatchObject({ strength: { polri: 1 }, unitKeys: [1] });
  });

  it('takes a check-in that came twice once', () => {
    const once = taken(undefined, checkIn('a', startMs));
    expect(taken(once, checkIn('a', startMs))).toBe(once);
  });

  it('refuses more check-ins than anybody makes', () => {
    let presence: SitePresence | undefined;
    for (let i = 0; i < maxCheckInsAtSite; i++) {
      presence = taken(presence, checkIn(`${i}`, startMs, { who: `${i}` }));
    }
    expect(checkedIn(presence, checkIn('x', startMs, { who: 'x' }))).toMatchObject({
      reason: 'too_many_check_ins',
    });
  });

  it('lets the unit go that left first when there are too many', () => {
    let presence: SitePresence | undefined;
    for (let unit = 1; unit <= maxUnitsAtSite; unit++) {
      presence = unitEntered(presence, unit, startMs + unit);
    }
    expect(unitEntered(presence, 5_000, startMs + 2_000)).toEqual(presence);
    presence = unitLeft(presence, 40, startMs + 3_000);
    presence = unitEntered(presence, 5_000, startMs + 4_000);
    expect(presence.stays.map(({ unitKey }) => unitKey)).toContain(5_000);
    expect(presence.stays.map(({ unitKey }) => unitKey)).not.toContain(40);
  });

  it('is not changed by a correction of what was before', () => {
    const inside = unitEntered(undefined, 1, startMs + hourMs);
    expect(unitLeft(inside, 1, startMs)).toEqual(inside);
    const left = unitLeft(inside, 1, startMs + 2 * hourMs);
    expect(unitEntered(left, 1, startMs + hourMs)).toEqual(left);
  });
});
