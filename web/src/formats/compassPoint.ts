const points = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'] as const;
export type CompassPoint = (typeof points)[number];

/** The nearest of the eight points of the compass for a course, 0 <= courseDeg < 360. */
export function compassPoint(courseDeg: number): CompassPoint {
  return points[Math.round(courseDeg / 45) % 8] ?? 'N';
}
