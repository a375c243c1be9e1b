/*
 * The composition root: makes every part, hands each what it needs, and closes them in reverse
 * order. The way of a ping itself is in pipeline.ts.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import type { Logger } from 'pino';
import { Ingest, ListenError } from '../ingest/ingest.ts';
import type { DoorPorts, IngestReport } from '../ingest/messages.ts';
import { readTopic } from '../ingest/mqtt/topic.ts';
import { createServerClock } from '../ingest/serverClock.ts';
import packageJson from '../package.json' with { type: 'json' };
import { ensureWebBuilt } from '../web/build/ensureWebBuilt.ts';
import type { AccountRecords } from './accounts/accountRecords.ts';
import type { Accounts } from './accounts/accounts.ts';
import { isTokenSecret } from './accounts/credentials.ts';
import { createDoorKeeper } from './accounts/doorKeeper.ts';
import { phoneReach } from './accounts/phoneLinks.ts';
import { incidentIdOf } from './alarms/incidentBook.ts';
import { apiRoutes } from './api/apiRoutes.ts';
import { type HttpParts, HttpServer } from './api/httpServer.ts';
import type { RouteWithAccess } from './api/requireAccess.ts';
import { prepareBasemap } from './basemap.ts';
import type { Config } from './config.ts';
import { demoUser, seedDemo, seedDemoUser, startDemoTrackers } from './demo.ts';
import { dayMs } from './domain/durations.ts';
import type { JournalStatus } from './domain/journalStatus.ts';
import { urlHost } from './domain/loopback.ts';
import type { Submission } from './domain/submission.ts';
import { errorCode } from './domain/systemError.ts';
import { readFileBudget } from './fileBudget.ts';
import { describeHealth } from './health.ts';
import { LiveHub } from './live/liveHub.ts';
import { journalDirOf, type LivePart, openLivePart } from './livePart.ts';
import { liveStateName } from './liveState.ts';
import { openAccounts } from './openAccounts.ts';
import { openSeal } from './openSeal.ts';
import { checkListener, type IdentifyToken } from './outbound/checkListener.ts';
import { createOutboundPart, type OutboundPart } from './outboundPart.ts';
import { recorderName } from './recorder.ts';
import { RuleTrials } from './ruleTrials.ts';
import { describeListenFailure, StartError } from './startError.ts';
import { createAccountRecords } from './storage/accountStore.ts';
import { openDatabase } from './storage/database.ts';
import { openDataDir } from './storage/dataDir.ts';
import type { LogAnchor } from './storage/log/logAnchors.ts';
import { Maintenance } from './storage/maintenance.ts';
import { hasUser } from './storage/userStore.ts';

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

/** A way in without a password; the secret is for the console only. */
export type Entrance = { readonly kind: 'setup' | 'link'; readonly secret: string };

