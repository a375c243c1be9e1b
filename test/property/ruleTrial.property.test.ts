import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode } from '../../devices/protocols/decode.ts';
import { AlarmDesk } from '../../server/alarms/alarmDesk.ts';
import type { AlarmEvent } from '../../server/domain/alarm.ts';
import type { Position } from '../../server/domain/position.ts';
import type { Rule } from '../../server/domain/rule.ts';
import type { Tracker, Unit } from '../../server/domain/unit.ts';
import { createPipeline } from '../../server/pipeline.ts';
import { factsOfPlaces, type TrialInput, tryRule } from '../../server/ruleTrial.ts';
import { fromPositionRow, toPositionRow } from '../../server/storage/positionRow.ts';
import { drivingTrack } from '../../server/tracking/drivingTrack.ts';
import { distanceM } from '../../server/tracking/fences/localPlane.ts';
import { PlaceWatch } from '../../server/tracking/placeWatch.ts';
import { Roster } from '../../server/tracking/roster.ts';
import { Tracks } from '../../server/tracking/tracks.ts';
import { chunkOf, nativeMessage } from '../fixtures/journalChunk.ts';
import { ruleOf, unitOf } from '../unit/alarms/rulesRig.ts';
import { placeAt } from '../unit/tracking/fences/engineRig.ts';
import { placesOf, ringOf, siteAt } from '../unit/tracking/placeRig.ts';

/*
 * The same messages twice: as they come, through the pipeline, and as the database has them. Numbers are
 * sent as the table rounds them (microdegrees, decimetres, centimetres a second), so that both must be
 * equal; what differs otherwise is that rounding.
 */

const site = siteAt(1, 0, { kind: 'kpu', required: {} });
const watched = { isUrgent: true, dwellMs: 60_000, lostInsideMs: 40_000, speedLimitMps: 8 };
const places = { ...placesOf([site]), fences: [{ ...ringOf(site), watch: watched }] };
const units: readonly Unit[] = [1, 2, 3].map((key) => unitOf(key, { kind: 'patrol_car' }));
const trackers: readonly Tracker[] = [
  ...units.map(({ key }) => trackerOf(key, key, 'primary')),
  // unit 1 has a backup, which drives it while the primary is lost
  trackerOf(9, 1, 'backup'),
];
const rules: readonly Rule[] = [
  ruleOf({ kind: 'enter' }, { delayMs: 15_000 }),
  ruleOf({ kind: 'exit' }, { where: { siteKinds: ['kpu'] } }),
  ruleOf({ kind: 'cross', withPossible: true }),
  ruleOf({ kind: 'dwell' }),
  ruleOf({ kind: 'lost_inside' }),
  ruleOf({ kind: 'zone_speed' }),
  ruleOf({ kind: 'stopped', radiusM: 50, forMs: 60_000 }),
  ruleOf({ kind: 'battery_low', belowPct: 50 }),
  ruleOf({ kind: 'convergence', units: 2, radiusM: 100, withinMs: 30_000, nearM: 400 }),
  ruleOf({ kind: 'roaming', unitIds: ['unit-1', 'unit-2'], sense: 'farther', limitM: 150 }),
];
const retentionMs = 366 * 86_400_000;
const startMs = Date.UTC(2024, 10, 27);
const untilMs = startMs + 900_000;

function trackerOf(key: number, unitKey: number, role: Tracker['role']): Tracker {
  return { key, id: `hp-${key}`, region: '64.08', unitKey, role };
}

type Message = {
  readonly trackerKey: number;
  readonly atMs: number;
  readonly fixedAtMs: number;
  readonly lon: number;
  readonly lat: number;
  readonly more: { accuracyM: number; batteryPct: number; speedMps?: number };
};

/** Units that drive about near the site, with gaps, late fixes and two trackers of one unit. */
const messages: fc.Arbitrary<readonly Message[]> = fc
  .array(
    fc.record({
      trackerKey: fc.constantFrom(1, 1, 1, 2, 2, 3, 9),
      gapMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 200, max: 6_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 80_000 }) },
      ),
      lateMs: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
      ),
      stepM: fc.integer({ min: -35, max: 60 }),
      jumpM: fc.oneof(
        { weight: 9, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
      ),
      accuracyDm: fc.integer({ min: 30, max: 300 }),
      batteryPct: fc.integer({ min: 40, max: 60 }),
      speedCms: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
    }),
    { minLength: 40, maxLength: 160 },
  )
  .map((drafts) => {
    const places = new Map<number, number>();
    let atMs = startMs;
    const made: Message[] = [];
    for (const { trackerKey, gapMs, lateMs, stepM, jumpM, accuracyDm, ...draft } of drafts) {
      atMs += gapMs;
      if (atMs > untilMs) break;
      const unitKey = trackerKey === 9 ? 1 : trackerKey;
      // back from beyond, so that they come and go
      const xM = (((places.get(unitKey) ?? -200) + stepM + jumpM + 300) % 600) - 300;
      places.set(unitKey, xM);
      const { lon, lat } = placeAt(xM, 10 * unitKey);
      const { batteryPct, speedCms } = draft;
      made.push({
        ...{ trackerKey, atMs, fixedAtMs: atMs - lateMs },
        ...{ lon: Math.round(lon * 1e6) / 1e6, lat: Math.round(lat * 1e6) / 1e6 },
        more: {
          ...{ accuracyM: accuracyDm / 10, batteryPct },
          ...(speedCms !== undefined && { speedMps: speedCms / 100 }),
        },
      });
    }
    return made;
  });

