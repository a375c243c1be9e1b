import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { mayIn } from '../domain/access.ts';
import type { Operation } from '../domain/operation.ts';
import {
  type OperationDetails,
  operationDetailsSchema,
  operationListSchema,
  phaseSchema,
  planSchema,
} from '../domain/placeDetails.ts';
import { addOperation, changeOperation, listOperations } from '../storage/operationStore.ts';
import {
  anyRegionSchema,
  demand,
  operationIdSchema,
  operationParams,
  type PlaceParts,
  placeRefusal,
  takeUp,
  versionSchema,
} from './placeParts.ts';
import { accessOf } from './routeAccess.ts';
import { findSeenOperation, isOperationSeen } from './seenOperation.ts';

const view = { access: 'sites.view' } as const;
const manage = { access: 'operations.manage' } as const;
const nameSchema = Type.String({ minLength: 1, maxLength: 200 });
const phasesSchema = Type.Array(phaseSchema, { maxItems: 32 });

/**
 * `/operations`: what sites belong to, and its phases. Whoever sees a part of an operation's region
 * sees the operation.
 */
export function operationRoutes(parts: PlaceParts): FastifyPluginCallbackTypebox {
  const { pool } = parts;

  return (app, _options, done) => {
    app.get(
      '/operations',
      { config: view, schema: { response: { 200: operationListSchema } } },
      async (request) => ({
        operations: (await listOperations(pool))
          .filter((each) => isOperationSeen(accessOf(request), each))
          .map(shown),
      }),
    );

    app.get(
      '/operations/:id',
      {
        config: view,
        schema: { params: operationParams, response: { 200: operationDetailsSchema } },
      },
      async (request) => shown(await findSeenOperation(parts, request, request.params.id)),
    );

    app.post(
      '/operations',
      {
        config: manage,
        schema: {
          body: Type.Object(
            {
              id: operationIdSchema,
              name: nameSchema,
              region: anyRegionSchema,
              isExercise: Type.Optional(Type.Boolean()),
              startsAtMs: Type.Integer(),
              endsAtMs: Type.Optional(Type.Integer()),
              phases: Type.Optional(phasesSchema),
              plan: Type.Optional(planSchema),
            },
            { additionalProperties: false },
          ),
          response: { 201: operationDetailsSchema },
        },
      },
      async (request, reply) => {
        const { actor } = accessOf(request);
        const { id, region, isExercise = false, endsAtMs, phases = [] } = request.body;
        demand(request, 'operations.manage', region);
        const fields = { ...request.body, isExercise, endsAtMs, phases };
        const added = await addOperation(pool, fields, () => [
          deedOnPlace(actor, 'operation.added', { id, region }, { isExercise }),
        ]);
        if (!added.ok) throw placeRefusal(added);
        await takeUp(parts, added.value.change);
        return reply.code(201).send(shown(added.value.value));
      },
    );

    app.patch(
      '/operations/:id',
      {
        config: manage,
        schema: {
          params: operationParams,
          body: Type.Object(
            {
              version: versionSchema,
              name: Type.Optional(nameSchema),
              startsAtMs: Type.Optional(Type.Integer()),
              endsAtMs: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
              phases: Type.Optional(phasesSchema),
              plan: Type.Optional(planSchema),
            },
            { additionalProperties: false, minProperties: 2 },
          ),
          response: { 200: operationDetailsSchema },
        },
      },
      async (request) => {
        const { actor, grants } = accessOf(request);
        const { id } = request.params;
        const { version, ...changes } = request.body;
        await findSeenOperation(parts, request, id);
        const changed = await changeOperation(pool, id, version, changes, (operation) =>
          mayIn(grants, 'operations.manage', operation.region)
            ? [deedOnPlace(actor, 'operation.changed', operation, { changed: namesOf(changes) })]
            : undefined,
        );
        if (!changed.ok) throw placeRefusal(changed);
        await takeUp(parts, changed.value.change);
        return shown(changed.value.value);
      },
    );
    done();
  };
}

function namesOf(changes: object): readonly string[] {
  return Object.keys(changes).sort();
}

function shown({ key: _key, endsAtMs, phases, plan, ...operation }: Operation): OperationDetails {
  const hours = Object.entries(plan.hours).map(([phase, spans]) => [phase, [...spans]]);
  return {
    ...operation,
    endsAtMs: endsAtMs ?? null,
    phases: [...phases],
    plan: { byClass: plan.byClass, hours: Object.fromEntries(hours) },
  };
}
