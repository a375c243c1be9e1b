/*
 * What the process does: reads its arguments and settings, starts the server, and ends it on a
 * signal. What the server consists of is in posko.ts.
 */
import { parseArgs } from 'node:util';
import pino, { type Logger } from 'pino';
import { type Config, describeProblems, loadConfig } from './config.ts';
import { isLoopback, urlHost } from './domain/loopback.ts';
import { ObstacleError } from './domain/obstacleError.ts';
import { withDotEnv } from './dotEnv.ts';
import { type RunningPosko, startPosko } from './posko.ts';

/** All must have ended by then after a signal; what has not is abandoned. */
const closePatienceMs = 4_500;
/**
 * A Ctrl-C comes twice, from the terminal to the whole process group and once more from npm; only a
 * signal after this time is somebody who does not want to wait.
 */
const repeatAfterMs = 1_000;

const help = `Usage: npm start            the control room server
       npm run demo         the same with throwaway data and a dozen simulated units
Settings are environment variables (see README.md) or lines of a file .env.
`;

/** Runs the server until it is told to stop. */
export async function run(argv: readonly string[]): Promise<void> {
  const asked = readArguments(argv);
  if (asked === undefined) return;
  let config: Config | undefined;
  try {
    config = readConfig(asked.mode);
  } catch (error) {
    process.stderr.write(`Posko cannot start: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
  if (config === undefined) return;
  // synchronous, so that the last line before an exit is not lost
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ fd: 1, sync: true }));
  await serve(config, asked.mode, log);
}

async function serve(config: Config, mode: 'live' | 'demo', log: Logger): Promise<void> {
  const stopping = new AbortController();
  let running: RunningPosko | undefined;

  let stoppingSinceMs = 0;
  /** Ends at once, and the database with us: PostgreSQL recovers by itself at the next start. */
  const abandon = (event: string): void => {
    log.error({ event }, 'not everything ended in order');
    running?.abandon();
    process.exit(1);
  };
  const stop = async (why: string, exitCode: number): Promise<void> => {
    if (stopping.signal.aborted) {
      if (performance.now() - stoppingSinceMs > repeatAfterMs) abandon('stopHurried');
      return;
    }
    stoppingSinceMs = performance.now();
    log.info({ event: 'stopping', why }, 'stopping');
    stopping.abort(new Error(`stopped by ${why}`));
    setTimeout(() => abandon('stopTimedOut'), closePatienceMs).unref();
    try {
      await (running === undefined ? starting : running.close());
      log.info({ event: 'stopped' }, 'stopped');
    } catch (error) {
      log.error({ event: 'stopFailed', err: error }, 'not everything closed');
      running?.abandon();
      process.exit(1);
    }
    // a build of the page or map that was given up may still run
    process.exit(exitCode);
  };
  const onFatal = (error: Error): void => {
    log.fatal({ event: 'failed', err: error }, 'the server cannot go on');
    void stop('failure', 1);
  };
  process.on('uncaughtException', onFatal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void stop(signal, 0));
  }
  // with a certificate it means what it means to other servers; without one, that the terminal closed
  process.on('SIGHUP', () => {
    if (config.http.tls === undefined) void stop('SIGHUP', 0);
    else running?.reloadTls().catch(onFatal);
  });

  const start = async (): Promise<void> => {
    try {
      running = await startPosko(config, { mode, log, signal: stopping.signal, onFatal });
    } catch (error) {
      // a start that was given up has closed what it had opened
      if (stopping.signal.aborted) return;
      // what stands in the way is a sentence; only a bug needs to say where it is
      if (!(error instanceof ObstacleError)) {
        log.fatal({ event: 'startFailed', err: error }, 'the start failed');
      }
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`Posko cannot start: ${message}\n`);
      process.exit(1);
    }
    if (stopping.signal.aborted) await running.close();
    else announce(config, mode, running, log);
  };
  const starting = start();
  await starting;
}

/** Says where it listens: one line for programs on standard output, the rest for people on standard error. */
function announce(
  config: Config,
  mode: 'live' | 'demo',
  { httpPort, doorPorts, entrance }: RunningPosko,
  log: Logger,
): void {
  const scheme = config.http.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${urlHost(config.http.shownHost)}:${httpPort}/`;
  const http = { host: config.http.host, port: httpPort };
  const { host } = config.mqtt;
  const mqtt = doorPorts.mqtt === undefined ? undefined : { host, port: doorPorts.mqtt };
  const mqtts = doorPorts.mqtts === undefined ? undefined : { host, port: doorPorts.mqtts };
  const isPlain = isPlainToOthers(config.http);
  // at every log level: programs wait for this line
  const always = log.child({}, { level: 'info' });
  always.info({ event: 'listening', mode, url, http, mqtt, mqtts, dataDir: config.dataDir });
  if (isPlain)
    log.warn({ event: 'plainHttp' }, 'passwords and positions cross the network in the clear');
  const what = mode === 'demo' ? 'The Posko demonstration runs' : 'Posko runs';
  // not in the log: whoever has the link is in
  const open = entrance === undefined ? url : `${url}#${entrance.kind}=${entrance.secret}`;
  const why =
    entrance?.kind === 'setup'
      ? '\nThe link makes the first administrator: it works once, for 30 minutes; a restart prints a new one.'
      : '';
  const ways = [
    ...(mqtt === undefined ? [] : [`MQTT on ${host} port ${mqtt.port}`]),
    ...(mqtts === undefined ? [] : [`MQTT over TLS on ${host} port ${mqtts.port}`]),
    ...(config.broker === undefined ? [] : ['through the broker of POSKO_BROKER_URL']),
  ];
  const plain = isPlain
    ? '\nWithout TLS, passwords and positions cross the network in the clear (POSKO_ALLOW_PLAIN_HTTP).'
    : '';
  process.stderr.write(
    `\n${what}: open ${open} (trackers: ${ways.join(', ')}).${why}${plain}\nCtrl-C stops it.\n\n`,
  );
}

function isPlainToOthers({ tls, trustedProxies, host, shownHost }: Config['http']): boolean {
  const isProtected = tls !== undefined || trustedProxies.length > 0;
  return !isProtected && !isLoopback(host) && !isLoopback(shownHost);
}

function readArguments(argv: readonly string[]): { mode: 'live' | 'demo' } | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { demo: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help !== true) return { mode: values.demo === true ? 'demo' : 'live' };
    process.stdout.write(help);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exitCode = 2;
  }
  return undefined;
}

function readConfig(mode: 'live' | 'demo'): Config | undefined {
  const loaded = loadConfig(withDotEnv(process.env));
  if (!loaded.ok) {
    process.stderr.write(
      `Posko cannot start, the settings are not right:\n${describeProblems(loaded.problems)}\n`,
    );
    process.exitCode = 1;
    return undefined;
  }
  // a demonstration never touches real data
  return mode === 'demo'
    ? {
        ...loaded.config,
        dataDir: `${loaded.config.dataDir}-demo`,
        databaseUrl: undefined,
        broker: undefined,
        // its own trackers come that way
        mqtt: { ...loaded.config.mqtt, port: loaded.config.mqtt.port ?? 0 },
      }
    : loaded.config;
}
