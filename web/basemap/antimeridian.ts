import type { Feature, Geometry, Position } from 'geojson';

/**
 * Makes polygons that cross the 180th meridian continuous, by letting their longitudes run past it.
 *
 * `world-atlas` joins what Natural Earth cuts there, so a ring jumps from 180 to -180; drawn on a
 * flat map it would run back around the whole world. RFC 7946 section 3.1.9 asks for a cut instead;
 * the tile index makes that cut itself when longitudes go beyond 180.
 */
export function unwrapFeature(feature: Feature): Feature {
  return { ...feature, geometry: unwrapGeometry(feature.geometry) };
}

function unwrapGeometry(geometry: Geometry): Geometry {
  switch (geometry.type) {
    case 'Polygon':
      return { ...geometry, coordinates: unwrapPolygon(geometry.coordinates) };
    case 'MultiPolygon':
      return { ...geometry, coordinates: geometry.coordinates.map(unwrapPolygon) };
    case 'GeometryCollection':
      return { ...geometry, geometries: geometry.geometries.map(unwrapGeometry) };
    default:
      return geometry;
  }
}

/** The outer ring with its middle within -180 to 180, holes on the same copy of the world as it. */
function unwrapPolygon(rings: readonly Position[][]): Position[][] {
  let middle = 0;
  return rings.map((ring, index) => {
    const unwrapped = unwrapRing(ring);
    const own = middleLongitude(unwrapped);
    const shift = 360 * Math.round((middle - own) / 360);
    if (index === 0) middle = own + shift;
    return unwrapped.map(([lon = 0, lat = 0]) => [lon + shift, lat]);
  });
}

function unwrapRing(ring: readonly Position[]): Position[] {
  const unwrapped: Position[] = [];
  let turns = 0;
  let lastLon = ring[0]?.[0] ?? 0;
  for (const [lon = 0, lat = 0] of ring) {
    if (lon - lastLon > 180) turns -= 360;
    if (lon - lastLon < -180) turns += 360;
    lastLon = lon;
    unwrapped.push([lon + turns, lat]);
  }
  const [first] = unwrapped;
  const [firstLon = 0] = first ?? [];
  if (turns !== 0 && first !== undefined) {
    // it went around a pole, as Antarctica does: close it along the edge of the map
    const pole = (first[1] ?? 0) < 0 ? -90 : 90;
    unwrapped.push([firstLon + turns, pole], [firstLon, pole], first);
  }
  return unwrapped;
}

function middleLongitude(ring: readonly Position[]): number {
  let west = Number.POSITIVE_INFINITY;
  let east = Number.NEGATIVE_INFINITY;
  for (const [lon = 0] of ring) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
  }
  return (west + east) / 2;
}
