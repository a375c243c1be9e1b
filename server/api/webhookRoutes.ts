import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { newSecret } from '../accounts/credentials.ts';
import type { Seal } from '../accounts/seal.ts';
import { deedsOnWebhook } from '../accounts/webhookDeeds.ts';
import { type Access, mayIn } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import { alarmEventKinds } from '../domain/alarm.ts';
import { checkScope } from '../domain/region.ts';
import { priorities } from '../domain/rule.ts';
import type { Webhook, WebhookFields } from '../domain/webhook.ts';
import {
  webhookAnswerSchema,
  webhookDeadLetterDetails,
  webhookDeadLetterSchema,
  webhookDetails,
  webhookDetailsSchema,
  webhookSecretSchema,
} from '../domain/webhookDetails.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { checkTargetUrl } from '../outbound/targetAddress.ts';
import { testBody } from '../outbound/webhookMessage.ts';
import {
  listWebhookDeadLetters,
  readSealedSecret,
  wantDeadLetters,
} from '../storage/webhookDeliveries.ts';
import {
  addWebhook,
  changeWebhook,
  findWebhook,
  listWebhooks,
  removeWebhook,
  setWebhookSecret,
} from '../storage/webhookStore.ts';
import { bodyOf } from './accountSchemas.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

export type WebhookParts = {
  readonly pool: Pool;
  readonly seal: Pick<Seal, 'seal'>;
  readonly outbound: Pick<Outbound, 'webhooksChanged' | 'tryOut'>;
  readonly appendLog: (deed: Deed) => Promise<unknown>;
  readonly nowMs: () => number;
};

const config = { access: 'webhooks.manage' } as const;
const params = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  }),
});
/** Before the secret, so that one that leaked is found by a search. */
const secretPrefix = 'whsec_';
const defaultPage = 100;
const maxPage = 500;
const keySchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const fields = {
  // what the log shows in one line
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern:
      '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$',
  }),
  url: Type.String({ minLength: 1, maxLength: 500 }),
  regions: Type.Array(Type.String({ maxLength: 13 }), { minItems: 1, maxItems: 64 }),
  leastPriority: Type.Enum([...priorities]),
  kinds: Type.Array(Type.Enum([...alarmEventKinds]), { maxItems: alarmEventKinds.length }),
  withExercises: Type.Boolean(),
};

/**
 * `/webhooks`: to whom alarms are sent by HTTP. Whoever manages webhooks in all regions of one sees and
 * changes it; for all others there is none.
 */
