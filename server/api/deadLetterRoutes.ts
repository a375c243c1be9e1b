import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { scopeOf } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import {
  type DeadLetter,
  deadLetterDetailsSchema,
  deadLetterListSchema,
  replayedSchema,
} from '../domain/doorDetails.ts';
import { everywhere } from '../domain/region.ts';
import { setAsideReasons } from '../domain/setAside.ts';
import { deedsOnQuarantine } from '../storage/quarantineDeeds.ts';
import {
  listQuarantine,
  maxQuarantineKeys,
  type QuarantineEntry,
  type QuarantineScope,
  readQuarantined,
} from '../storage/quarantineStore.ts';
import { ProblemError } from './problem.ts';
import { type Replay, replayDeadLetters } from './replayDeadLetters.ts';
import { accessOf } from './routeAccess.ts';
import { readTime } from './timeQuery.ts';

export type DeadLetterParts = Replay & {
  readonly pool: Pool;
  readonly appendLog: (deed: Deed) => Promise<unknown>;
};

const defaultPage = 100;
const maxPage = 500;
/** What is shown of a message without taking it out, bytes. */
const startBytes = 1_024;

const config = { access: 'deadletters.manage' } as const;
const keySchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const params = Type.Object({ key: keySchema });

/**
 * `/deadletters`: what was refused at the door, could not be read or was not believed, of the regions
 * of its trackers or topics. What belongs to no region is for those who see everything.
 */
export function deadLetterRoutes(parts: DeadLetterParts): FastifyPluginCallbackTypebox {
  const { pool } = parts;

  const find = async (request: FastifyRequest, key: number) => {
    const found = await readQuarantined(pool, key, regionsOf(request));
    if (found === undefined) throw new ProblemError('deadletter_not_found', String(key));
    return found;
  };

  return (app, _options, done) => {
    app.get(
      '/deadletters',
      {
        config,
        schema: {
          querystring: Type.Object({
            /** The last page's `nextCursor`. */
            cursor: Type.Optional(Type.String({ maxLength: 48 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
            tracker: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
            reason: Type.Optional(Type.Enum([...setAsideReasons])),
            /** Received at or after, and before: ISO 8601 with a zone. */
            from: Type.Optional(Type.String({ maxLength: 40 })),
            to: Type.Optional(Type.String({ maxLength: 40 })),
          }),
          response: { 200: deadLetterListSchema },
        },
      },
      async (request) => {
        const { cursor, limit, tracker, reason, from, to } = request.query;
        const filter = {
          regions: regionsOf(request),
          trackerId: tracker,
          reason,
          fromMs: from === undefined ? undefined : readTime('from', from),
          toMs: to === undefined ? undefined : readTime('to', to),
        };
        const page = await listQuarantine(pool, filter, limit ?? defaultPage, cursor).catch(
          (error: unknown) => {
            if (!(error instanceof RangeError)) throw error;
            throw new ProblemError('bad_request', error.message);
          },
        );
        return { deadLetters: page.entries.map(shown), nextCursor: page.nextCursor ?? null };
      },
    );

    app.get(
      '/deadletters/:key',
      { config, schema: { params, response: { 200: deadLetterDetailsSchema } } },
      async (request) => {
        const { entry, raw } = await find(request, request.params.key);
        return {
          deadLetter: shown(entry),
          start: raw?.subarray(0, startBytes).toString('base64') ?? null,
          fix: entry.fix === null ? null : { ...entry.fix },
        };
      },
    );

    app.get(
      '/deadletters/:key/raw',
      { config: { ...config, rate: 'export' }, schema: { params } },
      async (request, reply) => {
        const { entry, raw } = await find(request, request.params.key);
        if (raw === null) {
          const detail = `${entry.key} is a fix, which has no bytes of its own`;
          throw new ProblemError('deadletter_not_found', detail);
        }
        const { actor } = accessOf(request);
        for (const deed of deedsOnQuarantine(actor, 'quarantine.downloaded', [entry])) {
          await parts.appendLog(deed);
        }
        // whatever it holds, a browser only saves it (with the nosniff of every answer)
        return reply
          .type('application/octet-stream')
          .header('content-disposition', `attachment; filename="deadletter-${entry.key}.bin"`)
          .send(raw);
      },
    );

    app.post(
      '/deadletters/replay',
      {
        config: { ...config, rate: 'export' },
        schema: {
          body: Type.Object(
            {
              keys: Type.Array(keySchema, { minItems: 1, maxItems: maxQuarantineKeys }),
              /** When a fix was, for the history: as the device said, or when it came in. */
              time: Type.Optional(Type.Enum(['own', 'received'])),
            },
            { additionalProperties: false },
          ),
          response: { 200: replayedSchema },
        },
      },
      async (request) => ({
        results: await replayDeadLetters(parts, {
          keys: request.body.keys,
          time: request.body.time ?? 'own',
          access: accessOf(request),
          regions: regionsOf(request),
        }),
      }),
    );
    done();
  };
}

function regionsOf(request: FastifyRequest): QuarantineScope {
  const scope = scopeOf(accessOf(request).grants, 'deadletters.manage');
  return scope.includes(everywhere) ? undefined : scope;
}

function shown({ fix, rawBytes, ...entry }: QuarantineEntry): DeadLetter {
  return { ...entry, kind: fix === null ? 'message' : 'fix', bytes: rawBytes };
}
