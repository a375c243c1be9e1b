import type { AlarmEventKind } from './alarm.ts';
import { type Priority, priorities } from './rule.ts';

/** Where alarms are sent to: another system that takes them by HTTP. */
export type Webhook = {
  readonly key: number;
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Of alarms of these regions and those below. */
  readonly regions: readonly string[];
  readonly leastPriority: Priority;
  /** Empty: all. */
  readonly kinds: readonly AlarmEventKind[];
  /** Alarms of drills are sent too, marked as such. */
  readonly withExercises: boolean;
  readonly addedBy: string;
  readonly addedAtMs: number;
  /** Why it is off: `person`, or what the other side said; null: it is on. */
  readonly offBecause: string | null;
  readonly delivery: WebhookDelivery;
};

/** How it stands with what is sent. Times UTC epoch ms; null: never, or nothing. */
export type WebhookDelivery = {
  /** Key of the alarm event up to which all were sent or given up. */
  readonly cursor: number;
  /** How often the event after it was tried. */
  readonly attempts: number;
  readonly nextTryAtMs: number | null;
  /** Since when none arrived; null: the last one did. */
  readonly failingSinceMs: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastSentAtMs: number | null;
};

/** What somebody says of one. */
export type WebhookFields = Pick<
  Webhook,
  'name' | 'url' | 'regions' | 'leastPriority' | 'kinds' | 'withExercises'
>;

/** An event that was given up. */
export type WebhookDeadLetter = {
  readonly key: number;
  readonly eventId: string;
  readonly givenUpAtMs: number;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string;
  /** Somebody wants it sent once more, which has not been tried yet. */
  readonly isWanted: boolean;
  /** What it was of; null: it is kept no longer. */
  readonly event: {
    readonly alarmId: string;
    readonly kind: AlarmEventKind;
    readonly atMs: number;
  } | null;
};

/** What came of one attempt. */
export type WebhookAnswer = {
  /** Of HTTP; null: there was no answer. */
  readonly status: number | null;
  /** The beginning of the body, or why there was no answer; at most 500 characters. */
  readonly said: string;
};

/** Webhooks of one installation. */
export const maxWebhooks = 50;
/** Dead letters of one webhook; the oldest go. */
export const maxDeadLetters = 10_000;
/** Longest text of an answer that is kept, characters. */
export const maxAnswerLength = 500;

/** True when an alarm of `priority` is at least as bad as `least`. */
export function isAtLeast(priority: Priority, least: Priority): boolean {
  return priorities.indexOf(priority) >= priorities.indexOf(least);
}
