import type { Codec } from './decoded.ts';
import type { Listener } from './outMessage.ts';
import type { Door } from './principal.ts';
import type { DoorReason } from './setAside.ts';

/** A message for the door that did not come by MQTT. */
export type Submission = {
  readonly door: Door;
  readonly address: string;
  /** Who says that it may; undefined: the message came without a secret. */
  readonly credentials: Credentials | undefined;
  /** Whose message it is; a gateway names the tracker that it speaks for. */
  readonly trackerId: string;
  readonly codec: Codec;
  readonly payload: Uint8Array;
  /** Somebody who may look after devices sends it once more: it needs no secret. */
  readonly isSentAgain: boolean;
  /** When it came to the door first, epoch ms; only of what is sent once more, and judged by it. */
  readonly firstReceivedAtMs?: number | undefined;
};

/** Id of a tracker or gateway, and its secret. */
export type Credentials = { readonly id: string; readonly secret: string };

/** What became of it. */
export type Submitted =
  /** In the journal, on disk. */
  | { readonly outcome: 'stored' }
  /** The disk does not take it: shown, and to be sent again. */
  | { readonly outcome: 'not_stored' }
  | {
      readonly outcome: 'refused';
      readonly reason: DoorReason;
      /** What is wrong and what to do. */
      readonly detail: string;
      /** It may come again then. */
      readonly retryAfterMs: number | undefined;
    };

/** Somebody who has to show a secret that is not known by heart. */
export type SecretCheck = Credentials & { readonly address: string; readonly door: Door };

/** What a check found. `retryAfterMs`: it could not be looked at now. */
export type SecretChecked = {
  readonly isRight: boolean;
  readonly retryAfterMs: number | undefined;
  /** Whose API token it was, in the place of a secret; null: of nobody. Undefined: it was none. */
  readonly listener?: Listener | null | undefined;
};
