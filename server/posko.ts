/*
 * The composition root: makes every part, hands each what it needs, and closes them in reverse
 * order. The way of a ping itself is in pipeline.ts.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { decode } from '../devices/protocols/decode.ts';
import { Ingest, ListenError } from '../ingest/ingest.ts';
import { JournalReader } from '../ingest/journal/journalReader.ts';
import type { IngestReport } from '../ingest/messages.ts';
import { createServerClock } from '../ingest/serverClock.ts';
import packageJson from '../package.json' with { type: 'json' };
import { ensureWebBuilt } from '../web/build/ensureWebBuilt.ts';
import { HttpServer } from './api/httpServer.ts';
import { prepareBasemap } from './basemap.ts';
import type { Config } from './config.ts';
import { seedDemo, startDemoTrackers } from './demo.ts';
import type { JournalStatus } from './domain/journalStatus.ts';
import { urlHost } from './domain/loopback.ts';
import { SetAsideCounter } from './domain/setAside.ts';
import { readFileBudget } from './fileBudget.ts';
import { describeHealth } from './health.ts';
import { LiveHub } from './live/liveHub.ts';
import { createPipeline } from './pipeline.ts';
import { Recorder, recorderName } from './recorder.ts';
import { describeListenFailure, StartError } from './startError.ts';
import { openDatabase } from './storage/database.ts';
import { openDataDir } from './storage/dataDir.ts';
import { latestPositions } from './storage/positionQueries.ts';
import { type NewestDays, readCheckpoint, writeRecorded } from './storage/recordStore.ts';
import { listTrackers } from './storage/trackerStore.ts';
import { watchTrackers } from './storage/watchTrackers.ts';
import { drivesUnit } from './tracking/drivesUnit.ts';
import { Roster } from './tracking/roster.ts';
import { measuredAtMs, type Track } from './tracking/track.ts';
import { Tracks } from './tracking/tracks.ts';

/** What a server is started with beside its configuration. */
export type PoskoOptions = {
  /** `demo`: a throwaway data folder with a dozen simulated units. */
  readonly mode: 'live' | 'demo';
  readonly log: Logger;
  /** Aborting it gives up a start that is under way. */
  readonly signal: AbortSignal;
  /** Something without which the server cannot go on has failed; it should be closed. */
  readonly onFatal: (error: Error) => void;
};

/** Read from the journal at once at a start. */
const tailBytes = 1 << 20;

/** A server that runs. */
export type RunningPosko = {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Stops everything, newest part first, and resolves when all of it has ended. */
  close(): Promise<void>;
  /** Kills what would outlive this process, without waiting: for when `close` takes too long. */
  abandon(): void;
};

/**
 * Starts the server.
 *
 * @throws StartError, or an Error of the storage, whose message is for the person at the terminal
 */
export async function startPosko(config: Config, options: PoskoOptions): Promise<RunningPosko> {
  await using parts = new AsyncDisposableStack();
  const started = await startParts(config, options, parts);
  const running = parts.move();
  return { ...started, close: () => running.disposeAsync() };
}

