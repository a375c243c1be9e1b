import type { Feature, Point } from 'geojson';

/**
 * Properties of the `places` layer, as in the Protomaps basemap schema, version 4.
 * @see https://docs.protomaps.com/basemaps/layers#places
 */
export type PlaceProperties = {
  readonly kind: 'country' | 'region' | 'locality';
  readonly kind_detail?: 'city' | 'town' | 'village';
  /** In the language of the place. */
  readonly name: string;
  readonly 'name:en'?: string;
  readonly 'name:id'?: string;
  /** A map shows it one zoom level before this one; Protomaps counts zooms of 256-pixel tiles. */
  readonly min_zoom: number;
  /** 0 to 17; 12 is a million people or more, 8 is 50,000 or more. */
  readonly population_rank?: number;
  /** `yes` a national capital, `4` a provincial one, after OpenStreetMap's key. */
  readonly capital?: 'yes' | '4';
};

export type PlaceFeature = Feature<Point, PlaceProperties>;

/** A point of the `places` layer; degrees. */
export function placeFeature(
  [lon, lat]: readonly [number, number],
  properties: PlaceProperties,
): PlaceFeature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties };
}
