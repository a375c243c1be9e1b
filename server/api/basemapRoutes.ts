import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Basemap, basemapSchema } from '../domain/unitDetails.ts';
import { ProblemError } from './problem.ts';

/** The map to serve: a file of ours, or a style elsewhere that the user named. */
export type ServedBasemap =
  | {
      readonly from: 'pmtiles';
      readonly file: string;
      readonly attribution: string;
      readonly version: string;
    }
  | { readonly from: 'style'; readonly url: string };

/** A short name for a file's content: a new map gets a new address, so browsers may keep the old one for ever. */
export async function fileVersion(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex').slice(0, 12);
}

/**
 * `GET /api/v1/basemap` says which map to draw; `GET /basemap/<version>.pmtiles` serves the file by
 * HTTP Range requests (RFC 9110, 14), so that a browser reads only the tiles it shows.
 */
export function basemapRoutes(basemap: ServedBasemap): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const answer: Basemap =
      basemap.from === 'style'
        ? basemap
        : {
            from: 'pmtiles',
            url: `/basemap/${basemap.version}.pmtiles`,
            attribution: basemap.attribution,
          };
    app.get('/api/v1/basemap', { schema: { response: { 200: basemapSchema } } }, () => answer);

    app.get('/basemap/:file', (request, reply) => {
      if (basemap.from === 'style' || request.url !== answer.url) {
        throw new ProblemError('not_found');
      }
      // gzip inside the file is per tile: the file itself must go out as it is
      return reply
        .header('content-type', 'application/octet-stream')
        .sendFile(path.basename(basemap.file), path.dirname(basemap.file), {
          contentType: false,
          immutable: true,
          maxAge: '365d',
        });
    });
    done();
  };
}
