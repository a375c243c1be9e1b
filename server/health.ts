import type { IngestReport } from '../ingest/messages.ts';
import type { AlarmCore } from './alarmCore.ts';
import type { Degradation, Health } from './domain/health.ts';
import type { JournalStatus } from './domain/journalStatus.ts';
import type { SetAsideCount, SetAsideCounts, SetAsideReason } from './domain/setAside.ts';
import type { EventsStatus } from './eventKeeper.ts';
import type { HubStatus } from './live/liveHub.ts';
import type { PipelineCounts } from './pipeline.ts';
import type { RecorderStatus } from './recorder.ts';
import type { DatabaseStatus } from './storage/database.ts';
import type { MaintenanceStatus } from './storage/maintenance.ts';
import type { PlaceCounts } from './tracking/placeWatch.ts';

/** What each part says of itself. */
export type HealthParts = {
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly startedAt: string;
  /** Undefined until the door's first report. */
  readonly door: IngestReport | undefined;
  /** Why there is no built-in map, if it could not be built. */
  readonly mapFailure: string | undefined;
  /** Why a certificate that was to be read anew is still the old one. */
  readonly tlsFailure: string | undefined;
  readonly database: DatabaseStatus;
  /** What the database cannot do for Posko, a sentence each. */
  readonly lacks: readonly string[];
  readonly recorder: RecorderStatus;
  readonly maintenance: MaintenanceStatus;
  /** Journal records that could not be read since the start. */
  readonly lostRecords: number;
  /** How far the machine's clock was set back, milliseconds. */
  readonly clockAheadMs: number;
  readonly verdicts: Readonly<PipelineCounts>;
  readonly places: PlaceCounts;
  /** Memory of the index of fences, bytes. */
  readonly indexBytes: number;
  readonly transitions: EventsStatus;
  readonly alarms: ReturnType<AlarmCore['counts']>;
  readonly alarmEvents: EventsStatus;
  readonly incidentEvents: EventsStatus;
  /** Since when, and why, what is known of units at places is not kept for the next start. */
  readonly liveStateFailing: { readonly sinceMs: number; readonly error: string } | null;
  readonly live: HubStatus;
  readonly setAside: SetAsideCounts;
};

const quietDoor = {
  connections: 0,
  maxConnections: 0,
  admitted: 0,
  waiting: 0,
  lost: 0,
  out: { listeners: 0, sent: 0, waiting: 0, dropped: 0, ended: 0, error: undefined },
  broker: undefined,
};
/** From this share of what the journal may take on, people should do something about it. */
const fillingShare = 0.9;
/** A clock that is off by less was corrected, not set wrong. */
const clockToleranceMs = 5_000;

/** The health page: how all parts are, and in plain words what works less well than it should. */
export function describeHealth(parts: HealthParts): Health {
  const degradations = findDegradations(parts);
  const { connections, maxConnections, admitted, waiting, lost, out, broker } =
    parts.door ?? quietDoor;
  const { failing: _, ...recorded } = parts.recorder;
  const isStoring = (parts.door?.journal.state ?? 'storing') === 'storing';
  return {
    status: !isStoring ? 'not_ready' : degradations.length === 0 ? 'ready' : 'degraded',
    degradations,
    version: parts.version,
    mode: parts.mode,
    startedAt: parts.startedAt,
    door: {
      connections,
      maxConnections,
      admitted,
      waiting,
      lost,
      out: { ...out, error: out.error ?? null },
      broker: broker === undefined ? null : { url: broker.url, isConnected: broker.isConnected },
    },
    journal: parts.door?.journal ?? null,
    places: describePlaces(parts),
    alarms: describeAlarms(parts),
    positions: parts.verdicts,
    storage: {
      kind: parts.database.kind,
      ...recorded,
      quarantineDisplaced: parts.maintenance.quarantineDisplaced,
    },
    retentionRules: describeRules(parts.maintenance),
    live: parts.live,
    setAside: addCounts(parts.door?.setAside ?? {}, parts.setAside),
  };
}

function describePlaces({ places, indexBytes, transitions }: HealthParts): Health['places'] {
  const { sites, fences, change, taken, settled, corrected, unwatched } = places;
  const { movingWaiting, checkInsLeft } = places;
  const { written, waiting, dropped, leftOut } = transitions;
  return {
    ...{ sites, fences, indexBytes, change, positions: taken, settled, corrected, unwatched },
    ...{ movingWaiting, checkInsLeft, transitions: { written, waiting, dropped, leftOut } },
  };
}

