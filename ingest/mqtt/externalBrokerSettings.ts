import type { DoorReason } from '../../server/domain/setAside.ts';
import type { BrokerAddress } from './externalBrokerAddress.ts';
import type { BrokerOutbox } from './externalBrokerOutbox.ts';
import type { Published, Settle } from './mqttHandlers.ts';

/** What a broker of others tells, and asks. */
export type FetchHandlers = {
  /** A message came in; `settle` is to be called once. The payload is a view that lives as long as the call. */
  readonly onPublished: (fetched: Published, settle: Settle) => void;
  /** True while nothing more should be read; `readOn` ends it. */
  readonly isCrowded: () => boolean;
  readonly onSetAside: (reason: DoorReason, detail: string, address: string) => void;
};

/** What one session at a broker is made of. */
export type SessionSettings = {
  readonly address: BrokerAddress;
  readonly clientId: string;
  /** Topic filters of what is fetched. */
  readonly filters: readonly string[];
  readonly packetBytes: number;
  readonly inFlight: number;
  readonly times: BrokerTimes;
  readonly handlers: FetchHandlers;
  /** What is told the broker on this session; undefined: nothing. */
  readonly outbox?: BrokerOutbox | undefined;
};

/** Times, milliseconds. */
export type BrokerTimes = {
  /** From the first byte to the granted subscriptions. */
  readonly handshakeMs: number;
  /** The broker hears from us this often; silent for twice as long, it is taken for dead. */
  readonly beatMs: number;
  /** Waits between attempts double from the one to the other. */
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  /** At the end, for what waits for the disk, and for the broker to hang up. */
  readonly partingMs: number;
};