/** A server that runs. */
export type RunningPosko = {
  readonly httpPort: number;
  /** Where trackers connect; undefined for a way that is off. */
  readonly doorPorts: DoorPorts;
  /** Every address that is answered over HTTP, with who may call it. */
  readonly routes: readonly RouteWithAccess[];
  /** What follows the address of the page to get in without an account: to set up, or into the demonstration. */
  readonly entrance: Entrance | undefined;
  /** Reads certificates and keys anew; one that cannot be used leaves the one before, and the health page says so. */
  reloadTls(): Promise<void>;
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
  const demoSecrets = mode === 'demo' ? await seedDemo(database.pool) : undefined;

  const hub = new LiveHub({ version, mode }, nowMs);
  const retentionMs = config.retentionDays * dayMs;
  let outboundPart: OutboundPart | undefined;
  let newestAnchor: LogAnchor | undefined;
  // until accounts are open nobody can say whose token it is
  let identifyToken: IdentifyToken = () =>
    Promise.resolve({ ok: false, reason: 'database_away', detail: 'the server is starting' });
  const doorKeeper = createDoorKeeper({ nowMs, log });
  const maintenance = new Maintenance({
    pool: database.pool,
    dialect: database.dialect,
    retentionDays: config.retentionDays,
    onAnchor: (anchor) => {
      newestAnchor = anchor;
      outboundPart?.anchored(anchor);
      const { day, sequence } = anchor;
      const hash = Buffer.from(anchor.hash).toString('hex');
      log.info({ event: 'logAnchored', day, sequence, hash }, 'the log of a day has ended so');
    },
    log,
    nowMs,
  });
  parts.defer(() => maintenance.close());
  maintenance.start();

  let door: IngestReport | undefined;
  let live: LivePart | undefined;
  const ingest = new Ingest(
    {
      mqtt: config.mqtt,
      broker: config.broker,
      limits: config.doorLimits,
      maxConnections: files.trackers,
      clockBaseMs: clock.baseMs,
      journal: {
        dir: journalDirOf(dataDir.dir),
        ...config.journal,
        consumers: [recorderName, liveStateName],
      },
    },
    {
      onChunk: (chunk) => live?.take(chunk),
      onReport: (report) => {
        const before = door?.journal.state ?? 'storing';
        if (report.journal.state !== before) logState(report.journal, log);
        door = report;
      },
      onVerify: async (check) =>
        (await checkListener(check, isTokenSecret, identifyToken)) ?? doorKeeper.check(check),
      onUnknown: (unknown) => doorKeeper.noteUnknown(unknown),
      onContacts: (contacts) => live?.core.takeContacts(contacts),
      onTrouble: (sentence) => log.error({ event: 'ingestTrouble' }, sentence),
      onCrash: onFatal,
    },
  );
  // outlives ingest, so that it gets the last of what was acknowledged
  parts.defer(() => live?.close());
  parts.defer(() => ingest.close());
  const journal = await ingest.open();
  live = await openLivePart({
    ...{ database, dir: dataDir.dir, journal, ingest, doorKeeper, hub, retentionMs },
    watchRadiiM: config.watchRadiiM,
    ...{ log, nowMs, signal },
    onAlarm: (event) => outboundPart?.outbound.tell(event),
    onAlarmsWritten: () => outboundPart?.outbound.alarmsWritten(),
    onMoved: (unitKey, fix) => outboundPart?.moved(unitKey, fix),
  });
  const { core, lastSequence, follow, takeUpChange, status, stop } = live;
  parts.defer(stop);
  // before the door opens: devices send what they kept at once
  const seal = openSeal(dataDir.dir, nowMs, log);
  outboundPart = createOutboundPart({
    ...{ pool: database.pool, core, seal, version, log, nowMs, kinds: config.mqttOut },
    publish: (messages) => ingest.publish(messages),
  });
  const { outbound } = outboundPart;
  parts.defer(() => outbound.close());
  outbound.start();
  if (newestAnchor !== undefined) outboundPart.anchored(newestAnchor);
  const doorPorts = await ingest
    .listen(core.door().principals, lastSequence)
    .catch((error: unknown) => {
      throw asListenError(error, config.mqtt);
    });
  await follow();
  const records = createAccountRecords(database.pool);
  const { accounts, close: closeAccounts } = await openAccounts({
    ...{ records, seal, connection: database.connection, log, nowMs },
    onEnded: (credential) => {
      hub.endCredential(credential);
      ingest.endListeners([credential]);
    },
  });
  parts.defer(closeAccounts);
  identifyToken = (bearer) => accounts.identify({ cookie: undefined, bearer }, true);
  const ruleTrials = new RuleTrials(database.connection);
  parts.defer(() => ruleTrials.close());
  const submit = (submission: Submission) => ingest.submit(submission);
  let httpPort = config.http.port;
  let tlsFailure: string | undefined;
  const http = await createHttp({
    maxConnections: files.http,
    reach: config.http,
    tls: config.http.tls,
    trustedProxies: config.http.trustedProxies,
    gate: accounts,
    basemap: basemap.toServe,
    pageDir,
    log,
    takeScreen: (socket, access) => hub.take(socket, access),
    door: {
      submit,
      packetBytes: config.doorLimits.packetBytes,
      onSetAside: (reason, last) => core.setAside.add(reason, last),
    },
    routes: apiRoutes({
      accounts,
      pool: database.pool,
      roster: core.roster,
      tracks: core.tracks,
      stateOf: core.stateOf,
      appendLog: records.appendLog,
      places: core.places,
      appendRecord: (input) => ingest.append(input, false),
      alarms: { find: (id) => core.alarms.findAlarm(id), open: () => core.alarms.openAlarms() },
      orderAlarm: (order) => core.alarms.orderAlarm(order),
      hasUser: (name) => hasUser(database.pool, name),
      loadOf: (asked) => core.alarms.loadOf(asked),
      incidents: {
        find: (id) => core.alarms.findIncident(id),
        open: () => core.alarms.openIncidents(),
      },
      incidentIdOf,
      orderIncident: (order) => core.alarms.orderIncident(order),
      rules: () => core.alarms.rules,
      tryRule: (rule, window) => ruleTrials.run(rule, window),
      ...{ seal, outbound, isDemo: mode === 'demo' },
      capSender: config.http.names[0] ?? `posko.${os.hostname()}`,
      takeUpChange,
      log,
      doorKeeper,
      phoneReach: (host) =>
        phoneReach(withPorts(config, httpPort, doorPorts), config.http.names[0] ?? host),
      submit,
      claimOf: readTopic,
      decode: core.judging.decode,
      retentionMs,
      nowMs,
    }),
    health: () =>
      describeHealth({
        version,
        mode,
        startedAt,
        door,
        mapFailure: basemap.failure(),
        tlsFailure,
        database: database.status(),
        lacks: database.missing,
        ...status(),
        maintenance: maintenance.status(),
        clockAheadMs: clock.aheadMs(),
        verdicts: core.counts,
        places: core.places.counts(),
        alarms: core.alarms.counts(),
        indexBytes: core.places.index.memoryBytes,
        live: hub.status(),
        setAside: core.setAside.counts(),
      }),
  });
  parts.defer(() => http.close());
  hub.start(doorPorts.mqtt ?? null);
  // screens go before the HTTP server, which does not end before its last socket
  parts.defer(() => hub.close());
  httpPort = await http.start(config.http.host, config.http.port).catch((error: unknown) => {
    throw asStartError(error, 'HTTP', config.http.host, config.http.port);
  });

  const entrance = await openEntrance(accounts, records, mode);
  if (demoSecrets !== undefined) {
    const brokerUrl = `mqtt://${urlHost(config.mqtt.host)}:${doorPorts.mqtt}`;
    const trackers = await startDemoTrackers(brokerUrl, demoSecrets, nowMs);
    parts.defer(() => trackers.stop());
  }
  const { routes } = http;
  const reloadTls = async (): Promise<void> => {
    const failures = [reloadOfPage(http), await ingest.reloadTls()];
    tlsFailure = failures.find((failure) => failure !== undefined);
    if (tlsFailure === undefined)
      log.info({ event: 'tlsReloaded' }, 'the certificate was read anew');
    else
      log.error({ event: 'tlsNotReloaded', error: tlsFailure }, 'the certificate before goes on');
  };
  const abandon = (): void => database.abandon();
  return { httpPort, doorPorts, routes, entrance, reloadTls, abandon };
}

