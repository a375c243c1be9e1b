import { type Static, Type } from 'typebox';
import { alarmEventKinds } from './alarm.ts';
import { priorities } from './rule.ts';
import type { Webhook, WebhookDeadLetter } from './webhook.ts';

/* What `/webhooks` answers. Times are UTC epoch milliseconds. */

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** Where alarms are sent to, and how it stands with that. */
export const webhookDetailsSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  url: Type.String(),
  regions: Type.Array(Type.String()),
  leastPriority: Type.Enum([...priorities]),
  /** Empty: all. */
  kinds: Type.Array(Type.Enum([...alarmEventKinds])),
  withExercises: Type.Boolean(),
  addedBy: Type.String(),
  addedAtMs: Type.Number(),
  isOn: Type.Boolean(),
  /** `person`, or what the other side said. */
  offBecause: textOrNull,
  /** Of the event that is tried now. */
  attempts: Type.Integer(),
  nextTryAtMs: numberOrNull,
  /** Since when nothing arrived; null: what was sent last did. */
  failingSinceMs: numberOrNull,
  lastStatus: numberOrNull,
  lastError: textOrNull,
  lastSentAtMs: numberOrNull,
});
export type WebhookDetails = Static<typeof webhookDetailsSchema>;

/** The secret is shown this once. */
export const webhookSecretSchema = Type.Object({
  webhook: webhookDetailsSchema,
  secret: Type.String(),
});

/** What came of a test: `status` is null where there was no answer. */
export const webhookAnswerSchema = Type.Object({
  isTaken: Type.Boolean(),
  status: numberOrNull,
  said: Type.String(),
});

/** An event that was given up. */
export const webhookDeadLetterSchema = Type.Object({
  key: Type.Integer(),
  eventId: Type.String(),
  givenUpAtMs: Type.Number(),
  attempts: Type.Integer(),
  status: numberOrNull,
  error: Type.String(),
  /** It is about to be sent once more. */
  isWanted: Type.Boolean(),
  /** Null: it is kept no longer. */
  event: Type.Union([
    Type.Object({
      alarmId: Type.String(),
      kind: Type.Enum([...alarmEventKinds]),
      atMs: Type.Number(),
    }),
    Type.Null(),
  ]),
});

export function webhookDetails({ key: _key, delivery, ...webhook }: Webhook): WebhookDetails {
  const { cursor: _cursor, ...state } = delivery;
  return {
    ...webhook,
    ...state,
    regions: [...webhook.regions],
    kinds: [...webhook.kinds],
    isOn: webhook.offBecause === null,
  };
}

export function webhookDeadLetterDetails(
  letter: WebhookDeadLetter,
): Static<typeof webhookDeadLetterSchema> {
  return { ...letter, event: letter.event === null ? null : { ...letter.event } };
}
