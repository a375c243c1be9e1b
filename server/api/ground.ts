import { type Static, Type } from 'typebox';
import type { FixedShape, LonLat, Ring, Shape } from '../domain/fence.ts';
import { type groundDetailsSchema, groundFields } from '../domain/placeDetails.ts';
import type { CheckedShape } from '../tracking/fences/checkShape.ts';
import { givenShape } from '../tracking/givenShape.ts';
import { ProblemError } from './problem.ts';

/** A shape as GeoJSON with what that has no place for. */
export type Ground = Static<typeof groundDetailsSchema>;

/** A shape as somebody sends it. */
const givenGroundSchema = Type.Object(groundFields);
export type GivenGround = Static<typeof givenGroundSchema>;

/**
 * Reads and checks a shape that somebody sent.
 *
 * @throws ProblemError that says what is wrong, where, and what was probably meant
 */
export function readGround({ geometry, radiusM, halfWidthM }: GivenGround): FixedShape {
  const size = {
    ...(radiusM !== undefined && { radiusM }),
    ...(halfWidthM !== undefined && { halfWidthM }),
  };
  return fixed(checkedShape(givenShape(geometry, size)));
}

/**
 * The shape of a check.
 *
 * @throws ProblemError when there is none
 */
export function checkedShape(checked: CheckedShape): Shape {
  if (checked.ok) return checked.value;
  const { reason, detail, place, suggestion } = checked;
  throw new ProblemError('bad_shape', detail, {
    fault: reason,
    ...(place !== undefined && { place }),
    ...(suggestion !== undefined && { suggestion: groundOf(suggestion) }),
  });
}

/** A shape that stays where it is: nothing else comes from a geometry. */
export function fixed(shape: Shape): FixedShape {
  if (shape.kind === 'moving') throw new Error('a geometry became a fence that moves');
  return shape;
}

/** A shape as it is answered. Rings are closed, as RFC 7946, 3.1.6, asks. */
export function groundOf(shape: Shape): Ground {
  const none = { geometry: null, radiusM: null, halfWidthM: null };
  switch (shape.kind) {
    case 'circle': {
      const coordinates = [...shape.center];
      return { ...none, geometry: { type: 'Point', coordinates }, radiusM: shape.radiusM };
    }
    case 'corridor': {
      const coordinates = shape.line.map(toPosition);
      const { halfWidthM } = shape;
      return { ...none, geometry: { type: 'LineString', coordinates }, halfWidthM };
    }
    case 'polygon': {
      const coordinates = shape.polygons.map((rings) => rings.map(closed));
      return { ...none, geometry: { type: 'MultiPolygon', coordinates } };
    }
    case 'moving':
      return { ...none, radiusM: shape.radiusM };
  }
}

function closed(ring: Ring): number[][] {
  return [...ring, ...ring.slice(0, 1)].map(toPosition);
}

function toPosition([lon, lat]: LonLat): number[] {
  return [lon, lat];
}
