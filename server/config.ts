import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCertificatePair } from './certificatePair.ts';
import type { DoorLimits } from './domain/doorLimits.ts';
import { hourMs } from './domain/durations.ts';
import { isLoopback } from './domain/loopback.ts';
import { siteKinds } from './domain/site.ts';
import { usualWatchRadiiM, type WatchRadii, watchRadiusBounds } from './domain/watchRadii.ts';
import {
  type BrokerConfig,
  type MqttConfig,
  readBroker,
  readDoorLimits,
  readMqtt,
} from './doorConfig.ts';

/** Log levels of pino, quietest last. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The folder that holds package.json. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Everything that can be set from outside, checked; read nowhere else. Addresses and ports are what was asked for. */
export type Config = {
  /** Absolute path of the folder that holds the database, secrets and caches. */
  readonly dataDir: string;
  readonly http: HttpConfig;
  readonly mqtt: MqttConfig;
  /** A broker of others that trackers connect to; undefined = our own. */
  readonly broker: BrokerConfig | undefined;
  readonly doorLimits: DoorLimits;
  /** An outside PostgreSQL (`postgres://...`); undefined = the embedded one. */
  readonly databaseUrl: string | undefined;
  /** Positions older than this are dropped, days. */
  readonly retentionDays: number;
  readonly journal: {
    /** Most bytes that the journal may have on disk. */
    readonly maxBytes: number;
    /** What the database has is kept in the journal at most this long, milliseconds. */
    readonly keepMs: number;
  };
  /** What other systems are told by MQTT, on `posko/<region>/out/...`, beside the anchors of the log. */
  readonly mqttOut: ReadonlySet<'alarm' | 'position'>;
  /** How far around its ring a site of each kind watches, metres. */
  readonly watchRadiiM: WatchRadii;
  readonly basemap: BasemapSource;
  readonly logLevel: LogLevel;
};

/** Where to listen; port 0 = any free port. */
export type ListenAddress = { readonly host: string; readonly port: number };

/** Where and how the page and its interface are reached. */
export type HttpConfig = ListenAddress & {
  /** Files of the certificate and its key, PEM, absolute; undefined: plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Host names under which browsers reach it, beside this machine's own; lower case. */
  readonly names: readonly string[];
  /** Name or address that a browser elsewhere can open, for links on the console. */
  readonly shownHost: string;
  /** Plain HTTP is answered to other machines too. */
  readonly allowsPlainHttp: boolean;
  /** Addresses and networks of proxies whose X-Forwarded-For and -Proto count. */
  readonly trustedProxies: readonly string[];
};

/** The map under the units: the one built from npm data, a `.pmtiles` file (absolute path) or a MapLibre style URL. */
export type BasemapSource =
  | { readonly from: 'built-in' }
  | { readonly from: 'pmtiles'; readonly file: string }
  | { readonly from: 'style'; readonly url: string };

/** One thing wrong with the environment: which variable, and what to do. */
export type ConfigProblem = { readonly variable: string; readonly problem: string };

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const known = new Set([
  'POSKO_DATA_DIR',
  'POSKO_HTTP_HOST',
  'POSKO_HTTP_PORT',
  'POSKO_HTTP_NAMES',
  'POSKO_TLS_CERT',
  'POSKO_TLS_KEY',
  'POSKO_ALLOW_PLAIN_HTTP',
  'POSKO_TRUSTED_PROXIES',
  'POSKO_MQTT_HOST',
  'POSKO_MQTT_PORT',
  'POSKO_MQTTS_PORT',
  'POSKO_TLS_CA',
  'POSKO_BROKER_URL',
  'POSKO_DOOR_LIMITS',
  'POSKO_DATABASE_URL',
  'POSKO_RETENTION_DAYS',
  'POSKO_JOURNAL_MAX_MB',
  'POSKO_JOURNAL_KEEP_HOURS',
  'POSKO_WATCH_RADII',
  'POSKO_MQTT_OUT',
  'POSKO_BASEMAP',
  'POSKO_LOG_LEVEL',
  'POSKO_PUBLISHED_ON_LOOPBACK',
]);
/**
 * Of docker-compose.yml, which reads the same file .env; of commands that make and read backups, and of
 * those that ask the running server.
 */
const knownElsewhere = new Set(['POSKO_DB_PASSWORD', 'POSKO_BACKUP_PASSPHRASE', 'POSKO_TOKEN']);

