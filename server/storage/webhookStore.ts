import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Result } from '../domain/result.ts';
import { maxWebhooks, type Webhook, type WebhookFields } from '../domain/webhook.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { notAllowed, type Plan } from './plan.ts';
import { toWebhook, type WebhookRow, webhookColumns } from './webhookRow.ts';

/** A webhook to add. */
export type NewWebhook = WebhookFields & {
  readonly sealedSecret: Uint8Array;
  readonly addedBy: string;
};

/** What to change; what is undefined stays as it is. */
export type WebhookChanges = Partial<{
  readonly [Name in keyof WebhookFields]: WebhookFields[Name] | undefined;
}> & {
  /** Switched on, it begins with what happens then. */
  readonly isOn?: boolean | undefined;
};

/** Why a webhook that a person switched off is off. */
export const offByPerson = 'person';

type UnknownReason = 'unknown_webhook' | 'not_allowed';

/** Any number that no other program takes in the same database. */
const lockKey = '482671522680';

/** Adds a webhook, which begins with the events from now on. */
export function addWebhook(
  pool: Pool,
  webhook: NewWebhook,
  plan: Plan<{ readonly id: string }>,
): Promise<Result<Webhook, 'too_many' | 'not_allowed'>> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from webhooks',
    );
    if ((rows[0]?.count ?? 0) >= maxWebhooks) {
      const detail = `there are ${maxWebhooks} webhooks, and no more may be: remove one`;
      return { ok: false, reason: 'too_many', detail };
    }
    const id = randomUUID();
    const deeds = plan({ id });
    if (deeds === undefined) return notAllowed;
    const { name, url, regions, leastPriority, kinds, withExercises } = webhook;
    await client.query(
      `insert into webhooks (id, name, url, secret, regions, least_priority, kinds, with_exercises,
                             added_by, cursor)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
               coalesce((select max(key) from alarm_events), 0))`,
      [
        ...[id, name, url, Buffer.from(webhook.sealedSecret), regions, leastPriority, kinds],
        ...[withExercises, webhook.addedBy],
      ],
    );
    const added = await readBack(client, id);
    await appendAll(client, deeds);
    return { ok: true, value: added };
  });
}

/** Changes a webhook. */
export function changeWebhook(
  pool: Pool,
  id: string,
  changes: WebhookChanges,
  plan: Plan<Webhook>,
): Promise<Result<Webhook, UnknownReason>> {
  return onWebhook(pool, id, plan, async (client, webhook) => {
    const { name, url, regions, leastPriority, kinds, withExercises, isOn } = changes;
    await client.query(
      `update webhooks
       set name = coalesce($2, name), url = coalesce($3, url), regions = coalesce($4, regions),
           least_priority = coalesce($5, least_priority), kinds = coalesce($6, kinds),
           with_exercises = coalesce($7, with_exercises)
       where key = $1`,
      [webhook.key, name, url, regions, leastPriority, kinds, withExercises],
    );
    if (isOn === false && webhook.offBecause === null) {
      await client.query('update webhooks set off_because = $2 where key = $1', [
        webhook.key,
        offByPerson,
      ]);
    }
    if (isOn === true && webhook.offBecause !== null) await switchOn(client, webhook.key);
    // another address is not to be waited for as the one before
    else if (url !== undefined && url !== webhook.url) await forgetFailures(client, webhook.key);
    return readBack(client, id);
  });
}

/** Gives a webhook another secret, which is the only one from then on. */
export function setWebhookSecret(
  pool: Pool,
  id: string,
  sealedSecret: Uint8Array,
  plan: Plan<Webhook>,
): Promise<Result<Webhook, UnknownReason>> {
  return onWebhook(pool, id, plan, async (client, { key }) => {
    await client.query('update webhooks set secret = $2 where key = $1', [
      key,
      Buffer.from(sealedSecret),
    ]);
    return readBack(client, id);
  });
}

/** Removes a webhook with its dead letters. */
export function removeWebhook(
  pool: Pool,
  id: string,
  plan: Plan<Webhook>,
): Promise<Result<null, UnknownReason>> {
  return onWebhook(pool, id, plan, async (client, { key }) => {
    await client.query('delete from webhooks where key = $1', [key]);
    return null;
  });
}

/** All webhooks, by name. */
export async function listWebhooks(pool: Pick<Pool, 'query'>): Promise<readonly Webhook[]> {
  const { rows } = await pool.query<WebhookRow>(
    `select ${webhookColumns} from webhooks w order by w.name, w.id`,
  );
  return rows.map(toWebhook);
}

/** @param id a UUID */
export async function findWebhook(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<Webhook | undefined> {
  const { rows } = await pool.query<WebhookRow>(
    `select ${webhookColumns} from webhooks w where w.id = $1`,
    [id],
  );
  return rows.map(toWebhook)[0];
}

/**
 * Seals the secrets of all webhooks anew, all or none.
 *
 * @returns how many there were
 */
export function resealWebhooks(
  pool: Pool,
  reseal: (secret: Uint8Array) => Uint8Array,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ key: number; secret: Buffer }>(
      'select key, secret from webhooks order by key for update',
    );
    await client.query(
      `update webhooks set secret = given.secret
       from unnest($1::int[], $2::bytea[]) as given (webhook_key, secret) where key = webhook_key`,
      [rows.map(({ key }) => key), rows.map(({ secret }) => Buffer.from(reseal(secret)))],
    );
    return rows.length;
  });
}

function onWebhook<Value>(
  pool: Pool,
  id: string,
  plan: Plan<Webhook>,
  change: (client: PoolClient, webhook: Webhook) => Promise<Value>,
): Promise<Result<Value, UnknownReason>> {
  return inTransaction(pool, async (client) => {
    await client.query('select from webhooks where id = $1 for update', [id]);
    // a statement of its own, so that it sees what was written while the lock was waited for
    const webhook = await findWebhook(client, id);
    if (webhook === undefined) {
      return { ok: false, reason: 'unknown_webhook', detail: `there is no webhook "${id}"` };
    }
    const deeds = plan(webhook);
    if (deeds === undefined) return notAllowed;
    const value = await change(client, webhook);
    await appendAll(client, deeds);
    return { ok: true, value };
  });
}

async function switchOn(client: PoolClient, key: number): Promise<void> {
  await client.query(
    `update webhooks
     set off_because = null, cursor = coalesce((select max(key) from alarm_events), 0)
     where key = $1`,
    [key],
  );
  await forgetFailures(client, key);
}

async function forgetFailures(client: PoolClient, key: number): Promise<void> {
  await client.query(
    `update webhooks set attempts = 0, next_try_at = null, failing_since = null where key = $1`,
    [key],
  );
}

async function readBack(client: PoolClient, id: string): Promise<Webhook> {
  const webhook = await findWebhook(client, id);
  if (webhook === undefined) throw new Error(`The webhook ${id} was written and is not there.`);
  return webhook;
}
