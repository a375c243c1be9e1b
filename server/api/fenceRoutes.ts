import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { deedOnPlace, deedsOnPlaceChange } from '../accounts/placeDeeds.ts';
import { mayIn, scopeOf } from '../domain/access.ts';
import { type FenceConditions, fenceClasses, type Shape } from '../domain/fence.ts';
import { type Operation, runningPhases, wrongFencePhases } from '../domain/operation.ts';
import {
  conditionsSchema,
  type FenceDetails,
  fenceDetailsSchema,
  fenceListSchema,
  fencesAtSchema,
  groundFields,
  watchSchema,
} from '../domain/placeDetails.ts';
import {
  addFence,
  changeFence,
  fencesAround,
  findFence,
  type KnownFence,
  listFences,
  removeFence,
} from '../storage/fenceStore.ts';
import { findOperation, listOperations } from '../storage/operationStore.ts';
import { checkShape } from '../tracking/fences/checkShape.ts';
import { signedDistanceM } from '../tracking/fences/signedDistance.ts';
import type { Roster } from '../tracking/roster.ts';
import { whyIdle } from '../tracking/whyIdle.ts';
import { checkedShape, type GivenGround, groundOf, readGround } from './ground.ts';
import {
  anyRegionSchema,
  atSchema,
  defaultPage,
  demand,
  fenceParams,
  isSeen,
  operationIdSchema,
  type PlaceParts,
  pageFields,
  placeRefusal,
  readAt,
  readRegion,
  searchSchema,
  siteParams,
  takeUp,
  versionQuery,
  versionSchema,
} from './placeParts.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { demandSeenOperation, findSeenOperation } from './seenOperation.ts';
import { findSeenUnit, seenUnit } from './seenPlaces.ts';

export type FenceParts = PlaceParts & { readonly roster: Roster };

const view = { access: 'sites.view' } as const;
const manage = { access: 'fences.manage' } as const;
/** Room for a shape with the most points that one can have. */
const bodyLimit = 2 * 1_024 * 1_024;

const fields = {
  name: Type.String({ minLength: 1, maxLength: 240 }),
  region: anyRegionSchema,
  class: Type.Enum([...fenceClasses]),
};
const unitIdSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

