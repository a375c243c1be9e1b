import type { FixedShape, LonLat } from './fence.ts';

/** West, south, east and north, degrees. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

/** Metres in a degree of latitude at the equator, where it is shortest, and of longitude there (WGS84). */
const leastNorthM = 110_574;
const equatorEastM = 111_319;
/** So much further than reckoned, for the ellipsoid and for rounding. */
const slack = 1.01;

/** A box that surely holds all of a shape, somewhat larger around circles and corridors. */
export function shapeBounds(shape: FixedShape): Bounds {
  switch (shape.kind) {
    case 'circle':
      return boundsAround([shape.center], shape.radiusM);
    case 'corridor':
      return boundsAround(shape.line, shape.halfWidthM);
    case 'polygon':
      return boundsAround(shape.polygons.flat(2), 0);
  }
}

function boundsAround(places: readonly LonLat[], byM: number): Bounds {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [lon, lat] of places) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const byLat = (slack * byM) / leastNorthM;
  // a degree of longitude is shortest where the box is nearest to a pole
  const furthest = Math.min(Math.max(Math.abs(south), Math.abs(north)) + byLat, 89);
  const byLon = (slack * byM) / (equatorEastM * Math.cos((furthest * Math.PI) / 180));
  return [west - byLon, south - byLat, east + byLon, north + byLat];
}
