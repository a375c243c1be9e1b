import type { Agency, UnitKind } from './unit.ts';

/** WGS84 degrees, longitude first. */
export type LonLat = readonly [lon: number, lat: number];

/** A ring of a polygon: at least three points that differ, without the first one again at the end. */
export type Ring = readonly LonLat[];

/**
 * The ground of a fence. All edges are straight lines of longitude and latitude, as maps draw them.
 *
 * - `circle`: by its centre and radius, never as a polygon.
 * - `polygon`: one or more, each an outer ring and holes; a point in a hole is outside.
 * - `corridor`: all that is at most `halfWidthM` from a line: a route.
 * - `moving`: a circle around where a unit is now: a convoy, an escort of ballot boxes.
 */
export type Shape =
  | { readonly kind: 'circle'; readonly center: LonLat; readonly radiusM: number }
  | { readonly kind: 'polygon'; readonly polygons: readonly (readonly Ring[])[] }
  | { readonly kind: 'corridor'; readonly line: readonly LonLat[]; readonly halfWidthM: number }
  | { readonly kind: 'moving'; readonly unitKey: number; readonly radiusM: number };

/** A shape that stays where it is. */
export type FixedShape = Exclude<Shape, { kind: 'moving' }>;

/** What kind of ground it is: the constants by which a crossing is confirmed differ. */
export const fenceClasses = ['site', 'area', 'route', 'escort'] as const;
export type FenceClass = (typeof fenceClasses)[number];

/** Part of a week, local time of the region: from day 0 = Monday, minutes after midnight. */
export type WeeklyWindow = {
  readonly fromDay: number;
  readonly fromMinute: number;
  readonly toDay: number;
  readonly toMinute: number;
};

/** When, for whom and at which height a fence counts. Whatever is missing does not restrict it. */
export type FenceConditions = {
  readonly validFromMs?: number | undefined;
  readonly validToMs?: number | undefined;
  /** IANA name; the windows are read in it. Kept with all that have windows. */
  readonly timeZone?: string | undefined;
  readonly weekly?: readonly WeeklyWindow[] | undefined;
  /** Phases of its operation: `voting`, `counting` ... */
  readonly phases?: readonly string[] | undefined;
  /** Metres above the ellipsoid; a fix without altitude is taken to be between them. */
  readonly floorM?: number | undefined;
  readonly ceilingM?: number | undefined;
  readonly unitKinds?: readonly UnitKind[] | undefined;
  readonly agencies?: readonly Agency[] | undefined;
};

/** What is watched for at a fence beside enter, exit and cross. Whatever is missing is not watched for. */
export type FenceWatch = {
  /** A provisional enter is told at once. */
  readonly isUrgent?: boolean | undefined;
  /** Confirmed inside for this long is a dwell. */
  readonly dwellMs?: number | undefined;
  /** Silent for longer than this while inside is lost-inside. */
  readonly lostInsideMs?: number | undefined;
  /** Faster than this inside for longer than `speedForMs`. */
  readonly speedLimitMps?: number | undefined;
  readonly speedForMs?: number | undefined;
};

/** One version of a fence, as it is in force. */
export type Fence = {
  /** Small number that stands for it in rows and typed arrays; never reused. */
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly fenceClass: FenceClass;
  readonly shape: Shape;
  readonly conditions: FenceConditions;
  readonly watch: FenceWatch;
  /** Its operation; undefined: it counts always. */
  readonly operationKey?: number | undefined;
  /** The site whose ring it is. */
  readonly siteKey?: number | undefined;
  /** Whose it is, Kemendagri code; whoever only asks where a unit is need not know. */
  readonly region?: string | undefined;
};
