import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { mayIn } from '../domain/access.ts';
import { checkInMeans } from '../domain/checkIn.ts';
import { checkedInRecord, checkedOutRecord } from '../domain/placeChange.ts';
import {
  type CheckInDetails,
  checkInDetailsSchema,
  checkInListSchema,
} from '../domain/placeDetails.ts';
import { agencies } from '../domain/unit.ts';
import {
  addCheckIn,
  endCheckIn,
  type KnownCheckIn,
  openCheckIns,
} from '../storage/checkInStore.ts';
import type { KnownSite } from '../storage/siteStore.ts';
import { type PlaceParts, placeRefusal, siteParams } from './placeParts.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { findSeenSite } from './siteRoutes.ts';

const idSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
const whoSchema = Type.String({ minLength: 1, maxLength: 160 });
const make = { access: 'checkins.make' } as const;

/** `/sites/{id}/check-in` and `check-out`: people whom no tracker shows, by radio or roll call. */
export function checkInRoutes(parts: PlaceParts): FastifyPluginCallbackTypebox {
  const { pool, appendRecord, nowMs } = parts;

  /** What the log says: not who called in, since that may name a person. */
  const planOf =
    (request: FastifyRequest, action: `site.${string}`, data: object) => (site: KnownSite) => {
      const { actor, grants } = accessOf(request);
      if (!mayIn(grants, 'checkins.make', site.region)) return undefined;
      return [deedOnPlace(actor, action, site, { ...data })];
    };

  return (app, _options, done) => {
    app.get(
      '/sites/:id/check-ins',
      {
        config: { access: 'sites.view' },
        schema: { params: siteParams, response: { 200: checkInListSchema } },
      },
      async (request) => {
        const site = await findSeenSite(parts, request, request.params.id);
        const showsPeople = mayIn(accessOf(request).grants, 'people.view', site.region);
        const found = await openCheckIns(pool, site.key, nowMs());
        return { checkIns: found.map((each) => shown(each, showsPeople)) };
      },
    );

    app.post(
      '/sites/:id/check-in',
      {
        config: make,
        schema: {
          params: siteParams,
          body: Type.Object(
            {
              /** Sent again with the same, nothing is added twice, and nobody comes back who was checked out. */
              id: Type.Optional(idSchema),
              agency: Type.Enum([...agencies]),
              strength: Type.Integer(),
              means: Type.Enum([...checkInMeans]),
              who: whoSchema,
              fromMs: Type.Optional(Type.Integer()),
              untilMs: Type.Integer(),
            },
            { additionalProperties: false },
          ),
          response: { 201: checkInDetailsSchema },
        },
      },
      async (request, reply) => {
        const siteId = request.params.id;
        const { id = randomUUID(), fromMs = nowMs(), ...rest } = request.body;
        await findSeenSite(parts, request, siteId);
        const { agency, strength, means, untilMs } = rest;
        const added = await addCheckIn(
          pool,
          { ...rest, id, fromMs, siteId, madeBy: accessOf(request).actor },
          nowMs(),
          planOf(request, 'site.checked_in', { agency, strength, means, untilMs }),
        );
        if (!added.ok) throw placeRefusal(added);
        const { siteId: _site, madeBy: _madeBy, endedAtMs: _ended, ...checkIn } = added.value;
        await mustAppend(checkedInRecord(checkIn));
        const showsPeople = true;
        return reply.code(201).send(shown(added.value, showsPeople));
      },
    );

    app.post(
      '/sites/:id/check-out',
      {
        config: make,
        schema: {
          params: siteParams,
          body: Type.Object(
            { checkInId: idSchema, who: whoSchema, atMs: Type.Optional(Type.Integer()) },
            { additionalProperties: false },
          ),
        },
      },
      async (request, reply) => {
        const siteId = request.params.id;
        const { checkInId, who, atMs = nowMs() } = request.body;
        await findSeenSite(parts, request, siteId);
        const ended = await endCheckIn(
          pool,
          siteId,
          { checkInId, who, atMs },
          nowMs(),
          planOf(request, 'site.checked_out', { checkInId }),
        );
        if (!ended.ok) throw placeRefusal(ended);
        await mustAppend(checkedOutRecord(ended.value));
        return reply.code(204).send();
      },
    );
    done();
  };

  /**
   * The board counts by the journal. What did not get there is committed all the same, so the answer
   * asks for the request once more: the stores then answer what they have and the record is appended
   * again. One that is there twice counts once.
   */
  async function mustAppend(record: Parameters<typeof appendRecord>[0]): Promise<void> {
    if (!(await appendRecord(record))) throw new ProblemError('not_stored');
  }
}

function shown(checkIn: KnownCheckIn, showsPeople: boolean): CheckInDetails {
  const { id, siteId, agency, strength, means, who, fromMs, untilMs } = checkIn;
  return {
    ...{ id, siteId, agency, strength, means, fromMs, untilMs },
    who: showsPeople ? who : null,
  };
}
