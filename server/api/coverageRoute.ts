import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { isInScope, type Scope, scopeOf } from '../domain/access.ts';
import { type CoveredSite, coverageListSchema } from '../domain/boardDetails.ts';
import { coverageWords } from '../domain/coverage.ts';
import { siteClasses, siteKinds } from '../domain/site.ts';
import type { UnitCondition } from '../domain/unitDetails.ts';
import { listOperations } from '../storage/operationStore.ts';
import type { PlaceView } from '../tracking/placeView.ts';
import type { Roster } from '../tracking/roster.ts';
import { type BoardRow, boardOrders, readBoard } from './coverageBoard.ts';
import { withInsideNow } from './insideNow.ts';
import { type OperationIds, operationIdReader } from './operationIds.ts';
import {
  anyRegionSchema,
  defaultPage,
  operationIdSchema,
  pageFields,
  readRegion,
} from './placeParts.ts';
import { accessOf } from './routeAccess.ts';
import { isOperationSeen, operationNotFound } from './seenOperation.ts';
import { namedSite, unitScope } from './seenPlaces.ts';

export type CoverageParts = {
  readonly pool: Pool;
  readonly roster: Roster;
  readonly places: PlaceView;
  readonly stateOf: (unitKey: number) => UnitCondition;
};

/** `GET /coverage`: how the sites in force are covered now, of the regions that one sees. */
export function coverageRoute({
  pool,
  roster,
  places,
  stateOf,
}: CoverageParts): FastifyPluginCallbackTypebox {
  const operationIds = operationIdReader(() => listOperations(pool));

  /** @throws ProblemError for one that the caller does not see, or that there is not */
  const keyOf = async (request: FastifyRequest, id: string): Promise<number> => {
    const { byId } = await operationIds((known) => known.byId.has(id));
    const found = byId.get(id);
    if (found !== undefined && isOperationSeen(accessOf(request), found)) return found.key;
    throw operationNotFound(request, id, byId.values());
  };

  const shown = (
    { site, coverage }: BoardRow,
    byKey: OperationIds['byKey'],
    seesUnits: Scope,
  ): CoveredSite => {
    const operationId = byKey.get(site.operationKey)?.id;
    if (operationId === undefined) {
      throw new Error(`The site ${site.id} is of an operation that the database does not have.`);
    }
    const inside = places.insideOf(site.key).flatMap((key) => roster.unitOf(key) ?? []);
    const inContact = inside.filter(({ key }) => stateOf(key).presence !== 'lost');
    return {
      ...namedSite(site),
      operationId,
      word: coverage?.word ?? null,
      percent: coverage?.percent ?? null,
      sinceMs: coverage?.sinceMs ?? null,
      agencies: withInsideNow(coverage?.agencies ?? [], inContact),
      unitIds: inside
        .filter((unit) => isInScope(seesUnits, roster.regionsOf(unit)))
        .map(({ id }) => id),
    };
  };

  return (app, _options, done) => {
    app.get(
      '/coverage',
      {
        config: { access: 'sites.view' },
        schema: {
          querystring: Type.Object({
            ...pageFields,
            region: Type.Optional(anyRegionSchema),
            operation: Type.Optional(operationIdSchema),
            kind: Type.Optional(Type.Enum([...siteKinds])),
            class: Type.Optional(Type.Enum([...siteClasses])),
            word: Type.Optional(Type.Enum([...coverageWords])),
            /** `worst` is one page, of those that need somebody first. */
            order: Type.Optional(Type.Enum([...boardOrders])),
          }),
          response: { 200: coverageListSchema },
        },
      },
      async (request) => {
        const { region, operation, kind, word, order = 'id', cursor } = request.query;
        const filter = {
          scope: scopeOf(accessOf(request).grants, 'sites.view'),
          siteClass: request.query.class,
          operationKey: operation === undefined ? undefined : await keyOf(request, operation),
          region: readRegion(region),
          ...{ kind, word },
        };
        const { limit = defaultPage } = request.query;
        const { summary, rows, hasMore } = readBoard(places, filter, order, limit, cursor);
        const { byKey } = await operationIds((known) =>
          rows.every(({ site }) => known.byKey.has(site.operationKey)),
        );
        const seesUnits = unitScope(request);
        return {
          summary,
          sites: rows.map((row) => shown(row, byKey, seesUnits)),
          nextCursor: hasMore ? (rows.at(-1)?.site.id ?? null) : null,
        };
      },
    );
    done();
  };
}
