import { AlarmDesk } from './alarms/alarmDesk.ts';
import type { AlarmFacts } from './alarms/alarmFacts.ts';
import type { Moment } from './alarms/moment.ts';
import type { Alarm, AlarmEvent } from './domain/alarm.ts';
import type { CheckIn, CheckOut } from './domain/checkIn.ts';
import { dayMs, hourMs } from './domain/durations.ts';
import type { LonLat } from './domain/fence.ts';
import type { Places } from './domain/places.ts';
import type { Position } from './domain/position.ts';
import type { Result } from './domain/result.ts';
import type { Rule, RuleKind } from './domain/rule.ts';
import type { RuleTrialDetails } from './domain/ruleDetails.ts';
import type { Tracker, Unit } from './domain/unit.ts';
import { drivingTrack } from './tracking/drivingTrack.ts';
import { distanceM } from './tracking/fences/localPlane.ts';
import { PlaceWatch } from './tracking/placeWatch.ts';
import { Roster } from './tracking/roster.ts';
import { emptyTrack, type Track } from './tracking/track.ts';
import { rightClock } from './tracking/trackerClock.ts';

/** What was stored, in the order in which it came in. */
export type TrialInput =
  | { readonly kind: 'position'; readonly position: Omit<Position, 'reason'> }
  | { readonly kind: 'check_in'; readonly checkIn: CheckIn; readonly atMs: number }
  | { readonly kind: 'check_out'; readonly checkOut: CheckOut; readonly atMs: number };

export type RuleTrialParts = {
  /** Who is registered, as it is now. */
  readonly trackers: readonly Tracker[];
  readonly units: readonly Unit[];
  readonly operationsOf: (unitKey: number) => readonly number[];
  /** As they were at the start of the window, or as they are now. */
  readonly places: Places;
  /** Ascending by when each came in, from `fromMs` to `toMs`; positions live and delayed. */
  readonly inputs: AsyncIterable<TrialInput> | Iterable<TrialInput>;
  readonly fromMs: number;
  readonly toMs: number;
  /** Gives way to others now and then; throws where nobody waits for the trial any more. */
  readonly pause?: (() => Promise<void>) | undefined;
};

/** What is told of the alarms of a trial. */
type TrialAlarm = RuleTrialDetails['first'][number];

/** Kinds that nothing that is stored tells of. */
const untried: readonly RuleKind[] = ['sos', 'clock_wrong'];
const maxFirst = 50;
/** A rule that raises more, or is about more of all there is, is hardly meant. */
const tooManyPerDay = 100;
const mostPart = 0.5;
/** Of fewer, half is no sign. */
const leastToCompare = 5;
const tickMs = 1_000;
const pauseEvery = 5_000;

/**
 * What a rule would have raised over what was stored: watch and alarms as they run live, with this
 * rule alone, from nothing. Its time is that of the data, with a tick each second.
 *
 * What differs from live: places are rounded as the table has them; who is registered, and works for
 * which operation, is as it is now; a message without a place is no sign of life; nobody takes an alarm,
 * so that the same again counts on the same one.
 */
export async function tryRule(
  rule: Rule,
  parts: RuleTrialParts,
): Promise<Result<RuleTrialDetails, 'not_triable'>> {
  const { kind } = rule.condition;
  if (untried.includes(kind)) {
    const detail = `${kind} cannot be tried: positions that are stored do not tell of it`;
    return { ok: false, reason: 'not_triable', detail };
  }
  const { fromMs, toMs, inputs, pause } = parts;
  const tally = new Tally();
  const world = trialWorld(rule, parts, (event) => tally.take(event));
  let nextTickMs = Math.ceil(fromMs / tickMs) * tickMs;
  let steps = 0;
  const advance = async (toTimeMs: number): Promise<void> => {
    for (; nextTickMs <= toTimeMs; nextTickMs += tickMs) {
      world.tick(nextTickMs);
      steps += 1;
      if (steps % pauseEvery === 0) await pause?.();
    }
  };
  for await (const input of inputs) {
    const atMs = input.kind === 'position' ? input.position.receivedAtMs : input.atMs;
    await advance(Math.min(atMs, toMs));
    world.take(input, atMs);
    steps += 1;
    if (steps % pauseEvery === 0) await pause?.();
  }
  await advance(toMs);
  return { ok: true, value: tally.result(parts, world.counts()) };
}

