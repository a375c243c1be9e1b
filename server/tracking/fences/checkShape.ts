import type { FixedShape, LonLat, Ring, Shape } from '../../domain/fence.ts';
import type { Refusal } from '../../domain/result.ts';
import { findCrossing, type RingEdge } from './crossedEdges.ts';
import { boundsOf, buildEdgeTree } from './edgeTree.ts';
import { leastNorthM, planeAt } from './localPlane.ts';
import { type PreparedShape, preparedDistanceM } from './signedDistance.ts';

/** More corners than this are more than anybody draws; a province at 1:250,000 has fewer. */
export const maxPoints = 20_000;
/** Radius and half-width, metres: beyond, the local plane is more than 1 cm off. */
export const maxSizeM = 20_000;
const minSizeM = 1;
/** Nearer to a pole or to 180 degrees nothing of a fence may lie: about 1 km of room for the units beside it. */
const maxLat = 85;
const maxLon = 179.9;
/** The least area of a polygon, square metres. */
const minAreaM2 = 1;
/** West, south, east and north of Indonesia, degrees. */
const indonesia = [95, -11, 141, 6] as const;

export type ShapeFault =
  | 'not_a_number'
  | 'swapped'
  | 'out_of_range'
  | 'polar'
  | 'antimeridian'
  | 'bad_size'
  | 'too_many_points'
  | 'too_few_points'
  | 'crosses_itself'
  | 'hole_outside'
  | 'overlaps'
  | 'no_area'
  | 'unknown_geometry';

/** Where a fault is: on the ground, and by the numbers of polygon, ring and point as they were given, from 0. */
export type FaultPlace = {
  readonly lon: number;
  readonly lat: number;
  readonly polygon?: number;
  readonly ring?: number;
  readonly point?: number;
};

export type ShapeRefusal = Refusal<ShapeFault> & {
  readonly place?: FaultPlace;
  /** What was probably meant. */
  readonly suggestion?: Shape;
};
export type CheckedShape =
  | { readonly ok: true; readonly value: Shape }
  | ({ readonly ok: false } & ShapeRefusal);

/**
 * Checks a shape from outside. Taken are: rings with or without the first point at the end, in either
 * direction, points that come twice in a row. Given back is one way to say it: rings open, outer ones
 * anticlockwise and holes clockwise (RFC 7946, 3.1.6), no point twice in a row.
 */
export function checkShape(shape: Shape): CheckedShape {
  const refusal = faultOfNumbers(shape);
  if (refusal !== undefined) return { ok: false, ...refusal };
  if (shape.kind === 'polygon') return checkPolygons(shape.polygons);
  if (shape.kind !== 'corridor') return { ok: true, value: shape };
  const line = shape.line.filter((place, i) => i === 0 || !isSame(place, shape.line[i - 1]));
  if (line.length < 2) {
    return refuse('too_few_points', 'a corridor needs a line of two places that differ', {});
  }
  return { ok: true, value: { ...shape, line } };
}

type Located = { readonly place: LonLat; readonly at: Omit<FaultPlace, 'lon' | 'lat'> };

/** Whatever can be said of each number by itself. */
function faultOfNumbers(shape: Shape): ShapeRefusal | undefined {
  const sizeM = sizeOf(shape);
  if (sizeM !== undefined && !(sizeM >= minSizeM && sizeM <= maxSizeM)) {
    const detail = `a radius or half-width is ${minSizeM} to ${maxSizeM} m, got ${sizeM}; draw larger ground as a polygon`;
    return { reason: 'bad_size', detail };
  }
  if (shape.kind === 'moving') return undefined;
  const points = pointsOf(shape);
  if (points.length > maxPoints) {
    const detail = `a shape has at most ${maxPoints} points, got ${points.length}; simplify it first`;
    return { reason: 'too_many_points', detail };
  }
  const notNumber = points.find(({ place }) => !place.every(Number.isFinite));
  if (notNumber !== undefined) {
    const detail = `longitude and latitude must be numbers${whereOf(notNumber)}`;
    return { reason: 'not_a_number', detail, place: placeOf(notNumber) };
  }
  return faultOfPlaces(shape, points, sizeM ?? 0);
}

