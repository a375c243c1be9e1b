import type { Pool } from 'pg';
import type { AlarmEventKind } from '../domain/alarm.ts';
import {
  maxDeadLetters,
  type Webhook,
  type WebhookAnswer,
  type WebhookDeadLetter,
} from '../domain/webhook.ts';
import { type AlarmNews, readAlarmNews } from './alarmStore.ts';
import { inTransaction } from './inTransaction.ts';
import { epochMs } from './placeChanges.ts';
import { toWebhook, type WebhookRow, webhookColumns } from './webhookRow.ts';

const maxLimit = 500;

/**
 * What the database keeps of sending to webhooks, as the sender works with it
 * (server/outbound/webhookQueue.ts).
 */
export function createWebhookQueue(pool: Pool) {
  return {
    listOn: listWebhooksOn.bind(undefined, pool),
    read: readWebhookToSend.bind(undefined, pool),
    news: (afterKey: number, limit: number) => readAlarmNews(pool, afterKey, limit),
    advance: advance.bind(undefined, pool),
    sent: noteSent.bind(undefined, pool),
    failed: noteFailed.bind(undefined, pool),
    giveUp: giveUp.bind(undefined, pool),
    switchOff: switchOff.bind(undefined, pool),
    wanted: readWanted.bind(undefined, pool),
    resent: noteResent.bind(undefined, pool),
  };
}

/** Keys of those that are on. */
async function listWebhooksOn(pool: Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ key: number }>(
    'select key from webhooks where off_because is null order by key',
  );
  return rows.map(({ key }) => key);
}

/** A webhook with its secret, sealed; undefined when it is off, or there is none. */
async function readWebhookToSend(
  pool: Pool,
  key: number,
): Promise<(Webhook & { readonly sealedSecret: Uint8Array }) | undefined> {
  const { rows } = await pool.query<WebhookRow & { secret: Buffer }>(
    `select ${webhookColumns}, w.secret from webhooks w where w.key = $1 and w.off_because is null`,
    [key],
  );
  return rows.map((row) => ({ ...toWebhook(row), sealedSecret: row.secret }))[0];
}

/** The secret of a webhook, sealed, on or off; undefined when there is none. */
export async function readSealedSecret(pool: Pool, key: number): Promise<Uint8Array | undefined> {
  const { rows } = await pool.query<{ secret: Buffer }>(
    'select secret from webhooks where key = $1',
    [key],
  );
  return rows[0]?.secret;
}

async function advance(pool: Pool, { key, delivery }: Webhook, toKey: number): Promise<void> {
  await pool.query('update webhooks set cursor = $3 where key = $1 and cursor = $2', [
    key,
    delivery.cursor,
    toKey,
  ]);
}

async function noteSent(
  pool: Pool,
  { key, delivery }: Webhook,
  eventKey: number,
  { status }: WebhookAnswer,
  atMs: number,
): Promise<void> {
  await pool.query(
    `update webhooks
     set cursor = case when cursor = $2 then $3 else cursor end, attempts = 0, next_try_at = null,
         failing_since = null, last_status = $4, last_error = null,
         last_sent_at = to_timestamp($5::float8 / 1000)
     where key = $1`,
    [key, delivery.cursor, eventKey, status, atMs],
  );
}

async function noteFailed(
  pool: Pool,
  { key, delivery }: Webhook,
  { status, said }: WebhookAnswer,
  next: { readonly tryAtMs: number; readonly failingSinceMs: number },
): Promise<void> {
  await pool.query(
    `update webhooks
     set attempts = attempts + 1, next_try_at = to_timestamp($3::float8 / 1000),
         failing_since = to_timestamp($4::float8 / 1000), last_status = $5, last_error = $6
     where key = $1 and cursor = $2`,
    [key, delivery.cursor, next.tryAtMs, next.failingSinceMs, status, said],
  );
}

/** An event that could not be sent. */
type GivenUp = {
  readonly eventKey: number;
  readonly eventId: string;
  readonly attempts: number;
  readonly answer: WebhookAnswer;
};