/**
 * Reads the configuration from environment variables (design.md section 7).
 * Finds every problem, so that one look is enough to mend them all; an unknown `POSKO_` variable is
 * a problem too, since it is most often a misspelt one that would silently do nothing.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const complain = (variable: string, problem: string): void => {
    problems.push({ variable, problem });
  };
  // an empty variable counts as unset: that is how compose files and shells say "not given"
  const read = (variable: string): string | undefined => env[variable] || undefined;

  for (const variable of Object.keys(env)) {
    if (
      variable.startsWith('POSKO_') &&
      !variable.startsWith('POSKO_TEST_') &&
      !known.has(variable) &&
      !knownElsewhere.has(variable)
    ) {
      complain(
        variable,
        `is not a setting of this version; the settings are ${[...known].join(', ')}`,
      );
    }
  }

  const isPublished = readSwitch('POSKO_PUBLISHED_ON_LOOPBACK', read, complain);
  const http = readHttp(isPublished, read, complain);
  const config: Config = {
    dataDir: path.resolve(projectRoot, read('POSKO_DATA_DIR') ?? 'data'),
    http,
    mqtt: readMqtt(http.tls, projectRoot, read, complain),
    broker: readBroker(projectRoot, read, complain),
    doorLimits: readDoorLimits(read, complain),
    databaseUrl: readDatabaseUrl(read, complain),
    retentionDays: readWhole('POSKO_RETENTION_DAYS', 366, 'days', [1, 3_660], read, complain),
    journal: {
      maxBytes:
        1e6 * readWhole('POSKO_JOURNAL_MAX_MB', 5_000, 'megabytes', [16, 1e7], read, complain),
      keepMs:
        hourMs * readWhole('POSKO_JOURNAL_KEEP_HOURS', 168, 'hours', [0, 87_840], read, complain),
    },
    watchRadiiM: readWatchRadii(read, complain),
    mqttOut: readMqttOut(read, complain),
    basemap: readBasemap(read, complain),
    logLevel: readLogLevel(read, complain),
  };
  const { port, tls } = config.mqtt;
  for (const [variable, other] of [
    ['POSKO_MQTT_PORT', port],
    ['POSKO_MQTTS_PORT', tls?.port],
  ] as const) {
    if (http.port !== 0 && http.port === other) {
      complain(variable, `is ${other}, which POSKO_HTTP_PORT is too; they must differ`);
    }
  }
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}

/** All problems as text for a terminal, one a line. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  return problems.map(({ variable, problem }) => `  ${variable} ${problem}`).join('\n');
}

/** Reads a variable; an empty one counts as unset. */
export type Read = (variable: string) => string | undefined;
export type Complain = (variable: string, problem: string) => void;

/**
 * Passwords and positions cross the network in the clear without TLS, so plain HTTP stays on this
 * machine unless somebody says otherwise, or a proxy in front has the certificate. Inside a container
 * the loopback is the container's own and useless, so docker-compose.yml binds everything there,
 * publishes on the host's loopback only, and says so by POSKO_PUBLISHED_ON_LOOPBACK.
 */
function readHttp(isPublished: boolean, read: Read, complain: Complain): HttpConfig {
  const host = read('POSKO_HTTP_HOST') ?? '127.0.0.1';
  const tls = readTls(read, complain);
  const trustedProxies = readList('POSKO_TRUSTED_PROXIES', read);
  for (const proxy of trustedProxies) {
    if (!isAddressOrNetwork(proxy)) {
      complain(
        'POSKO_TRUSTED_PROXIES',
        `has "${proxy}"; it must list addresses (10.0.0.5) or networks (10.0.0.0/24)`,
      );
    }
  }
  const names = readList('POSKO_HTTP_NAMES', read).map((name) => name.toLowerCase());
  for (const name of names) {
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) {
      complain(
        'POSKO_HTTP_NAMES',
        `has "${name}"; it must list host names, such as posko.example.id`,
      );
    }
  }
  const allowsPlainHttp = readSwitch('POSKO_ALLOW_PLAIN_HTTP', read, complain) || isPublished;
  const isProtected = tls !== undefined || trustedProxies.length > 0 || allowsPlainHttp;
  if (!isLoopback(host) && !isProtected) {
    complain(
      'POSKO_HTTP_HOST',
      `is "${host}", and passwords and positions would cross the network in the clear: set ` +
        'POSKO_TLS_CERT and POSKO_TLS_KEY, or POSKO_TRUSTED_PROXIES for a proxy that has the ' +
        'certificate, or POSKO_ALLOW_PLAIN_HTTP=1 if the network is trusted',
    );
  }
  const port = readPort('POSKO_HTTP_PORT', 8080, read, complain);
  const shownHost = names[0] ?? (isPublished ? '127.0.0.1' : addressToOpen(host));
  return { host, port, tls, names, shownHost, allowsPlainHttp, trustedProxies };
}

/** Of a server that listens on every address, one that other machines reach. */
function addressToOpen(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const addresses = Object.values(os.networkInterfaces()).flatMap((each) => each ?? []);
  const outer = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return outer?.address ?? '127.0.0.1';
}

