import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Basemap, basemapSchema } from '../domain/unitDetails.ts';
import { ProblemError } from './problem.ts';

/** A PMTiles file with who made it, and a version that changes with its content. */
export type MapFile = {
  readonly file: string;
  readonly attribution: string;
  readonly version: string;
};

/** The map to serve: a file, which may still be in the making, or a style elsewhere that the user named. */
export type BasemapToServe =
  | { readonly from: 'pmtiles'; readonly map: Promise<MapFile> }
  | { readonly from: 'style'; readonly url: string };

/** A short name for a file's content: a new map gets a new address, so browsers may keep the old one for ever. */
export async function fileVersion(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex').slice(0, 12);
}

/** True for a PMTiles file of version 3 (PMTiles specification 3, "Header": magic number and version). */
export async function isPmtiles(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead === 8 && buffer.toString('latin1', 0, 7) === 'PMTiles' && buffer[7] === 3;
  } finally {
    await handle.close();
  }
}

/**
 * `GET /api/v1/basemap` says which map to draw; `GET /basemap/<version>.pmtiles` serves the file by
 * HTTP Range requests (RFC 9110, 14), so that a browser reads only the tiles it shows.
 */
export function basemapRoutes(basemap: BasemapToServe): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/v1/basemap',
      { config: { access: 'map.view' }, schema: { response: { 200: basemapSchema } } },
      async (): Promise<Basemap> => {
        if (basemap.from === 'style') return basemap;
        const map = await basemap.map;
        return { from: 'pmtiles', url: addressOf(map), attribution: map.attribution };
      },
    );

    app.get('/basemap/:file', { config: { access: 'map.view' } }, async (request, reply) => {
      const map = basemap.from === 'style' ? undefined : await basemap.map;
      if (map === undefined || request.url !== addressOf(map)) throw new ProblemError('not_found');
      // gzip inside the file is per tile: the file itself must go out as it is
      return reply
        .header('content-type', 'application/octet-stream')
        .sendFile(path.basename(map.file), path.dirname(map.file), {
          contentType: false,
          immutable: true,
          maxAge: '365d',
        });
    });
    done();
  };
}

function addressOf({ version }: MapFile): string {
  return `/basemap/${version}.pmtiles`;
}
