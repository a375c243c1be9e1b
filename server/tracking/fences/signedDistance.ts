import type { FixedShape } from '../../domain/fence.ts';
import { buildEdgeTree, type EdgeTree, nearestEdgeM } from './edgeTree.ts';
import { distanceM, type LocalPlane, planeAt, setPlane } from './localPlane.ts';

/** A shape made ready to be asked often. */
export type PreparedShape =
  | {
      readonly kind: 'circle';
      readonly lon: number;
      readonly lat: number;
      readonly radiusM: number;
    }
  | { readonly kind: 'polygon'; readonly tree: EdgeTree }
  | { readonly kind: 'corridor'; readonly tree: EdgeTree; readonly halfWidthM: number };

/** So near to an edge a place is on it, metres: more than what arithmetic leaves uncertain, less than anybody can measure. */
const onEdgeM = 1e-6;

// one for all: each question sets it before it is used
const plane = planeAt(0);

/**
 * Metres from a place to the edge of a shape, negative inside and 0 on the edge; inside is <= 0, the
 * edge included. In a corridor the depth is measured to its line: never more than it really is.
 * Shapes are taken as checked (checkShape.ts).
 */
export function signedDistanceM(shape: FixedShape, lon: number, lat: number): number {
  return preparedDistanceM(prepareShape(shape), lon, lat);
}

export function prepareShape(shape: FixedShape): PreparedShape {
  switch (shape.kind) {
    case 'circle': {
      const [lon, lat] = shape.center;
      return { kind: 'circle', lon, lat, radiusM: shape.radiusM };
    }
    case 'polygon':
      return { kind: 'polygon', tree: buildEdgeTree(shape.polygons.flat(), true) };
    case 'corridor':
      return {
        kind: 'corridor',
        tree: buildEdgeTree([shape.line], false),
        halfWidthM: shape.halfWidthM,
      };
  }
}

/**
 * The same for a prepared shape.
 *
 * @param withinM no need to know further away: a result beyond it, or beyond its negative, says only
 *   on which side the place is
 */
export function preparedDistanceM(
  prepared: PreparedShape,
  lon: number,
  lat: number,
  withinM = Number.POSITIVE_INFINITY,
): number {
  if (prepared.kind === 'circle') {
    return settle(distanceM(lon, lat, prepared.lon, prepared.lat) - prepared.radiusM);
  }
  setPlane(plane, lat);
  return prepared.kind === 'polygon'
    ? polygonDistanceM(prepared.tree, plane, lon, withinM)
    : corridorDistanceM(prepared.tree, prepared.halfWidthM, plane, lon, withinM);
}

/** Signed distance from a place at the latitude of `at` to the rings of a polygon; at most `withinM` is exact. */
export function polygonDistanceM(
  rings: EdgeTree,
  at: LocalPlane,
  lon: number,
  withinM: number,
): number {
  return settle(nearestEdgeM(rings, at, lon, withinM));
}

/** The same for what is at most `halfWidthM` from a line. */
export function corridorDistanceM(
  line: EdgeTree,
  halfWidthM: number,
  at: LocalPlane,
  lon: number,
  withinM: number,
): number {
  return settle(Math.abs(nearestEdgeM(line, at, lon, halfWidthM + withinM)) - halfWidthM);
}

/** On the edge is 0, whatever rounding says. */
export function settle(signedM: number): number {
  return signedM < onEdgeM && signedM > -onEdgeM ? 0 : signedM;
}
