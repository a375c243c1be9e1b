import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { deedOnPlace, deedsOnPlaceChange } from '../accounts/placeDeeds.ts';
import { mayIn, scopeOf } from '../domain/access.ts';
import {
  placeSchema,
  requiredSchema,
  type SiteDetails,
  siteDetailsSchema,
  siteListSchema,
} from '../domain/placeDetails.ts';
import { type Site, siteClasses, siteKinds } from '../domain/site.ts';
import { ringRadiiM } from '../domain/siteRing.ts';
import {
  addSite,
  changeSite,
  findSite,
  type KnownSite,
  listSites,
  removeSite,
} from '../storage/siteStore.ts';
import {
  anyRegionSchema,
  atSchema,
  defaultPage,
  demand,
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

const view = { access: 'sites.view' } as const;
const manage = { access: 'sites.manage' } as const;
const kindSchema = Type.Enum([...siteKinds]);
const classSchema = Type.Enum([...siteClasses]);

const fields = {
  name: Type.String({ minLength: 1, maxLength: 240 }),
  kind: kindSchema,
  class: classSchema,
  region: anyRegionSchema,
  place: placeSchema,
};

/**
 * `/sites`: polling stations, election offices and the like, of the regions that one sees. Each has a
 * ring, the fence `site:{id}`, which follows it.
 */
export function siteRoutes(parts: PlaceParts): FastifyPluginCallbackTypebox {
  const { pool } = parts;

  return (app, _options, done) => {
    app.get(
      '/sites',
      {
        config: view,
        schema: {
          querystring: Type.Object({
            ...pageFields,
            region: Type.Optional(anyRegionSchema),
            kind: Type.Optional(kindSchema),
            class: Type.Optional(classSchema),
            operation: Type.Optional(operationIdSchema),
            search: Type.Optional(searchSchema),
            at: atSchema,
          }),
          response: { 200: siteListSchema },
        },
      },
      async (request) => {
        const { cursor, limit = defaultPage, region, kind, operation, search, at } = request.query;
        await demandSeenOperation(parts, request, operation);
        const filter = {
          ...{ region: readRegion(region), kind, search },
          regions: regionsOf(request),
          siteClass: request.query.class,
          operationId: operation,
          atMs: readAt(at),
        };
        // one more tells whether there is another page
        const found = await listSites(pool, filter, limit + 1, cursor);
        const page = found.slice(0, limit);
        return {
          sites: page.map(shownSite),
          nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        };
      },
    );

    app.post(
      '/sites',
      {
        config: manage,
        schema: {
          body: Type.Object(
            {
              id: siteParams.properties.id,
              operation: operationIdSchema,
              ...fields,
              required: Type.Optional(requiredSchema),
              ringRadiusM: Type.Optional(Type.Number()),
            },
            { additionalProperties: false },
          ),
          response: { 201: siteDetailsSchema },
        },
      },
      async (request, reply) => {
        const { actor } = accessOf(request);
        const { operation, class: siteClass, required, ringRadiusM, ...rest } = request.body;
        demand(request, 'sites.manage', rest.region);
        await findSeenOperation(parts, request, operation);
        const site = { ...rest, siteClass, required: readRequired(required) ?? {}, ringRadiusM };
        const added = await addSite(pool, operation, site, () => [
          deedOnPlace(actor, 'site.added', site, { operation, kind: site.kind, class: siteClass }),
        ]);
        if (!added.ok) throw placeRefusal(added);
        await takeUp(parts, added.value.change);
        return reply.code(201).send(shownSite(added.value.value));
      },
    );

    app.get(
      '/sites/:id',
      {
        config: view,
        schema: {
          params: siteParams,
          querystring: Type.Object({ at: atSchema }),
          response: { 200: siteDetailsSchema },
        },
      },
      async (request) => {
        const { id } = request.params;
        return shownSite(await findSeenSite(parts, request, id, readAt(request.query.at)));
      },
    );

    app.patch(
      '/sites/:id',
      {
        config: manage,
        schema: {
          params: siteParams,
          body: Type.Object(
            {
              version: versionSchema,
              name: Type.Optional(fields.name),
              kind: Type.Optional(fields.kind),
              class: Type.Optional(fields.class),
              region: Type.Optional(fields.region),
              place: Type.Optional(fields.place),
              required: Type.Optional(requiredSchema),
              /** Null: what its kind and class have. */
              ringRadiusM: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
            },
            { additionalProperties: false, minProperties: 2 },
          ),
          response: { 200: siteDetailsSchema },
        },
      },
      async (request) => {
        const { actor, grants } = accessOf(request);
        const { id } = request.params;
        const { version, class: siteClass, required, ...rest } = request.body;
        await findSeenSite(parts, request, id);
        demand(request, 'sites.manage', rest.region);
        const changes = { ...rest, siteClass, required: readRequired(required) };
        const names = Object.keys(request.body).filter((name) => name !== 'version');
        const changed = await changeSite(pool, id, version, changes, ({ site }) =>
          site !== undefined && mayIn(grants, 'sites.manage', site.region)
            ? deedsOnPlaceChange(actor, 'site.changed', site, rest.region, {
                changed: names.sort(),
                version: version + 1,
              })
            : undefined,
        );
        if (!changed.ok) throw placeRefusal(changed);
        await takeUp(parts, changed.value.change);
        return shownSite(changed.value.value);
      },
    );

    app.delete(
      '/sites/:id',
      { config: manage, schema: { params: siteParams, querystring: versionQuery } },
      async (request, reply) => {
        const { actor, grants } = accessOf(request);
        const { id } = request.params;
        await findSeenSite(parts, request, id);
        const removed = await removeSite(pool, id, request.query.version, ({ site }) =>
          site !== undefined && mayIn(grants, 'sites.manage', site.region)
            ? [deedOnPlace(actor, 'site.removed', site)]
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

/**
 * A site that the caller sees.
 *
 * @throws ProblemError where there is none: of those of others not even their existence is told
 */
export async function findSeenSite(
  { pool }: PlaceParts,
  request: FastifyRequest,
  id: string,
  atMs?: number,
): Promise<KnownSite> {
  const found = await findSite(pool, id, atMs);
  if (found !== undefined && isSeen(accessOf(request), found.region)) return found;
  throw new ProblemError('site_not_found', id);
}

function regionsOf(request: FastifyRequest): readonly string[] | undefined {
  const scope = scopeOf(accessOf(request).grants, 'sites.view');
  return scope.includes('*') ? undefined : scope;
}

/** Phases and agencies as they were sent: agencies that are none were refused. */
function readRequired(
  required: Static<typeof requiredSchema> | undefined,
): Site['required'] | undefined {
  return required === undefined ? undefined : { ...required };
}

/** A site without the keys, which nobody outside the database needs. */
export function shownSite(site: KnownSite): SiteDetails {
  const { id, version, name, kind, siteClass, region, place, operationId, ringRadiusM } = site;
  return {
    ...{ id, version, name, kind, region, operationId },
    class: siteClass,
    place: [...place],
    required: { ...site.required },
    ringRadiusM: ringRadiusM ?? ringRadiiM[kind][siteClass],
    isRingRadiusOwn: ringRadiusM !== undefined,
    validFromMs: site.validFromMs,
    validToMs: site.validToMs ?? null,
  };
}
