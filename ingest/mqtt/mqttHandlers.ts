import type { DoorReason } from '../../server/domain/setAside.ts';
import type { Hello, Identified } from '../identities.ts';
import type { Speaker } from '../principals.ts';
import type { CheckTopic } from './wishes.ts';

/** One published message, before anything about it is known. */
export type Published = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Network address of the sender. */
  readonly address: string;
  /** 0: its sender asks for no acknowledgement. */
  readonly qos: 0 | 1 | 2;
};

/** A message of somebody who said who they are. */
export type Received = Published & {
  readonly speaker: Speaker;
  readonly door: 'mqtt' | 'mqtts';
};

/**
 * Settles a message: acknowledges it, or leaves its sender without an answer, who then keeps it and
 * sends it again at its next connection.
 */
export type Settle = (isAcknowledged: boolean) => void;

/** Whom a case concerns, where that is known. */
export type Concerning = { readonly trackerId?: string; readonly topic?: string };

/** What the listener tells, and asks. */
export type MqttHandlers = {
  /** Who begins a connection. It waits for the answer, and nobody else does. */
  readonly identify: (hello: Hello) => Identified | Promise<Identified>;
  /** A message came in; `settle` is to be called once. The payload is a view that lives as long as the call. */
  readonly onPublished: (received: Received, settle: Settle) => void;
  /** True for a message that waits for nothing: an SOS. */
  readonly isUrgent: (topic: string, speaker: Speaker) => boolean;
  /** Takes the right to hand a message of so many bytes on, if there is one. */
  readonly takeTurn: (speaker: Speaker, bytes: number) => boolean;
  /** Takes the right to have packets without a message worked on, at a cost of `PacketSizeGuard`. */
  readonly takeControls: (speaker: Speaker, cost: number) => boolean;
  /** True while somebody has sent so many SOS that no more should be read. */
  readonly isOverdrawn: (speaker: Speaker) => boolean;
  /** Why a connection may not leave this will behind, or have this subscription. */
  readonly checkWill: CheckTopic;
  readonly checkSubscription: CheckTopic;
  /** True while no connection should be read further; `readOn` ends it. */
  readonly isCrowded: () => boolean;
  readonly onSetAside: (
    reason: DoorReason,
    detail: string,
    address: string,
    about?: Concerning,
  ) => void;
  /** Somebody has a connection, said anything on it, has it no more. */
  readonly onContact: (speaker: Speaker, what: 'connected' | 'heard' | 'disconnected') => void;
};
