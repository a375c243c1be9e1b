/*
 * The composition root: makes every part, hands each what it needs, and closes them in reverse
 * order. The way of a ping itself is in pipeline.ts.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import { decode } from '../devices/protocols/decode.ts';
import { Ingest, ListenError } from '../ingest/ingest.ts';
import type { IngestReport } from '../ingest/messages.ts';
import packageJson from '../package.json' with { type: 'json' };
import { ensureWebBuilt } from '../web/build/ensureWebBuilt.ts';
import { HttpServer } from './api/httpServer.ts';
import { prepareBasemap } from './basemap.ts';
import type { Config } from './config.ts';
import { seedDemo, startDemoTrackers } from './demo.ts';
import { urlHost } from './domain/loopback.ts';
import { SetAsideCounter } from './domain/setAside.ts';
import { readFileBudget } from './fileBudget.ts';
import { describeHealth } from './health.ts';
import { LiveHub } from './live/liveHub.ts';
import { createPipeline } from './pipeline.ts';
import { describeListenFailure, StartError } from './startError.ts';
import { openDatabase } from './storage/database.ts';
import { openDataDir } from './storage/dataDir.ts';
import { latestPositions } from './storage/positionQueries.ts';
import { PositionStore } from './storage/positionStore.ts';
import { listTrackers } from './storage/trackerStore.ts';
import { watchTrackers } from './storage/watchTrackers.ts';
import { Roster } from './tracking/roster.ts';
import { measuredAtMs } from './tracking/track.ts';
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
  const nowMs = (): number => Date.now();
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
  const hub = new LiveHub({ version, mode }, nowMs);
  const setAside = new SetAsideCounter();
  const positions = new PositionStore({ pool: database.pool, log, nowMs });
  parts.defer(() => positions.close());

  const pipeline = createPipeline({
    decode,
    tracks,
    show: (unitKey, fix, atMs) => hub.show(unitKey, fix, atMs),
    store: (position) => positions.offer(position),
    setAside: (reason, detail, trackerKey, atMs) => {
      const trackerId = roster.trackerByKey(trackerKey)?.id;
      setAside.add(reason, { atMs, detail, trackerId });
    },
  });

  let door: IngestReport | undefined;
  const ingest = new Ingest(
    { mqtt: config.mqtt, maxConnections: files.trackers },
    {
      onBatch: pipeline.take,
      onReport: (report) => {
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
    tracks.set({ ...track, newest: fix, newestReceivedAtMs: receivedAtMs });
    hub.show(track.unitKey, fix, measuredAtMs(fix, receivedAtMs));
  }

  parts.defer(() => ingest.close());
  const mqttPort = await ingest.start(roster.trackers).catch((error: unknown) => {
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
        positions: positions.status(),
        verdicts: pipeline.counts,
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
