import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { isInScope, type Scope, scopeOf } from '../domain/access.ts';
import { type CoveredSite, coverageListSchema } from '../domain/boardDetails.ts';
import { coverageWords } from '../domain/coverage.ts';
import { siteClasses, siteKinds } from '../domain/site.ts';
import { listOperations } from '../storage/operationStore.ts';
import type { PlaceView } from '../tracking/placeView.ts';
import type { Roster } from '../tracking/roster.ts';
import { type BoardRow, boardOrders, readBoard } from './coverageBoard.ts';
import { operationIdReader } from './operationIds.ts';
import { anyRegionSchema, defaultPage, operationIdSchema, pageFields } from './placeParts.ts';
import { accessOf } from './routeAccess.ts';
import { namedSite, unitScope } from './seenPlaces.ts';

export type CoverageParts = {
  readonly pool: Pool;
  readonly roster: Roster;
  readonly places: PlaceView;
};

/** `GET /coverage`: how the sites in force are covered now, of the regions that one sees. */
export function coverageRoute({
  pool,
  roster,
  places,
}: CoverageParts): FastifyPluginCallbackTypebox {
  const operationIds = operationIdReader(() => listOperations(pool));

  const shown = (
    { site, coverage }: BoardRow,
    ids: ReadonlyMap<number, string>,
    seesUnits: Scope,
  ): CoveredSite => {
    const operationId = ids.get(site.operationKey);
    if (operationId === undefined) {
      throw new Error(`The site ${site.id} is of an operation that the database does not have.`);
    }
    return {
      ...namedSite(site),
      operationId,
      word: coverage?.word ?? null,
      percent: coverage?.percent ?? null,
      sinceMs: coverage?.sinceMs ?? null,
      agencies: [...(coverage?.agencies ?? [])],
      unitIds: places.insideOf(site.key).flatMap((key) => {
        const unit = roster.unitOf(key);
        return unit !== undefined && isInScope(seesUnits, roster.regionsOf(unit)) ? [unit.id] : [];
      }),
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
        const asked = await operationIds(
          ({ keys }) => operation === undefined || keys.has(operation),
        );
        const filter = {
          scope: scopeOf(accessOf(request).grants, 'sites.view'),
          siteClass: request.query.class,
          // of an operation that there is not, there are no sites: no key is 0
          operationKey: operation === undefined ? undefined : (asked.keys.get(operation) ?? 0),
          ...{ region, kind, word },
        };
        const { limit = defaultPage } = request.query;
        const { summary, rows, hasMore } = readBoard(places, filter, order, limit, cursor);
        const { ids } = await operationIds((known) =>
          rows.every(({ site }) => known.ids.has(site.operationKey)),
        );
        const seesUnits = unitScope(request);
        return {
          summary,
          sites: rows.map((row) => shown(row, ids, seesUnits)),
          nextCursor: hasMore ? (rows.at(-1)?.site.id ?? null) : null,
        };
      },
    );
    done();
  };
}
