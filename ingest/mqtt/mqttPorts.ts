import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type TlsOptions,
  type Server as TlsServer,
} from 'node:tls';
import type { DoorPorts, IngestSettings, MqttTls } from '../messages.ts';

/** Where MQTT comes in. */
export type MqttPortsHandlers = {
  /** A connection came; false: it was turned away. */
  readonly enter: (socket: Socket) => boolean;
  /** It can speak MQTT now. */
  readonly take: (socket: Socket, door: 'mqtt' | 'mqtts') => void;
  /** A connection to the TLS port came to nothing. */
  readonly onTlsFault: (detail: string, address: string) => void;
};

/** The certificate and key cannot be used; its message says which and why. */
export class CertificateError extends Error {
  constructor({ certFile, keyFile, caFile }: MqttTls, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const ca = caFile === undefined ? '' : ` or the CA ${caFile}`;
    super(
      `The certificate ${certFile}, its key ${keyFile}${ca} cannot be used (${why}): POSKO_TLS_CERT, POSKO_TLS_KEY and POSKO_TLS_CA must name PEM files that this account can read and that belong together.`,
      { cause },
    );
    this.name = 'CertificateError';
  }
}

/** It cannot listen; `door` says where, `cause` is the system's error. */
export class PortError extends Error {
  readonly door: 'mqtt' | 'mqtts';
  constructor(door: 'mqtt' | 'mqtts', cause: unknown) {
    super(String(cause), { cause });
    this.name = 'PortError';
    this.door = door;
  }
}

/** How reading certificates anew went. */
export type Reloaded = {
  /** Why the old ones go on, if they do. */
  readonly failure: string | undefined;
  /** Other client certificates count than before. */
  readonly isCaChanged: boolean;
};

/** The listening sockets of MQTT, plain and over TLS. */
export class MqttPorts {
  readonly #settings: IngestSettings['mqtt'];
  readonly #connectSeconds: number;
  readonly #handlers: MqttPortsHandlers;
  #servers: Server[] = [];
  #tls: TlsServer | undefined;
  /** Whose client certificates count, PEM. */
  #ca: string | undefined;

  /** @param connectSeconds longest time until TLS stands */
  constructor(
    settings: IngestSettings['mqtt'],
    connectSeconds: number,
    handlers: MqttPortsHandlers,
  ) {
    this.#settings = settings;
    this.#connectSeconds = connectSeconds;
    this.#handlers = handlers;
  }

  /**
   * Listens.
   *
   * @throws CertificateError, or PortError when an address cannot be had
   */
  async start(): Promise<DoorPorts> {
    const { host, port, tls } = this.#settings;
    const secure = tls === undefined ? undefined : await this.#createTls(tls);
    const plainPort =
      port === undefined
        ? undefined
        : await this.#listen('mqtt', host, port, (socket) => this.#handlers.take(socket, 'mqtt'));
    const tlsPort =
      tls === undefined || secure === undefined
        ? undefined
        : await this.#listen('mqtts', host, tls.port, (socket) =>
            secure.emit('connection', socket),
          );
    return { mqtt: plainPort, mqtts: tlsPort };
  }

  /** Reads certificate, key and CA anew. */
  async reloadTls(): Promise<Reloaded> {
    const { tls } = this.#settings;
    const before = this.#ca;
    if (tls === undefined || this.#tls === undefined)
      return { failure: undefined, isCaChanged: false };
    try {
      this.#tls.setSecureContext(await this.#readTls(tls));
      return { failure: undefined, isCaChanged: this.#ca !== before };
    } catch (error) {
      this.#ca = before;
      return { failure: new CertificateError(tls, error).message, isCaChanged: false };
    }
  }

  /** Stops listening. Resolves when the last connection has ended. */
  async close(): Promise<void> {
    const servers = this.#servers.filter(({ listening }) => listening);
    const closed = servers.map((server) => once(server, 'close'));
    for (const server of servers) server.close();
    await Promise.all(closed);
  }

  async #listen(
    door: 'mqtt' | 'mqtts',
    host: string,
    port: number,
    onSocket: (socket: Socket) => void,
  ): Promise<number> {
    const server = createServer((socket) => {
      if (this.#handlers.enter(socket)) onSocket(socket);
    });
    this.#servers.push(server);
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new PortError(door, error);
    }
    return (server.address() as AddressInfo).port;
  }

  async #readTls({ certFile, keyFile, caFile }: MqttTls): Promise<TlsOptions> {
    const [cert, key, ca] = await Promise.all([
      readFile(certFile),
      readFile(keyFile),
      caFile === undefined ? undefined : readFile(caFile, 'utf8'),
    ]);
    this.#ca = ca;
    return { cert, key, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) };
  }

  async #createTls(tls: MqttTls): Promise<TlsServer> {
    const { take, onTlsFault } = this.#handlers;
    try {
      const server = createTlsServer({
        ...(await this.#readTls(tls)),
        requestCert: tls.caFile !== undefined,
        // a certificate is one way to say who one is; the secret is the other
        rejectUnauthorized: false,
        handshakeTimeout: this.#connectSeconds * 1000,
      });
      server.on('secureConnection', (socket) => take(socket, 'mqtts'));
      server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
        // a connection that breaks is the network's business
        if (error.code !== 'ECONNRESET') {
          onTlsFault(
            `no TLS connection came about: ${error.message}`,
            socket.remoteAddress ?? 'unknown',
          );
        }
        socket.destroy();
      });
      this.#tls = server;
      return server;
    } catch (error) {
      throw new CertificateError(tls, error);
    }
  }
}
