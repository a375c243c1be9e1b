import type { AlarmEventKind } from '../domain/alarm.ts';
import type { Priority } from '../domain/rule.ts';
import type { Webhook } from '../domain/webhook.ts';
import { epochMs } from './placeChanges.ts';

/** The columns of a Webhook, of a table named `w`. */
export const webhookColumns = `
  w.key, w.id, w.name, w.url, w.regions, w.least_priority, w.kinds, w.with_exercises, w.added_by,
  ${epochMs('w.added_at')} as added_at_ms, w.off_because, w.cursor::float8 as cursor, w.attempts,
  ${epochMs('w.next_try_at')} as next_try_at_ms, ${epochMs('w.failing_since')} as failing_since_ms,
  w.last_status, w.last_error, ${epochMs('w.last_sent_at')} as last_sent_at_ms`;

export type WebhookRow = {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly regions: readonly string[];
  /** As this program wrote them. */
  readonly least_priority: Priority;
  readonly kinds: readonly AlarmEventKind[];
  readonly with_exercises: boolean;
  readonly added_by: string;
  readonly added_at_ms: number;
  readonly off_because: string | null;
  readonly cursor: number;
  readonly attempts: number;
  readonly next_try_at_ms: number | null;
  readonly failing_since_ms: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly last_sent_at_ms: number | null;
};

export function toWebhook(row: WebhookRow): Webhook {
  return {
    ...{ key: row.key, id: row.id, name: row.name, url: row.url, regions: row.regions },
    leastPriority: row.least_priority,
    kinds: row.kinds,
    withExercises: row.with_exercises,
    addedBy: row.added_by,
    addedAtMs: row.added_at_ms,
    offBecause: row.off_because,
    delivery: {
      cursor: row.cursor,
      attempts: row.attempts,
      nextTryAtMs: row.next_try_at_ms,
      failingSinceMs: row.failing_since_ms,
      lastStatus: row.last_status,
      lastError: row.last_error,
      lastSentAtMs: row.last_sent_at_ms,
    },
  };
}
