import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { basemapAttribution } from './basemapAttribution.ts';
import { type BasemapColours, basemapColours } from './basemapColours.ts';
import { basemapLabels } from './basemapLabels.ts';
import { kindIn } from './kindIn.ts';

type BasemapStyleOptions = {
  readonly theme: 'light' | 'dark';
  /**
   * Absolute URL of a PMTiles file in the Protomaps basemap schema, version 4, without `pmtiles://`.
   * The page must have registered the `pmtiles` protocol.
   */
  readonly url: string;
  /** Names are shown in this language where the map has them, else in that of the place. */
  readonly language: 'id' | 'en';
  /** CSS font families as in `font-family`; the system's own when left out. */
  readonly fontFamily?: string;
  /** Whom the tiles owe their data to; that of the built-in map when left out. */
  readonly attribution?: string;
};

/**
 * A quiet grey map for MapLibre GL 6. Colour is kept for what is abnormal (ANSI/ISA-101.01), so the
 * map is greys only, darker or lighter by a few steps where shapes must be told apart. Labels have a
 * contrast of at least 4.5:1 (WCAG 2.2, 1.4.3).
 *
 * It names no `glyphs`: MapLibre then draws text with the browser's fonts and asks no server for any.
 */
export function basemapStyle(options: BasemapStyleOptions): StyleSpecification {
  const {
    theme,
    url,
    language,
    fontFamily = 'system-ui',
    attribution = basemapAttribution,
  } = options;
  const colours = basemapColours[theme];
  const source = { type: 'vector', url: `pmtiles://${url}`, attribution } as const;
  return {
    version: 8,
    name: `Posko ${theme}`,
    sources: {
      basemap: source,
      // the same file, but never more than its coarse zooms: land where the detailed tiles end
      world: { ...source, maxzoom: coarseMaxZoom },
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': colours.water } },
      ...shapeLayers(colours),
      ...roadLayers(colours),
      ...basemapLabels(colours, language, fontFamily),
    ],
  };
}

/** Zoom to which the built-in map has the whole world (worldMaxZoom of buildBasemap.ts, which no page can import). */
const coarseMaxZoom = 4;

function shapeLayers(colours: BasemapColours): LayerSpecification[] {
  return [
    {
      id: 'world-earth',
      type: 'fill',
      source: 'world',
      'source-layer': 'earth',
      minzoom: coarseMaxZoom + 1,
      filter: isPolygon,
      paint: { 'fill-color': colours.earth },
    },
    fill('ocean', 'water', ['==', ['get', 'kind'], 'ocean'], colours.water),
    fill('earth', 'earth', true, colours.earth),
    {
      ...fill('landcover', 'landcover', kindIn('forest', 'grassland', 'scrub'), colours.green),
      paint: {
        'fill-color': colours.green,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 5, 0.6, 7, 0],
      },
    },
    fill('landuse-green', 'landuse', kindIn(...greenKinds), colours.green),
    fill('landuse-built', 'landuse', kindIn(...builtKinds), colours.built),
    fill('water', 'water', ['!=', ['get', 'kind'], 'ocean'], colours.water),
    line(
      'rivers',
      'water',
      kindIn('river', 'canal', 'stream'),
      colours.water,
      [8, 0.4, 12, 1.2, 18, 8],
    ),
    {
      ...fill('buildings', 'buildings', kindIn('building', 'building_part'), colours.building),
      minzoom: 14,
    },
    {
      ...line(
        'boundaries',
        'boundaries',
        kindIn('region', 'county'),
        colours.boundary,
        [6, 0.5, 12, 1],
      ),
      minzoom: 6,
      paint: { 'line-color': colours.boundary, 'line-width': 0.7, 'line-dasharray': [3, 3] },
    },
    line('boundaries-country', 'boundaries', kindIn('country'), colours.boundary, [2, 0.6, 8, 1.4]),
  ];
}

function roadLayers(colours: BasemapColours): LayerSpecification[] {
  return [
    {
      ...line('rail', 'roads', kindIn('rail'), colours.minorRoad, [9, 0.5, 16, 1.5]),
      minzoom: 9,
    },
    {
      ...line('roads-path', 'roads', kindIn('path', 'other'), colours.minorRoad, [14, 0.5, 18, 3]),
      minzoom: 14,
    },
    {
      ...line(
        'roads-minor',
        'roads',
        kindIn('minor_road'),
        colours.minorRoad,
        [11, 0.3, 14, 1.5, 18, 10],
      ),
      minzoom: 11,
    },
    {
      ...line(
        'roads-major',
        'roads',
        kindIn('major_road'),
        colours.majorRoad,
        [7, 0.4, 12, 1.6, 18, 14],
      ),
      minzoom: 7,
    },
    {
      ...line(
        'roads-highway',
        'roads',
        kindIn('highway'),
        colours.highway,
        [7, 0.8, 12, 2.4, 18, 18],
      ),
      minzoom: 7,
    },
  ];
}

const greenKinds = [
  'forest',
  'wood',
  'park',
  'nature_reserve',
  'national_park',
  'grass',
  'cemetery',
];
const builtKinds = ['industrial', 'military', 'aerodrome', 'school', 'university', 'hospital'];

// Protomaps puts name points and centre lines into the layers of their polygons
const isPolygon: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];

type Fill = Extract<LayerSpecification, { type: 'fill' }>;
type Line = Extract<LayerSpecification, { type: 'line' }>;

function fill(
  id: string,
  layer: string,
  filter: ExpressionSpecification | true,
  colour: string,
): Fill {
  return {
    id,
    type: 'fill',
    source: 'basemap',
    'source-layer': layer,
    filter: filter === true ? isPolygon : ['all', isPolygon, filter],
    paint: { 'fill-color': colour },
  };
}

/** @param widths zoom, pixels, zoom, pixels ... */
function line(
  id: string,
  layer: string,
  filter: ExpressionSpecification,
  colour: string,
  widths: readonly number[],
): Line {
  return {
    id,
    type: 'line',
    source: 'basemap',
    'source-layer': layer,
    filter: ['all', ['==', ['geometry-type'], 'LineString'], filter],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': colour,
      'line-width': ['interpolate', ['exponential', 1.4], ['zoom'], ...widths],
    },
  };
}
