import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import {
  type WebhookDetails,
  webhookAnswerSchema,
  webhookDeadLetterSchema,
  webhookDetailsSchema,
  webhookSecretSchema,
} from '../../../server/domain/webhookDetails.ts';

const listSchema = Type.Object({ webhooks: Type.Array(webhookDetailsSchema) });
const lettersSchema = Type.Object({
  deadLetters: Type.Array(webhookDeadLetterSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
const wantedSchema = Type.Object({ wanted: Type.Integer() });

/** A new webhook, or one with a new secret, which is shown this once. */
export type MadeWebhook = Static<typeof webhookSecretSchema>;
/** What came of a test. */
export type WebhookTest = Static<typeof webhookAnswerSchema>;
/** Events that were given up, the newest first. */
export type DeadWebhookPage = Static<typeof lettersSchema>;

/** Reads the answer of `GET /webhooks`. */
export function readWebhooks(json: unknown): readonly WebhookDetails[] | undefined {
  return Check(listSchema, json) ? json.webhooks : undefined;
}

/** Reads one webhook. */
export function readWebhook(json: unknown): WebhookDetails | undefined {
  return Check(webhookDetailsSchema, json) ? json : undefined;
}

/** Reads the answer of `POST /webhooks` and of a new secret. */
export function readMadeWebhook(json: unknown): MadeWebhook | undefined {
  return Check(webhookSecretSchema, json) ? json : undefined;
}

/** Reads the answer of `POST /webhooks/{id}/test`. */
export function readWebhookTest(json: unknown): WebhookTest | undefined {
  return Check(webhookAnswerSchema, json) ? json : undefined;
}

/** Reads the answer of `GET /webhooks/{id}/dead-letters`. */
export function readDeadWebhooks(json: unknown): DeadWebhookPage | undefined {
  return Check(lettersSchema, json) ? json : undefined;
}

/** Reads how many will be sent once more. */
export function readWanted(json: unknown): number | undefined {
  return Check(wantedSchema, json) ? json.wanted : undefined;
}
