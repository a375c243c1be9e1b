import type { LonLat, Ring, Shape } from '../../domain/fence.ts';
import { type CheckedShape, checkShape } from './checkShape.ts';

/** What GeoJSON has no place for, metres. */
export type GeoJsonSize = { readonly radiusM?: number; readonly halfWidthM?: number };

/**
 * Reads a shape from a GeoJSON geometry, or from a feature with one (RFC 7946): Polygon and
 * MultiPolygon as they are, Point with a radius, LineString with half the width of its corridor.
 * Heights are left out. What comes back is checked (checkShape.ts).
 */
export function fromGeoJson(geojson: unknown, { radiusM, halfWidthM }: GeoJsonSize): CheckedShape {
  const geometry = fieldOf(geojson, 'type') === 'Feature' ? fieldOf(geojson, 'geometry') : geojson;
  const shape = shapeOf(geometry, radiusM ?? Number.NaN, halfWidthM ?? Number.NaN);
  if (shape !== undefined) return checkShape(shape);
  const type = String(fieldOf(geometry, 'type')).slice(0, 40);
  const detail = `expected the coordinates of a GeoJSON Polygon, MultiPolygon, LineString or Point, got "${type}"`;
  return { ok: false, reason: 'unknown_geometry', detail };
}

function shapeOf(geometry: unknown, radiusM: number, halfWidthM: number): Shape | undefined {
  const coordinates = fieldOf(geometry, 'coordinates');
  switch (fieldOf(geometry, 'type')) {
    case 'Point': {
      const center = placeOf(coordinates);
      return center && { kind: 'circle', center, radiusM };
    }
    case 'LineString': {
      const line = listOf(coordinates, placeOf);
      return line && { kind: 'corridor', line, halfWidthM };
    }
    case 'Polygon': {
      const rings = ringsOf(coordinates);
      return rings && { kind: 'polygon', polygons: [rings] };
    }
    case 'MultiPolygon': {
      const polygons = listOf(coordinates, ringsOf);
      return polygons && { kind: 'polygon', polygons };
    }
    default:
      return undefined;
  }
}

function ringsOf(coordinates: unknown): Ring[] | undefined {
  return listOf(coordinates, (ring) => listOf(ring, placeOf));
}

function placeOf(position: unknown): LonLat | undefined {
  if (!Array.isArray(position)) return undefined;
  const [lon, lat]: unknown[] = position;
  return typeof lon === 'number' && typeof lat === 'number' ? [lon, lat] : undefined;
}

function listOf<Item>(
  items: unknown,
  read: (item: unknown) => Item | undefined,
): Item[] | undefined {
  if (!Array.isArray(items)) return undefined;
  const list: Item[] = [];
  for (const item of items) {
    const value = read(item);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list;
}

function fieldOf(value: unknown, name: 'type' | 'geometry' | 'coordinates'): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