/** A watch of places and a desk for alarms, with one rule. */
function trialWorld(rule: Rule, parts: RuleTrialParts, onEvent: (event: AlarmEvent) => void) {
  const { trackers, units, operationsOf, places, fromMs } = parts;
  const roster = new Roster();
  roster.set(trackers, units, new Map());
  const unitOfTracker = new Map(trackers.map(({ key, unitKey }) => [key, unitKey]));
  const tracks = new Map<number, Track>();
  const seen = new Set<number>();
  let positions = 0;
  let moment: Moment = { atMs: fromMs, sequence: 0 };
  const driverOf = (unitKey: number): Track | undefined =>
    drivingTrack(roster.trackersOf(unitKey), roster.kindOf(unitKey), (key) => tracks.get(key));
  const watch = new PlaceWatch({
    unitOf: (unitKey) => roster.unitOf(unitKey),
    onEvent: (event) => desk.takePlaceEvent(event, moment),
    onSilentStay: (stay) => desk.takeSilentStay(stay, moment),
  });
  const facts: AlarmFacts = {
    unitOf: (unitKey) => roster.unitOf(unitKey),
    unitById: (unitId) => roster.unitById(unitId),
    operationsOf,
    placeOf: (unitKey) => placeOf(driverOf(unitKey)),
    distanceM,
    ...factsOfPlaces(watch),
  };
  const desk: AlarmDesk = new AlarmDesk({
    facts,
    onEvent,
    onEncounterRules: (rules) => watch.setEncounterRules(rules),
  });
  watch.setPlaces(places, fromMs);
  desk.setRules([{ ...rule, isEnabled: true }]);

  function takePosition(position: Position): void {
    const { trackerKey, fix, receivedAtMs, verdict } = position;
    const unitKey = unitOfTracker.get(trackerKey);
    if (unitKey === undefined) return;
    positions += 1;
    seen.add(unitKey);
    watch.heard(unitKey, receivedAtMs);
    desk.heard(unitKey, moment);
    if (verdict === 'live') {
      const track = tracks.get(trackerKey) ?? emptyTrack(trackerKey, unitKey);
      tracks.set(trackerKey, { ...track, newest: fix, newestReceivedAtMs: receivedAtMs });
    }
    const isDriving = driverOf(unitKey)?.trackerKey === trackerKey;
    if (isDriving) watch.takePosition(unitKey, position);
    desk.takePosition({ unitKey, position, isDriving, clock: rightClock }, moment);
  }

  return {
    tick: (atMs: number): void => {
      moment = { atMs, sequence: 0 };
      watch.tick(atMs);
      desk.tick(moment);
    },
    take: (input: TrialInput, atMs: number): void => {
      moment = { atMs, sequence: 0 };
      if (input.kind === 'position') takePosition(input.position);
      else if (input.kind === 'check_in') watch.checkIn(input.checkIn);
      else watch.checkOut(input.checkOut);
    },
    counts: () => ({ positions, units: seen.size }),
  };
}

/** What alarms ask about places. */
export function factsOfPlaces(
  watch: PlaceWatch,
): Pick<AlarmFacts, 'fenceOf' | 'siteOf' | 'operations' | 'sitesNear' | 'isAtSite' | 'coverageOf'> {
  return {
    fenceOf: (fenceKey) => watch.fenceOf(fenceKey),
    siteOf: (siteKey) => watch.siteOf(siteKey),
    operations: () => watch.operations,
    sitesNear: ([lon, lat], withinM) => watch.sitesNear(lon, lat, withinM),
    isAtSite: ([lon, lat]) => watch.isAtSite(lon, lat),
    coverageOf: (siteKey) => watch.coverageOf(siteKey),
  };
}

/** Counts what a trial raises. */
class Tally {
  readonly #first: TrialAlarm[] = [];
  readonly #units = new Set<number>();
  readonly #sites = new Set<number>();
  #raised = 0;
  #occurrences = 0;

  take({ kind, alarm }: AlarmEvent): void {
    if (kind !== 'raised' && kind !== 'occurred_again') return;
    this.#occurrences += 1;
    if (kind !== 'raised') return;
    this.#raised += 1;
    const { unitKey, unitKeys = [], siteKey } = alarm.subject;
    for (const key of unitKey === undefined ? unitKeys : [unitKey]) this.#units.add(key);
    if (siteKey !== undefined) this.#sites.add(siteKey);
    if (this.#first.length < maxFirst) this.#first.push(trialAlarm(alarm));
  }

  result(
    { places, fromMs, toMs }: RuleTrialParts,
    { positions, units }: { readonly positions: number; readonly units: number },
  ): RuleTrialDetails {
    const isOfUnits = this.#units.size > 0;
    const matched = isOfUnits ? this.#units.size : this.#sites.size;
    const of = isOfUnits ? units : places.sites.length;
    // of a minute nobody knows a day
    const perDay = (this.#raised * dayMs) / Math.max(toMs - fromMs, hourMs);
    const fitsMost = of >= leastToCompare && matched > mostPart * of;
    return {
      ...{ fromMs, toMs, raised: this.#raised, occurrences: this.#occurrences },
      first: this.#first,
      ...{ positions, units, matched, of, perDay },
      warning: fitsMost ? 'fits_most' : perDay > tooManyPerDay ? 'too_many' : null,
    };
  }
}

function trialAlarm({ raisedAtMs, text, subject, state }: Alarm): TrialAlarm {
  const { unitId = null, siteId = null, fenceId = null } = subject;
  return { atMs: raisedAtMs, text, unitId, siteId, fenceId, isSuppressed: state === 'suppressed' };
}

function placeOf(track: Track | undefined): LonLat | undefined {
  return track?.newest === undefined ? undefined : [track.newest.lon, track.newest.lat];
}
