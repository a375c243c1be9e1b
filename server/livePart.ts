/*
 * All that follows the journal in the server thread: made of what was kept, what the journal and the
 * database have beyond it, and from then on of what the door hands over.
 */
import path from 'node:path';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Ingest } from '../ingest/ingest.ts';
import type { OpenedJournal } from '../ingest/messages.ts';
import type { DoorKeeper } from './accounts/doorKeeper.ts';
import { defaultRules } from './alarms/defaultRules.ts';
import type { AlarmEvent } from './domain/alarm.ts';
import type { Fix } from './domain/fix.ts';
import type { IncidentEvent } from './domain/incident.ts';
import type { JournalChunk, JournalInput } from './domain/journalRecord.ts';
import type { PlaceEvent } from './domain/placeEvent.ts';
import type { Places } from './domain/places.ts';
import type { WatchRadii } from './domain/watchRadii.ts';
import {
  alarmBounds,
  EventKeeper,
  type EventsStatus,
  incidentBounds,
  transitionBounds,
} from './eventKeeper.ts';
import { followJournal } from './followJournal.ts';
import { startJournalClock } from './journalClock.ts';
import { RosterKeeper } from './keepRoster.ts';
import type { LiveHub } from './live/liveHub.ts';
import { createLiveCore, type LiveCore } from './liveCore.ts';
import { type KeptLive, LiveStateKeeper, liveStateName, readLiveState } from './liveState.ts';
import { PlaceKeeper } from './placeKeeper.ts';
import { reconcileCheckIns } from './reconcileCheckIns.ts';
import { reconcileRules } from './reconcileRules.ts';
import { type RecorderStatus, recorderName } from './recorder.ts';
import type { Database } from './storage/database.ts';
import { writeIncidentEvents } from './storage/incidentStore.ts';
import { catchUp, readPlaces } from './storage/readPlaces.ts';
import { seedDefaultRules } from './storage/ruleStore.ts';
import { writeTransitions } from './storage/transitionStore.ts';
import { watchChanges } from './storage/watchChanges.ts';
import { writeAlarmEvents } from './storage/writeAlarmEvents.ts';

export type LivePartOptions = {
  readonly database: Pick<Database, 'pool' | 'connection'>;
  /** The data folder. */
  readonly dir: string;
  readonly journal: OpenedJournal;
  readonly ingest: Pick<Ingest, 'append' | 'setConsumed' | 'setPrincipals'>;
  readonly doorKeeper: Pick<DoorKeeper, 'set'>;
  readonly hub: LiveHub;
  /** Takes what happens to alarms now, to send it on. */
  readonly onAlarm: (event: AlarmEvent) => void;
  /** More of them is in the database. */
  readonly onAlarmsWritten: () => void;
  /** A unit is somewhere now. */
  readonly onMoved: (unitKey: number, fix: Fix) => void;
  readonly retentionMs: number;
  readonly watchRadiiM: WatchRadii;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Aborting it gives up the start. */
  readonly signal: AbortSignal;
};

/** The live core with what feeds it, keeps it and writes out what it finds. */
export type LivePart = {
  readonly core: LiveCore;
  /** Sequence after which new records begin. */
  readonly lastSequence: number;
  /** Works off a chunk of the journal. */
  take(chunk: JournalChunk): void;
  /** To be called once the door listens: time, and what was changed while nobody did, go into the journal. */
  follow(): Promise<void>;
  /** Resolves when a change of places that was committed counts. */
  takeUpChange(change: number): Promise<void>;
  status(): LivePartStatus;
  /** Reads and appends nothing more; what the door still hands over is taken. */
  stop(): Promise<void>;
  /** Writes out what waits, and keeps what is known for the next start; after the last chunk. */
  close(): Promise<void>;
};

/** What the health page shows. */
export type LivePartStatus = {
  readonly recorder: RecorderStatus;
  readonly transitions: EventsStatus;
  readonly alarmEvents: EventsStatus;
  readonly incidentEvents: EventsStatus;
  /** Records of the journal that could not be read since the start. */
  readonly lostRecords: number;
  /** Since when, and why, what is known is not kept for the next start; null while all is well. */
  readonly liveStateFailing: LiveStateKeeper['failing'];
};

