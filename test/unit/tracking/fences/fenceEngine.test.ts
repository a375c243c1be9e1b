import { describe, expect, it } from 'vitest';
import type { Fence } from '../../../../server/domain/fence.ts';
import { FenceEngine } from '../../../../server/tracking/fences/fenceEngine.ts';
import { center, engineRig, placeAt, ring } from './engineRig.ts';

describe('enter and exit', () => {
  it('tells an enter and an exit of a car that drives through, each once', () => {
    const { drive, told } = engineRig();
    drive(0, -600, 600, 10);
    expect(told.map(({ kind }) => kind)).toEqual(['enter', 'exit']);
    // the edges are at 50 s and 70 s
    const [enter, exit] = told;
    expect(enter?.crossedAtMs).toBeCloseTo(50_000, -3);
    expect(exit?.crossedAtMs).toBeCloseTo(70_000, -3);
    expect(enter?.confirmedAtMs).toBeLessThanOrEqual(60_000);
    expect(exit?.confirmedAtMs).toBeLessThanOrEqual(80_000);
  });

  it('says what an enter rests on', () => {
    const { drive, told } = engineRig();
    drive(0, -600, 0, 10);
    expect(told[0]).toMatchObject({
      rule: 'beyond_hysteresis',
      fenceVersion: 1,
      isCorrection: false,
    });
    expect(told[0]?.fixedAtMs.length).toBeGreaterThanOrEqual(2);
    expect(told[0]?.probability).toBeGreaterThan(0.9);
    expect(told[0]?.signedDistanceM).toBeLessThan(-20);
    expect(told[0]?.id).toBe(`enter.7.1.${told[0]?.crossedAtMs}`);
  });

  it('interpolates the crossing on the way between two fixes', () => {
    const { at, told } = engineRig();
    at(0, -300);
    at(10, -260);
    at(20, -220);
    // 120 m in 20 s to the first inside: the edge is 120 of 160 m on
    at(40, -60);
    at(50, -20);
    expect(told[0]?.kind).toBe('enter');
    expect(told[0]?.crossedAtMs).toBe(35_000);
  });

  it('knows the crossing of a unit that came from 20 km away', () => {
    const { drive, told } = engineRig();
    drive(0, -20_150, 50, 20);
    expect(told[0]?.kind).toBe('enter');
    // 20,050 m at 20 m/s
    expect(Math.abs((told[0]?.crossedAtMs ?? 0) - 1_002_500)).toBeLessThan(100);
  });

  it('says how deep in a district an enter was confirmed', () => {
    const corners = [
      [-3_000, -3_000],
      [3_000, -3_000],
      [3_000, 3_000],
      [-3_000, 3_000],
    ].map(([xM, yM]): [number, number] => {
      const { lon, lat } = placeAt(xM ?? 0, yM ?? 0);
      return [lon, lat];
    });
    const district = ring({
      fenceClass: 'area',
      shape: { kind: 'polygon', polygons: [[corners]] },
    });
    const { at, told } = engineRig([district]);
    for (const [i, xM] of [-6_000, -5_100, -4_200, -3_300, -2_400, -1_500].entries()) {
      at(30 * i, xM);
    }
    expect(told[0]?.kind).toBe('enter');
    expect(told[0]?.signedDistanceM).toBeCloseTo(-1_500, 0);
  });

  it('does not believe one fix inside', () => {
    const { at, kinds } = engineRig();
    for (let s = 0; s < 600; s += 5) at(s, s === 300 ? 0 : 160);
    expect(kinds()).toEqual([]);
  });

  it('tells of a unit that parks 10 m inside once its mean is sure', () => {
    const { drive, at, told } = engineRig();
    const end = drive(0, -600, -90, 10);
    for (let s = 0; s < 7_200; s += 5) at(end + s, -90 + (s % 3), s % 4);
    expect(told.map(({ kind }) => kind)).toEqual(['enter']);
  });

  it('enters a fence that is narrower than its hysteresis', () => {
    const shape = { kind: 'circle', center: [center.lon, center.lat], radiusM: 25 } as const;
    const { drive, at, kinds } = engineRig([ring({ shape })]);
    const end = drive(0, -200, 0, 3);
    for (let s = 0; s < 60; s += 5) at(end + s, 0);
    expect(kinds()).toEqual(['enter']);
  });
});

