import type { OutMessage } from '../../server/domain/outMessage.ts';
import type { BrokerReport, OutReport } from '../messages.ts';
import { readBrokerAddress } from './externalBrokerAddress.ts';
import { BrokerOutbox } from './externalBrokerOutbox.ts';
import { BrokerSession, type SessionState } from './externalBrokerSession.ts';
import type { BrokerTimes, FetchHandlers } from './externalBrokerSettings.ts';

/** How messages are fetched from a broker of others. */
export type ExternalBrokerOptions = {
  /** POSKO_BROKER_URL. */
  readonly url: string;
  /**
   * Names the sessions at the broker: the same for one journal at every start, and no other Posko's.
   * Letters, digits and hyphens.
   */
  readonly clientId: string;
  /** PEM; undefined: the CAs that Node and this machine trust. */
  readonly caFile?: string | undefined;
  readonly limits: {
    /** Longest packet body, bytes. */
    readonly packetBytes: number;
    /** Messages that the broker may hand on before the first of them is acknowledged; at most 65,535. */
    readonly inFlight?: number | undefined;
  };
  readonly handlers: FetchHandlers & { readonly onState: (report: BrokerReport) => void };
  /** The server's clock, UTC epoch milliseconds. */
  readonly nowMs: () => number;
  readonly times?: Partial<BrokerTimes> | undefined;
};

/**
 * Rate times latency: 40,000 messages a second, which is what a core takes off a broker, at 25 ms
 * from its arrival to its acknowledgement (a commit every 5 ms, and a slow disk's sync). More would
 * only make more come twice after a crash.
 */
const defaultInFlight = 1_024;
/** People press these by hand. */
const sosInFlight = 64;

const defaultTimes: BrokerTimes = {
  handshakeMs: 10_000,
  beatMs: 15_000,
  minWaitMs: 500,
  maxWaitMs: 30_000,
  // a disk that hangs is given up after 2 s
  partingMs: 3_000,
};

const filters = ['posko/+/+/fix', 'posko/+/+/status', 'owntracks/+/+'];
const sosFilters = ['posko/+/+/sos'];

const connecting: SessionState = { isConnected: false, error: undefined };

/**
 * Fetches messages from a broker of others, which keeps what is not acknowledged. Two sessions: an
 * SOS has one of its own, so that it neither waits behind what gathered while nobody fetched it, nor
 * when a full disk leaves so many fixes without acknowledgement that the broker hands on no more.
 */
export class ExternalBroker {
  /** On the session of SOS, which is never held back: nothing that is told waits behind fixes. */
  readonly #outbox = new BrokerOutbox();
  readonly #sessions: readonly BrokerSession[];
  readonly #states: SessionState[];
  readonly #options: ExternalBrokerOptions;
  readonly #shown: string;
  #report: BrokerReport | undefined;

  constructor(options: ExternalBrokerOptions) {
    const { url, clientId, caFile, limits, handlers, times } = options;
    const address = readBrokerAddress(url);
    const inFlight = limits.inFlight ?? defaultInFlight;
    const common = {
      address,
      packetBytes: limits.packetBytes,
      times: { ...defaultTimes, ...times },
    };
    this.#options = options;
    this.#shown = address.shown;
    this.#states = [connecting, connecting];
    this.#sessions = [
      new BrokerSession(
        { ...common, clientId, filters, inFlight, handlers },
        caFile,
        this.#stateOf(0),
      ),
      new BrokerSession(
        {
          ...common,
          clientId: `${clientId}-sos`,
          filters: sosFilters,
          inFlight: Math.min(sosInFlight, inFlight),
          handlers: { ...handlers, isCrowded: () => false },
          outbox: this.#outbox,
        },
        caFile,
        this.#stateOf(1),
      ),
    ];
  }

  /** Messages that the broker has handed on and that are not acknowledged yet. */
  get waiting(): number {
    return this.#sessions.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** What is told the broker. */
  get out(): OutReport {
    const { sent, waiting, dropped, error } = this.#outbox;
    return { listeners: 0, sent, waiting, dropped, ended: 0, error };
  }

  /** Tells the broker; alarms and anchors wait while it is away, the oldest go when too many do. */
  publish(messages: readonly OutMessage[]): void {
    this.#outbox.add(messages);
  }

  /** Connects, and again whenever a connection ends. */
  start(): void {
    this.#tell();
    for (const session of this.#sessions) session.start();
  }

  /** Ends the connections; the sessions stay at the broker, which keeps what comes meanwhile. */
  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }

  /** There is room again: reads on where that was stopped. */
  readOn(): void {
    for (const session of this.#sessions) session.readOn();
  }

  /** What could not be stored can be now: has the broker send it again. */
  endOwing(): void {
    for (const session of this.#sessions) session.endOwing();
  }

  #stateOf(at: number): (state: SessionState) => void {
    return (state) => {
      this.#states[at] = state;
      this.#tell();
    };
  }

  #tell(): void {
    const known = this.#report;
    const isConnected = this.#states.every((state) => state.isConnected);
    const error = this.#states.find((state) => state.error !== undefined)?.error;
    if (known?.isConnected === isConnected && known.error === error) return;
    const isSame = known?.isConnected === isConnected;
    const sinceMs = isSame ? known.sinceMs : this.#options.nowMs();
    this.#report = { url: this.#shown, isConnected, sinceMs, error };
    this.#options.handlers.onState(this.#report);
  }
}