async function startParts(
  config: Config,
  { mode, log, signal, onFatal }: PoskoOptions,
  parts: AsyncDisposableStack,
): Promise<Omit<RunningPosko, 'close'>> {
  const clock = createServerClock();
  const { nowMs } = clock;
  const files = readFileBudget();
  const startedAt = new Date(nowMs()).toISOString();
  const { version } = packageJson;

  const dataDir = openDataDir(config.dataDir);
  // demo data live as long as their server
  if (mode === 'demo') parts.defer(() => rm(dataDir.dir, { recursive: true, force: true }));
  parts.defer(() => dataDir.release());

  const basemap = await prepareBasemap(config.basemap, log);
  // the slow part of a first start, beside the database's; until it is awaited a failure is nobody's
  const built = ensureWebBuilt({ log, signal });
  built.catch(() => undefined);
  const { databaseUrl } = config;
  const database = await openDatabase({ databaseUrl, dataDir: dataDir.dir, log, signal });
  parts.defer(() => database.close());
  const pageDir = await untilAborted(built, signal);
  if (mode === 'demo') await seedDemo(database.pool);

  const roster = new Roster();
  const tracks = new Tracks();
  const recordedTracks = new Tracks();
  const hub = new LiveHub({ version, mode }, nowMs);
  const setAside = new SetAsideCounter();

  const show = (track: Track): void => {
    const { newest, newestReceivedAtMs, isNewestStored } = track;
    if (newest === undefined || newestReceivedAtMs === undefined) return;
    const tracker = roster.trackerByKey(track.trackerKey);
    const primary = roster.trackerOf(track.unitKey);
    const primaryTrack = primary === undefined ? undefined : tracks.get(primary.key);
    if (tracker === undefined || !drivesUnit(tracker, primaryTrack, newestReceivedAtMs)) return;
    hub.show(track.unitKey, newest, measuredAtMs(newest, newestReceivedAtMs), isNewestStored);
  };
  const judging = {
    decode,
    trackerKeyOf: (trackerId: string) => roster.trackerById(trackerId)?.key,
    retentionMs: config.retentionDays * 24 * 3_600_000,
  };
  const live = createPipeline({
    ...judging,
    tracks,
    onPosition: ({ verdict }, track) => {
      if (verdict === 'live') show(track);
    },
    onRefused: ({ reason, detail }, { message }) => {
      setAside.add(reason, { atMs: message.atMs, detail, trackerId: message.trackerId });
    },
  });

  let door: IngestReport | undefined;
  let recorder: Recorder | undefined;
  const journalDir = path.join(dataDir.dir, 'journal');
  const ingest = new Ingest(
    {
      mqtt: config.mqtt,
      maxConnections: files.trackers,
      journal: { dir: journalDir, ...config.journal, consumers: [recorderName] },
    },
    {
      onChunk: (chunk) => {
        live.take(chunk);
        recorder?.advance(chunk.lastSequence);
      },
      onReport: (report) => {
        if (report.journal.state !== (door?.journal.state ?? 'storing'))
          logState(report.journal, log);
        door = report;
      },
      onCrash: onFatal,
    },
  );

  const readRoster = async (): Promise<void> => {
    const registered = await listTrackers(database.pool);
    roster.set(
      registered.map(({ tracker }) => tracker),
      registered.map(({ unit }) => unit),
    );
    tracks.setTrackers(roster.trackers);
    recordedTracks.setTrackers(roster.trackers);
    hub.setRoster(roster.entries);
  };
  // listening first, so that no tracker that is added meanwhile is missed
  const watch = await watchTrackers({
    connection: database.connection,
    log,
    onChange: async () => {
      await readRoster();
      ingest.setTrackers(roster.trackers);
      log.info({ event: 'rosterRead', trackers: roster.trackers.length }, 'the trackers were read');
    },
  });
  parts.defer(() => watch.close());
  await readRoster();
  for (const { trackerKey, fix, receivedAtMs } of await latestPositions(database.pool)) {
    const track = tracks.get(trackerKey);
    if (track === undefined) continue;
    const known = { ...track, newest: fix, newestReceivedAtMs: receivedAtMs };
    tracks.set(known);
    recordedTracks.set(known);
    show(known);
  }

  // the recorder outlives ingest, so that it gets the last of what was acknowledged
  parts.defer(() => recorder?.close());
  parts.defer(() => ingest.close());
  const journal = await ingest.open();
  if (journal.tornBytes > 0) {
    log.warn(
      { event: 'journalTorn', bytes: journal.tornBytes },
      'the end of the journal was cut off in the middle of a commit, which nobody had an acknowledgement for',
    );
  }
  const checkpoint = await readCheckpoint(database.pool, journal.id, recorderName);
  const recorded = Math.min(checkpoint ?? 0, journal.lastSequence);
  if (checkpoint !== undefined && checkpoint > journal.lastSequence) {
    log.error(
      { event: 'journalLostItsEnd', checkpoint, lastSequence: journal.lastSequence },
      'the journal ends before what the database has of it: its newest records are gone from the disk',
    );
  }
  const newestDays: NewestDays = new Map();
  let lostRecords = 0;
  const openReader = (): JournalReader =>
    new JournalReader(journalDir, recorded, ({ firstLost, lastLost, file }) => {
      lostRecords += lastLost - firstLost + 1;
      log.error(
        { event: 'journalDamaged', firstLost, lastLost, file },
        'records of the journal cannot be read; those before and after them were',
      );
    });
  const tail = new JournalReader(journalDir, recorded, () => undefined);
  for (;;) {
    signal.throwIfAborted();
    const chunk = await tail.next(journal.lastSequence, tailBytes);
    if (chunk === undefined) break;
    live.take(chunk);
  }
  await tail.close();
  recorder = new Recorder({
    ...judging,
    tracks: recordedTracks,
    journalId: journal.id,
    after: recorded,
    reader: openReader(),
    write: (batch) => writeRecorded(database.pool, batch, newestDays),
    onRecorded: (sequence) => ingest.setConsumed(recorderName, sequence),
    onRefusedByDatabase: (detail, trackerId) => {
      setAside.add('database_refused', { atMs: nowMs(), detail, trackerId });
    },
    log,
    nowMs,
  });
  recorder.start();
  recorder.advance(journal.lastSequence);
  ingest.setConsumed(recorderName, recorded);

  const mqttPort = await ingest.listen(roster.trackers).catch((error: unknown) => {
    throw asStartError(error, 'MQTT', config.mqtt.host, config.mqtt.port);
  });
  const http = new HttpServer({
    maxConnections: files.http,
    roster,
    tracks,
    basemap: basemap.toServe,
    pageDir,
    log,
    takeScreen: (socket) => hub.take(socket),
    health: () =>
      describeHealth({
        version,
        mode,
        startedAt,
        door,
        mapFailure: basemap.failure(),
        database: database.status(),
        recorder: recorder?.status(),
        lostRecords,
        clockAheadMs: clock.aheadMs(),
        verdicts: live.counts,
        live: hub.status(),
        setAside: setAside.counts(),
      }),
  });
  parts.defer(() => http.close());
  hub.start(mqttPort);
  // screens go before the HTTP server, which does not end before its last socket
  parts.defer(() => hub.close());
  const httpPort = await http.start(config.http.host, config.http.port).catch((error: unknown) => {
    throw asStartError(error, 'HTTP', config.http.host, config.http.port);
  });

  if (mode === 'demo') {
    const trackers = await startDemoTrackers(
      `mqtt://${urlHost(config.mqtt.host)}:${mqttPort}`,
      nowMs,
    );
    parts.defer(() => trackers.stop());
  }
  return { httpPort, mqttPort, abandon: () => database.abandon() };
}

function logState({ state, error, lastSequence, notStored }: JournalStatus, log: Logger): void {
  const fields = { event: 'journalState', state, error, lastSequence, notStored };
  if (state === 'storing') log.info(fields, 'the journal stores again');
  else log.error(fields, 'the journal does not store: messages are shown and not acknowledged');
}

/** Waits for a promise, but no longer than until somebody wants the start to end. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    aborted.catch(() => undefined);
    settled.abort();
  }
}

function asStartError(error: unknown, what: 'HTTP' | 'MQTT', host: string, port: number): unknown {
  const isSystemError = error instanceof Error && 'code' in error;
  if (!(error instanceof ListenError) && !isSystemError) return error;
  const code = String(error.code);
  return new StartError(describeListenFailure(code, what, host, port), { cause: error });
}
