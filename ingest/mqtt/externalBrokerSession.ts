import { readFile } from 'node:fs/promises';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import { BrokerConnection, type ConnectionEnd } from './externalBrokerConnection.ts';
import type { ProtocolVersion } from './externalBrokerPackets.ts';
import type { SessionSettings } from './externalBrokerSettings.ts';
import { caTrouble } from './externalBrokerTrouble.ts';

/** How a session stands. */
export type SessionState = {
  readonly isConnected: boolean;
  /** Why not, or what is missing although it is. */
  readonly error: string | undefined;
};

/** One session at a broker of others, which the broker keeps while nobody is connected to it. */
export class BrokerSession {
  readonly #settings: SessionSettings;
  readonly #caFile: string | undefined;
  readonly #onState: (state: SessionState) => void;
  readonly #stop = new AbortController();
  #connection: BrokerConnection | undefined;
  #connecting: Promise<void> | undefined;

  /** @param caFile whose signature the broker's certificate must have; undefined: one that this machine trusts */
  constructor(
    settings: SessionSettings,
    caFile: string | undefined,
    onState: (state: SessionState) => void,
  ) {
    this.#settings = settings;
    this.#caFile = caFile;
    this.#onState = onState;
  }

  get waiting(): number {
    return this.#connection?.waiting ?? 0;
  }

  /** Connects, and again whenever the connection ends. */
  start(): void {
    this.#connecting ??= this.#stayConnected();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#connection?.close();
    await this.#connecting;
  }

  readOn(): void {
    this.#connection?.readOn();
  }

  endOwing(): void {
    this.#connection?.endOwing();
  }

  async #stayConnected(): Promise<void> {
    const { maxWaitMs, minWaitMs } = this.#settings.times;
    let version: ProtocolVersion = 5;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const startedAtMs = performance.now();
      const end = await this.#connectOnce(version);
      if (end.why === 'version_refused') {
        version = 4;
        continue;
      }
      version = 5;
      if (end.why === 'asked') continue;
      this.#onState({ isConnected: false, error: end.sentence });
      // one that lasts is a success; two that throw each other out must not do so at full speed
      if (performance.now() - startedAtMs > maxWaitMs) failures = 0;
      const longestMs = Math.min(maxWaitMs, 2 * minWaitMs * 2 ** failures);
      failures += 1;
      // many that lost the same broker must not come back in the same moment
      const waitMs = longestMs * (0.5 + Math.random() / 2);
      await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #connectOnce(version: ProtocolVersion): Promise<ConnectionEnd> {
    let socket: Socket;
    try {
      socket = await this.#open();
    } catch (error) {
      return { why: 'trouble', sentence: caTrouble(this.#caFile ?? '', error) };
    }
    this.#connection = new BrokerConnection(socket, version, this.#settings, (trouble) =>
      this.#onState({ isConnected: true, error: trouble }),
    );
    if (this.#stop.signal.aborted) void this.#connection.close();
    const end = await this.#connection.ended;
    this.#connection = undefined;
    return end;
  }

  async #open(): Promise<Socket> {
    const { host, port, isTls } = this.#settings.address;
    if (!isTls) return connectPlain({ host, port });
    // the file is read for each connection, so that a new one counts without a new start
    const secureContext =
      this.#caFile === undefined
        ? trusted()
        : createSecureContext({ ca: await readFile(this.#caFile), minVersion: 'TLSv1.2' });
    return connectTls({
      host,
      port,
      secureContext,
      // [RFC 6066, 3] no addresses
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
  }
}

let known: SecureContext | undefined;

/** Those who trust Node's own CAs and those that somebody gave the machine; made once, it takes long. */
function trusted(): SecureContext {
  known ??= createSecureContext({
    ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
    minVersion: 'TLSv1.2',
  });
  return known;
}
