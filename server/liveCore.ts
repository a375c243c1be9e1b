import type { Pool } from 'pg';
import { decode } from '../devices/protocols/decode.ts';
import type { JournalChunk } from './domain/journalRecord.ts';
import { SetAsideCounter } from './domain/setAside.ts';
import type { LiveHub } from './live/liveHub.ts';
import { createPipeline, type PipelineCounts, type PipelineParts } from './pipeline.ts';
import { latestPositions } from './storage/positionQueries.ts';
import { readRegistered } from './storage/readRegistered.ts';
import { drivingTrack } from './tracking/drivingTrack.ts';
import { Roster } from './tracking/roster.ts';
import { emptyTrack, measuredAtMs, type Track } from './tracking/track.ts';
import { Tracks } from './tracking/tracks.ts';

/** What is known now: who is registered and where each is; with the pipeline that keeps it so. */
export type LiveCore = {
  readonly roster: Roster;
  readonly tracks: Tracks;
  /** The same as the database has it: what the recorder judges by. */
  readonly recordedTracks: Tracks;
  /** What both pipelines judge with. */
  readonly judging: Pick<PipelineParts, 'decode' | 'trackerKeyOf' | 'retentionMs'>;
  readonly setAside: SetAsideCounter;
  readonly counts: Readonly<PipelineCounts>;
  /** Works off a chunk of the journal. */
  readonly take: (chunk: JournalChunk) => void;
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
};

/** The live core over a database and the hub that shows it. */
export function createLiveCore(pool: Pool, hub: LiveHub, retentionMs: number): LiveCore {
  const roster = new Roster();
  const tracks = new Tracks();
  const recordedTracks = new Tracks();
  const setAside = new SetAsideCounter();
  const judging = {
    decode,
    trackerKeyOf: (trackerId: string) => roster.trackerById(trackerId)?.key,
    retentionMs,
  };

  /** Shows a unit anew after news of one of its trackers, whichever of them drives it. */
  function show({ unitKey }: Track): void {
    const driving = drivingTrack(roster.trackersOf(unitKey), (key) => tracks.get(key));
    if (driving?.newest === undefined || driving.newestReceivedAtMs === undefined) return;
    const { newest, newestReceivedAtMs, isNewestStored } = driving;
    hub.show(unitKey, newest, measuredAtMs(newest, newestReceivedAtMs), isNewestStored);
  }

  async function storedTracks(): Promise<readonly Track[]> {
    return (await latestPositions(pool)).flatMap(({ trackerKey, fix, receivedAtMs }) => {
      const unitKey = tracks.get(trackerKey)?.unitKey;
      if (unitKey === undefined) return [];
      const track = emptyTrack(trackerKey, unitKey);
      return [{ ...track, newest: fix, newestReceivedAtMs: receivedAtMs }];
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
  });

  return {
    roster,
    tracks,
    recordedTracks,
    judging,
    setAside,
    counts: pipeline.counts,
    take: pipeline.take,
    readRoster: async () => {
      const { trackers, regions, bearers, changesInMs } = await readRegistered(pool);
      // nothing is waited for from here on: what is judged and shown meanwhile would see half of it
      roster.set(
        trackers.map(({ tracker }) => tracker),
        trackers.map(({ unit }) => unit),
        regions,
      );
      roster.setBearers(bearers);
      tracks.setTrackers(roster.trackers);
      recordedTracks.setTrackers(roster.trackers);
      hub.setRoster(roster.entries, (unit) => roster.regionsOf(unit));
      return changesInMs;
    },
    restore: async () => {
      for (const track of await storedTracks()) {
        tracks.set(track);
        recordedTracks.set(track);
        show(track);
      }
    },
    restoreRecorded: async () => {
      recordedTracks.setTrackers([]);
      recordedTracks.setTrackers(roster.trackers);
      for (const track of await storedTracks()) recordedTracks.set(track);
    },
  };
}
