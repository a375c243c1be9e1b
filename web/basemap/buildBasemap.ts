import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { GeoJSONVT, type GeoJSONVTTile } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { FeatureCollection, GeoJSON, Geometry } from 'geojson';
import { basemapAttribution } from './basemapAttribution.ts';
import { readIndonesianCities, readWorldAtlas } from './basemapSources.ts';
import { countryLabels } from './countryLabels.ts';
import { indonesianPlaces } from './indonesianPlaces.ts';
import { type VectorTile, writePmtiles } from './pmtilesWriter.ts';

/** The whole world is in down to this zoom. */
const worldMaxZoom = 4;
/** Indonesia is in down to this one. */
const basemapMaxZoom = 8;
/** What is in from zoom 5 on: west, south, east, north, degrees. */
const detailBounds = [94, -12, 142, 8] as const;
/** All of Web Mercator's square. */
const worldBounds = [-180, -85.0511287, 180, 85.0511287] as const;

/** Side of a tile in its own units, and how far shapes run over its edge so that no seam is seen. */
const tileExtent = 4096;
const tileBuffer = 64;

/** What came out. */
export type BasemapFacts = {
  readonly bytes: number;
  readonly addressedTiles: number;
  /** Different tiles stored; one of open sea stands for many. */
  readonly tileContents: number;
  /** Labels of countries, provinces and towns. */
  readonly places: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
};

/**
 * Builds the offline map from npm data and writes it as one PMTiles file: the world at zooms 0 to 4,
 * Indonesia at 0 to 8, in the Protomaps schema (layers earth, water, boundaries, places), so that
 * one style draws it and a user's own Protomaps extract alike. The same inputs give the same bytes.
 *
 * Takes a few seconds of one core and about 400 MB: run it where nothing waits (ensureBasemap does).
 *
 * @param outputFile overwritten
 * @throws Error when an input is not what this code knows, or the file cannot be written
 */
export async function buildBasemap(outputFile: string): Promise<BasemapFacts> {
  const atlas = await readWorldAtlas();
  const places = [
    ...countryLabels(atlas.countries),
    ...indonesianPlaces(await readIndonesianCities()),
  ];
  const shapes = {
    water: tileIndex(withProperties([wholeWorld], { kind: 'ocean' })),
    earth: tileIndex(
      withProperties(
        atlas.land.map(({ geometry }) => geometry),
        { kind: 'earth' },
      ),
    ),
    boundaries: tileIndex(withProperties([atlas.borders], { kind: 'country', kind_detail: 2 })),
  };
  const tiles: VectorTile[] = [];
  for (let z = 0; z <= basemapMaxZoom; z++) {
    const features = places.filter(({ properties }) => isShownAt(z, properties.min_zoom));
    const indexes = { ...shapes, places: tileIndex({ type: 'FeatureCollection', features }) };
    for (const { x, y } of wantedTiles(z)) {
      const layers: Record<string, GeoJSONVTTile> = {};
      for (const [name, index] of Object.entries(indexes)) {
        const layer = index.getTile(z, x, y);
        if (layer !== null && layer.features.length > 0) layers[name] = layer;
      }
      tiles.push({ z, x, y, data: fromGeojsonVt(layers, { version: 2, extent: tileExtent }) });
    }
  }
  const archive = writePmtiles(tiles, {
    bounds: worldBounds,
    center: [118, -2, 4],
    metadata: {
      name: 'Posko basemap',
      description: 'World at zooms 0 to 4, Indonesia at zooms 0 to 8, Protomaps basemap schema',
      type: 'baselayer',
      version: '4.0.0',
      attribution: basemapAttribution,
      vector_layers: vectorLayers,
    },
  });
  await writeFile(outputFile, archive.bytes);
  return {
    bytes: archive.bytes.length,
    addressedTiles: archive.addressedTiles,
    tileContents: archive.contents,
    places: places.length,
    sha256: createHash('sha256').update(archive.bytes).digest('hex'),
  };
}

/** TileJSON 3.0 section 3.3: which layers there are and of what their features speak. */
const vectorLayers = [
  { id: 'earth', fields: { kind: 'String' }, minzoom: 0, maxzoom: basemapMaxZoom },
  { id: 'water', fields: { kind: 'String' }, minzoom: 0, maxzoom: basemapMaxZoom },
  {
    id: 'boundaries',
    fields: { kind: 'String', kind_detail: 'Number' },
    minzoom: 0,
    maxzoom: basemapMaxZoom,
  },
  {
    id: 'places',
    fields: {
      kind: 'String',
      kind_detail: 'String',
      name: 'String',
      'name:en': 'String',
      'name:id': 'String',
      min_zoom: 'Number',
      population_rank: 'Number',
      capital: 'String',
    },
    minzoom: 0,
    maxzoom: basemapMaxZoom,
  },
];

function tileIndex(data: GeoJSON): GeoJSONVT {
  return new GeoJSONVT(data, {
    maxZoom: basemapMaxZoom,
    extent: tileExtent,
    buffer: tileBuffer,
  });
}

function withProperties(
  geometries: readonly Geometry[],
  properties: Record<string, string | number>,
): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: geometries.map((geometry) => ({ type: 'Feature', geometry, properties })),
  };
}

/** Labels thin out at small zooms; the last zoom holds them all, since a map stretches it for closer looks. */
function isShownAt(z: number, minZoom: number): boolean {
  return z === basemapMaxZoom || z >= minZoom - 1;
}

/**
 * The sea as one square that land is drawn over. A map lays the coarse world under the detailed
 * tiles (see basemapStyle.ts); without the square the coarse coast would show beyond the fine one.
 */
const wholeWorld: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [-180, -90],
      [180, -90],
      [180, 90],
      [-180, 90],
      [-180, -90],
    ],
  ],
};

function* wantedTiles(z: number): Generator<{ x: number; y: number }> {
  const [west, south, east, north] = z <= worldMaxZoom ? worldBounds : detailBounds;
  const last = 2 ** z - 1;
  const right = Math.min(last, Math.floor(tileX(east, z)));
  const bottom = Math.min(last, Math.floor(tileY(south, z)));
  for (let x = Math.floor(tileX(west, z)); x <= right; x++) {
    for (let y = Math.max(0, Math.floor(tileY(north, z))); y <= bottom; y++) yield { x, y };
  }
}

/** Web Mercator tile numbers, https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames. */
function tileX(lon: number, z: number): number {
  return ((lon + 180) / 360) * 2 ** z;
}

function tileY(lat: number, z: number): number {
  const radians = (lat * Math.PI) / 180;
  return ((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * 2 ** z;
}