/** Where in the data folder the journal is. */
export function journalDirOf(dataDir: string): string {
  return path.join(dataDir, 'journal');
}

/**
 * Opens the live part after the newest record of the journal. What it had opened is closed when it
 * fails.
 */
export async function openLivePart(options: LivePartOptions): Promise<LivePart> {
  const { database, dir, journal, ingest, doorKeeper, hub, retentionMs, log, nowMs } = options;
  const { pool, connection } = database;
  // what comes from the door to the very end needs these; all else ends before the door
  await using lasting = new AsyncDisposableStack();
  await using feeding = new AsyncDisposableStack();
  const append = (input: JournalInput) => ingest.append(input, false);
  /** Orders of people have the journal's reserve. */
  const appendUrgently = (input: JournalInput) => ingest.append(input, true);
  let isLive = false;

  const transitions = new EventKeeper<PlaceEvent>({
    name: 'transitions',
    write: (events) => writeTransitions(pool, events),
    ...{ ...transitionBounds, log, nowMs },
  });
  const alarms = new EventKeeper<AlarmEvent>({
    name: 'alarmEvents',
    write: async (events) => {
      const written = await writeAlarmEvents(pool, events);
      options.onAlarmsWritten();
      return written;
    },
    ...{ ...alarmBounds, log, nowMs },
  });
  const incidents = new EventKeeper<IncidentEvent>({
    name: 'incidentEvents',
    write: (events) => writeIncidentEvents(pool, events),
    ...{ ...incidentBounds, log, nowMs },
  });
  let keeper: LiveStateKeeper | undefined;
  lasting.defer(() => keeper?.close());
  lasting.defer(() => transitions.close());
  lasting.defer(() => alarms.close());
  lasting.defer(() => incidents.close());

  const liveDir = path.join(dir, 'live');
  const kept = await readLiveState(liveDir, journal, pool, log);
  const state = kept?.state;
  const core = createLiveCore({
    ...{ pool, hub, retentionMs, nowMs, index: kept?.ground.index },
    watchRadiiM: options.watchRadiiM,
    journalId: journal.id,
    append: appendUrgently,
    followers: [
      {
        onPlaceEvent: (event) => transitions.add([event]),
        onAlarm: (event) => {
          alarms.add([event]);
          // what is read once more at a start was sent before
          if (isLive) options.onAlarm(event);
        },
        onIncident: (event) => incidents.add([event]),
        onMoved: (unitKey, fix) => {
          if (isLive) options.onMoved(unitKey, fix);
        },
      },
    ],
    onChangeTaken: () => {
      placeKeeper.taken();
      const { change, sites, fences } = core.places.counts();
      log.info({ event: 'placesTaken', change, sites, fences }, 'a change of places counts');
    },
  });
  const roster = new RosterKeeper({
    read: async () => {
      const changesInMs = await core.readRoster();
      doorKeeper.set(core.door().secrets);
      return changesInMs;
    },
    onRead: () => {
      ingest.setPrincipals(core.door().principals);
      const { length } = core.roster.trackers;
      log.info({ event: 'rosterRead', trackers: length }, 'the trackers were read');
    },
    log,
  });
  feeding.defer(() => roster.close());
  // listening first, so that no tracker that is added meanwhile is missed
  const rosterWatch = await watchChanges({
    ...{ connection, channel: 'posko_trackers', log },
    onChange: () => roster.refresh(),
  });
  feeding.defer(() => rosterWatch.close());
  await roster.start();

  const placesThen = await placesOf(pool, kept);
  core.places.setPlaces(placesThen, state?.core.places.fences.tickedAtMs ?? nowMs());
  const placeKeeper = new PlaceKeeper({ pool, watch: core.places, append, log, nowMs });
  await placeKeeper.stage();
  transitions.add(state?.unwritten ?? []);
  alarms.add(state?.unwrittenAlarms ?? []);
  incidents.add(state?.unwrittenIncidents ?? []);
  const seeded = await seedDefaultRules(pool, defaultRules);
  if (seeded.length > 0) {
    const rules = seeded.map(({ rule }) => rule.id);
    log.info({ event: 'rulesAdded', rules }, 'rules that Posko ships with were added');
  }
  let recorded = 0;
  const { recorder, lastSequence, lostRecords } = await followJournal({
    ...{ dir: journalDirOf(dir), journal, pool, core, state, log, nowMs, signal: options.signal },
    onRecorded: (sequence) => {
      recorded = sequence;
      ingest.setConsumed(recorderName, sequence);
    },
  });
  lasting.defer(() => recorder.close());
  // times of a clock that ran ahead before the start
  const wasAhead = core.places.forgetFuture(nowMs());
  core.start();
  feeding.defer(() => core.close());
  const stateKeeper = new LiveStateKeeper(
    {
      dir: liveDir,
      keep: (sequence) => ({
        journalId: journal.id,
        recorded,
        core: core.keep(sequence),
        unwritten: transitions.waiting(),
        unwrittenAlarms: alarms.waiting(),
        unwrittenIncidents: incidents.waiting(),
      }),
      index: core.places.index,
      places: () => core.places.places(),
      onKept: (sequence) => ingest.setConsumed(liveStateName, sequence),
      log,
      nowMs,
    },
    journal.lastSequence,
    kept,
  );
  keeper = stateKeeper;
  if (state === undefined || wasAhead) await stateKeeper.start();

  // what the journal had is read: from here on it happens now
  isLive = true;
  const ends = { lasting: lasting.move(), feeding: feeding.move() };
  return {
    core,
    lastSequence,
    take: (chunk) => {
      core.take(chunk);
      recorder.advance(chunk.lastSequence);
      stateKeeper.taken(chunk.lastSequence);
    },
    follow: async () => {
      const isWanted = (): boolean => core.places.isWatching || core.alarms.isWaiting;
      const journalClock = startJournalClock({ isWanted, append });
      ends.feeding.defer(() => journalClock.close());
      ends.feeding.defer(() => placeKeeper.close());
      const placeWatch = await watchChanges({
        ...{ connection, channel: 'posko_places', log },
        onChange: () => placeKeeper.refresh(),
      });
      ends.feeding.defer(() => placeWatch.close());
      // what was changed while nobody listened
      await placeKeeper.refresh();
      const reconciled = await reconcileCheckIns({
        ...{ pool, watch: core.places, append, nowMs: nowMs() },
      });
      if (reconciled > 0) {
        log.info(
          { event: 'checkInsReconciled', reconciled },
          'check-ins were taken from the database',
        );
      }
      const rulesChanged = async (): Promise<void> =>
        reconcileRules({
          ...{ pool, rules: core.alarms.rules, versions: core.alarms.ruleVersions },
          ...{ append, log },
        });
      const ruleWatch = await watchChanges({
        ...{ connection, channel: 'posko_rules', log },
        onChange: rulesChanged,
      });
      ends.feeding.defer(() => ruleWatch.close());
      await rulesChanged();
    },
    takeUpChange: (change) => placeKeeper.takenUp(change),
    status: () => ({
      recorder: recorder.status(),
      transitions: transitions.status(),
      alarmEvents: alarms.status(),
      incidentEvents: incidents.status(),
      lostRecords: lostRecords(),
      liveStateFailing: stateKeeper.failing,
    }),
    stop: () => ends.feeding.disposeAsync(),
    close: () => ends.lasting.disposeAsync(),
  };
}

/** Places as they were at the state's change, or as they are: what was changed since is in the journal, or will be. */
async function placesOf(pool: Pool, kept: KeptLive | undefined): Promise<Places> {
  const change = kept?.state.core.places.change;
  const known = kept?.ground.places;
  const caughtUp = change && known && (await catchUp(pool, known, change));
  return caughtUp ?? readPlaces(pool, change);
}
