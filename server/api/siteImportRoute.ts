import { PassThrough, Readable } from 'node:stream';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { mayIn } from '../domain/access.ts';
import { siteClasses, siteKinds } from '../domain/site.ts';
import { isDatabaseAway } from '../storage/isDatabaseAway.ts';
import {
  type ImportOutcome,
  type ImportProgress,
  importSites,
} from '../storage/siteImport/importSites.ts';
import { readCsv } from '../storage/siteImport/readCsv.ts';
import { readGeoJson } from '../storage/siteImport/readGeoJson.ts';
import type { ColumnMapping } from '../storage/siteImport/siteColumns.ts';
import { SiteFileError } from '../storage/siteImport/siteRecord.ts';
import {
  anyRegionSchema,
  operationIdSchema,
  type PlaceParts,
  placeRefusal,
  readRegion,
  takeUp,
} from './placeParts.ts';
import { describeProblem, ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { findSeenOperation } from './seenOperation.ts';

export type SiteImportParts = PlaceParts & { readonly log: Logger };

/** Longest file, bytes: 60,751 TPS are some 6 MB of CSV. */
const maxBytes = 128 * 1_024 * 1_024;
const maxMappings = 64;
const csv = 'text/csv';
const geoJson = 'application/geo+json';
const lines = 'application/x-ndjson';

const querystring = Type.Object({
  operation: operationIdSchema,
  /** Of lines that have none. */
  region: Type.Optional(anyRegionSchema),
  kind: Type.Optional(Type.Enum([...siteKinds])),
  class: Type.Optional(Type.Enum([...siteClasses])),
  /** `name:column`, several times: which column of the file holds what. */
  map: Type.Optional(
    Type.Union([
      Type.String({ maxLength: 200 }),
      Type.Array(Type.String({ maxLength: 200 }), { maxItems: maxMappings }),
    ]),
  ),
  dryRun: Type.Optional(Type.Boolean()),
  /** True: good lines are written even where others are bad. */
  partial: Type.Optional(Type.Boolean()),
});

/**
 * `POST /sites/import`: a CSV or GeoJSON file as the body. The answer is what came of it; with
 * `Accept: application/x-ndjson` it begins at once, with a line of progress now and then, and its last
 * line has the outcome or the problem.
 */
export function siteImportRoute(parts: SiteImportParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    // the body is read as it comes, by this route alone
    app.addContentTypeParser([csv, geoJson], (_request, payload, parsed) => parsed(null, payload));

    app.post(
      '/sites/import',
      { config: { access: 'sites.manage', rate: 'export' }, schema: { querystring } },
      async (request, reply) => {
        const { body } = request;
        if (!(body instanceof Readable)) throw new ProblemError('not_site_file');
        const run = (onProgress: (progress: ImportProgress) => void): Promise<ImportOutcome> =>
          runImport(parts, request, request.query, body, onProgress);
        if (!(request.headers.accept ?? '').includes(lines)) return run(() => undefined);
        const out = new PassThrough();
        const say = (line: object): void => {
          out.write(`${JSON.stringify(line)}\n`);
        };
        void run((progress) => say({ progress }))
          .then((outcome) => say({ outcome }))
          .catch((error: unknown) => say({ problem: problemOf(error, request) }))
          .finally(() => out.end());
        return reply.type(lines).send(out);
      },
    );
    done();
  };

  function problemOf(error: unknown, request: FastifyRequest) {
    const language = request.headers['accept-language'];
    if (error instanceof ProblemError) {
      return describeProblem(error.code, language, error.detail, error.members);
    }
    if (isDatabaseAway(error)) return describeProblem('database_away', language);
    parts.log.error({ event: 'importFailed', err: error }, 'an import of sites failed');
    return describeProblem('internal', language);
  }
}

async function runImport(
  parts: PlaceParts,
  request: FastifyRequest,
  query: Static<typeof querystring>,
  body: Readable,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportOutcome> {
  const { actor, grants } = accessOf(request);
  await findSeenOperation(parts, request, query.operation);
  const isGeoJson = request.headers['content-type']?.startsWith(geoJson) === true;
  const bytes = bounded(body);
  try {
    const file = await (isGeoJson ? readGeoJson(bytes) : readCsv(bytes));
    const imported = await importSites(parts.pool, file, {
      operationId: query.operation,
      mapping: readMapping(query.map),
      defaults: {
        region: readRegion(query.region),
        kind: query.kind ?? 'tps',
        siteClass: query.class ?? 'kurang_rawan',
      },
      isDryRun: query.dryRun ?? false,
      isPartial: query.partial ?? false,
      mayWrite: (region) => mayIn(grants, 'sites.manage', region),
      onProgress,
      deedOf: ({ id, region }, written) =>
        deedOnPlace(
          actor,
          'operation.sites_imported',
          { id, region },
          { operation: id, ...written },
        ),
    });
    if (!imported.ok) {
      if (imported.reason === 'unknown_operation') throw placeRefusal(imported);
      throw new ProblemError('bad_site_file', imported.detail);
    }
    const outcome = imported.value;
    await takeUp(parts, outcome.change);
    if (outcome.isUnwritten && query.dryRun !== true) {
      const detail = `${outcome.badLines} of ${outcome.lines} lines were refused; correct them, or write the others with partial=true`;
      throw new ProblemError('bad_site_file', detail, { outcome });
    }
    return outcome;
  } catch (error) {
    if (!(error instanceof SiteFileError)) throw error;
    throw new ProblemError('bad_site_file', error.message);
  }
}

async function* bounded(body: Readable): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    const bytes: Uint8Array = Buffer.from(chunk);
    length += bytes.byteLength;
    if (length > maxBytes) throw new ProblemError('too_large');
    yield bytes;
  }
}

function readMapping(map: string | readonly string[] | undefined): ColumnMapping {
  const texts = typeof map === 'string' ? [map] : (map ?? []);
  return new Map(
    texts.map((text) => {
      const at = text.indexOf(':');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new ProblemError('bad_request', `"map" is name:column; got "${text.slice(0, 80)}"`);
    }),
  );
}