/** The alarms of the live core, and the positions that it keeps. */
function runLive(rule: Rule, sent: readonly Message[]) {
  const events: AlarmEvent[] = [];
  const stored: Position[] = [];
  const roster = new Roster();
  roster.set(trackers, units, new Map());
  const tracks = new Tracks();
  tracks.setTrackers(trackers);
  let moment = { atMs: startMs, sequence: 0 };
  const driverOf = (unitKey: number) =>
    drivingTrack(roster.trackersOf(unitKey), roster.kindOf(unitKey), (key) => tracks.get(key));
  const watch = new PlaceWatch({
    unitOf: (unitKey) => roster.unitOf(unitKey),
    onEvent: (event) => desk.takePlaceEvent(event, moment),
    onSilentStay: (stay) => desk.takeSilentStay(stay, moment),
  });
  const desk: AlarmDesk = new AlarmDesk({
    facts: {
      unitOf: (unitKey) => roster.unitOf(unitKey),
      unitById: (unitId) => roster.unitById(unitId),
      operationsOf: () => [1],
      placeOf: (unitKey) => {
        const newest = driverOf(unitKey)?.newest;
        return newest === undefined ? undefined : [newest.lon, newest.lat];
      },
      distanceM,
      ...factsOfPlaces(watch),
    },
    onEvent: (event) => events.push(event),
    onEncounterRules: (encounters) => watch.setEncounterRules(encounters),
  });
  watch.setPlaces(places, startMs);
  desk.setRules([rule]);
  const pipeline = createPipeline({
    decode,
    tracks,
    trackerOf: (id) => roster.judgedById(id),
    retentionMs,
    onPosition: (position, { unitKey, trackerKey, clock }) => {
      stored.push(position);
      const isDriving = driverOf(unitKey)?.trackerKey === trackerKey;
      if (isDriving) watch.takePosition(unitKey, position);
      desk.takePosition({ unitKey, position, isDriving, clock }, moment);
    },
    onRefused: () => undefined,
    onEvent: () => undefined,
    onHeard: (trackerKey, { atMs }) => {
      const unitKey = tracks.get(trackerKey)?.unitKey;
      if (unitKey === undefined) return;
      watch.heard(unitKey, atMs);
      desk.heard(unitKey, moment);
    },
  });
  let sequence = 0;
  let nextTickMs = startMs;
  const tickUntil = (toMs: number): void => {
    for (; nextTickMs <= toMs; nextTickMs += 1_000) {
      sequence += 1;
      moment = { atMs: nextTickMs, sequence };
      watch.tick(nextTickMs);
      desk.tick(moment);
    }
  };
  for (const { trackerKey, atMs, fixedAtMs, lon, lat, more } of sent) {
    tickUntil(atMs);
    sequence += 1;
    moment = { atMs, sequence };
    const input = nativeMessage(`hp-${trackerKey}`, { fixedAt: fixedAtMs, lon, lat, ...more });
    pipeline.take(chunkOf([{ input, atMs }], sequence));
  }
  tickUntil(untilMs);
  return { events, stored };
}

it.each(
  rules.map((rule): [string, Rule] => [rule.condition.kind, rule]),
)('a trial of %s raises what was raised live', async (_, rule) => {
  let raised = 0;
  await fc.assert(
    fc.asyncProperty(messages, async (sent) => {
      const { events, stored } = runLive(rule, sent);
      const live = events.filter(({ kind }) => kind === 'raised').map(({ alarm }) => alarm);
      const inputs = stored.map((position): TrialInput => {
        const { isDelayed, ...row } = toPositionRow(position);
        const verdict = isDelayed ? 'delayed' : 'live';
        return {
          kind: 'position',
          position: { ...fromPositionRow({ ...row, isDelayed }), verdict },
        };
      });
      const tried = await tryRule(rule, {
        ...{ trackers, units, places, inputs, fromMs: startMs, toMs: untilMs },
        operationsOf: () => [1],
      });
      if (!tried.ok) throw new Error(tried.detail);
      expect(tried.value.first).toEqual(
        live.slice(0, 50).map(({ raisedAtMs, text, subject }) => ({
          ...{ atMs: raisedAtMs, text, isSuppressed: false },
          unitId: subject.unitId ?? null,
          siteId: subject.siteId ?? null,
          fenceId: subject.fenceId ?? null,
        })),
      );
      const again = events.filter(({ kind }) => kind === 'occurred_again').length;
      expect(tried.value).toMatchObject({
        ...{ raised: live.length, occurrences: live.length + again },
        positions: stored.length,
      });
      raised += live.length;
    }),
    { numRuns: 60 },
  );
  expect(raised).toBeGreaterThan(5);
});