function describeAlarms({ alarms, alarmEvents, incidentEvents }: HealthParts): Health['alarms'] {
  const { open, unacknowledged, overflowed, rules, idleRules } = alarms.alarms;
  return {
    ...{ open, unacknowledged, overflowed, rules, idleRules },
    incidents: alarms.incidents.open,
    events: {
      written: alarmEvents.written + incidentEvents.written,
      waiting: alarmEvents.waiting + incidentEvents.waiting,
      dropped: alarmEvents.dropped + incidentEvents.dropped,
      leftOut: alarmEvents.leftOut + incidentEvents.leftOut,
    },
  };
}

function alarmDegradations({ alarms, alarmEvents, incidentEvents }: HealthParts): Degradation[] {
  const found: Degradation[] = [];
  const { overflowed } = alarms.alarms;
  if (overflowed > 0) {
    found.push({
      code: 'alarms_overflowed',
      detail: `${overflowed} alarms since the start were closed because too many were open: /alarms/load says which rules raise so many`,
    });
  }
  const dropped = alarmEvents.dropped + incidentEvents.dropped;
  if (dropped > 0) {
    found.push({
      code: 'alarms_lost',
      detail: `${dropped} events of alarms and incidents since the start could not be kept while the database was away: the alarms are as they should be, and their histories have holes`,
    });
  }
  for (const { failing, waiting } of [alarmEvents, incidentEvents]) {
    // of a database that is away there is word already
    if (failing === null || failing.what === 'database_away') continue;
    const since = new Date(failing.sinceMs).toISOString();
    found.push({
      code: 'alarms_waiting',
      detail: `events of alarms and incidents are not written since ${since} (${failing.error}); ${waiting} wait`,
    });
  }
  return found;
}

function describeRules({ retentionRules }: MaintenanceStatus): Health['retentionRules'] {
  if (retentionRules === undefined) return null;
  const { ranAtMs, ...done } = retentionRules;
  return { ranAt: new Date(ranAtMs).toISOString(), ...done };
}

function findDegradations(parts: HealthParts): Degradation[] {
  const { door, mapFailure, database, lacks, recorder, maintenance } = parts;
  const { lostRecords, clockAheadMs } = parts;
  const found: Degradation[] = door === undefined ? [] : journalDegradations(door.journal);
  found.push(...recordDegradations(recorder, database));
  if (maintenance.quarantineDisplaced > 0) {
    found.push({
      code: 'quarantine_skipped',
      detail: `${maintenance.quarantineDisplaced} dead letters since the start went before their time to make room for newer ones: setAside says who sends so many`,
    });
  }
  found.push(...alarmDegradations(parts));
  if (parts.transitions.dropped > 0) {
    found.push({
      code: 'transitions_lost',
      detail: `${parts.transitions.dropped} transitions since the start could not be kept while the database was away: the journal has what they were made of, for a while`,
    });
  }
  const { failing } = parts.transitions;
  // of a database that is away there is word already
  if (failing !== null && failing.what !== 'database_away') {
    const { sinceMs, error } = failing;
    found.push({
      code: 'transitions_waiting',
      detail: `transitions are not written since ${new Date(sinceMs).toISOString()} (${error}); ${parts.transitions.waiting} wait`,
    });
  }
  if (parts.liveStateFailing !== null) {
    const { sinceMs, error } = parts.liveStateFailing;
    found.push({
      code: 'live_state_not_kept',
      detail: `what is known of units at places could not be written to live/ of the data folder since ${new Date(sinceMs).toISOString()} (${error}): the journal grows meanwhile, and a start takes longer; check the disk and who owns the folder`,
    });
  }
  if (lostRecords > 0) {
    found.push({
      code: 'journal_damaged',
      detail: `${lostRecords} records of the journal cannot be read and are in no database; the log names their files: check the disk`,
    });
  }
  if (door !== undefined && door.lost > 0) {
    found.push({
      code: 'messages_lost',
      detail: `${door.lost} messages since the start came without a wish for an acknowledgement (QoS 0) while the journal did not store, and are lost: set trackers to QoS 1`,
    });
  }
  if (clockAheadMs > clockToleranceMs) {
    found.push({
      code: 'clock_set_back',
      detail: `the clock of this machine was set back by ${Math.round(clockAheadMs / 1000)} s; Posko goes on by the time before: mend the clock, or start Posko again if the new time is the right one`,
    });
  }
  for (const detail of [...lacks, ...maintenance.advice]) {
    found.push({ code: 'database_lacks', detail });
  }
  for (const { task, sinceMs, error } of maintenance.failing) {
    const since = new Date(sinceMs).toISOString();
    found.push({
      code: 'database_upkeep',
      detail: `${task} fails since ${since} (${error}): it is tried again every minute`,
    });
  }
  if (mapFailure !== undefined) {
    found.push({
      code: 'map_missing',
      detail: `the built-in map could not be built (${mapFailure}): run "npm run build" as the owner of the checkout and start again, or set POSKO_BASEMAP`,
    });
  }
  if (door?.broker?.isConnected === false) {
    const { url, sinceMs, error } = door.broker;
    found.push({
      code: 'broker_away',
      detail: `no connection to the broker ${url} since ${new Date(sinceMs).toISOString()} (${error ?? 'not yet'}): it keeps what trackers send meanwhile, and Posko tries again by itself`,
    });
  }
  if (parts.tlsFailure !== undefined) {
    found.push({
      code: 'certificate_old',
      detail: `the certificate could not be read anew (${parts.tlsFailure}): the one before goes on; mend the files and send SIGHUP again`,
    });
  }
  if (door !== undefined && door.connections >= door.maxConnections) {
    found.push({
      code: 'connections_full',
      detail: `all ${door.maxConnections} connections are in use: raise the limit of open files`,
    });
  }
  return found;
}

