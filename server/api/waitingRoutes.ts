import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { deedOnTracker } from '../accounts/deeds.ts';
import type { DoorKeeper } from '../accounts/doorKeeper.ts';
import { makeTrackerSecret } from '../accounts/trackerSecrets.ts';
import { isInScope, mayIn, scopeOf } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import { trackerSecretSchema, waitingListSchema } from '../domain/doorDetails.ts';
import type { WaitingTracker } from '../domain/principal.ts';
import { addTracker, findTracker } from '../storage/trackerStore.ts';
import { type PhoneReachOf, phoneOf } from './phoneOf.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { shownTracker } from './trackerRoutes.ts';
import { idParams, regionSchema, trackerFields } from './trackerSchemas.ts';

export type WaitingParts = {
  readonly pool: Pool;
  readonly doorKeeper: Pick<DoorKeeper, 'waiting' | 'hashOf' | 'remove'>;
  readonly phoneReach: PhoneReachOf;
  readonly appendLog: (deed: Deed) => Promise<unknown>;
};

const config = { access: 'trackers.admit' } as const;

/**
 * `/waiting`: who knocks at the door and is unknown. Those whose topic names a region are shown to
 * whoever admits there, the others to whoever admits anywhere: they may be anybody's.
 */
export function waitingRoutes({
  pool,
  doorKeeper,
  phoneReach,
  appendLog,
}: WaitingParts): FastifyPluginCallbackTypebox {
  const seenBy = (request: FastifyRequest): ((each: WaitingTracker) => boolean) => {
    const scope = scopeOf(accessOf(request).grants, 'trackers.admit');
    return ({ region }) => region === undefined || isInScope(scope, [region]);
  };

  /** @throws ProblemError when nobody of that id waits, or somebody else was quicker */
  const find = async (request: FastifyRequest, id: string): Promise<WaitingTracker> => {
    const found = doorKeeper.waiting().find((each) => each.id === id);
    if (found !== undefined && seenBy(request)(found)) return found;
    const known = found === undefined ? await findTracker(pool, id) : undefined;
    const scope = scopeOf(accessOf(request).grants, 'trackers.admit');
    if (known !== undefined && isInScope(scope, [known.tracker.region])) {
      throw new ProblemError('already_admitted', id);
    }
    throw new ProblemError('waiting_not_found', id);
  };

  return (app, _options, done) => {
    app.get(
      '/waiting',
      { config, schema: { response: { 200: waitingListSchema } } },
      (request) => ({
        waiting: doorKeeper
          .waiting()
          .filter(seenBy(request))
          .map(({ region, secretVersion, ...each }) => ({
            ...each,
            region: region ?? null,
            secretVersion: secretVersion ?? null,
          })),
      }),
    );

    app.post(
      '/waiting/:id/admit',
      {
        config,
        schema: {
          params: idParams,
          body: Type.Object(
            {
              region: regionSchema,
              callsign: trackerFields.callsign,
              kind: trackerFields.kind,
              agency: trackerFields.agency,
              strength: trackerFields.strength,
              bearer: Type.Optional(Type.String({ maxLength: 64 })),
              /** The secret that it showed, as it was listed, is its secret; left out: it gets a new one. */
              secretVersion: Type.Optional(Type.Integer()),
            },
            { additionalProperties: false },
          ),
          response: { 201: trackerSecretSchema },
        },
      },
      async (request, reply) => {
        const { grants, actor } = accessOf(request);
        const { id } = request.params;
        const { region, callsign, kind, agency, strength, bearer, secretVersion } = request.body;
        const waiting = await find(request, id);
        if (!mayIn(grants, 'trackers.admit', region)) throw new ProblemError('forbidden');
        const kept = secretVersion === undefined ? undefined : doorKeeper.hashOf(id, secretVersion);
        // by the click that was meant for one, nobody else comes in
        if (secretVersion !== undefined && kept === undefined) {
          throw new ProblemError('waiting_changed', id);
        }
        const made = kept === undefined ? await makeTrackerSecret() : undefined;
        const added = await addTracker(
          pool,
          {
            id,
            region,
            callsign: callsign ?? id.slice(0, 32),
            kind: kind ?? 'handheld',
            agency: agency ?? 'polri',
            strength,
            bearer,
            secretHash: kept ?? made?.hash,
          },
          deedOnTracker(
            actor,
            'tracker.admitted',
            { id, region },
            { address: waiting.address, door: waiting.door, keepsSecret: kept !== undefined },
          ),
        );
        if (!added.ok && added.reason === 'id_taken') {
          throw new ProblemError('already_admitted', added.detail);
        }
        if (!added.ok) throw new ProblemError('bad_request', added.detail);
        doorKeeper.remove(id);
        return reply.code(201).send({
          tracker: shownTracker(added.value),
          secret: made?.secret ?? null,
          phone: phoneOf(phoneReach, request, id, made?.secret),
        });
      },
    );

    app.delete('/waiting/:id', { config, schema: { params: idParams } }, async (request, reply) => {
      const { id, region, address, door } = await find(request, request.params.id);
      await appendLog({
        actor: accessOf(request).actor,
        action: 'tracker.sent_away',
        subject: `tracker:${id}`,
        region: region ?? null,
        data: { address, door },
      });
      doorKeeper.remove(id);
      return reply.code(204).send();
    });
    done();
  };
}
