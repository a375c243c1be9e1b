import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { type JournalDamage, JournalReader } from '../ingest/journal/journalReader.ts';
import type { OpenedJournal } from '../ingest/messages.ts';
import type { AdoptedAlarms } from './alarmCore.ts';
import type { LiveCore } from './liveCore.ts';
import type { LiveState } from './liveState.ts';
import { Recorder, readBytes, recorderName } from './recorder.ts';
import { alarmsToAdopt } from './storage/alarmStore.ts';
import { incidentsToAdopt } from './storage/incidentStore.ts';
import { type NewestDays, readCheckpoint, writeRecorded } from './storage/recordStore.ts';
import { listRules } from './storage/ruleStore.ts';

export type FollowOptions = {
  readonly dir: string;
  readonly journal: OpenedJournal;
  readonly pool: Pool;
  readonly core: LiveCore;
  /** What was kept of the live core; undefined: it begins with what the database has. */
  readonly state: LiveState | undefined;
  /** The database has all records up to this one. */
  readonly onRecorded: (sequence: number) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Aborting it gives up the start. */
  readonly signal: AbortSignal;
};

/** The journal as it is followed. */
export type FollowedJournal = {
  readonly recorder: Recorder;
  /** Sequence after which new records begin: beyond all that is on disk or in the database. */
  readonly lastSequence: number;
  /** Records since the start that could not be read. */
  readonly lostRecords: () => number;
};

/**
 * Takes up the journal where the database left off: gives the live core what the database does not
 * have yet, and starts the recorder.
 */
export async function followJournal(options: FollowOptions): Promise<FollowedJournal> {
  const { dir, journal, pool, core, state, onRecorded, log, nowMs, signal } = options;
  if (journal.tornBytes > 0) {
    log.warn(
      { event: 'journalTorn', bytes: journal.tornBytes },
      'the end of the journal was cut off: a commit that a crash cut short, for which nobody has an acknowledgement, or damage of the disk',
    );
  }
  if (journal.leftOver.length > 0) {
    log.warn(
      { event: 'journalLeftOver', files: journal.leftOver },
      'files that a failing disk had left in the journal were put aside',
    );
  }
  const readOwnCheckpoint = async (): Promise<number> =>
    (await readCheckpoint(pool, journal.id, recorderName)) ?? 0;
  const recorded = await readOwnCheckpoint();
  // after the checkpoint: what is written between the two is then in both, and not in neither
  const stored = await readAlarmsToAdopt(pool, state?.sequence ?? recorded, journal);
  await core.restore(state?.core ?? stored);
  const missing = state === undefined ? none : unknownToJournal(stored, state.sequence);
  core.alarms.adoptMissing({
    alarms: missing.alarms.filter(({ sequence }) => sequence === 0),
    incidents: missing.incidents.filter(({ sequence }) => sequence === 0),
  });
  if (recorded > journal.lastSequence) {
    log.error(
      { event: 'journalLostItsEnd', recorded, lastSequence: journal.lastSequence },
      'the journal ends before what the database has of it: was the folder put back from an older copy?',
    );
  }

  const tail = new JournalReader(dir, state?.sequence ?? recorded, () => undefined);
  let replayed = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const chunk = await tail.next(journal.lastSequence, readBytes);
      if (chunk === undefined) break;
      core.take(chunk);
      replayed += chunk.count;
    }
  } finally {
    await tail.close();
  }
  // begun by a record that the journal could not take, and changed by one that it took
  core.alarms.adoptMissing(missing);
  if (replayed > 0) {
    log.info({ event: 'journalReplayed', records: replayed }, 'the end of the journal was read');
  }

  let lostRecords = 0;
  const onDamage = ({ firstLost, lastLost, file }: JournalDamage): void => {
    lostRecords += lastLost - firstLost + 1;
    log.error(
      { event: 'journalDamaged', firstLost, lastLost, file },
      'records of the journal cannot be read; those before and after them were',
    );
  };
  const newestDays: NewestDays = new Map();
  const recorder = new Recorder({
    ...core.judging,
    tracks: core.recordedTracks,
    journalId: journal.id,
    after: recorded,
    reader: new JournalReader(dir, recorded, onDamage),
    readCheckpoint: readOwnCheckpoint,
    goBack: async (after) => {
      newestDays.clear();
      await core.restoreRecorded();
      return new JournalReader(dir, after, onDamage);
    },
    write: (batch) => writeRecorded(pool, batch, newestDays),
    onRecorded,
    onRefusedByDatabase: (detail, trackerId) => {
      core.setAside.add('database_refused', { atMs: nowMs(), detail, trackerId });
    },
    log,
    nowMs,
  });
  recorder.start();
  recorder.advance(journal.lastSequence);
  onRecorded(recorded);
  const lastSequence = Math.max(recorded, journal.lastSequence);
  return { recorder, lastSequence, lostRecords: () => lostRecords };
}

const none = { alarms: [], incidents: [] } as const;

/** Open ones that what was kept may lack, and that the journal alone may not bring back. */
function unknownToJournal(
  { alarms, incidents }: AdoptedAlarms,
  keptSequence: number,
): Pick<AdoptedAlarms, 'alarms' | 'incidents'> {
  const isAfter = (sequence: number): boolean => sequence === 0 || sequence > keptSequence;
  return {
    alarms: alarms.filter(({ state, sequence }) => state !== 'closed' && isAfter(sequence)),
    incidents: incidents.filter(
      ({ closedAtMs, sequence }) => closedAtMs === undefined && isAfter(sequence),
    ),
  };
}

/** Rules in force and what is open, as the database has it. */
async function readAlarmsToAdopt(
  pool: Pool,
  recorded: number,
  { lastSequence }: OpenedJournal,
): Promise<AdoptedAlarms> {
  const [rules, alarms, incidents] = await Promise.all([
    listRules(pool),
    alarmsToAdopt(pool, recorded),
    incidentsToAdopt(pool, recorded),
  ]);
  // of a journal before this one: its records count from 1 again, and none of them was taken yet
  const ofThis = <Kept extends { readonly sequence: number }>(kept: Kept): Kept =>
    kept.sequence > lastSequence ? { ...kept, sequence: 0 } : kept;
  return {
    rules: rules.map(({ rule }) => rule),
    alarms: alarms.map(ofThis),
    incidents: incidents.map(ofThis),
  };
}
