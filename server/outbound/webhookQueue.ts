import type { Webhook, WebhookAnswer } from '../domain/webhook.ts';
import type { AlarmNews } from './webhookMessage.ts';

/** A webhook that is on, with its secret, sealed. */
export type WebhookToSend = Webhook & { readonly sealedSecret: Uint8Array };

/** An event that was given up and that somebody wants sent once more; `news` is null when it is kept no longer. */
export type WantedDeadLetter = { readonly key: number; readonly news: AlarmNews | null };

/** Where an event went that could not be sent. */
export type GivenUp = {
  readonly eventKey: number;
  readonly eventId: string;
  readonly attempts: number;
  readonly answer: WebhookAnswer;
};

/**
 * What the database keeps of sending (server/storage/webhookDeliveries.ts). A cursor moves only from
 * where the sender knew it to be: somebody may have moved it meanwhile.
 */
export type WebhookQueue = {
  /** Keys of those that are on. */
  readonly listOn: () => Promise<readonly number[]>;
  /** Undefined: it is off, or there is none. */
  readonly read: (key: number) => Promise<WebhookToSend | undefined>;
  /** Events after one, in their order. */
  readonly news: (afterKey: number, limit: number) => Promise<readonly AlarmNews[]>;
  /** Events up to this one were sent, or are not asked for. */
  readonly advance: (webhook: Webhook, toKey: number) => Promise<void>;
  readonly sent: (
    webhook: Webhook,
    eventKey: number,
    answer: WebhookAnswer,
    atMs: number,
  ) => Promise<void>;
  /** An attempt came to nothing. */
  readonly failed: (
    webhook: Webhook,
    answer: WebhookAnswer,
    next: { readonly tryAtMs: number; readonly failingSinceMs: number },
  ) => Promise<void>;
  /** These go to the dead letters, and the cursor behind the last of them. */
  readonly giveUp: (webhook: Webhook, given: readonly GivenUp[]) => Promise<void>;
  readonly switchOff: (webhook: Webhook, because: string) => Promise<void>;
  /** The oldest that somebody wants sent once more. */
  readonly wanted: (webhook: Webhook) => Promise<WantedDeadLetter | undefined>;
  /** What came of that: it arrived and is a dead letter no more (null), or not. */
  readonly resent: (key: number, failure: WebhookAnswer | null) => Promise<void>;
};
