import * as turf from '@turf/turf';
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import type { FixedShape, LonLat } from '../../domain/fence.ts';
import { type CheckedShape, checkShape } from './checkShape.ts';
import { leastNorthM, planeAt } from './localPlane.ts';

/*
 * What people do to fences when they draw them. Everything here goes by Turf, which reckons on a
 * sphere: buffers and areas are good to half a percent. A circle becomes a polygon on the way.
 */

type Area = Feature<Polygon | MultiPolygon>;

/** Corners of a circle that becomes a polygon: its edges are nowhere further in than 0.03 % of the radius. */
const circleCorners = 128;
/** Halvings of a tolerance under which a shape crosses itself. */
const attempts = 12;

/** The ground of both. */
export function unionShapes(one: FixedShape, other: FixedShape): CheckedShape {
  return fromArea(turf.union(turf.featureCollection([areaOf(one), areaOf(other)])));
}

/** The ground of one without that of the other: a hole, or a bite. */
export function subtractShape(from: FixedShape, taken: FixedShape): CheckedShape {
  return fromArea(turf.difference(turf.featureCollection([areaOf(from), areaOf(taken)])));
}

/** The ground and all within some metres of it; with negative metres, what is further inside than that. */
export function bufferShape(shape: FixedShape, byM: number): CheckedShape {
  if (shape.kind === 'circle') return checkShape({ ...shape, radiusM: shape.radiusM + byM });
  if (shape.kind === 'corridor') {
    return checkShape({ ...shape, halfWidthM: shape.halfWidthM + byM });
  }
  return fromArea(turf.buffer(areaOf(shape), byM, { units: 'meters', steps: 16 }));
}

/**
 * Fewer points, none further than `toleranceM` from where the edge was, and never a shape that crosses
 * itself: when it would, the tolerance is halved until it does not.
 */
export function simplifyShape(shape: FixedShape, toleranceM: number): CheckedShape {
  if (shape.kind === 'circle') return checkShape(shape);
  for (let attempt = 0; attempt < attempts; attempt++) {
    // a degree of longitude is shorter than one of latitude: in metres the tolerance is kept in both
    const tolerance = toleranceM / 2 ** attempt / (leastNorthM * 1.02);
    const simpler = checkShape(simplified(shape, tolerance));
    if (simpler.ok) return simpler;
  }
  return checkShape(shape);
}

function simplified(shape: Exclude<FixedShape, { kind: 'circle' }>, tolerance: number): FixedShape {
  const options = { tolerance, highQuality: true };
  if (shape.kind === 'corridor') {
    const line = turf.simplify(
      turf.lineString(shape.line.map(([lon, lat]) => [lon, lat])),
      options,
    );
    return { ...shape, line: line.geometry.coordinates.map(placeOf) };
  }
  return shapeOf(turf.simplify(areaOf(shape), options));
}

/** Square metres. */
export function areaM2(shape: FixedShape): number {
  return shape.kind === 'circle' ? Math.PI * shape.radiusM ** 2 : turf.area(areaOf(shape));
}

function areaOf(shape: FixedShape): Area {
  switch (shape.kind) {
    case 'circle': {
      const [lon, lat] = shape.center;
      const { eastM, northM } = planeAt(lat);
      const ring = Array.from({ length: circleCorners + 1 }, (_, i) => {
        const angle = (2 * Math.PI * (i % circleCorners)) / circleCorners;
        return [
          lon + (shape.radiusM * Math.cos(angle)) / eastM,
          lat + (shape.radiusM * Math.sin(angle)) / northM,
        ];
      });
      return turf.polygon([ring]);
    }
    case 'corridor': {
      const line = turf.lineString(shape.line.map(([lon, lat]) => [lon, lat]));
      const area = turf.buffer(line, shape.halfWidthM, { units: 'meters', steps: 16 });
      if (area === undefined) throw new Error('a checked corridor has an area');
      return area;
    }
    case 'polygon':
      return turf.multiPolygon(
        shape.polygons.map((rings) =>
          rings.map((ring) => [...ring, ...ring.slice(0, 1)].map(([lon, lat]) => [lon, lat])),
        ),
      );
  }
}

function fromArea(area: Area | null | undefined): CheckedShape {
  if (area === null || area === undefined) {
    return {
      ok: false,
      reason: 'no_area',
      detail: 'nothing would be left; keep a part of the shape',
    };
  }
  return checkShape(shapeOf(area));
}

function shapeOf({ geometry }: Area): FixedShape {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return {
    kind: 'polygon',
    polygons: polygons.map((rings) => rings.map((ring) => ring.map(placeOf))),
  };
}

function placeOf([lon = Number.NaN, lat = Number.NaN]: readonly number[]): LonLat {
  return [lon, lat];
}
