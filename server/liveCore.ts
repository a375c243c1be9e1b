import type { Pool } from 'pg';
import { decode } from '../devices/protocols/decode.ts';
import type { JournalChunk } from './domain/journalRecord.ts';
import type { Contact, KeptSecret, Principals } from './domain/principal.ts';
import { SetAsideCounter } from './domain/setAside.ts';
import type { UnitCondition } from './domain/unitDetails.ts';
import type { LiveHub } from './live/liveHub.ts';
import {
  createPipeline,
  type PipelineCounts,
  type PipelineParts,
  type TrackerEvent,
} from './pipeline.ts';
import { latestSos } from './storage/deviceEvents.ts';
import { latestPositions } from './storage/positionQueries.ts';
import { readRegistered } from './storage/readRegistered.ts';
import { readTrackerClocks } from './storage/trackerClocks.ts';
import { drivingTrack } from './tracking/drivingTrack.ts';
import { PresenceKeeper } from './tracking/presenceKeeper.ts';
import { Roster } from './tracking/roster.ts';
import { SeenTimes } from './tracking/seenTimes.ts';
import { emptyTrack, measuredAtMs, type Track } from './tracking/track.ts';
import { storedClock } from './tracking/trackerClock.ts';
import { Tracks } from './tracking/tracks.ts';

/** What is known now: who is registered and where each is; with the pipeline that keeps it so. */
export type LiveCore = {
  readonly roster: Roster;
  readonly tracks: Tracks;
  /** The same as the database has it: what the recorder judges by. */
  readonly recordedTracks: Tracks;
  /** What both pipelines judge with. */
  readonly judging: Pick<PipelineParts, 'decode' | 'trackerOf' | 'retentionMs'>;
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
  /** Takes over the newest positions of the database, at the start. */
  restore(): Promise<void>;
  /** The same for what the recorder judges by alone, when the database was put back to an earlier state. */
  restoreRecorded(): Promise<void>;
  /** From here on screens are told who is there, worked out each second. */
  start(): void;
  close(): void;
};

type Secrets = ReadonlyMap<string, KeptSecret>;

/** Presence changes by time alone; nobody sees the difference of a second. */
const presenceTickMs = 1_000;

/** The live core over a database and the hub that shows it. */
export function createLiveCore(
  pool: Pool,
  hub: LiveHub,
  retentionMs: number,
  nowMs: () => number,
): LiveCore {
  const roster = new Roster();
  const tracks = new Tracks();
  const recordedTracks = new Tracks();
  const setAside = new SetAsideCounter();
  const presence = new PresenceKeeper(roster, tracks);
  /** By tracker key. */
  const newestSos = new Map<number, Omit<TrackerEvent, 'trackerKey'>>();
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

  /** Shows a unit anew after news of one of its trackers, whichever of them drives it. */
  function show({ unitKey }: Track): void {
    const driving = driverOf(unitKey);
    if (driving?.newest === undefined || driving.newestReceivedAtMs === undefined) return;
    const { newest, newestReceivedAtMs, isNewestStored } = driving;
    hub.show(unitKey, newest, measuredAtMs(newest, newestReceivedAtMs), isNewestStored);
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
    onPosition: ({ verdict }, track) => {
      if (verdict === 'live') show(track);
    },
    onRefused: ({ reason, detail }, { message }) => {
      setAside.add(reason, { atMs: message.atMs, detail, trackerId: message.trackerId });
    },
    onEvent: ({ trackerKey, ...said }, { message }) => {
      const { kind, online } = said.event;
      const isOfNow = message.firstReceivedAtMs === undefined;
      // one that somebody sends once more may be older than the newest
      const isNewest = said.receivedAtMs >= (newestSos.get(trackerKey)?.receivedAtMs ?? 0);
      if (kind === 'sos' && isNewest) newestSos.set(trackerKey, said);
      if (kind === 'status' && online === false && isOfNow) {
        presence.gone(trackerKey, said.receivedAtMs);
      }
    },
    onHeard: (trackerKey, atMs) => presence.heard(trackerKey, atMs),
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
      const { trackers, regions, bearers, principals, secrets, changesInMs } = registered;
      // nothing is waited for from here on: what is judged and shown meanwhile would see half of it
      roster.set(
        trackers.map(({ tracker }) => tracker),
        trackers.map(({ unit }) => unit),
        regions,
      );
      roster.setBearers(bearers);
      door = { principals, secrets };
      tracks.setTrackers(roster.trackers);
      recordedTracks.setTrackers(roster.trackers);
      presence.setTrackers(roster.trackers);
      for (const key of newestSos.keys()) {
        if (tracks.get(key) === undefined) newestSos.delete(key);
      }
      hub.setRoster(roster.entries, (unit) => roster.regionsOf(unit));
      showPresence();
      return changesInMs;
    },
    restore: async () => {
      for (const track of await storedTracks()) {
        // what one of them has seen is not known to the other
        tracks.set(track);
        recordedTracks.set({ ...track, seen: new SeenTimes(), corrected: new SeenTimes() });
        if (track.newestReceivedAtMs !== undefined) {
          presence.heard(track.trackerKey, track.newestReceivedAtMs);
        }
        show(track);
      }
      for (const { trackerKey, happenedAtMs, receivedAtMs, ...said } of await latestSos(pool)) {
        if (tracks.get(trackerKey) === undefined) continue;
        newestSos.set(trackerKey, { happenedAtMs, receivedAtMs, event: { kind: 'sos', ...said } });
      }
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