describe('units that are inside when a fence is armed', () => {
  it('are silent, and so is their way out', () => {
    const { at, drive, kinds, stays } = engineRig();
    for (let s = 0; s < 120; s += 5) at(s, 10);
    drive(120, 10, 600, 10);
    expect(kinds()).toEqual([]);
    expect(stays.map(({ isInside, isSilent }) => [isInside, isSilent])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('are told of by positions of before the start: a journal tells them again', () => {
    const { engine, drive, kinds } = engineRig([]);
    engine.setFences([ring()], 10_000_000);
    drive(0, -600, 600, 10);
    expect(kinds()).toEqual(['enter', 'exit']);
  });

  it('are silent when the fence comes later than they do', () => {
    const { engine, at, kinds, stays } = engineRig([]);
    for (let s = 0; s < 120; s += 5) at(s, 10);
    engine.putFence(ring(), 121_000);
    for (let s = 125; s < 240; s += 5) at(s, 10);
    expect(kinds()).toEqual([]);
    expect(stays).toMatchObject([{ isInside: true, isSilent: true }]);
  });

  it('are silent when they were beside the edge, by an unsure place, as the fence came', () => {
    const { engine, at, told, stays } = engineRig([]);
    at(0, 104);
    engine.putFence(ring(), 3_000);
    at(5, 104);
    for (let s = 10; s <= 30; s += 5) at(s, 104 - 2.5 * s);
    expect(told).toEqual([]);
    expect(stays).toMatchObject([{ isInside: true, isSilent: true }]);
  });

  it('enter again when they come back', () => {
    const { at, drive, kinds } = engineRig();
    for (let s = 0; s < 120; s += 5) at(s, 10);
    const end = drive(120, 10, 600, 10);
    drive(end, 600, 0, 10);
    expect(kinds()).toEqual(['enter']);
  });
});

describe('cross', () => {
  it('is told when the way between two fixes leads through', () => {
    const { at, told } = engineRig();
    at(0, -600);
    at(10, -400);
    at(20, -200);
    at(40, 200);
    at(50, 400);
    expect(told).toMatchObject([{ kind: 'cross', rule: 'segment', crossedAtMs: 25_000 }]);
  });

  it('is only possible over a gap of two minutes', () => {
    const { at, told } = engineRig();
    at(0, -600);
    at(10, -400);
    at(20, -200);
    at(140, 200);
    at(150, 400);
    expect(told.map(({ kind }) => kind)).toEqual(['possible_cross']);
  });

  it('is told with one fix inside', () => {
    const { at, told } = engineRig();
    for (const [i, x] of [-530, -365, -200, -35, 130, 295].entries()) at(i * 5, x);
    expect(told.map(({ kind }) => kind)).toEqual(['cross']);
  });

  it('is an enter and an exit, told when it is over, when it took 30 s beside the edge', () => {
    const { at, told, stays, tick } = engineRig([ring({ watch: { dwellMs: 30_000 } })]);
    // along a chord that is 11 m deep: too near the edge to be sure of while it lasts
    for (let s = 0; s <= 120; s += 5) at(s, -84 + 1.4 * s, 89);
    const [enter, dwell, exit] = told;
    expect([enter?.kind, dwell?.kind, exit?.kind, told.length]).toEqual([
      'enter',
      'dwell',
      'exit',
      3,
    ]);
    expect(enter?.rule).toBe('segment');
    expect(enter?.probability).toBeGreaterThan(0.5);
    expect(enter?.confirmedAtMs).toBe(exit?.confirmedAtMs);
    // half the chord is 45.6 m: 27 s to 93 s
    expect((enter?.crossedAtMs ?? 0) / 1_000).toBeCloseTo(27.4, 0);
    expect((exit?.crossedAtMs ?? 0) / 1_000).toBeCloseTo(92.6, 0);
    expect(stays.map(({ isInside }) => isInside)).toEqual([true, false]);
    tick(1_000);
    expect(told.length).toBe(3);
  });

  it('is not told of a way that only comes near', () => {
    const { at, kinds } = engineRig();
    at(0, -600, 130);
    at(10, -400, 130);
    at(20, -200, 130);
    at(40, 200, 130);
    expect(kinds()).toEqual([]);
  });
});

describe('urgent fences', () => {
  const urgent = ring({ watch: { isUrgent: true } });

  it('tell the first fix inside at once, and the enter when it is sure', () => {
    const { drive, told } = engineRig([urgent]);
    drive(0, -600, 0, 10);
    expect(told.map(({ kind }) => kind)).toEqual(['provisional_enter', 'enter']);
    expect(told[0]?.confirmedAtMs).toBe(50_000);
  });

  it('withdraw what was no enter', () => {
    const { drive, at, tick, kinds } = engineRig([urgent]);
    const end = drive(0, -600, -120, 10);
    at(end, -80);
    at(end + 5, -150);
    at(end + 10, -180);
    tick(end + 200);
    expect(kinds()).toEqual(['provisional_enter', 'withdrawn']);
  });

  it('stay quiet for a while after that', () => {
    const { at, kinds } = engineRig([ring({ watch: { isUrgent: true } })]);
    const comeNear = (fromS: number): void => {
      at(fromS, 200);
      at(fromS + 5, 150);
      at(fromS + 10, 80);
      at(fromS + 15, 150);
      at(fromS + 20, 200);
    };
    comeNear(0);
    comeNear(25);
    expect(kinds()).toEqual(['provisional_enter', 'withdrawn']);
    comeNear(80);
    expect(kinds().length).toBe(4);
  });

  it('withdraw by the clock when the unit falls silent', () => {
    const { drive, at, tick, told } = engineRig([urgent]);
    const end = drive(0, -600, -120, 10);
    at(end, -80);
    expect(tick(end + 59)).toEqual([]);
    tick(end + 61);
    expect(told.map(({ kind }) => kind)).toEqual(['provisional_enter', 'withdrawn']);
    expect(told[1]?.confirmedAtMs).toBe((end + 60) * 1000);
  });
});

describe('what time tells', () => {
  it('tells a dwell of a stay that came with its end, before a tick', () => {
    const { drive, tick, told } = engineRig([ring({ watch: { dwellMs: 15_000 } })]);
    drive(drive(0, -600, 0, 10), 0, 600, 10);
    expect(told.map(({ kind }) => kind)).toEqual(['enter', 'dwell', 'exit']);
    expect(told[1]?.confirmedAtMs).toBe((told[0]?.crossedAtMs ?? 0) + 15_000);
    expect(tick(5_000)).toEqual([]);
    const short = engineRig([ring({ watch: { dwellMs: 60_000 } })]);
    short.drive(short.drive(0, -600, 0, 10), 0, 600, 10);
    expect(short.kinds()).toEqual(['enter', 'exit']);
  });

  it('tells a dwell of a unit that has fallen silent', () => {
    const { drive, tick, told } = engineRig([ring({ watch: { dwellMs: 600_000 } })]);
    drive(0, -600, 0, 10);
    expect(tick(649)).toEqual([]);
    tick(651);
    expect(told.map(({ kind }) => kind)).toEqual(['enter', 'dwell']);
    expect(told[1]?.confirmedAtMs).toBe((told[0]?.crossedAtMs ?? 0) + 600_000);
    expect(tick(5_000)).toEqual([]);
  });

  it('tells lost-inside, never an exit, and again after the unit was back', () => {
    const { engine, drive, at, tick, kinds, told } = engineRig([
      ring({ watch: { lostInsideMs: 300_000 } }),
    ]);
    drive(0, -600, 0, 10);
    engine.heard(7, 200_000);
    expect(tick(499)).toEqual([]);
    tick(501);
    expect(told.at(-1)).toMatchObject({ kind: 'lost_inside', crossedAtMs: 200_000 });
    tick(900_000);
    expect(kinds()).toEqual(['enter', 'lost_inside']);
    at(900_001, 0);
    tick(900_400);
    expect(kinds()).toEqual(['enter', 'lost_inside', 'lost_inside']);
  });

  it('tells a speed that lasts', () => {
    const { drive, told } = engineRig([ring({ watch: { speedLimitMps: 5, speedForMs: 8_000 } })]);
    drive(0, -600, 600, 6);
    expect(told.map(({ kind }) => kind)).toEqual(['enter', 'zone_speed', 'exit']);
  });
});

describe('late fixes', () => {
  it('are put in order within ten seconds', () => {
    const { drive, at, kinds, told } = engineRig();
    const end = drive(0, -600, -110, 10);
    at(end + 5, -60);
    // one fix inside, before it another that came late: the next one rests on both
    at(end, -90, 0, { receivedS: end + 6 });
    expect(kinds()).toEqual([]);
    at(end + 10, -20);
    expect(kinds()).toEqual(['enter']);
    expect(told[0]?.fixedAtMs).toEqual([end, end + 5, end + 10].map((s) => s * 1000));
  });

  it('of ten minutes ago are corrections', () => {
    const { at, told } = engineRig();
    for (let s = 0; s <= 1_000; s += 5) at(s, 600);
    for (let s = 2_000; s <= 2_100; s += 5) at(s, 600);
    const before = told.length;
    for (let i = 0; i <= 120; i++) at(1_100 + i * 5, 600 - i * 10, 0, { receivedS: 2_101 + i });
    expect(before).toBe(0);
    expect(told.map(({ kind, isCorrection }) => [kind, isCorrection])).toEqual([
      ['enter', true],
      ['exit', true],
    ]);
    expect(told[0]?.id).toMatch(/\.c$/);
  });

  it('never change who is inside now', () => {
    const { engine, at, drive } = engineRig();
    const end = drive(0, -600, 0, 10);
    for (let i = 0; i <= 40; i++) at(end + 600 + i * 5, 0);
    for (let i = 0; i <= 40; i++) at(end + 100 + i * 5, i * 20, 0, { receivedS: end + 900 + i });
    expect(engine.insideOf(1)).toEqual([7]);
  });
});

describe('conditions', () => {
  it('leave out units of other kinds and agencies', () => {
    const { drive, kinds } = engineRig([
      ring({ conditions: { unitKinds: ['drone'] } }),
      ring({ key: 2, conditions: { agencies: ['tni'] } }),
    ]);
    drive(0, -600, 600, 10);
    expect(kinds()).toEqual([]);
    drive(1_000, -600, 600, 10, { unitKey: 8, kind: 'drone' });
    expect(kinds()).toEqual(['enter', 'exit']);
  });

  it('leave out what flies above the ceiling', () => {
    const fence = ring({ conditions: { ceilingM: 120 } });
    const { drive, kinds } = engineRig([fence]);
    drive(0, -600, 600, 10, { altitudeM: 400 });
    expect(kinds()).toEqual([]);
    drive(1_000, -600, 600, 10, { unitKey: 8, altitudeM: 30 });
    expect(kinds()).toEqual(['enter', 'exit']);
  });

  it('arm a fence with its phase, silently for who is there', () => {
    const fence = ring({ operationKey: 3, conditions: { phases: ['voting'] } });
    const { engine, at, kinds, drive } = engineRig([fence]);
    for (let s = 0; s < 120; s += 5) at(s, 0);
    expect(engine.insideOf(1)).toEqual([]);
    engine.setPhases(3, ['voting'], 121_000);
    for (let s = 125; s < 240; s += 5) at(s, 0);
    expect(engine.insideOf(1)).toEqual([7]);
    engine.setPhases(3, ['counting'], 241_000);
    expect(engine.insideOf(1)).toEqual([]);
    drive(245, 0, 600, 10);
    expect(kinds()).toEqual([]);
  });

  it('go on counting while any phase that they name runs', () => {
    const fence = ring({ operationKey: 3, conditions: { phases: ['logistics'] } });
    const { engine, drive, kinds } = engineRig([fence]);
    engine.setPhases(3, ['logistics'], 0);
    const end = drive(5, -600, 0, 10);
    engine.setPhases(3, ['logistics', 'campaign'], end * 1000);
    expect(engine.insideOf(1)).toEqual([7]);
    drive(end, 0, 600, 10);
    expect(kinds()).toEqual(['enter', 'exit']);
  });

  it('count by all the phases of a checkpoint', () => {
    const fence = ring({ operationKey: 3, conditions: { phases: ['logistics'] } });
    const before = engineRig([fence]);
    before.engine.setPhases(3, ['logistics', 'campaign'], 0);
    const end = before.drive(5, -600, 0, 10);
    const kept = before.engine.checkpoint(1);
    expect(kept).toMatchObject({ version: 2, phases: [[3, ['logistics', 'campaign']]] });
    const after = engineRig([fence]);
    after.engine.restore(kept);
    expect(after.engine.insideOf(1)).toEqual([7]);
    after.drive(end, 0, 600, 10);
    expect(after.kinds()).toEqual(['exit']);
  });

  it('count anew for a unit that was silent while its fence did not count', () => {
    const fence = ring({ operationKey: 3, conditions: { phases: ['voting'] } });
    const { engine, at, kinds, drive } = engineRig([fence]);
    engine.setPhases(3, ['voting'], 0);
    const end = drive(5, -600, 0, 10);
    engine.setPhases(3, [], end * 1000);
    engine.setPhases(3, ['voting'], (end + 1) * 1000);
    expect(engine.insideOf(1)).toEqual([]);
    for (let s = 5; s < 120; s += 5) at(end + s, 0);
    expect(engine.insideOf(1)).toEqual([7]);
    drive(end + 120, 0, 600, 10);
    expect(kinds()).toEqual(['enter']);
  });

  it('end with the validity of a fence, by the clock', () => {
    const { engine, drive, tick, stays } = engineRig([
      ring({ conditions: { validToMs: 100_000 } }),
    ]);
    drive(0, -600, 0, 10);
    expect(engine.insideOf(1)).toEqual([7]);
    tick(101);
    expect(engine.insideOf(1)).toEqual([]);
    expect(stays.at(-1)).toMatchObject({ isInside: false, isSilent: true });
  });
});

describe('fences that move', () => {
  const escort = ring({
    key: 5,
    fenceClass: 'escort',
    shape: { kind: 'moving', unitKey: 9, radiusM: 100 },
  });

  it('go with their unit', () => {
    const { at, told } = engineRig([escort]);
    // the convoy drives east at 5 m/s; a car starts beside it and falls back
    for (let s = 0; s <= 300; s += 5) {
      at(s, 5 * s, 0, { unitKey: 9 });
      at(s, s < 150 ? 5 * s : 750, 10, { unitKey: 8 });
    }
    expect(told.map(({ kind }) => kind)).toEqual([]);
    for (let s = 305; s <= 600; s += 5) {
      at(s, 1_500, 0, { unitKey: 9 });
      at(s, Math.min(1_500, 750 + (s - 300) * 8), 10, { unitKey: 8 });
    }
    expect(told.map(({ kind, fenceKey, unitKey }) => [kind, fenceKey, unitKey])).toEqual([
      ['enter', 5, 8],
    ]);
  });
});

describe('a server clock that was ahead and is right now', () => {
  const dayS = 86_400;
  const watch = { isUrgent: true, dwellMs: 600_000, lostInsideMs: 300_000 };

  /** A unit drove in while the clock was a day ahead: its fixes were right, their receipt was not. */
  function inside(fence: Fence, hasClock = true) {
    const fast = engineRig([fence]);
    for (let s = 0; s <= 100; s += 5) {
      const xM = Math.min(0, -600 + 10 * s);
      const fixedS = hasClock ? s : s + dayS;
      fast.at(fixedS, xM, 0, { receivedS: s + dayS });
      fast.tick(s + dayS);
    }
    const rig = engineRig([fence]);
    rig.engine.restore(JSON.parse(JSON.stringify(fast.engine.checkpoint(1))));
    rig.engine.forgetFuture(105_000);
    return rig;
  }

  it('does not delay by a day what time tells', () => {
    const { engine, tick, told } = inside(ring({ watch }), false);
    expect(engine.insideOf(1)).toEqual([7]);
    expect(engine.takenAtOf(7)).toBe(104_999);
    expect(engine.checkpoint(1).atMs).toBe(105_000);
    expect(tick(404)).toEqual([]);
    tick(406);
    tick(750);
    expect(told.map(({ kind }) => kind)).toEqual(['lost_inside', 'dwell']);
    tick(2 * dayS);
    expect(told).toHaveLength(2);
  });

  it('takes what a tracker without a clock says from now on, and not as late by a day', () => {
    const { engine, drive, kinds } = inside(ring({ watch }), false);
    drive(110, 0, 600, 10);
    expect(kinds()).toContain('exit');
    expect(engine.counts.corrected).toBe(0);
  });

  it('withdraws what came before its time in its time', () => {
    const fast = engineRig([ring({ watch })]);
    const end = fast.drive(dayS, -600, -120, 10);
    fast.at(end, -80);
    expect(fast.kinds()).toEqual(['provisional_enter']);
    const { engine, tick, kinds } = engineRig([ring({ watch })]);
    engine.restore(JSON.parse(JSON.stringify(fast.engine.checkpoint(1))));
    engine.forgetFuture(100_000);
    tick(161);
    expect(kinds()).toEqual(['withdrawn']);
  });

  it('looks anew at the hours of fences, and at who was seen since they count', () => {
    const fence = ring({ conditions: { validFromMs: 50_000, validToMs: 200_000 } });
    const { engine, at, drive, kinds } = inside(fence);
    // a day ahead it had ceased to count
    expect(engine.index.size).toBe(1);
    for (let s = 110; s < 180; s += 5) at(s, 0);
    expect(engine.insideOf(1)).toEqual([7]);
    drive(180, 0, 600, 10);
    expect(kinds()).toEqual([]);
  });

  it('changes nothing where nothing lies ahead', () => {
    const { engine, drive } = engineRig([ring({ watch })]);
    const end = drive(0, -600, 0, 10);
    const before = structuredClone(engine.checkpoint(1));
    engine.forgetFuture(end * 1000);
    expect(engine.checkpoint(1)).toEqual(before);
  });
});

describe('checkpoint', () => {
  it('has a time before anything came, and goes on from there with fences that have hours', () => {
    const weekly = [{ fromDay: 0, fromMinute: 0, toDay: 0, toMinute: 0 }];
    const always = ring({ conditions: { weekly, timeZone: 'Asia/Makassar' } });
    const { engine } = engineRig([always]);
    const kept = JSON.parse(JSON.stringify(engine.checkpoint(0)));
    expect(kept.atMs).toBe(0);
    const later = new FenceEngine();
    later.setFences([always], kept.atMs);
    later.restore(kept);
    expect(later.checkpoint(0)).toEqual(kept);
    later.tick(60_000);
    expect(later.index.size).toBe(1);
  });

  it('is of the moment at which fences began and ceased to count, not of a later position', () => {
    const fence = ring({ conditions: { validFromMs: 50_000 } });
    const { engine, drive, tick } = engineRig([fence]);
    tick(45);
    drive(0, -1_200, 0, 10);
    expect(engine.index.size).toBe(0);
    const kept = JSON.parse(JSON.stringify(engine.checkpoint(0)));
    expect(kept.tickedAtMs).toBe(45_000);
    const later = new FenceEngine();
    later.setFences([fence], kept.tickedAtMs);
    later.restore(kept);
    for (const each of [engine, later]) {
      each.tick(125_000);
      expect(each.checkpoint(0).armed).toEqual([[1, 125_000]]);
    }
  });

  it('does not bring back who was inside before its fence ceased to count and counted again', () => {
    const fence = ring({ operationKey: 3, conditions: { phases: ['voting'] } });
    const { engine, drive } = engineRig([fence]);
    engine.setPhases(3, ['voting'], 0);
    const end = drive(5, -600, 0, 10);
    engine.setPhases(3, [], end * 1000);
    engine.setPhases(3, ['voting'], (end + 1) * 1000);
    expect(engine.insideOf(1)).toEqual([]);
    const later = new FenceEngine();
    later.setFences([fence], end * 1000);
    later.restore(JSON.parse(JSON.stringify(engine.checkpoint(0))));
    expect(later.insideOf(1)).toEqual([]);
  });

  it('goes on as if nothing had happened, and raises nothing again', () => {
    const rig = engineRig([ring({ watch: { dwellMs: 300_000, lostInsideMs: 400_000 } })]);
    const end = rig.drive(0, -600, 0, 10);
    const checkpoint = JSON.parse(JSON.stringify(rig.engine.checkpoint(42)));
    expect(checkpoint.sequence).toBe(42);
    const later = new FenceEngine();
    later.setFences([ring({ watch: { dwellMs: 300_000, lostInsideMs: 400_000 } })], end * 1000);
    later.restore(checkpoint);
    expect(later.insideOf(1)).toEqual([7]);
    const fix = { fixedAtMs: end * 1000, ...placeAt(0) };
    const position = { trackerKey: 7, fix, receivedAtMs: end * 1000, verdict: 'live' } as const;
    expect(later.take({ unitKey: 7, kind: 'handheld', agency: 'polri' }, position)).toEqual([]);
    expect(rig.at(end, 0)).toEqual([]);
    for (const s of [400, 700]) expect(later.tick(s * 1000)).toEqual(rig.tick(s));
  });
});

describe('a receiver that is all over the place', () => {
  it('is called unreliable, and raises nothing', () => {
    const { engine, at, kinds } = engineRig();
    // to and fro by 150 m without a pattern that could be a way
    let seed = 1;
    const next = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647 - 0.5;
    };
    for (let s = 0; s < 600; s += 5) at(s, 600 + 300 * next(), 300 * next());
    expect(engine.isUnreliable(7)).toBe(true);
    for (let s = 600; s < 1_200; s += 5) at(s, 300 * next(), 300 * next());
    expect(kinds()).toEqual([]);
  });
});
