import type { Pool } from 'pg';
import { decode } from '../devices/protocols/decode.ts';
import { type AdoptedAlarms, AlarmCore, type KeptAlarms } from './alarmCore.ts';
import type { Moment } from './alarms/moment.ts';
import type { AlarmEvent } from './domain/alarm.ts';
import { readCoreRecord } from './domain/coreRecord.ts';
import type { Fix } from './domain/fix.ts';
import type { IncidentEvent } from './domain/incident.ts';
import type { JournalChunk, JournalInput } from './domain/journalRecord.ts';
import type { PlaceEvent } from './domain/placeEvent.ts';
import type { Contact, KeptSecret, Principals } from './domain/principal.ts';
import { SetAsideCounter } from './domain/setAside.ts';
import type { UnitCondition } from './domain/unitDetails.ts';
import type { WatchRadii } from './domain/watchRadii.ts';
import type { LiveHub } from './live/liveHub.ts';
import { type KeptSos, NewestSos } from './newestSos.ts';
import {
  createPipeline,
  type Input,
  type Origin,
  type PipelineCounts,
  type PipelineParts,
  type TrackerEvent,
} from './pipeline.ts';
import { latestSos } from './storage/deviceEvents.ts';
import { latestPositions } from './storage/positionQueries.ts';
import { readRegistered } from './storage/readRegistered.ts';
import { readTrackerClocks } from './storage/trackerClocks.ts';
import { drivingTrack } from './tracking/drivingTrack.ts';
import type { FenceIndex } from './tracking/fences/fenceIndex.ts';
import { type PlaceCheckpoint, PlaceWatch } from './tracking/placeWatch.ts';
import { PresenceKeeper } from './tracking/presenceKeeper.ts';
import { Roster } from './tracking/roster.ts';
import { SeenTimes } from './tracking/seenTimes.ts';
import { emptyTrack, measuredAtMs, type Track } from './tracking/track.ts';
import { storedClock } from './tracking/trackerClock.ts';
import { type KeptTrack, Tracks } from './tracking/tracks.ts';

/** What is known now: who is registered and where each is; with the pipeline that keeps it so. */
export type LiveCore = {
  readonly roster: Roster;
  readonly tracks: Tracks;
  /** The same as the database has it: what the recorder judges by. */
  readonly recordedTracks: Tracks;
  /** What both pipelines judge with. */
  readonly judging: Pick<PipelineParts, 'decode' | 'trackerOf' | 'retentionMs'>;
  /** Units at places: as far as the journal was taken. */
  readonly places: PlaceWatch;
  readonly alarms: AlarmCore;
  readonly setAside: SetAsideCounter;
  readonly counts: Readonly<PipelineCounts>;
  /** Works off a chunk of the journal. */
  readonly take: (chunk: JournalChunk) => void;
  /** Takes what the door says of who is in contact. */
  readonly takeContacts: (contacts: readonly Contact[]) => void;
  /** How a unit is, beside its place. */
  readonly stateOf: (unitKey: number) => UnitCondition;
  /** All who may speak at the door, and their secrets, as they were read last. */
  readonly door: () => { readonly principals: Principals; readonly secrets: Secrets };
  /**
   * Reads who is registered, at the start and after each change; never twice at once.
   *
   * @returns in how many milliseconds a dated assignment changes it, if one does
   */
  readRoster(): Promise<number | undefined>;
  /** All that a start goes on from: views, to be written out at once. */
  keep(sequence: number): KeptCore;
  /** Goes on at the start: from what was kept, else from what the database has. */
  restore(kept: KeptCore | AdoptedAlarms): Promise<void>;
  /** The same for what the recorder judges by alone, when the database was put back to an earlier state. */
  restoreRecorded(): Promise<void>;
  /** From here on screens are told who is there, worked out each second. */
  start(): void;
  close(): void;
};

/** What is known now, as plain data. */
export type KeptCore = {
  readonly tracks: readonly KeptTrack[];
  readonly newestSos: KeptSos;
  readonly places: PlaceCheckpoint;
  readonly alarms: KeptAlarms;
};

