import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
} from 'maplibre-gl';
import type { BasemapColours } from './basemapColours.ts';
import { kindIn } from './kindIn.ts';

/** The names on the map, the most important last: MapLibre gives room to later layers first. */
export function basemapLabels(
  colours: BasemapColours,
  language: 'id' | 'en',
  fontFamily: string,
): LayerSpecification[] {
  const name: ExpressionSpecification = ['coalesce', ['get', `name:${language}`], ['get', 'name']];
  // MapLibre sniffs the weight from the first family's name; no such family exists, so the next one draws
  const regular = [fontFamily];
  const semibold = ['Semibold', fontFamily];
  const halo = { 'text-halo-color': colours.halo, 'text-halo-width': 1.4 };
  return [
    {
      id: 'road-names',
      type: 'symbol',
      source: 'basemap',
      'source-layer': 'roads',
      minzoom: 13,
      filter: ['all', kindIn('highway', 'major_road', 'minor_road'), ['has', 'name']],
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': regular,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10, 17, 13],
      },
      paint: { 'text-color': colours.faintLabel, ...halo },
    },
    {
      id: 'places-small',
      type: 'symbol',
      source: 'basemap',
      'source-layer': 'places',
      minzoom: 12,
      filter: kindIn('neighbourhood', 'macrohood'),
      layout: {
        'text-field': name,
        'text-font': regular,
        'text-size': 11,
        'text-max-width': 7,
      },
      paint: { 'text-color': colours.faintLabel, ...halo },
    },
    {
      id: 'places-region',
      type: 'symbol',
      source: 'basemap',
      'source-layer': 'places',
      minzoom: 5,
      maxzoom: 9,
      filter: kindIn('region'),
      layout: {
        'text-field': name,
        'text-font': regular,
        'text-transform': 'uppercase',
        'text-letter-spacing': 0.12,
        'text-max-width': 7,
        'text-size': ['interpolate', ['linear'], ['zoom'], 5, 9.5, 8, 13],
      },
      paint: { 'text-color': colours.faintLabel, ...halo },
    },
    {
      id: 'places-locality',
      type: 'symbol',
      source: 'basemap',
      'source-layer': 'places',
      filter: ['all', kindIn('locality'), ['>=', ['zoom'], ['-', minZoom, 1]]],
      layout: {
        'symbol-sort-key': ['-', ['*', minZoom, 20], populationRank],
        'text-field': name,
        'text-font': [
          'case',
          ['>=', populationRank, 12],
          ['literal', semibold],
          ['literal', regular],
        ],
        'text-size': localitySize,
        'text-max-width': 8,
        'text-padding': 4,
        // units stand on the place itself, so its name may move aside
        'text-variable-anchor': ['center', 'bottom', 'top', 'left', 'right'],
        'text-radial-offset': 0.5,
      },
      paint: { 'text-color': colours.label, ...halo },
    },
    {
      id: 'places-country',
      type: 'symbol',
      source: 'basemap',
      'source-layer': 'places',
      maxzoom: 7,
      filter: ['all', kindIn('country'), ['>=', ['zoom'], ['-', minZoom, 1]]],
      layout: {
        'symbol-sort-key': minZoom,
        'text-field': name,
        'text-font': semibold,
        'text-transform': 'uppercase',
        'text-letter-spacing': 0.15,
        'text-max-width': 7,
        'text-size': ['interpolate', ['linear'], ['zoom'], 2, 10, 6, 14],
      },
      paint: { 'text-color': colours.label, ...halo },
    },
  ];
}

const minZoom: ExpressionSpecification = ['coalesce', ['get', 'min_zoom'], 0];
const populationRank: ExpressionSpecification = ['coalesce', ['get', 'population_rank'], 6];

/** Pixels: by importance, and a little larger on a closer look. */
const localitySize: DataDrivenPropertyValueSpecification<number> = [
  'interpolate',
  ['linear'],
  ['zoom'],
  4,
  ['interpolate', ['linear'], populationRank, 6, 10, 14, 13],
  9,
  ['interpolate', ['linear'], populationRank, 6, 11, 14, 18],
  14,
  ['interpolate', ['linear'], populationRank, 6, 14, 14, 22],
];