/** Puts events among the dead letters and the cursor behind the last of them; the oldest beyond the bound go. */
function giveUp(pool: Pool, { key, delivery }: Webhook, given: readonly GivenUp[]): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update webhooks set cursor = $3, attempts = 0 where key = $1 and cursor = $2',
      [key, delivery.cursor, given.at(-1)?.eventKey ?? delivery.cursor],
    );
    if (rowCount === 0) return;
    await client.query(
      `insert into webhook_dead_letters (webhook_key, event_id, attempts, status, error)
       select $1, event_id, attempts, status, error
       from unnest($2::uuid[], $3::int[], $4::int[], $5::text[])
         as each (event_id, attempts, status, error)
       on conflict do nothing`,
      [
        key,
        given.map(({ eventId }) => eventId),
        given.map(({ attempts }) => attempts),
        given.map(({ answer }) => answer.status),
        given.map(({ answer }) => answer.said),
      ],
    );
    await client.query(
      `delete from webhook_dead_letters
       where webhook_key = $1 and key <= (
         select key from webhook_dead_letters where webhook_key = $1
         order by key desc offset $2 limit 1)`,
      [key, maxDeadLetters],
    );
  });
}

async function switchOff(pool: Pool, { key }: Webhook, because: string): Promise<void> {
  await pool.query('update webhooks set off_because = $2 where key = $1 and off_because is null', [
    key,
    because,
  ]);
}

/** The oldest dead letter that somebody wants sent once more. */
async function readWanted(
  pool: Pool,
  { key }: Webhook,
): Promise<{ readonly key: number; readonly news: AlarmNews | null } | undefined> {
  const { rows } = await pool.query<{ key: number; event_key: number | null }>(
    `select d.key::float8 as key, e.key::float8 as event_key
     from webhook_dead_letters d left join alarm_events e on e.id = d.event_id
     where d.webhook_key = $1 and d.is_wanted order by d.key limit 1`,
    [key],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { event_key: eventKey } = found;
  const [news] = eventKey === null ? [] : await readAlarmNews(pool, eventKey - 1, 1);
  return { key: found.key, news: news?.event.key === eventKey ? (news ?? null) : null };
}

async function noteResent(pool: Pool, key: number, failure: WebhookAnswer | null): Promise<void> {
  if (failure === null) {
    await pool.query('delete from webhook_dead_letters where key = $1', [key]);
    return;
  }
  await pool.query(
    `update webhook_dead_letters
     set is_wanted = false, attempts = attempts + 1, status = $2, error = $3 where key = $1`,
    [key, failure.status, failure.said],
  );
}

/**
 * Dead letters of a webhook, newest first.
 *
 * @param before only those before this key
 * @param limit 1 to 500
 */
export async function listWebhookDeadLetters(
  pool: Pool,
  webhookKey: number,
  before: number | undefined,
  limit: number,
): Promise<readonly WebhookDeadLetter[]> {
  const { rows } = await pool.query<DeadLetterRow>(
    `select d.key::float8 as key, d.event_id, ${epochMs('d.given_up_at')} as given_up_at_ms,
            d.attempts, d.status, d.error, d.is_wanted, e.alarm_id, e.kind,
            ${epochMs('e.happened_at')} as at_ms
     from webhook_dead_letters d left join alarm_events e on e.id = d.event_id
     where d.webhook_key = $1 and ($2::bigint is null or d.key < $2)
     order by d.key desc limit $3`,
    [webhookKey, before ?? null, Math.min(Math.max(limit, 1), maxLimit)],
  );
  return rows.map(toDeadLetter);
}

/**
 * Has dead letters of a webhook sent once more.
 *
 * @param keys undefined: all
 * @returns how many there are of these
 */
export async function wantDeadLetters(
  pool: Pool,
  webhookKey: number,
  keys: readonly number[] | undefined,
): Promise<number> {
  const { rowCount } = await pool.query(
    `update webhook_dead_letters set is_wanted = true
     where webhook_key = $1 and ($2::bigint[] is null or key = any ($2))`,
    [webhookKey, keys ?? null],
  );
  return rowCount ?? 0;
}

type DeadLetterRow = {
  readonly key: number;
  readonly event_id: string;
  readonly given_up_at_ms: number;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string;
  readonly is_wanted: boolean;
  readonly alarm_id: string | null;
  readonly kind: AlarmEventKind | null;
  readonly at_ms: number | null;
};

function toDeadLetter(row: DeadLetterRow): WebhookDeadLetter {
  const { alarm_id: alarmId, kind, at_ms: atMs } = row;
  const isKept = alarmId !== null && kind !== null && atMs !== null;
  return {
    ...{ key: row.key, eventId: row.event_id, givenUpAtMs: row.given_up_at_ms },
    ...{ attempts: row.attempts, status: row.status, error: row.error, isWanted: row.is_wanted },
    event: isKept ? { alarmId, kind, atMs } : null,
  };
}