/** `/fences`: drawn ground and the rings of sites, of the regions that one sees. */
export function fenceRoutes(parts: FenceParts): FastifyPluginCallbackTypebox {
  const { pool, roster, nowMs } = parts;

  const find = async (request: FastifyRequest, id: string, atMs?: number): Promise<KnownFence> => {
    const found = await findFence(pool, id, atMs);
    if (found !== undefined && isSeen(accessOf(request), found.region)) return found;
    throw new ProblemError('fence_not_found', id);
  };

  /** A fence without the keys, which nobody outside the database needs, and without a unit of others. */
  const shown = (request: FastifyRequest, fence: KnownFence): FenceDetails => {
    const { id, version, name, region, shape, conditions, watch, unitId } = fence;
    const unit = unitId === undefined ? undefined : findSeenUnit(roster, request, unitId);
    return {
      ...{ id, version, name, region, conditions, watch },
      class: fence.fenceClass,
      ...groundOf(shape),
      unitId: unit?.id ?? null,
      operationId: fence.operationId ?? null,
      siteId: fence.siteId ?? null,
      validFromMs: fence.validFromMs,
      validToMs: fence.validToMs ?? null,
    };
  };

  /** The shape that was sent: around a unit where one is named. */
  const readShape = (
    request: FastifyRequest,
    { unitId, ...ground }: GivenGround & { readonly unitId?: string },
  ): Shape => {
    if (unitId === undefined) return readGround(ground);
    const unit = seenUnit(roster, request, unitId);
    if (ground.geometry !== undefined || ground.radiusM === undefined) {
      throw new ProblemError('bad_request', 'a fence around a unit has a radiusM and no geometry');
    }
    return checkedShape(checkShape({ kind: 'moving', unitKey: unit.key, radiusM: ground.radiusM }));
  };

  return (app, _options, done) => {
    app.get(
      '/fences',
      {
        config: view,
        schema: {
          querystring: Type.Object({
            ...pageFields,
            region: Type.Optional(anyRegionSchema),
            class: Type.Optional(fields.class),
            operation: Type.Optional(operationIdSchema),
            /** False: without the rings of sites. */
            rings: Type.Optional(Type.Boolean()),
            search: Type.Optional(searchSchema),
            at: atSchema,
          }),
          response: { 200: fenceListSchema },
        },
      },
      async (request) => {
        const { cursor, limit = defaultPage, region, operation, rings, search, at } = request.query;
        await demandSeenOperation(parts, request, operation);
        const filter = {
          ...{ region: readRegion(region), search },
          regions: regionsOf(request),
          fenceClass: request.query.class,
          operationId: operation,
          hasRings: rings,
          atMs: readAt(at),
        };
        // one more tells whether there is another page
        const found = await listFences(pool, filter, limit + 1, cursor);
        const page = found.slice(0, limit);
        return {
          fences: page.map((fence) => shown(request, fence)),
          nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        };
      },
    );

    app.get(
      '/fences/at',
      {
        config: view,
        schema: {
          querystring: Type.Object({
            lon: Type.Number({ minimum: -180, maximum: 180 }),
            lat: Type.Number({ minimum: -90, maximum: 90 }),
            at: atSchema,
          }),
          response: { 200: fencesAtSchema },
        },
      },
      async (request) => {
        const { lon, lat, at } = request.query;
        const filter = { regions: regionsOf(request), atMs: readAt(at) };
        const { atMs = nowMs() } = filter;
        const around = await fencesAround(pool, lon, lat, filter);
        const phases = runningPhases(await listOperations(pool), atMs);
        const holding = around.flatMap((fence) => {
          if (fence.shape.kind === 'moving') return [];
          const distanceM = signedDistanceM(fence.shape, lon, lat);
          if (distanceM > 0) return [];
          const running = phases.get(fence.operationKey ?? 0) ?? [];
          const idleBy = whyIdle(fence.conditions, running, atMs) ?? null;
          const counts = idleBy === null;
          return [{ fence: shown(request, fence), signedDistanceM: distanceM, counts, idleBy }];
        });
        return { fences: holding.toSorted((a, b) => a.signedDistanceM - b.signedDistanceM) };
      },
    );

    app.post(
      '/fences',
      {
        config: manage,
        bodyLimit,
        schema: {
          body: Type.Object(
            {
              id: siteParams.properties.id,
              ...fields,
              ...groundFields,
              unitId: Type.Optional(unitIdSchema),
              operation: Type.Optional(operationIdSchema),
              conditions: Type.Optional(conditionsSchema),
              watch: Type.Optional(watchSchema),
            },
            { additionalProperties: false },
          ),
          response: { 201: fenceDetailsSchema },
        },
      },
      async (request, reply) => {
        const { actor } = accessOf(request);
        const { id, name, region, operation, conditions = {}, watch = {}, ...rest } = request.body;
        const { class: fenceClass, ...ground } = rest;
        demand(request, 'fences.manage', region);
        const ofOperation =
          operation === undefined ? undefined : await findSeenOperation(parts, request, operation);
        refusePhases(conditions, ofOperation);
        const shape = readShape(request, ground);
        const fence = { id, name, region, fenceClass, shape, conditions, watch };
        const added = await addFence(pool, { ...fence, operationId: operation }, () => [
          deedOnPlace(actor, 'fence.added', fence, { class: fenceClass, shape: shape.kind }),
        ]);
        if (!added.ok) throw placeRefusal(added);
        await takeUp(parts, added.value.change);
        return reply.code(201).send(shown(request, added.value.value));
      },
    );

    app.get(
      '/fences/:id',
      {
        config: view,
        schema: {
          params: fenceParams,
          querystring: Type.Object({ at: atSchema }),
          response: { 200: fenceDetailsSchema },
        },
      },
      async (request) =>
        shown(request, await find(request, request.params.id, readAt(request.query.at))),
    );

    app.patch(
      '/fences/:id',
      {
        config: manage,
        bodyLimit,
        schema: {
          params: fenceParams,
          body: Type.Object(
            {
              version: versionSchema,
              name: Type.Optional(fields.name),
              region: Type.Optional(fields.region),
              class: Type.Optional(fields.class),
              ...groundFields,
              unitId: Type.Optional(unitIdSchema),
              conditions: Type.Optional(conditionsSchema),
              watch: Type.Optional(watchSchema),
            },
            { additionalProperties: false, minProperties: 2 },
          ),
          response: { 200: fenceDetailsSchema },
        },
      },
      async (request) => {
        const { actor, grants } = accessOf(request);
        const { id } = request.params;
        const {
          version,
          class: fenceClass,
          name,
          region,
          conditions,
          watch,
          ...ground
        } = request.body;
        const before = await find(request, id);
        demand(request, 'fences.manage', region);
        const { operationId } = before;
        const ofOperation =
          operationId === undefined ? undefined : await findOperation(pool, operationId);
        refusePhases(conditions, ofOperation);
        const shape =
          Object.keys(ground).length === 0
            ? undefined
            : readShape(request, { ...unsaid(before, ground), ...ground });
        const names = Object.keys(request.body).filter((each) => each !== 'version');
        const changed = await changeFence(
          pool,
          id,
          version,
          { name, region, fenceClass, shape, conditions, watch },
          ({ fence }) =>
            fence !== undefined && mayIn(grants, 'fences.manage', fence.region)
              ? deedsOnPlaceChange(actor, 'fence.changed', fence, region, {
                  changed: names.sort(),
                  version: version + 1,
                })
              : undefined,
        );
        if (!changed.ok) throw placeRefusal(changed);
        await takeUp(parts, changed.value.change);
        return shown(request, changed.value.value);
      },
    );

    app.delete(
      '/fences/:id',
      { config: manage, schema: { params: fenceParams, querystring: versionQuery } },
      async (request, reply) => {
        const { actor, grants } = accessOf(request);
        const { id } = request.params;
        await find(request, id);
        const removed = await removeFence(pool, id, request.query.version, ({ fence }) =>
          fence !== undefined && mayIn(grants, 'fences.manage', fence.region)
            ? [deedOnPlace(actor, 'fence.removed', fence)]
            : undefined,
        );
        if (!removed.ok) throw placeRefusal(removed);
        await takeUp(parts, removed.value.change);
        return reply.code(204).send();
      },
    );
    done();
  };
}

/** @throws ProblemError where a fence is to count in phases that its operation does not have */
function refusePhases(
  conditions: FenceConditions | undefined,
  operation: Operation | undefined,
): void {
  const wrong = wrongFencePhases(conditions?.phases, operation);
  if (wrong !== undefined) throw new ProblemError('bad_request', wrong);
}

function regionsOf(request: FastifyRequest): readonly string[] | undefined {
  const scope = scopeOf(accessOf(request).grants, 'sites.view');
  return scope.includes('*') ? undefined : scope;
}

/** What a change of the size alone leaves as it is: the place of a circle, the line of a route, the unit of an escort. */
function unsaid(
  { shape, unitId }: KnownFence,
  { geometry, unitId: otherUnitId }: { readonly geometry?: unknown; readonly unitId?: string },
): Pick<GivenGround, 'geometry'> | { readonly unitId: string } {
  if (geometry !== undefined || otherUnitId !== undefined) return {};
  if (shape.kind === 'moving') return unitId === undefined ? {} : { unitId };
  const { geometry: known } = groundOf(shape);
  return known === null ? {} : { geometry: known };
}
