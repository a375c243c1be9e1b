import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../../server/alarms/defaultRules.ts';
import { ring } from '../tracking/fences/engineRig.ts';
import { operation, placesOf, ringOf, siteAt } from '../tracking/placeRig.ts';
import { drill, ruleOf, rulesRig, unitOf } from './rulesRig.ts';

const kpu = siteAt(1, 0, { id: 'kpu', name: 'KPU Kutai Timur', kind: 'kpu', required: {} });
const atKpu = placesOf([kpu]);
const byId = (id: string) => {
  const rule = defaultRules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no default rule ${id}`);
  return rule;
};

describe('a unit at a fence', () => {
  it('raises with an enter and returns with the exit, with everything filled in', () => {
    const rig = rulesRig([ruleOf({ kind: 'enter' })], atKpu);
    rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    expect(rig.kinds()).toEqual(['raised']);
    const alarm = rig.events[0]?.alarm;
    expect(alarm).toMatchObject({
      ...{ state: 'unacknowledged', isActive: true, operationId: 'pilkada', isExercise: false },
      causeKey: 'rule|unit:1/fence:101',
      regions: ['64.08.04', '64.08'],
      text: { id: 'Elang 1 di KPU Kutai Timur: -', en: 'Elang 1 at KPU Kutai Timur: -' },
      subject: { unitId: 'unit-1', siteId: 'kpu', fenceId: 'site:kpu', agency: 'polri' },
    });
    expect(alarm?.subject.place?.[0]).toBeCloseTo(117.5279, 3);
    rig.drive(120, 1, 0, 400);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
  });

  it('raises with an exit until it is back', () => {
    const rig = rulesRig([ruleOf({ kind: 'exit' })], atKpu);
    rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.drive(rig.drive(120, 1, 0, 400), 1, 400, 0);
    rig.stand(220, 60, 1, 0);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
  });

  it('counts a provisional enter and the enter that confirms it as one', () => {
    const urgent = { ...ringOf(kpu), watch: { isUrgent: true } };
    const rig = rulesRig([ruleOf({ kind: 'enter' })], { ...atKpu, fences: [urgent] });
    rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    expect(rig.kinds()).toEqual(['raised']);
    expect(rig.events[0]?.alarm.occurrences).toBe(1);
    expect(rig.events[0]?.data).toMatchObject({
      cause: { transitionId: expect.stringMatching(/^provisional_enter/) },
    });
  });

  it('is lost inside until it is heard again', () => {
    const fence = { ...ringOf(kpu), watch: { lostInsideMs: 60_000 } };
    const rig = rulesRig([ruleOf({ kind: 'lost_inside' })], { ...atKpu, fences: [fence] });
    const end = rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.wait(end, 120);
    expect(rig.texts()).toEqual(['Elang 1 di KPU Kutai Timur: 1 menit']);
    rig.heard(end + 130, 1);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
    rig.heard(end + 140, 1);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
  });

  it('returns when the fence is no more, although nobody left it', () => {
    const rig = rulesRig([ruleOf({ kind: 'enter' })], atKpu);
    const end = rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.watch.stage({
      ...{ change: { number: 2, atMs: 2 }, operations: [operation] },
      sites: { begun: [], endedKeys: [1] },
      fences: { begun: [], endedKeys: [101] },
    });
    rig.turn(end);
    rig.watch.takeChange({ number: 2, atMs: 2 }, end * 1000);
    rig.desk.placesChanged(rig.moment());
    expect(rig.kinds()).toEqual(['raised', 'returned']);
  });

  it('says which speed is allowed', () => {
    const fence = { ...ringOf(kpu), watch: { speedLimitMps: 5 } };
    const rule = ruleOf({ kind: 'zone_speed' });
    const rig = rulesRig([rule], { ...atKpu, fences: [fence] });
    rig.drive(0, 1, 600, -600);
    expect(rig.texts()).toEqual(['Elang 1 di KPU Kutai Timur: 18 km/jam']);
    expect(rig.events[0]?.alarm.state).toBe('returned_unacknowledged');
  });
});

describe('whom and when a rule fits', () => {
  it('tells an unassigned vehicle from one that works there, by the rule for KPU ring 1', () => {
    const rig = rulesRig([byId('kpu-ring-1')], atKpu);
    rig.units.set(1, unitOf(1, { kind: 'truck' }));
    rig.units.set(2, unitOf(2, { kind: 'truck', callsign: 'Truk 2', agency: 'other' }));
    rig.operationsOf.set(2, []);
    rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    expect(rig.texts()).toEqual([]);
    rig.stand(rig.drive(200, 2, 400, 0), 60, 2, 0);
    expect(rig.texts()).toEqual(['Truk 2 (instansi lain) masuk KPU Kutai Timur tanpa penugasan']);
  });

  it.each([
    ['region of another regency', { where: { regions: ['64.09'] } }, 0],
    ['region above', { where: { regions: ['64'] } }, 1],
    ['site class', { where: { siteClasses: ['rawan'] } }, 0],
    ['fence of another id', { where: { fenceIds: ['site:ppk'] } }, 0],
    ['agency', { who: { agencies: ['tni'] } }, 0],
    ['phase that runs', { during: { phases: ['voting'] } }, 1],
    ['phase that does not', { during: { phases: ['quiet'] } }, 0],
    ['operation', { operationId: 'pilkada' }, 1],
    ['other operation', { operationId: 'latihan' }, 0],
  ] as const)('%s', (_, changes, count) => {
    const rig = rulesRig([ruleOf({ kind: 'enter' }, changes)], atKpu);
    rig.stand(rig.drive(200, 1, 400, 0), 60, 1, 0);
    expect(rig.texts()).toHaveLength(count);
  });

  it('reads hours of the week by the clocks of the region', () => {
    // Thursday 00:05 UTC is 08:05 in Sangatta
    const weekly = [{ fromDay: 3, fromMinute: 480, toDay: 3, toMinute: 540 }];
    for (const [timeZone, count] of [
      [undefined, 1],
      ['Asia/Jayapura', 0],
    ] as const) {
      const rig = rulesRig([ruleOf({ kind: 'enter' }, { during: { weekly, timeZone } })], atKpu);
      rig.stand(rig.drive(300, 1, 400, 0), 60, 1, 0);
      expect(rig.texts()).toHaveLength(count);
    }
  });

  it('is suppressed in its phases, and marked where it is of an exercise', () => {
    const rule = ruleOf({ kind: 'enter' }, { suppressedPhases: ['voting'] });
    const rig = rulesRig([rule], atKpu);
    rig.stand(rig.drive(200, 1, 400, 0), 60, 1, 0);
    expect(rig.events[0]?.alarm).toMatchObject({ state: 'suppressed', told: [] });
    const site = { ...kpu, operationKey: 2 };
    const places = { ...placesOf([site]), operations: [drill] };
    places.fences = [{ ...ringOf(site), operationKey: 2 }];
    const trained = rulesRig([ruleOf({ kind: 'enter' })], places);
    trained.stand(trained.drive(200, 1, 400, 0), 60, 1, 0);
    expect(trained.events[0]?.alarm).toMatchObject({ isExercise: true, operationId: 'latihan' });
  });
});

describe('an SOS', () => {
  const sos = { id: 'e-1', unitKey: 1, trackerId: 'hp-1', happenedAtMs: 1_000 };

  it('is raised by the rule that is built in where none is switched on, and only a person ends it', () => {
    const rig = rulesRig([{ ...byId('sos'), isEnabled: false }], atKpu);
    rig.turn(5);
    rig.desk.takeSos(sos, rig.moment());
    expect(rig.events[0]?.alarm).toMatchObject({
      ...{ ruleId: 'sos-bawaan', priority: 'sos', isLatching: true, state: 'unacknowledged' },
      text: { id: 'Elang 1 meminta pertolongan di tempat tidak diketahui' },
    });
    rig.units.delete(1);
    rig.desk.unitsChanged();
    rig.tick(10);
    expect(rig.kinds().filter((kind) => kind === 'returned')).toEqual([]);
    const id = rig.events[0]?.alarm.id ?? '';
    expect(rig.order({ kind: 'acknowledge' }, id).ok).toBe(true);
    expect(rig.order({ kind: 'close', outcome: 'handled' }, id).ok).toBe(true);
  });

  it('is raised by the rules of people where they fit, and not twice', () => {
    const rig = rulesRig([byId('sos')], atKpu);
    rig.turn(5);
    rig.desk.takeSos({ ...sos, lon: 117.5, lat: 0.5, text: 'massa' }, rig.moment());
    expect(rig.events.map(({ alarm }) => alarm.ruleId)).toEqual(['sos']);
    expect(rig.events[0]).toMatchObject({
      data: { cause: { text: 'massa' } },
      alarm: { subject: { place: [117.5, 0.5] } },
    });
    const narrow = rulesRig([{ ...byId('sos'), where: { regions: ['11'] } }], atKpu);
    narrow.turn(5);
    narrow.desk.takeSos(sos, narrow.moment());
    expect(narrow.events.map(({ alarm }) => alarm.ruleId)).toEqual(['sos-bawaan']);
  });
});

describe('a unit that stops', () => {
  const rule = ruleOf({ kind: 'stopped', radiusM: 50, forMs: 300_000 });

  it('is told by the clock while it is in contact, and returns when two fixes say that it moved', () => {
    const rig = rulesRig([rule], atKpu);
    rig.at(0, 1, 1_000);
    for (let s = 40; s <= 280; s += 40) rig.at(s, 1, 1_000 + (s % 80) / 4);
    rig.wait(281, 18);
    expect(rig.texts()).toEqual([]);
    rig.wait(300, 10);
    expect(rig.texts()).toEqual([expect.stringMatching(/^Elang 1 di 0\.\d+, 117\.\d+: 5 menit$/)]);
    rig.at(320, 1, 1_200);
    expect(rig.kinds()).toEqual(['raised']);
    rig.at(330, 1, 1_300);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
  });

  it('is not told of one that is silent, nor of one that was lost meanwhile', () => {
    const rig = rulesRig([rule], atKpu);
    rig.at(0, 1, 1_000);
    rig.wait(5, 900);
    rig.at(910, 1, 1_000);
    rig.wait(911, 60);
    expect(rig.texts()).toEqual([]);
  });

  it('is not told of one at a site, nor by fixes that could be anywhere', () => {
    const rig = rulesRig([rule], atKpu);
    rig.stand(0, 900, 1, 0);
    expect(rig.texts()).toEqual([]);
    for (let s = 0; s < 900; s += 5) {
      rig.at(s, 2, 1_000, 0, { accuracyM: 80 });
      rig.tick(s);
    }
    expect(rig.texts()).toEqual([]);
  });

  it('follows one that crawls, and is not fooled by one jump', () => {
    const rig = rulesRig([rule], atKpu);
    for (let s = 0; s < 1_200; s += 5) rig.at(s, 1, 1_000 + s);
    expect(rig.texts()).toEqual([]);
    for (let s = 2_000; s < 2_330; s += 5) {
      rig.at(s, 2, s === 2_100 ? 3_000 : 2_000);
      rig.tick(s);
    }
    expect(rig.kinds()).toEqual(['raised']);
  });
});

describe('a tracker', () => {
  it('runs low once, and is charged again five points above', () => {
    const rig = rulesRig([ruleOf({ kind: 'battery_low', belowPct: 15 })], atKpu);
    for (const [s, batteryPct] of [16, 14, 12, 15, 19, 20, 14].entries()) {
      rig.at(s, 1, 1_000, 0, { batteryPct });
    }
    expect(rig.events.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['raised', 1_000],
      ['returned', 5_000],
      ['occurred_again', 6_000],
    ]);
    expect(rig.texts()).toEqual([expect.stringMatching(/: 14 %$/)]);
    rig.turn(10);
    rig.desk.takeStatus(
      { unitKey: 1, trackerKey: 11, batteryPct: 3, happenedAtMs: 10_000 },
      rig.moment(),
    );
    // the backup's battery is another one
    expect(rig.kinds().at(-1)).toBe('raised');
  });

  it('has a wrong clock until it is right or corrected', () => {
    const rig = rulesRig([ruleOf({ kind: 'clock_wrong' })], atKpu);
    const states = ['right', 'ahead', 'ahead', 'distrusted', 'corrected', 'behind'] as const;
    for (const [s, state] of states.entries()) {
      rig.turn(s);
      const clock = { unitKey: 1, trackerKey: 10, state, offsetMs: 300_000 };
      rig.desk.takeClock(clock, rig.moment());
    }
    expect(rig.kinds()).toEqual(['raised', 'returned', 'occurred_again']);
    expect(rig.texts()[0]).toMatch(/lebih cepat 5 menit$/);
  });
});

describe('units among themselves', () => {
  const gathering = ruleOf(
    { kind: 'convergence', units: 3, radiusM: 100, withinMs: 60_000, nearM: 400 },
    { where: { siteKinds: ['kpu'] }, who: { isAssigned: false } },
  );

  it('converge at a site as one alarm, counting only those that the rule is about', () => {
    const rig = rulesRig([gathering], atKpu);
    for (const unitKey of [1, 2, 3]) rig.at(unitKey, unitKey, 200 + unitKey);
    expect(rig.texts()).toEqual([]);
    for (const unitKey of [1, 2, 3]) rig.operationsOf.set(unitKey, []);
    for (const unitKey of [1, 2, 3]) rig.at(10 + unitKey, unitKey, 200 + unitKey);
    expect(rig.texts()).toEqual(['Elang 1, Elang 2, Elang 3 di KPU Kutai Timur: 3 unit']);
    expect(rig.events[0]?.alarm.causeKey).toBe('rule|site:1');
    rig.wait(20, 90);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
    // far from any KPU
    for (const unitKey of [1, 2, 3]) rig.at(200 + unitKey, unitKey, 5_000);
    expect(rig.texts()).toHaveLength(1);
  });

  it('ends two meetings at one site with the last of them', () => {
    const rig = rulesRig([{ ...gathering, who: {} }], atKpu);
    for (const unitKey of [4, 5, 6, 7, 8, 9]) rig.units.set(unitKey, unitOf(unitKey));
    for (const unitKey of [4, 5, 6]) rig.at(1, unitKey, -350);
    for (let s = 2; s < 100; s += 10) {
      for (const unitKey of [7, 8, 9]) rig.at(s, unitKey, 350);
      rig.tick(s);
    }
    expect(rig.kinds()).toEqual(['raised', 'occurred_again']);
    rig.wait(100, 90);
    expect(rig.kinds()).toEqual(['raised', 'occurred_again', 'returned']);
  });

  it('part by more than a limit, and a rule about a unit that nobody knows is idle', () => {
    const pair = ruleOf({
      ...{ kind: 'roaming', unitIds: ['unit-1', 'unit-9'], sense: 'farther', limitM: 200 },
    });
    const rig = rulesRig([pair], atKpu);
    expect(rig.desk.counts()).toMatchObject({ rules: 1, enabledRules: 1, idleRules: 1 });
    rig.units.set(9, unitOf(9));
    rig.desk.unitsChanged();
    expect(rig.desk.counts().idleRules).toBe(0);
    for (let s = 0; s < 120; s += 5) {
      rig.at(s, 1, 1_000);
      rig.at(s, 9, 1_000 + 10 * s);
    }
    expect(rig.kinds()).toEqual(['raised']);
    expect(rig.events[0]?.alarm.subject.unitKeys).toEqual([1, 9]);
  });
});

describe('a change of rules', () => {
  it('returns what the new version does not cover, and says so', () => {
    const rule = ruleOf({ kind: 'enter' });
    const rig = rulesRig([rule], atKpu);
    rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.units.set(2, unitOf(2, { agency: 'tni' }));
    rig.stand(rig.drive(200, 2, 400, 0), 60, 2, 0);
    const only = { ...rule, version: 2, who: { agencies: ['tni'] } } as const;
    rig.turn(400);
    rig.desk.takeRule({ type: 'rule_set', rule: only }, rig.moment());
    expect(rig.kinds()).toEqual(['raised', 'raised', 'returned']);
    expect(rig.events.at(-1)).toMatchObject({
      data: { because: 'rule_changed', ruleVersion: 2 },
      alarm: { subject: { unitKey: 1 } },
    });
    rig.desk.takeRule({ type: 'rule_set', rule }, rig.moment());
    expect(rig.desk.rules).toEqual([only]);
    rig.desk.takeRule({ type: 'rule_removed', ruleId: 'rule', version: 2 }, rig.moment());
    expect(rig.kinds().at(-1)).toBe('returned');
    expect(rig.desk.rules).toEqual([]);
  });

  it('counts by its version, whatever record comes first', () => {
    const rule = ruleOf({ kind: 'enter' });
    const rig = rulesRig([rule], atKpu);
    const set = (version: number): void =>
      rig.desk.takeRule({ type: 'rule_set', rule: { ...rule, version } }, rig.moment());
    const removed = (version: number, isPutBack?: boolean): void =>
      rig.desk.takeRule({ type: 'rule_removed', ruleId: 'rule', version, isPutBack }, rig.moment());
    const versions = (): number[] => rig.desk.rules.map(({ version }) => version);
    set(3);
    removed(2);
    expect(versions()).toEqual([3]);
    removed(3);
    set(3);
    expect(versions()).toEqual([]);
    const again = rulesRig([], atKpu);
    again.desk.restore(structuredClone(rig.desk.checkpoint()));
    again.desk.takeRule({ type: 'rule_set', rule: { ...rule, version: 3 } }, again.moment());
    expect(again.desk.rules).toEqual([]);
    set(4);
    expect(versions()).toEqual([4]);
    removed(4, true);
    set(2);
    expect(versions()).toEqual([2]);
  });

  it('is by the new version for what waits for its delay, from when that began', () => {
    const rule = ruleOf({ kind: 'enter' }, { delayMs: 600_000 });
    const rig = rulesRig([rule], atKpu);
    const end = rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.turn(end);
    const text = { id: 'Baru', en: 'New' };
    const sooner = { ...rule, version: 2, delayMs: 10_000, text };
    rig.desk.takeRule({ type: 'rule_set', rule: sooner }, rig.moment());
    rig.tick(end);
    expect(rig.events).toMatchObject([{ kind: 'raised', alarm: { text, ruleVersion: 2 } }]);
  });

  it('raises nothing for what waits and that the new version does not cover', () => {
    const rule = ruleOf({ kind: 'enter' }, { delayMs: 600_000 });
    const rig = rulesRig([rule], atKpu);
    const end = rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
    rig.turn(end);
    const only = { ...rule, version: 2, who: { agencies: ['tni'] } } as const;
    rig.desk.takeRule({ type: 'rule_set', rule: only }, rig.moment());
    expect(rig.desk.counts().pending).toBe(0);
    rig.stand(end, 700, 1, 0);
    expect(rig.kinds()).toEqual([]);
  });

  it('forgets what waits for its delay when its unit is no more', () => {
    const rig = rulesRig(
      [ruleOf({ kind: 'battery_low', belowPct: 20 }, { delayMs: 600_000 })],
      atKpu,
    );
    rig.at(0, 1, 0, 0, { batteryPct: 10 });
    expect(rig.desk.counts().pending).toBe(1);
    rig.units.delete(1);
    rig.desk.unitsChanged();
    rig.wait(1, 700);
    expect(rig.kinds()).toEqual([]);
  });

  it('begins a watch anew where its condition is another', () => {
    const stopped = ruleOf({ kind: 'stopped', radiusM: 50, forMs: 60_000 });
    const rig = rulesRig([stopped], atKpu);
    rig.stand(0, 120, 1, 1_000);
    expect(rig.kinds()).toEqual(['raised']);
    rig.turn(120);
    const longer = { kind: 'stopped', radiusM: 50, forMs: 120_000 } as const;
    const rule = { ...stopped, version: 2, condition: longer };
    rig.desk.takeRule({ type: 'rule_set', rule }, rig.moment());
    expect(rig.kinds()).toEqual(['raised', 'returned']);
    rig.stand(120, 110, 1, 1_000);
    expect(rig.kinds()).toEqual(['raised', 'returned']);
    rig.stand(230, 20, 1, 1_000);
    expect(rig.kinds()).toEqual(['raised', 'returned', 'occurred_again']);
  });
});

describe('what is kept', () => {
  it('ends what the database alone knows of: a battery, a clock, a stop, a lost unit', () => {
    const rules = [
      ruleOf({ kind: 'battery_low', belowPct: 15 }, { id: 'baterai' }),
      ruleOf({ kind: 'clock_wrong' }, { id: 'jam' }),
      ruleOf({ kind: 'stopped', radiusM: 50, forMs: 60_000 }, { id: 'berhenti' }),
      ruleOf({ kind: 'lost_inside' }, { id: 'hilang' }),
    ];
    const places = { ...atKpu, fences: [{ ...ringOf(kpu), watch: { lostInsideMs: 60_000 } }] };
    const before = rulesRig(rules, places);
    const wrong = { unitKey: 1, trackerKey: 10, state: 'ahead', offsetMs: 9_000 } as const;
    before.stand(0, 100, 1, 2_000);
    before.at(101, 1, 2_000, 0, { batteryPct: 5 });
    before.desk.takeClock(wrong, before.moment());
    before.wait(before.stand(before.drive(110, 2, 400, 0), 60, 2, 0), 90);
    expect(before.kinds()).toEqual(['raised', 'raised', 'raised', 'raised']);
    const after = rulesRig(rules, places);
    // of records that are all behind
    after.desk.adopt([...before.desk.open()].map((alarm) => ({ ...alarm, sequence: 0 })));
    after.at(400, 1, 3_000, 0, { batteryPct: 80 });
    after.at(410, 1, 3_010);
    after.heard(420, 2);
    const ended = after.events.map(({ kind, alarm }) => `${kind} ${alarm.ruleId}`);
    expect(ended.toSorted()).toEqual([
      ...['returned baterai', 'returned berhenti', 'returned hilang', 'returned jam'],
    ]);
  });

  describe('where the database alone knows what was so', () => {
    const enter = ruleOf({ kind: 'enter' });
    const pair = ruleOf({
      ...{ kind: 'roaming', unitIds: ['unit-1', 'unit-2'], sense: 'farther', limitM: 100 },
    });
    /** A rig that has adopted what another has open. */
    const adopted = (
      rules: Parameters<typeof rulesRig>[0],
      from: ReturnType<typeof rulesRig>,
      places = atKpu,
    ) => {
      const rig = rulesRig(rules, places);
      rig.turn(5_000);
      rig.desk.adopt([...from.desk.open()].map((alarm) => ({ ...alarm, sequence: 0 })));
      return rig;
    };
    const inside = () => {
      const rig = rulesRig([enter], atKpu);
      rig.stand(rig.drive(0, 1, 400, 0), 60, 1, 0);
      expect(rig.kinds()).toEqual(['raised']);
      return rig;
    };

    it('ends an enter of a unit that is elsewhere by now, and says why', () => {
      const rig = adopted([enter], inside());
      rig.stand(5_000, 290, 1, 3_000);
      expect(rig.kinds()).toEqual([]);
      rig.stand(5_290, 30, 1, 3_000);
      expect(rig.events).toMatchObject([
        { kind: 'returned', data: { because: 'not_so_after_restart' } },
      ]);
    });

    it('ends none of a unit that is still inside, or that nobody heard of', () => {
      const there = adopted([enter], inside());
      there.stand(5_000, 1_000, 1, 0);
      expect(there.kinds()).toEqual([]);
      const silent = adopted([enter], inside());
      silent.wait(5_000, 1_000);
      expect(silent.kinds()).toEqual([]);
    });

    it('goes on after a checkpoint', () => {
      const rig = adopted([enter], inside());
      rig.stand(5_000, 200, 1, 3_000);
      const again = rulesRig([enter], atKpu);
      again.turn(5_200);
      again.desk.restore(structuredClone(rig.desk.checkpoint()));
      again.stand(5_200, 120, 1, 3_000);
      expect(again.kinds()).toEqual(['returned']);
    });

    it('ends two that parted and are together, and keeps two that are still apart', () => {
      const apart = (rig: ReturnType<typeof rulesRig>, fromS: number, farM: number): void => {
        for (let s = fromS; s < fromS + 600; s += 5) {
          rig.at(s, 1, 1_000);
          rig.at(s, 2, 1_000 + farM);
          rig.tick(s);
        }
      };
      const before = rulesRig([pair], atKpu);
      apart(before, 0, 5_000);
      expect(before.kinds()).toEqual(['raised']);
      const together = adopted([pair], before);
      apart(together, 5_000, 5);
      expect(together.kinds()).toEqual(['returned']);
      const still = adopted([pair], before);
      apart(still, 5_000, 5_000);
      expect(still.kinds()).toEqual(['occurred_again']);
    });

    it('ends an absence when somebody is there, and keeps it while nothing is known', () => {
      const tps = siteAt(1, 0, { id: 'tps', kind: 'tps', required: { voting: { polri: 2 } } });
      const absence = ruleOf({ kind: 'absence' });
      const before = rulesRig([absence], placesOf([tps]));
      before.stand(0, 1_000, 1, 0);
      for (let s = 1_000; s < 20_000 && before.kinds().length === 0; s += 30) {
        before.at(s, 1, 9_000);
        before.tick(s);
      }
      expect(before.kinds()).toEqual(['raised']);
      const rig = adopted([absence], before, placesOf([tps]));
      rig.wait(5_000, 600);
      expect(rig.kinds()).toEqual([]);
      rig.stand(5_600, 120, 1, 0);
      expect(rig.kinds()).toEqual(['returned']);
    });
  });

  it('goes on from a checkpoint as if nothing had been', () => {
    const rules = [
      ruleOf({ kind: 'enter' }, { id: 'masuk', delayMs: 30_000 }),
      ruleOf({ kind: 'stopped', radiusM: 50, forMs: 60_000 }, { id: 'berhenti' }),
      ruleOf({ kind: 'battery_low', belowPct: 20 }, { id: 'baterai' }),
      ruleOf({ kind: 'lost_inside' }, { id: 'hilang' }),
      ruleOf(
        { kind: 'convergence', units: 2, radiusM: 100, withinMs: 60_000, nearM: 0 },
        { id: 'kumpul' },
      ),
    ];
    const places = {
      ...atKpu,
      fences: [ring({ key: 101, watch: { isUrgent: true, lostInsideMs: 60_000 } })],
      sites: [],
    };
    const play = (rig: ReturnType<typeof rulesRig>, fromS: number, toS: number): void => {
      for (let s = fromS; s < toS; s += 5) {
        if (s < 150 || s > 300)
          rig.at(s, 1, Math.max(0, 400 - 8 * s), 0, { batteryPct: 50 - s / 5 });
        rig.at(s, 2, 1_000 - (s < 200 ? 0 : 8 * (s - 200)));
        rig.at(s, 3, 1_050);
        rig.tick(s);
      }
    };
    const whole = rulesRig(rules, places);
    play(whole, 0, 600);
    expect(new Set(whole.events.map(({ alarm }) => alarm.ruleId)).size).toBe(5);
    for (const cutS of [45, 60, 160, 230, 320]) {
      const before = rulesRig(rules, places);
      play(before, 0, cutS);
      const kept = deserialize(
        serialize({ desk: before.desk.checkpoint(), places: before.watch.checkpoint(1) }),
      );
      const after = rulesRig([], places);
      after.watch.restore(kept.places);
      after.desk.restore(kept.desk);
      after.turn(cutS);
      play(after, cutS, 600);
      const both = [...before.events, ...after.events];
      const plain = both.map(({ id, kind, atMs }) => [id, kind, atMs]);
      expect(plain).toEqual(whole.events.map(({ id, kind, atMs }) => [id, kind, atMs]));
    }
  });
});