function faultOfPlaces(
  shape: FixedShape,
  points: readonly Located[],
  sizeM: number,
): ShapeRefusal | undefined {
  const beyond = points.find(({ place: [lon, lat] }) => Math.abs(lon) > 180 || Math.abs(lat) > 90);
  if (beyond !== undefined) {
    const place = placeOf(beyond);
    if (points.every(({ place: [lon, lat] }) => isInIndonesia(lat, lon))) {
      const detail = `longitude and latitude look swapped${whereOf(beyond)}: longitude comes first, as in [117.5, 0.5]`;
      return { reason: 'swapped', detail, place, suggestion: swapped(shape) };
    }
    const detail = `longitude is -180 to 180 and latitude -90 to 90${whereOf(beyond)}`;
    return { reason: 'out_of_range', detail, place };
  }
  const aroundLat = sizeM / leastNorthM;
  const polar = points.find(({ place: [, lat] }) => Math.abs(lat) + aroundLat > maxLat);
  if (polar !== undefined) {
    const detail = `a fence cannot reach beyond ${maxLat} degrees north or south${whereOf(polar)}`;
    return { reason: 'polar', detail, place: placeOf(polar) };
  }
  const across = points.find(({ place: [lon, lat] }, i) => {
    const aroundLon = sizeM / planeAt(Math.abs(lat) + aroundLat).eastM;
    const before = points[i - 1];
    const isStep = before !== undefined && isSameRing(before, points[i]);
    const isJump = isStep && Math.abs(lon - before.place[0]) > 180;
    return Math.abs(lon) + aroundLon > maxLon || isJump;
  });
  if (across === undefined) return undefined;
  const detail = `a fence cannot reach beyond ${maxLon} degrees east or west, nor across 180 degrees${whereOf(across)}; make one fence on each side`;
  return { reason: 'antimeridian', detail, place: placeOf(across) };
}

type Corner = { readonly place: LonLat; readonly point: number };
type CheckedRing = {
  readonly polygon: number;
  readonly ring: number;
  readonly corners: readonly Corner[];
  readonly prepared: PreparedShape;
  readonly bounds: readonly [west: number, south: number, east: number, north: number];
};

function checkPolygons(polygons: readonly (readonly Ring[])[]): CheckedShape {
  const rings = polygons.flatMap((polygon, p) => polygon.map((ring, r) => readRing(ring, p, r)));
  if (polygons.length === 0 || polygons.some((polygon) => polygon.length === 0)) {
    return refuse('too_few_points', 'a polygon needs an outer ring of at least three points', {});
  }
  for (const { corners, polygon, ring } of rings) {
    const first = corners[0]?.place;
    const place = first && { lon: first[0], lat: first[1], polygon, ring };
    if (corners.length < 3) {
      const detail = `ring ${ring} of polygon ${polygon} has ${corners.length} points that differ, needs three`;
      return refuse('too_few_points', detail, place && { place });
    }
  }
  const crossing = faultOfEdges(rings);
  if (crossing !== undefined) return { ok: false, ...crossing };
  for (const { corners, polygon, ring } of rings) {
    const [lon, lat] = corners[0]?.place ?? [0, 0];
    if (Math.abs(areaM2(corners)) < minAreaM2) {
      const detail = `ring ${ring} of polygon ${polygon} encloses less than ${minAreaM2} square metre; leave it out`;
      return refuse('no_area', detail, { place: { lon, lat, polygon, ring } });
    }
  }
  const misplaced = faultOfNesting(rings);
  if (misplaced !== undefined) return { ok: false, ...misplaced };
  const value = polygons.map((_, p) =>
    rings
      .filter(({ polygon }) => polygon === p)
      .map(({ corners, ring }) => wound(corners, ring === 0)),
  );
  return { ok: true, value: { kind: 'polygon', polygons: value } };
}

