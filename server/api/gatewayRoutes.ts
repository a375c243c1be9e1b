import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { deedOnGateway } from '../accounts/deeds.ts';
import { makeTrackerSecret } from '../accounts/trackerSecrets.ts';
import { type Access, mayIn } from '../domain/access.ts';
import {
  type GatewayDetails,
  gatewayDetailsSchema,
  gatewayListSchema,
  gatewaySecretSchema,
} from '../domain/doorDetails.ts';
import { everywhere } from '../domain/region.ts';
import {
  addGateway,
  changeGateway,
  findGateway,
  type GatewayFound,
  type KnownGateway,
  listGateways,
  removeGateway,
  setGatewaySecret,
} from '../storage/gatewayStore.ts';
import { listTrackers } from '../storage/trackerStore.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { idParams, regionSchema } from './trackerSchemas.ts';

const config = { access: 'trackers.manage' } as const;
/** Room for the longest list of the longest ids. */
const bodyLimit = 512 * 1_024;

const fields = {
  name: Type.String({ minLength: 1, maxLength: 64 }),
  region: regionSchema,
  topics: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 16 }),
  trackerIds: Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), { maxItems: 5_000 }),
};

/**
 * `/gateways`: who speaks for others. Whoever manages trackers in the gateway's region and in those
 * of all its trackers sees and changes it; for all others there is none.
 */
export function gatewayRoutes(pool: Pool): FastifyPluginCallbackTypebox {
  /** The region of every tracker, for a list that is read and not changed. */
  const readRegions = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await listTrackers(pool)).map(({ tracker }) => [tracker.id, tracker.region]));

  const isSeen = (
    access: Access,
    { region, trackerIds }: KnownGateway,
    regions: ReadonlyMap<string, string>,
  ): boolean =>
    // of a tracker that nobody carries the region is not known here
    [region, ...trackerIds.map((id) => regions.get(id) ?? everywhere)].every((each) =>
      mayIn(access.grants, 'trackers.manage', each),
    );

  const find = async (access: Access, id: string): Promise<KnownGateway> => {
    const found = await findGateway(pool, id);
    if (found !== undefined && isSeen(access, found, await readRegions())) return found;
    throw notFound(id);
  };

  return (app, _options, done) => {
    app.get(
      '/gateways',
      { config, schema: { response: { 200: gatewayListSchema } } },
      async (request) => {
        const regions = await readRegions();
        const seen = (await listGateways(pool)).filter((each) =>
          isSeen(accessOf(request), each, regions),
        );
        return { gateways: seen.map(shown) };
      },
    );

    app.post(
      '/gateways',
      {
        config,
        bodyLimit,
        schema: {
          body: Type.Object(
            { id: Type.String({ maxLength: 64 }), ...fields },
            { additionalProperties: false },
          ),
          response: { 201: gatewaySecretSchema },
        },
      },
      async (request, reply) => {
        const access = accessOf(request);
        const { id, region } = request.body;
        if (!mayIn(access.grants, 'trackers.manage', region)) throw new ProblemError('forbidden');
        const { secret, hash } = await makeTrackerSecret();
        const added = await addGateway(pool, { ...request.body, secretHash: hash }, (found) =>
          mayTouch(access, found)
            ? [deedOnGateway(access.actor, 'gateway.added', { id, region })]
            : undefined,
        );
        if (!added.ok) throw refusal(id, added);
        return reply.code(201).send({ gateway: shown(added.value), secret });
      },
    );

    app.get(
      '/gateways/:id',
      { config, schema: { params: idParams, response: { 200: gatewayDetailsSchema } } },
      async (request) => shown(await find(accessOf(request), request.params.id)),
    );

    app.patch(
      '/gateways/:id',
      {
        config,
        bodyLimit,
        schema: {
          params: idParams,
          body: Type.Object(
            {
              name: Type.Optional(fields.name),
              region: Type.Optional(fields.region),
              topics: Type.Optional(fields.topics),
              trackerIds: Type.Optional(fields.trackerIds),
            },
            { additionalProperties: false, minProperties: 1 },
          ),
          response: { 200: gatewayDetailsSchema },
        },
      },
      async (request) => {
        const access = accessOf(request);
        const { id } = request.params;
        const { region } = request.body;
        await find(access, id);
        if (region !== undefined && !mayIn(access.grants, 'trackers.manage', region)) {
          throw new ProblemError('forbidden');
        }
        const names = Object.keys(request.body).sort();
        const changed = await changeGateway(pool, id, request.body, (found) => {
          if (!mayTouch(access, found)) return undefined;
          // one that moves is told of in both regions
          const regions = [found.gateway?.region, region].filter((each) => each !== undefined);
          return [...new Set(regions)].map((each) =>
            deedOnGateway(access.actor, 'gateway.changed', { id, region: each }, { fields: names }),
          );
        });
        if (!changed.ok) throw refusal(id, changed);
        return shown(changed.value);
      },
    );

    app.delete(
      '/gateways/:id',
      { config, schema: { params: idParams } },
      async (request, reply) => {
        const access = accessOf(request);
        const { id } = request.params;
        const found = await find(access, id);
        const removed = await removeGateway(pool, id, (known) =>
          mayTouch(access, known)
            ? [deedOnGateway(access.actor, 'gateway.removed', known.gateway ?? found)]
            : undefined,
        );
        if (!removed.ok) throw refusal(id, removed);
        return reply.code(204).send();
      },
    );

    app.post(
      '/gateways/:id/secret',
      { config, schema: { params: idParams, response: { 200: gatewaySecretSchema } } },
      async (request) => {
        const access = accessOf(request);
        const { id } = request.params;
        const found = await find(access, id);
        const { secret, hash } = await makeTrackerSecret();
        const set = await setGatewaySecret(pool, id, hash, (known) =>
          mayTouch(access, known)
            ? [deedOnGateway(access.actor, 'gateway.secret_set', known.gateway ?? found)]
            : undefined,
        );
        if (!set.ok) throw refusal(id, set);
        return { gateway: shown({ ...found, hasSecret: true }), secret };
      },
    );
    done();
  };
}

/**
 * True when a change is allowed: all regions that it touches are the caller's.
 *
 * @throws ProblemError for a tracker of others, as for one that does not exist
 */
function mayTouch({ grants }: Access, { gateway, trackers }: GatewayFound): boolean {
  const isManaged = (region: string): boolean => mayIn(grants, 'trackers.manage', region);
  if (gateway !== undefined && !isManaged(gateway.region)) return false;
  const foreign = trackers.find(({ region }) => !isManaged(region));
  if (foreign !== undefined) {
    throw new ProblemError('tracker_not_found', `there is no tracker "${foreign.id}"`);
  }
  return true;
}

function notFound(id: string): ProblemError {
  return new ProblemError('gateway_not_found', id);
}

type Refused = { readonly reason: string; readonly detail: string };

function refusal(id: string, { reason, detail }: Refused): ProblemError {
  switch (reason) {
    case 'unknown_gateway':
    case 'not_allowed':
      return notFound(id);
    case 'id_taken':
      return new ProblemError('id_taken', detail);
    case 'unknown_tracker':
      return new ProblemError('tracker_not_found', detail);
    default:
      return new ProblemError('bad_request', detail);
  }
}

function shown({ key: _key, topics, trackerIds, ...gateway }: KnownGateway): GatewayDetails {
  return { ...gateway, topics: [...topics], trackerIds: [...trackerIds] };
}
