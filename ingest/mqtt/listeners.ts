import type { Socket } from 'node:net';
import { isInScope } from '../../server/domain/access.ts';
import { type Listener, type OutMessage, outTopic } from '../../server/domain/outMessage.ts';
import { everywhere } from '../../server/domain/region.ts';
import type { OutReport } from '../messages.ts';
import { type OutFilter, readOutFilter } from './outFilter.ts';
import { defaultOutflowLimits, Outflow, type OutflowLimits, type OutPacket } from './outflow.ts';

/** Connections that may listen at once. */
export const maxListeners = 100;
/** Retained messages: one for each regency, and some. */
const maxRetained = 1_000;

/** Why a connection that listens has to end. */
export type ListenerEnd = { readonly socket: Socket; readonly why: 'expired' | 'stuck' };

type Subscription = OutFilter & { readonly qos: 0 | 1 };
type Listening = {
  readonly listener: Listener;
  readonly outflow: Outflow;
  /** By the filter as it was asked for. */
  readonly subscriptions: Map<string, Subscription>;
};

/**
 * Those who listen to what Posko tells others, and what goes out to them: of each message, what their
 * subscriptions ask for and their token lets them see. Nothing is kept for those who are away but the
 * newest anchor of each region.
 */
export class Listeners {
  readonly #nowMs: () => number;
  readonly #limits: OutflowLimits;
  readonly #listening = new Map<Socket, Listening>();
  readonly #retained = new Map<string, OutMessage>();
  /** Of those who have left. */
  #sent = 0;
  #dropped = 0;
  #ended = 0;

  /** @param nowMs a clock that only goes forward, for patience */
  constructor(nowMs: () => number, limits: OutflowLimits = defaultOutflowLimits) {
    this.#nowMs = nowMs;
    this.#limits = limits;
  }

  /** No other may come. */
  get isFull(): boolean {
    return this.#listening.size >= maxListeners;
  }

  add(socket: Socket, listener: Listener): void {
    const outflow = new Outflow(socket, this.#nowMs, this.#limits);
    this.#listening.set(socket, { listener, outflow, subscriptions: new Map() });
  }

  /** A connection is no more. */
  remove(socket: Socket): void {
    const left = this.#listening.get(socket);
    if (left === undefined) return;
    this.#listening.delete(socket);
    this.#sent += left.outflow.sent;
    this.#dropped += left.outflow.dropped + left.outflow.waiting;
  }

  /** A subscription was granted, and its SUBACK is out. What is retained for it follows. */
  subscribe(socket: Socket, filter: string, qos: number): void {
    const found = this.#listening.get(socket);
    const read = readOutFilter(filter);
    if (found === undefined || read === undefined) return;
    // nothing is told by QoS 2
    const subscription: Subscription = { ...read, qos: qos === 0 ? 0 : 1 };
    found.subscriptions.set(filter, subscription);
    for (const message of this.#retained.values()) {
      if (!isAskedFor(subscription, message)) continue;
      found.outflow.add({ ...packetOf(message), qos: subscription.qos, isRetained: true });
    }
  }

  unsubscribe(socket: Socket, filter: string): void {
    this.#listening.get(socket)?.subscriptions.delete(filter);
  }

  /** A PUBACK came from one of them. */
  acknowledged(socket: Socket, id: number): void {
    this.#listening.get(socket)?.outflow.acknowledged(id);
  }

  /** Tells those who listen. */
  publish(messages: readonly OutMessage[]): void {
    for (const message of messages) if (message.kind === 'anchor') this.#retain(message);
    if (this.#listening.size === 0) return;
    for (const socket of this.#listening.keys()) socket.cork();
    for (const message of messages) {
      const packet = packetOf(message);
      for (const each of this.#listening.values()) tell(each, message, packet);
    }
    for (const socket of this.#listening.keys()) socket.uncork();
  }

  /** Those of these credentials, which count no more. */
  of(credentials: ReadonlySet<string>): readonly Socket[] {
    return [...this.#listening]
      .filter(([, { listener }]) => credentials.has(listener.credential))
      .map(([socket]) => socket);
  }

  /**
   * Those who have to go, each told once.
   *
   * @param atMs UTC epoch ms
   */
  overdue(atMs: number): readonly ListenerEnd[] {
    const overdue: ListenerEnd[] = [];
    for (const [socket, { listener, outflow }] of this.#listening) {
      if (atMs >= listener.expiresAtMs) overdue.push({ socket, why: 'expired' });
      else if (outflow.isStuck) overdue.push({ socket, why: 'stuck' });
    }
    for (const { socket, why } of overdue) {
      if (why === 'stuck') this.#ended += 1;
      this.remove(socket);
    }
    return overdue;
  }

  report(): OutReport {
    const all = [...this.#listening.values()].map(({ outflow }) => outflow);
    return {
      listeners: all.length,
      sent: all.reduce((sum, { sent }) => sum + sent, this.#sent),
      waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
      dropped: all.reduce((sum, { dropped }) => sum + dropped, this.#dropped),
      ended: this.#ended,
      error: undefined,
    };
  }

  #retain(message: OutMessage): void {
    const { region } = message;
    if (!this.#retained.has(region) && this.#retained.size >= maxRetained) return;
    this.#retained.set(region, message);
  }
}

/** [MQTT-3.3.5-1] Once, by the highest QoS of all subscriptions that it fits. */
function tell(
  { listener, outflow, subscriptions }: Listening,
  message: OutMessage,
  packet: OutPacket,
): void {
  if (!maySee(listener, message)) return;
  let qos = -1;
  for (const subscription of subscriptions.values()) {
    if (isAskedFor(subscription, message)) qos = Math.max(qos, subscription.qos);
  }
  if (qos < 0) return;
  outflow.add(qos === 0 && packet.qos === 1 ? { ...packet, qos: 0 } : packet);
}

function isAskedFor({ region, kinds }: OutFilter, message: OutMessage): boolean {
  return (region === '+' || region === message.region) && kinds.includes(message.kind);
}

/** An anchor says nothing of anybody. */
function maySee({ alarms, positions }: Listener, { kind, regions }: OutMessage): boolean {
  if (kind === 'anchor') return true;
  const scope = kind === 'alarm' ? alarms : positions;
  // what belongs to no region is for those who see everything
  return scope.includes(everywhere) || isInScope(scope, regions);
}

/** [MQTT-3.3.1-9] To those who listen already it comes unmarked. */
function packetOf(message: OutMessage): OutPacket {
  return {
    topic: outTopic(message),
    payload: Buffer.from(message.payload),
    qos: message.kind === 'position' ? 0 : 1,
    isRetained: false,
  };
}
