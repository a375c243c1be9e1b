import type { Logger } from 'pino';
import { basemapAttribution } from '../web/basemap/basemapAttribution.ts';
import { builtMaps, ensureBasemap } from '../web/basemap/ensureBasemap.ts';
import { type BasemapToServe, fileVersion, isPmtiles, type MapFile } from './api/basemapRoutes.ts';
import type { BasemapSource } from './config.ts';
import { errorCode } from './domain/systemError.ts';
import { StartError } from './startError.ts';

/** Who made the data of a street map in the Protomaps schema. */
const streetAttribution = '© OpenStreetMap · Protomaps';

/** The map to serve, and why it will never come, if it could not be built. */
export type PreparedBasemap = {
  readonly toServe: BasemapToServe;
  readonly failure: () => string | undefined;
};

/**
 * What is served under the units. A file that the user named must be there; the built-in map is
 * built while everything else starts, since units show without it.
 */
export async function prepareBasemap(source: BasemapSource, log: Logger): Promise<PreparedBasemap> {
  let failure: string | undefined;
  const ready = (toServe: BasemapToServe) => ({ toServe, failure: () => failure });
  switch (source.from) {
    case 'style':
      return ready(source);
    case 'pmtiles':
      return ready({ from: 'pmtiles', map: Promise.resolve(await namedMap(source.file)) });
    case 'built-in': {
      const map = builtInMap(log);
      map.catch((error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
        log.error({ event: 'mapFailed', err: error }, 'the built-in map could not be built');
      });
      return ready({ from: 'pmtiles', map });
    }
  }
}

async function builtInMap(log: Logger): Promise<MapFile> {
  const file = await ensureBasemap(builtMaps, log);
  return { file, attribution: basemapAttribution, version: await fileVersion(file) };
}

async function namedMap(file: string): Promise<MapFile> {
  const todo = 'correct or unset POSKO_BASEMAP';
  try {
    if (!(await isPmtiles(file))) {
      throw new StartError(`The map file ${file} is not a PMTiles file, version 3: ${todo}`);
    }
    return { file, attribution: streetAttribution, version: await fileVersion(file) };
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    const why = errorCode(cause) ?? String(cause);
    throw new StartError(`The map file ${file} cannot be read (${why}): ${todo}`, { cause });
  }
}