export function webhookRoutes(parts: WebhookParts): FastifyPluginCallbackTypebox {
  const { pool, seal, outbound, appendLog, nowMs } = parts;

  const find = async (request: FastifyRequest, id: string): Promise<Webhook> => {
    const found = await findWebhook(pool, id);
    if (found !== undefined && isManaged(accessOf(request), found.regions)) return found;
    throw new ProblemError('webhook_not_found', id);
  };

  /** The log has it before anything is sent. */
  const logSending = async (
    request: FastifyRequest,
    action: 'webhook.tested' | 'webhook.dead_letters_resent',
    webhook: Webhook,
    data: Deed['data'],
  ): Promise<void> => {
    const { actor } = accessOf(request);
    for (const deed of deedsOnWebhook(actor, action, webhook, data)) await appendLog(deed);
  };

  const makeSecret = () => {
    const secret = secretPrefix + newSecret();
    return { secret, sealedSecret: seal.seal(Buffer.from(secret)) };
  };

  /** Log entries of a change, where all regions of the webhook are the caller's. */
  const plan =
    (access: Access, action: `webhook.${string}`, data: Readonly<Record<string, unknown>> = {}) =>
    (webhook: Pick<Webhook, 'id' | 'regions'>) =>
      isManaged(access, webhook.regions)
        ? deedsOnWebhook(access.actor, action, webhook, data)
        : undefined;

  return (app, _options, done) => {
    app.get(
      '/webhooks',
      {
        config,
        schema: { response: { 200: Type.Object({ webhooks: Type.Array(webhookDetailsSchema) }) } },
      },
      async (request) => {
        const access = accessOf(request);
        const seen = (await listWebhooks(pool)).filter((each) => isManaged(access, each.regions));
        return { webhooks: seen.map(webhookDetails) };
      },
    );

    app.post(
      '/webhooks',
      {
        config,
        schema: {
          body: bodyOf({
            ...fields,
            leastPriority: Type.Optional(fields.leastPriority),
            kinds: Type.Optional(fields.kinds),
            withExercises: Type.Optional(fields.withExercises),
          }),
          response: { 201: webhookSecretSchema },
        },
      },
      async (request, reply) => {
        const access = accessOf(request);
        const { leastPriority = 'low', kinds = [], withExercises = false } = request.body;
        const checked = checkFields(access, {
          ...request.body,
          leastPriority,
          kinds,
          withExercises,
        });
        const { secret, sealedSecret } = makeSecret();
        const added = await addWebhook(
          pool,
          { ...checked, sealedSecret, addedBy: access.actor },
          ({ id }) =>
            plan(access, 'webhook.added', namedInLog(checked))({ id, regions: checked.regions }),
        );
        if (!added.ok) throw refusal('', added);
        outbound.webhooksChanged();
        return reply.code(201).send({ webhook: webhookDetails(added.value), secret });
      },
    );

    app.get(
      '/webhooks/:id',
      { config, schema: { params, response: { 200: webhookDetailsSchema } } },
      async (request) => webhookDetails(await find(request, request.params.id)),
    );

    app.patch(
      '/webhooks/:id',
      {
        config,
        schema: {
          params,
          body: Type.Partial(bodyOf({ ...fields, isOn: Type.Boolean() }), {
            additionalProperties: false,
            minProperties: 1,
          }),
          response: { 200: webhookDetailsSchema },
        },
      },
      async (request) => {
        const access = accessOf(request);
        const { id } = request.params;
        const before = await find(request, id);
        const changes = checkFields(access, request.body);
        const data = { ...namedInLog(changes), isOn: request.body.isOn };
        const changed = await changeWebhook(
          pool,
          id,
          { ...changes, isOn: request.body.isOn },
          (found) =>
            plan(
              access,
              'webhook.changed',
              data,
            )({ id, regions: [...new Set([...found.regions, ...(changes.regions ?? [])])] }),
        );
        if (!changed.ok) throw refusal(before.id, changed);
        outbound.webhooksChanged();
        return webhookDetails(changed.value);
      },
    );

    app.delete('/webhooks/:id', { config, schema: { params } }, async (request, reply) => {
      const { id } = request.params;
      await find(request, id);
      const removed = await removeWebhook(pool, id, plan(accessOf(request), 'webhook.removed'));
      if (!removed.ok) throw refusal(id, removed);
      outbound.webhooksChanged();
      return reply.code(204).send();
    });

    app.post(
      '/webhooks/:id/secret',
      { config, schema: { params, response: { 200: webhookSecretSchema } } },
      async (request) => {
        const { id } = request.params;
        await find(request, id);
        const { secret, sealedSecret } = makeSecret();
        const deeds = plan(accessOf(request), 'webhook.secret_set');
        const set = await setWebhookSecret(pool, id, sealedSecret, deeds);
        if (!set.ok) throw refusal(id, set);
        return { webhook: webhookDetails(set.value), secret };
      },
    );

    app.post(
      '/webhooks/:id/test',
      {
        config: { ...config, rate: 'export' },
        schema: { params, response: { 200: webhookAnswerSchema } },
      },
      async (request) => {
        const webhook = await find(request, request.params.id);
        const { key, url, id } = webhook;
        const sealedSecret = await readSealedSecret(pool, key);
        if (sealedSecret === undefined) throw new ProblemError('webhook_not_found', id);
        const testId = randomUUID();
        await logSending(request, 'webhook.tested', webhook, { host: new URL(url).host });
        const message = { id: testId, body: testBody(testId, nowMs()) };
        const answer = await outbound.tryOut({ url, sealedSecret }, message);
        const { status } = answer;
        return { ...answer, isTaken: status !== null && status >= 200 && status < 300 };
      },
    );

    app.get(
      '/webhooks/:id/dead-letters',
      {
        config,
        schema: {
          params,
          querystring: Type.Object({
            /** The last page's `nextCursor`. */
            before: Type.Optional(keySchema),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
          }),
          response: {
            200: Type.Object({
              deadLetters: Type.Array(webhookDeadLetterSchema),
              nextCursor: Type.Union([Type.String(), Type.Null()]),
            }),
          },
        },
      },
      async (request) => {
        const { key } = await find(request, request.params.id);
        const { before, limit = defaultPage } = request.query;
        const page = await listWebhookDeadLetters(pool, key, before, limit);
        const last = page.length === limit ? page.at(-1) : undefined;
        return {
          deadLetters: page.map(webhookDeadLetterDetails),
          nextCursor: last === undefined ? null : String(last.key),
        };
      },
    );

    app.post(
      '/webhooks/:id/dead-letters/resend',
      {
        config,
        schema: {
          params,
          body: bodyOf({
            /** Left out: all. */
            keys: Type.Optional(Type.Array(keySchema, { minItems: 1, maxItems: 500 })),
          }),
          response: { 202: Type.Object({ wanted: Type.Integer() }) },
        },
      },
      async (request, reply) => {
        const webhook = await find(request, request.params.id);
        const { key, url } = webhook;
        const { keys } = request.body;
        const asked = { host: new URL(url).host, letters: keys?.length ?? 'all' };
        await logSending(request, 'webhook.dead_letters_resent', webhook, asked);
        const wanted = await wantDeadLetters(pool, key, keys);
        outbound.webhooksChanged();
        return reply.code(202).send({ wanted });
      },
    );
    done();
  };
}

function isManaged({ grants }: Access, regions: readonly string[]): boolean {
  return regions.every((region) => mayIn(grants, 'webhooks.manage', region));
}

/** @throws ProblemError for what cannot be, and for regions that are not the caller's */
function checkFields<
  Fields extends { readonly [Name in keyof WebhookFields]?: WebhookFields[Name] | undefined },
>(access: Access, fields: Fields): Fields {
  const { url, regions = [] } = fields;
  for (const region of regions) {
    const checked = checkScope(region);
    if (!checked.ok) throw new ProblemError('bad_request', checked.detail);
  }
  if (!isManaged(access, regions)) throw new ProblemError('forbidden');
  if (url === undefined) return fields;
  const checked = checkTargetUrl(url);
  if (!checked.ok) throw new ProblemError('bad_request', checked.detail);
  return { ...fields, url: checked.value };
}

/** The host alone of an address: what follows it is often a secret. */
function namedInLog(
  fields: { readonly [Name in keyof WebhookFields]?: WebhookFields[Name] | undefined },
) {
  const { url, name, regions, leastPriority, kinds, withExercises } = fields;
  const host = url === undefined ? undefined : new URL(url).host;
  return { name, host, regions, leastPriority, kinds, withExercises };
}

function refusal(id: string, { reason, detail }: { reason: string; detail: string }): ProblemError {
  if (reason === 'too_many') return new ProblemError('too_many', detail);
  return new ProblemError('webhook_not_found', id);
}
