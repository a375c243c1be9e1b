import type { Socket } from 'node:net';
import type { Proof } from '../identities.ts';
import type { Speaker } from '../principals.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Metered } from './metered.ts';
import type { PacketSizeGuard } from './packetSizeGuard.ts';
import type { Queue } from './turns.ts';

/** One connection of a device, as the listener keeps it. */
export type Connection = {
  readonly socket: Socket;
  readonly door: 'mqtt' | 'mqtts';
  /** A closed socket forgets it, and reasons for closing come late. */
  readonly address: string;
  readonly acknowledgements: Acknowledgements;
  readonly guard: PacketSizeGuard;
  readonly metered: Metered;
  /** As its client chose it; one of ours where it left the choice to us ([MQTT-3.1.3-6]). */
  clientId: string;
  /** As its client asked for it: it wants nothing kept while it is away. */
  isClean: boolean;
  identity: { readonly speaker: Speaker; readonly proof: Proof } | undefined;
  /** What is to be published when it ends without a goodbye. */
  will: Will | undefined;
  readonly subscriptions: Set<string>;
  readonly queue: Queue;
  /** Messages that were handed on and whose fate is not known yet. */
  underWay: number;
  /** What it has paid of `guard.cost`. */
  paid: number;
  /** For so long it is read no further before it is ended, ms. */
  patienceMs: number;
  hasLeft: boolean;
};

/** A last will. */
export type Will = { readonly topic: string; readonly payload: Uint8Array };