function faultOfEdges(rings: readonly CheckedRing[]): ShapeRefusal | undefined {
  const edges = rings.flatMap(({ corners }, index) =>
    corners.map(({ place }, i): RingEdge => {
      const next = corners[(i + 1) % corners.length]?.place ?? place;
      return { from: place, to: next, ring: index, point: i, corners: corners.length };
    }),
  );
  const crossing = findCrossing(edges);
  if (crossing === undefined) return undefined;
  const { one, other, place } = crossing;
  const ring = rings[one.ring];
  const otherRing = rings[other.ring];
  const point = ring?.corners[one.point]?.point ?? 0;
  const otherPoint = otherRing?.corners[other.point]?.point ?? 0;
  const detail =
    `the edges after point ${point} of ring ${ring?.ring} of polygon ${ring?.polygon} and after point ${otherPoint} of ring ${otherRing?.ring} of polygon ${otherRing?.polygon} ` +
    `meet near ${format(place)}; move one of these points so that they do not`;
  return {
    reason: 'crosses_itself',
    detail,
    place: {
      lon: place[0],
      lat: place[1],
      polygon: ring?.polygon ?? 0,
      ring: ring?.ring ?? 0,
      point,
    },
  };
}

/** Edges do not cross, so a ring lies in another one with all of its points or with none. */
function faultOfNesting(rings: readonly CheckedRing[]): ShapeRefusal | undefined {
  for (const one of rings) {
    const outside =
      one.ring > 0 &&
      strayOf(
        one,
        rings.find((r) => r.polygon === one.polygon && r.ring === 0),
      );
    if (outside) {
      const detail = `hole ${one.ring} of polygon ${one.polygon} lies outside its outer ring near ${format(outside)}; make it a fence of its own or move it inside`;
      return { reason: 'hole_outside', detail, place: located(one, outside) };
    }
    const over = rings.find((other) => other !== one && areOverlapping(one, other, rings));
    if (over === undefined) continue;
    const place = one.corners[0]?.place ?? [0, 0];
    const detail = `ring ${one.ring} of polygon ${one.polygon} lies over ring ${over.ring} of polygon ${over.polygon} near ${format(place)}; join them into one`;
    return { reason: 'overlaps', detail, place: located(one, place) };
  }
  return undefined;
}

/** True for two outer rings, or two holes of one polygon, of which one lies in the other. */
function areOverlapping(
  one: CheckedRing,
  other: CheckedRing,
  rings: readonly CheckedRing[],
): boolean {
  const isHoles = one.ring > 0 && other.ring > 0 && one.polygon === other.polygon;
  if (!isHoles && !(one.ring === 0 && other.ring === 0)) return false;
  if (!isWithin(one, other)) return false;
  // an island in a hole of the other polygon is no overlap
  return (
    isHoles || !rings.some((r) => r.polygon === other.polygon && r.ring > 0 && isWithin(one, r))
  );
}

function isWithin(one: CheckedRing, other: CheckedRing): boolean {
  const [west, south, east, north] = one.bounds;
  const [otherWest, otherSouth, otherEast, otherNorth] = other.bounds;
  if (west < otherWest || east > otherEast) return false;
  if (south < otherSouth || north > otherNorth) return false;
  return insideM(one, other).some((fromM) => fromM < -touchM) && strayOf(one, other) === undefined;
}

/** A point of a ring, or the middle of an edge, that lies outside another ring. */
function strayOf(one: CheckedRing, other: CheckedRing | undefined): LonLat | undefined {
  if (other === undefined) return one.corners[0]?.place;
  const index = insideM(one, other).findIndex((fromM) => fromM > touchM);
  return index === -1 ? undefined : probesOf(one)[index];
}

/** So near to an edge a point touches it, metres. */
const touchM = 1e-3;

/** Signed distances to another ring, of which only those near to it are exact. */
function insideM(one: CheckedRing, { prepared }: CheckedRing): number[] {
  return probesOf(one).map(([lon, lat]) => preparedDistanceM(prepared, lon, lat, 1));
}

/** All corners, and the middles of all edges. */
function probesOf({ corners }: CheckedRing): LonLat[] {
  return corners.flatMap(({ place }, i) => {
    const next = corners[(i + 1) % corners.length]?.place ?? place;
    return [place, [(place[0] + next[0]) / 2, (place[1] + next[1]) / 2] as const];
  });
}

