import type { Socket } from 'node:net';
import type { DoorLimits } from '../../server/domain/doorLimits.ts';
import { unmapped } from '../../server/domain/loopback.ts';
import { networkOf } from '../../server/domain/networkOf.ts';
import type { DoorReason } from '../../server/domain/setAside.ts';
import { Buckets } from '../buckets.ts';

type GateLimits = Pick<
  DoorLimits,
  'connectionsPerAddress' | 'connectBurst' | 'connectsPerSecond'
> & {
  readonly maxConnections: number;
};

/** Addresses whose rates are kept. */
const maxAddresses = 20_000;

/** Counts connections before anything is known of them but their address, and turns away too many. */
export class ConnectGate {
  readonly #limits: GateLimits;
  readonly #onRefused: (reason: DoorReason, detail: string, address: string) => void;
  readonly #rates: Buckets;
  readonly #sockets = new Set<Socket>();
  /** Connections open now, by network; as many entries as connections at most. */
  readonly #perNetwork = new Map<string, number>();

  constructor(
    limits: GateLimits,
    onRefused: (reason: DoorReason, detail: string, address: string) => void,
  ) {
    this.#limits = limits;
    this.#onRefused = onRefused;
    const { connectBurst, connectsPerSecond } = limits;
    this.#rates = new Buckets({ burst: connectBurst, perSecond: connectsPerSecond }, maxAddresses);
  }

  /** Connections open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Lets a connection in, or ends it at once. */
  enter(socket: Socket): boolean {
    const address = unmapped(socket.remoteAddress ?? 'unknown');
    const network = networkOf(address);
    const refusal = this.#refusalOf(network);
    if (refusal !== undefined) {
      this.#onRefused(refusal.reason, refusal.detail, address);
      socket.destroy();
      return false;
    }
    this.#sockets.add(socket);
    this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const left = (this.#perNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.#perNetwork.set(network, left);
      else this.#perNetwork.delete(network);
    });
    return true;
  }

  /** Ends all connections. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #refusalOf(
    network: string,
  ): { readonly reason: DoorReason; readonly detail: string } | undefined {
    const { maxConnections, connectionsPerAddress, connectBurst, connectsPerSecond } = this.#limits;
    if (this.#sockets.size >= maxConnections) {
      const detail = `the limit is ${maxConnections} connections: raise the limit of open files`;
      return { reason: 'too_many_connections', detail };
    }
    if ((this.#perNetwork.get(network) ?? 0) >= connectionsPerAddress) {
      const detail = `the limit is ${connectionsPerAddress} connections of one address (connectionsPerAddress)`;
      return { reason: 'too_many_connections', detail };
    }
    if (this.#rates.take(network, performance.now())) return undefined;
    const detail = `one address may connect ${connectBurst} times at once and ${connectsPerSecond} times a second for long (connectBurst, connectsPerSecond)`;
    return { reason: 'connecting_too_fast', detail };
  }
}