/**
 * Follows what the live core finds out, in the order of the journal: the same journal gives it the
 * same. None of it may block: a ping waits for nobody.
 */
export type LiveFollower = {
  /** Takes what was found out about units and places. */
  readonly onPlaceEvent?: (event: PlaceEvent) => void;
  /** Takes what a tracker said beside its place: each SOS, once for each message with one. */
  readonly onTrackerEvent?: (event: TrackerEvent, origin: Origin) => void;
  /** A unit is somewhere now. */
  readonly onMoved?: (unitKey: number, fix: Fix) => void;
  /** Something happened to an alarm, or to an incident. */
  readonly onAlarm?: (event: AlarmEvent) => void;
  readonly onIncident?: (event: IncidentEvent) => void;
};

export type LiveCoreParts = {
  readonly pool: Pool;
  /** Shows it. */
  readonly hub: LiveHub;
  readonly retentionMs: number;
  readonly nowMs: () => number;
  /** Of the journal that is followed, and what is appended to it. */
  readonly journalId: string;
  readonly append: (input: JournalInput) => Promise<boolean>;
  /** May hold fences already, from a snapshot. */
  readonly index?: FenceIndex | undefined;
  /** How far sites of each kind watch. */
  readonly watchRadiiM?: WatchRadii | undefined;
  /** Told in this order. */
  readonly followers: readonly LiveFollower[];
  /** The watch has taken a change of places up. */
  readonly onChangeTaken: () => void;
};

type Secrets = ReadonlyMap<string, KeptSecret>;

/** Presence changes by time alone; nobody sees the difference of a second. */
const presenceTickMs = 1_000;