function readTls(read: Read, complain: Complain): HttpConfig['tls'] {
  const [cert, key] = [read('POSKO_TLS_CERT'), read('POSKO_TLS_KEY')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'POSKO_TLS_CERT' : 'POSKO_TLS_KEY';
    complain(missing, 'is missing: a certificate and its key are needed, both as PEM files');
    return undefined;
  }
  const files = {
    certFile: path.resolve(projectRoot, cert),
    keyFile: path.resolve(projectRoot, key),
  };
  const pair = readCertificatePair(files);
  if (!pair.ok) complain(pair.file === 'cert' ? 'POSKO_TLS_CERT' : 'POSKO_TLS_KEY', pair.problem);
  return files;
}

function readSwitch(variable: string, read: Read, complain: Complain): boolean {
  const text = read(variable);
  if (text !== undefined && text !== '1') {
    complain(variable, `is "${text}"; it must be 1 or unset`);
  }
  return text === '1';
}

/** Parts between commas. */
function readList(variable: string, read: Read): readonly string[] {
  const parts = (read(variable) ?? '').split(',');
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  return family !== 0 && isLength && rest.length === 0;
}

function readPort(variable: string, fallback: number, read: Read, complain: Complain): number {
  const text = read(variable);
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    complain(variable, `is "${text}"; it must be a port from 0 to 65535 (0 = any free port)`);
    return fallback;
  }
  return port;
}

/** A whole number within bounds, both included. */
function readWhole(
  variable: string,
  fallback: number,
  unit: string,
  [min, max]: readonly [number, number],
  read: Read,
  complain: Complain,
): number {
  const text = read(variable);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    complain(variable, `is "${text}"; it must be whole ${unit} from ${min} to ${max}`);
    return fallback;
  }
  return value;
}

function readDatabaseUrl(read: Read, complain: Complain): string | undefined {
  const text = read('POSKO_DATABASE_URL');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPostgres = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  // without its name, the database is one that is named after the user, which few mean
  if (!isPostgres || url.pathname.length <= 1) {
    // the value is not shown: it usually holds a password
    complain('POSKO_DATABASE_URL', 'must look like postgres://user:password@host:5432/database');
  }
  return text;
}

/** Reads POSKO_WATCH_RADII: `kind=metres` between commas; a kind that is not named watches as far as it usually does. */
function readWatchRadii(read: Read, complain: Complain): WatchRadii {
  const variable = 'POSKO_WATCH_RADII';
  const radiiM = { ...usualWatchRadiiM };
  const { min, max } = watchRadiusBounds;
  const named = new Set<string>();
  for (const part of readList(variable, read)) {
    const [name = '', value = ''] = part.split('=', 2).map((side) => side.trim());
    const kind = siteKinds.find((each) => each === name);
    const radiusM = Number(value);
    if (kind === undefined) {
      const kinds = siteKinds.join(', ');
      complain(variable, `has "${part}"; it must list kind=metres, with a kind of ${kinds}`);
    } else if (named.has(kind)) {
      complain(variable, `has ${kind} twice; name each kind once`);
    } else if (!/^\d+$/.test(value) || radiusM < min || radiusM > max) {
      complain(variable, `has ${kind}=${value}; it must be whole metres from ${min} to ${max}`);
    } else {
      radiiM[kind] = radiusM;
      named.add(kind);
    }
  }
  return radiiM;
}

/** Reads POSKO_MQTT_OUT: `alarm` and `position` between commas, or `off`; alarms where it is not set. */
function readMqttOut(read: Read, complain: Complain): Config['mqttOut'] {
  const variable = 'POSKO_MQTT_OUT';
  const parts = readList(variable, read);
  if (parts.length === 0) return new Set(['alarm']);
  const kinds = new Set<'alarm' | 'position'>();
  for (const part of parts) {
    if (part === 'alarm' || part === 'position') kinds.add(part);
    else if (part !== 'off' || parts.length > 1) {
      complain(variable, `has "${part}"; it must list alarm and position, or be off`);
    }
  }
  return kinds;
}

function readBasemap(read: Read, complain: Complain): BasemapSource {
  const text = read('POSKO_BASEMAP');
  if (text === undefined) return { from: 'built-in' };
  if (/^https?:\/\//.test(text)) {
    if (!URL.canParse(text)) complain('POSKO_BASEMAP', `is "${text}", which is not a valid URL`);
    return { from: 'style', url: text };
  }
  if (!text.endsWith('.pmtiles')) {
    complain(
      'POSKO_BASEMAP',
      `is "${text}"; it must be the path of a .pmtiles file or an http(s) URL of a MapLibre style`,
    );
  }
  return { from: 'pmtiles', file: path.resolve(projectRoot, text) };
}

function readLogLevel(read: Read, complain: Complain): LogLevel {
  const text = read('POSKO_LOG_LEVEL') ?? 'info';
  const level = logLevels.find((name) => name === text);
  if (level === undefined) {
    complain('POSKO_LOG_LEVEL', `is "${text}"; it must be one of ${logLevels.join(', ')}`);
  }
  return level ?? 'info';
}