/** What keeps records out of the database. */
function recordDegradations(recorder: RecorderStatus, database: DatabaseStatus): Degradation[] {
  const { failing, behind, quarantineSkipped, leftOut } = recorder;
  const found: Degradation[] = [];
  if (failing !== null || database.state === 'away') {
    const code = failing?.what ?? 'database_away';
    const since = failing === null ? '' : ` since ${new Date(failing.sinceMs).toISOString()}`;
    const error = failing?.error ?? database.error ?? 'away';
    const kept = `the map goes on, the journal keeps ${behind} records`;
    const texts = {
      database_away: `the database does not take positions${since} (${error}): ${kept} for it`,
      database_refuses: `the database answers and refuses to write${since} (${error}): ${kept} until it takes them; look at its rights, its schema and whether it is read-only`,
      journal_unreadable: `the journal cannot be read${since} (${error}): ${kept} that the database lacks; check the disk and the limit of open files`,
    } as const;
    found.push({ code, detail: texts[code] });
  }
  if (leftOut > 0) {
    found.push({
      code: 'records_left_out',
      detail: `${leftOut} times since the start something that a tracker sent could not be written and was left out, so that it holds up nothing else: the log says what and why (event rowLeftOut)`,
    });
  }
  if (quarantineSkipped > 0) {
    found.push({
      code: 'quarantine_skipped',
      detail: `${quarantineSkipped} messages or fixes since the start were refused beyond what is kept of one tracker, and of all, in a minute, and are only counted: setAside says whose they are`,
    });
  }
  return found;
}

function journalDegradations(journal: JournalStatus): Degradation[] {
  const { state, error, neededBytes, allowedBytes, notStored, hasReserve } = journal;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e5) / 10} MB`;
  if (state !== 'storing') {
    return [
      {
        code: 'journal_not_storing',
        detail: `the journal does not store (${state}: ${error ?? 'unknown'}): messages are shown and not acknowledged, ${notStored} so far; free the disk, raise POSKO_JOURNAL_MAX_MB, or bring the database back, and senders repeat them`,
      },
    ];
  }
  const found: Degradation[] = [];
  if (neededBytes >= fillingShare * allowedBytes) {
    found.push({
      code: 'journal_filling',
      detail: `the journal holds ${megabytes(neededBytes)} that the database does not have, of ${megabytes(allowedBytes)} that it may take: bring the database back, free the disk, or raise POSKO_JOURNAL_MAX_MB`,
    });
  }
  if (!hasReserve) {
    found.push({
      code: 'journal_without_reserve',
      detail: `no room is set aside for SOS and alarms${error === undefined ? '' : ` (${error})`}: free the disk`,
    });
  }
  return found;
}

/** Counts of the door and of the pipeline together; of two newest cases the newer one. */
function addCounts(door: SetAsideCounts, pipeline: SetAsideCounts): SetAsideCounts {
  const sum: Partial<Record<SetAsideReason, SetAsideCount>> = { ...door };
  for (const [name, counted] of Object.entries(pipeline)) {
    const reason = name as SetAsideReason;
    const before = sum[reason];
    sum[reason] =
      before === undefined
        ? counted
        : {
            count: before.count + counted.count,
            last: before.last.atMs > counted.last.atMs ? before.last : counted.last,
          };
  }
  return sum;
}