/** The settings with the ports that are in use. */
function withPorts({ http, mqtt, broker }: Config, httpPort: number, ports: DoorPorts) {
  const tls = ports.mqtts === undefined ? undefined : { port: ports.mqtts };
  return { http: { ...http, port: httpPort }, mqtt: { ...mqtt, port: ports.mqtt, tls }, broker };
}

/** Why the page goes on with the certificate before; undefined: it has the new one. */
function reloadOfPage(http: HttpServer): string | undefined {
  try {
    http.reloadTls();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Until there is an administrator somebody at the console makes one; the demonstration lets everybody in who has its link. */
async function openEntrance(
  accounts: Accounts,
  records: AccountRecords,
  mode: PoskoOptions['mode'],
): Promise<Entrance | undefined> {
  if (mode === 'demo') {
    await seedDemoUser(records);
    return { kind: 'link', secret: accounts.makeSignInLink(demoUser) };
  }
  const secret = await accounts.setUp.begin();
  return secret === undefined ? undefined : { kind: 'setup', secret };
}

async function createHttp(parts: HttpParts): Promise<HttpServer> {
  try {
    return await HttpServer.create(parts);
  } catch (error) {
    const { tls } = parts;
    if (tls === undefined || errorCode(error) === undefined || !(error instanceof Error))
      throw error;
    throw new StartError(
      `The certificate ${tls.certFile} and its key ${tls.keyFile} cannot be used (${error.message}): POSKO_TLS_CERT and POSKO_TLS_KEY must name PEM files that this account can read and that belong together.`,
      { cause: error },
    );
  }
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

function asListenError(error: unknown, { host, port, tls }: Config['mqtt']): unknown {
  if (!(error instanceof ListenError)) return error;
  const { code, door, message } = error;
  if (code === 'bad_certificate') return new StartError(message, { cause: error });
  const [what, wanted] =
    door === 'mqtt' ? (['MQTT', port] as const) : (['MQTTS', tls?.port] as const);
  return new StartError(describeListenFailure(code, what, host, wanted ?? 0), { cause: error });
}

function asStartError(error: unknown, what: 'HTTP', host: string, port: number): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  return new StartError(describeListenFailure(code, what, host, port), { cause: error });
}
