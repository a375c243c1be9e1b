import type { CheckedShape } from './fences/checkShape.ts';
import { fromGeoJson, type GeoJsonSize } from './fences/fromGeoJson.ts';

/**
 * Reads a shape that somebody sent: GeoJSON with what that has no place for. A circle or a corridor
 * without its size is told so.
 */
export function givenShape(geojson: unknown, size: GeoJsonSize): CheckedShape {
  const missing = missingSize(typeOf(geojson), size);
  return missing === undefined
    ? fromGeoJson(geojson, size)
    : { ok: false, reason: 'bad_size', detail: missing };
}

function missingSize(type: unknown, { radiusM, halfWidthM }: GeoJsonSize): string | undefined {
  if (type === 'Point' && radiusM === undefined) {
    return 'radiusM is missing: a Point is the middle of a circle, and its radius is given in metres';
  }
  if (type === 'LineString' && halfWidthM === undefined) {
    return 'halfWidthM is missing: a LineString is the middle of a corridor, and half its width is given in metres';
  }
  return undefined;
}

function typeOf(geojson: unknown): unknown {
  const type = fieldOf(geojson, 'type');
  return type === 'Feature' ? fieldOf(fieldOf(geojson, 'geometry'), 'type') : type;
}

function fieldOf(value: unknown, name: 'type' | 'geometry'): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