/** The live core over a database and the hub that shows it. */
export function createLiveCore(parts: LiveCoreParts): LiveCore {
  const { pool, hub, retentionMs, nowMs } = parts;
  const roster = new Roster();
  const tracks = new Tracks();
  const recordedTracks = new Tracks();
  const setAside = new SetAsideCounter();
  const presence = new PresenceKeeper(roster, tracks);
  /** The record that is being taken. */
  let moment: Moment = { atMs: 0, sequence: 0 };
  const places = new PlaceWatch({
    unitOf: (unitKey) => roster.unitOf(unitKey),
    onEvent: (event) => {
      for (const { onPlaceEvent } of parts.followers) onPlaceEvent?.(event);
      alarms.takePlaceEvent(event, moment);
    },
    onSilentStay: (stay) => alarms.takeSilentStay(stay, moment),
    index: parts.index,
    watchRadiiM: parts.watchRadiiM,
  });
  const alarms = new AlarmCore({
    ...{ roster, hub, nowMs, journalId: parts.journalId, append: parts.append },
    places: () => places,
    driverOf: (unitKey) => driverOf(unitKey),
    onAlarm: (event) => {
      for (const { onAlarm } of parts.followers) onAlarm?.(event);
    },
    onIncident: (event) => {
      for (const { onIncident } of parts.followers) onIncident?.(event);
    },
  });
  const newestSos = new NewestSos();
  let door: { principals: Principals; secrets: Secrets } = {
    principals: {
      trackers: [],
      gateways: [],
      secretVersions: new Map(),
      certificatesFromMs: new Map(),
    },
    secrets: new Map(),
  };
  let timer: NodeJS.Timeout | undefined;
  const judging = {
    decode,
    trackerOf: (trackerId: string) => roster.judgedById(trackerId),
    retentionMs,
  };

  const driverOf = (unitKey: number): Track | undefined =>
    drivingTrack(roster.trackersOf(unitKey), roster.kindOf(unitKey), (key) => tracks.get(key));

  /** Shows a unit anew after news of one of its trackers, by the one that drives it. */
  function show(driving: Track | undefined): void {
    if (driving?.newest === undefined || driving.newestReceivedAtMs === undefined) return;
    const { unitKey, newest, newestReceivedAtMs, isNewestStored } = driving;
    hub.show(unitKey, newest, measuredAtMs(newest, newestReceivedAtMs), isNewestStored);
    for (const { onMoved } of parts.followers) onMoved?.(unitKey, newest);
  }

  function takeInput(input: Input): void {
    moment = { atMs: input.atMs, sequence: input.sequence };
    if (input.kind === 'clock_tick') {
      places.tick(input.atMs);
      alarms.tick(moment);
      return;
    }
    const record = readCoreRecord(input.json);
    switch (record.type) {
      case 'places_changed':
        places.takeChange(record.change, input.atMs);
        alarms.placesChanged(moment);
        parts.onChangeTaken();
        break;
      case 'checked_in':
        places.checkIn(record.checkIn);
        break;
      case 'checked_out':
        places.checkOut(record.checkOut);
        break;
      default:
        alarms.takeRecord(record, moment);
    }
  }

  const showPresence = (): void => hub.showPresence(presence.changes(nowMs()));

  async function storedTracks(): Promise<readonly Track[]> {
    const clocks = await readTrackerClocks(pool);
    const stored = new Map(
      clocks.map(({ trackerKey, ...reading }) => [
        trackerKey,
        { ...emptyTrack(trackerKey, 0), clock: storedClock(reading) },
      ]),
    );
    for (const { trackerKey, fix, receivedAtMs } of await latestPositions(pool)) {
      const track = stored.get(trackerKey) ?? emptyTrack(trackerKey, 0);
      const newest = { newest: fix, newestReceivedAtMs: receivedAtMs };
      stored.set(trackerKey, { ...track, ...newest });
    }
    return [...stored.values()].flatMap((track) => {
      const unitKey = tracks.get(track.trackerKey)?.unitKey;
      return unitKey === undefined ? [] : [{ ...track, unitKey }];
    });
  }

  const pipeline = createPipeline({
    ...judging,
    tracks,
    onPosition: (position, track, { message }) => {
      const { unitKey, trackerKey } = track;
      moment = { atMs: message.atMs, sequence: message.sequence };
      const driving = driverOf(unitKey);
      if (position.verdict === 'live') show(driving);
      // a backup that speaks beside its primary is elsewhere, if anything
      if (driving?.trackerKey === trackerKey) places.takePosition(unitKey, position);
      alarms.takePosition(position, track, moment);
    },
    onRefused: ({ reason, detail }, { message }) => {
      setAside.add(reason, { atMs: message.atMs, detail, trackerId: message.trackerId });
    },
    onEvent: (event, origin) => {
      const { kind, online } = event.event;
      const isOfNow = origin.message.firstReceivedAtMs === undefined;
      newestSos.take(event);
      if (kind === 'status' && online === false && isOfNow) {
        presence.gone(event.trackerKey, event.receivedAtMs);
      }
      for (const { onTrackerEvent } of parts.followers) onTrackerEvent?.(event, origin);
      const unitKey = tracks.get(event.trackerKey)?.unitKey;
      if (unitKey !== undefined) alarms.takeTrackerEvent(unitKey, event, origin);
    },
    onClock: (track, { message: { atMs, sequence } }) => {
      alarms.takeClock(track, { atMs, sequence });
    },
    onHeard: (trackerKey, { atMs, sequence }) => {
      moment = { atMs, sequence };
      presence.heard(trackerKey, atMs);
      const unitKey = tracks.get(trackerKey)?.unitKey;
      if (unitKey === undefined) return;
      places.heard(unitKey, atMs);
      alarms.heard(unitKey, moment);
    },
    onInput: takeInput,
  });

  function lastSosOf(unitKey: number): UnitCondition['lastSos'] {
    let last: UnitCondition['lastSos'] = null;
    for (const { key, id: trackerId } of roster.trackersOf(unitKey)) {
      const sos = newestSos.get(key);
      if (sos === undefined || sos.receivedAtMs <= (last?.receivedAtMs ?? 0)) continue;
      const { event, happenedAtMs, receivedAtMs } = sos;
      const { lon, lat, text } = event;
      last = { trackerId, happenedAtMs, receivedAtMs, lon, lat, text };
    }
    return last;
  }

  function clockOf(unitKey: number): UnitCondition['clock'] {
    const trackers = roster.trackersOf(unitKey);
    const primary = trackers.find(({ role }) => role === 'primary') ?? trackers[0];
    const track =
      driverOf(unitKey) ?? (primary === undefined ? undefined : tracks.get(primary.key));
    if (track === undefined || (track.newest === undefined && track.clock.changedAtMs === 0)) {
      return null;
    }
    const { state, offsetMs } = track.clock;
    return { state, offsetMs };
  }

  return {
    roster,
    tracks,
    recordedTracks,
    judging,
    places,
    alarms,
    setAside,
    counts: pipeline.counts,
    take: pipeline.take,
    takeContacts: (contacts) => {
      for (const contact of contacts) {
        const tracker = roster.trackerById(contact.trackerId);
        if (tracker !== undefined) presence.reported(tracker.key, contact);
      }
    },
    stateOf: (unitKey) => ({
      ...presence.stateOf(unitKey, nowMs()),
      clock: clockOf(unitKey),
      lastSos: lastSosOf(unitKey),
      isWeak: roster.isWeak(unitKey),
    }),
    door: () => door,
    readRoster: async () => {
      const registered = await readRegistered(pool);
      const { trackers, regions, operations, bearers, principals, secrets, changesInMs } =
        registered;
      // nothing is waited for from here on: what is judged and shown meanwhile would see half of it
      roster.set(
        trackers.map(({ tracker }) => tracker),
        trackers.map(({ unit }) => unit),
        regions,
      );
      roster.setBearers(bearers);
      roster.setOperations(operations);
      door = { principals, secrets };
      tracks.setTrackers(roster.trackers);
      recordedTracks.setTrackers(roster.trackers);
      presence.setTrackers(roster.trackers);
      places.unitsChanged();
      alarms.unitsChanged();
      newestSos.keepOnly((key) => tracks.get(key) !== undefined);
      hub.setRoster(roster.entries, (unit) => roster.regionsOf(unit));
      showPresence();
      return changesInMs;
    },
    keep: (sequence) => ({
      tracks: tracks.kept(),
      newestSos: newestSos.kept(),
      places: places.checkpoint(sequence),
      alarms: alarms.keep(),
    }),
    restore: async (from) => {
      const kept = 'tracks' in from ? from : undefined;
      for (const track of await storedTracks()) {
        // as it was after one record, not some of it later: what the database has since comes again
        if (kept === undefined) tracks.set(track);
        // what one of them has seen is not known to the other
        recordedTracks.set({ ...track, seen: new SeenTimes(), corrected: new SeenTimes() });
      }
      if (kept !== undefined) {
        tracks.restore(kept.tracks);
        places.restore(kept.places);
        // who went, or is of another agency, while nobody listened
        places.unitsChanged();
      }
      if ('tracks' in from) alarms.restore(from.alarms);
      else alarms.adopt(from);
      for (const { key } of roster.trackers) {
        const track = tracks.get(key);
        if (track?.newestReceivedAtMs === undefined) continue;
        presence.heard(key, track.newestReceivedAtMs);
        show(driverOf(track.unitKey));
      }
      for (const { trackerKey, happenedAtMs, receivedAtMs, ...said } of await latestSos(pool)) {
        const event = { kind: 'sos', ...said } as const;
        newestSos.take({ trackerKey, event, happenedAtMs, receivedAtMs });
      }
      for (const [trackerKey, said] of kept?.newestSos ?? []) {
        newestSos.take({ trackerKey, ...said });
      }
      newestSos.keepOnly((key) => tracks.get(key) !== undefined);
    },
    restoreRecorded: async () => {
      const stored = await storedTracks();
      recordedTracks.setTrackers([]);
      recordedTracks.setTrackers(roster.trackers);
      for (const track of stored) recordedTracks.set(track);
    },
    start: () => {
      showPresence();
      timer = setInterval(showPresence, presenceTickMs);
    },
    close: () => clearInterval(timer),
  };
}