function readRing(ring: Ring, polygon: number, number: number): CheckedRing {
  const corners = cornersOf(ring);
  const tree = buildEdgeTree([corners.map(({ place }) => place)], true);
  const prepared = { kind: 'polygon', tree } as const;
  return { polygon, ring: number, corners, prepared, bounds: boundsOf(tree) };
}

function cornersOf(ring: Ring): Corner[] {
  const corners = ring
    .map((place, point) => ({ place, point }))
    .filter(({ place }, i) => i === 0 || !isSame(place, ring[i - 1]));
  const [first] = corners;
  while (corners.length > 1 && isSame(first?.place, corners.at(-1)?.place)) corners.pop();
  return corners;
}

function wound(corners: readonly Corner[], isOuter: boolean): Ring {
  const ring = corners.map(({ place }): LonLat => [place[0], place[1]]);
  return areaM2(corners) > 0 === isOuter ? ring : ring.toReversed();
}

/** By the shoelace formula on the plane of the first corner; positive when anticlockwise. */
function areaM2(corners: readonly Corner[]): number {
  const [lon0, lat0] = corners[0]?.place ?? [0, 0];
  const { eastM, northM } = planeAt(lat0);
  const twice = corners.reduce((sum, { place: [lon, lat] }, i) => {
    const [nextLon, nextLat] = corners[(i + 1) % corners.length]?.place ?? [lon, lat];
    return sum + (lon - lon0) * (nextLat - lat0) - (nextLon - lon0) * (lat - lat0);
  }, 0);
  return (twice / 2) * eastM * northM;
}

function sizeOf(shape: Shape): number | undefined {
  if (shape.kind === 'polygon') return undefined;
  return shape.kind === 'corridor' ? shape.halfWidthM : shape.radiusM;
}

function pointsOf(shape: FixedShape): Located[] {
  switch (shape.kind) {
    case 'circle':
      return [{ place: shape.center, at: {} }];
    case 'corridor':
      return shape.line.map((place, point) => ({ place, at: { point } }));
    case 'polygon':
      return shape.polygons.flatMap((rings, polygon) =>
        rings.flatMap((ring, index) =>
          ring.map((place, point) => ({ place, at: { polygon, ring: index, point } })),
        ),
      );
  }
}

function swapped(shape: FixedShape): Shape {
  const swap = ([lon, lat]: LonLat): LonLat => [lat, lon];
  switch (shape.kind) {
    case 'circle':
      return { ...shape, center: swap(shape.center) };
    case 'corridor':
      return { ...shape, line: shape.line.map(swap) };
    case 'polygon':
      return { ...shape, polygons: shape.polygons.map((rings) => rings.map((r) => r.map(swap))) };
  }
}

function isInIndonesia(lon: number, lat: number): boolean {
  const [west, south, east, north] = indonesia;
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

function isSame(one: LonLat | undefined, other: LonLat | undefined): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}

function isSameRing(one: Located, other: Located | undefined): boolean {
  return one.at.polygon === other?.at.polygon && one.at.ring === other?.at.ring;
}

function refuse(
  reason: ShapeFault,
  detail: string,
  more: Pick<ShapeRefusal, 'place' | 'suggestion'> | undefined,
): CheckedShape {
  return { ok: false, reason, detail, ...more };
}

function placeOf({ place: [lon, lat], at }: Located): FaultPlace {
  return { lon, lat, ...at };
}

function located({ polygon, ring }: CheckedRing, [lon, lat]: LonLat): FaultPlace {
  return { lon, lat, polygon, ring };
}

function whereOf({ place, at: { polygon, ring, point } }: Located): string {
  const numbers = [
    polygon === undefined ? '' : ` of ring ${ring} of polygon ${polygon}`,
    point === undefined ? '' : ` at point ${point}`,
  ];
  return `${numbers[1]}${numbers[0]}, got ${format(place)}`;
}

function format([lon, lat]: LonLat): string {
  return `[${lon}, ${lat}]`;
}
