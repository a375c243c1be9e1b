/* Random ground for the tests of fences, all from one seed. */
import type { FixedShape, LonLat } from '../../server/domain/fence.ts';
import { planeAt } from '../../server/tracking/fences/localPlane.ts';

/** A place some metres east and north of another one, to a few centimetres. */
export function moved([lon, lat]: LonLat, eastM: number, northM: number): LonLat {
  const plane = planeAt(lat);
  return [lon + eastM / plane.eastM, lat + northM / plane.northM];
}

/** A place within some metres of another one, in any direction. */
export function placeNear(random: () => number, place: LonLat, withinM: number): LonLat {
  const angle = 2 * Math.PI * random();
  const far = withinM * random();
  return moved(place, far * Math.cos(angle), far * Math.sin(angle));
}

/** A circle, a corridor, or polygons with holes and islands in them. */
export function shapeNear(random: () => number, place: LonLat, sizeM: number): FixedShape {
  const center = placeNear(random, place, 3 * sizeM);
  const radiusM = sizeM * (0.05 + random() ** 2);
  const kind = random();
  if (kind < 0.4) return { kind: 'circle', center, radiusM };
  if (kind < 0.6) {
    const line = Array.from({ length: 2 + Math.floor(12 * random()) }, () =>
      placeNear(random, center, 2 * radiusM),
    );
    return { kind: 'corridor', line, halfWidthM: 5 + 0.3 * radiusM * random() };
  }
  const outer = starRing(random, center, radiusM, 0.7);
  const hole = starRing(random, center, 0.45 * radiusM, 0.7);
  const island = starRing(random, center, 0.2 * radiusM, 0.7);
  const apart = starRing(random, moved(center, 3 * radiusM, 0), radiusM, 0.5);
  if (kind < 0.7) return { kind: 'polygon', polygons: [[outer]] };
  if (kind < 0.85) return { kind: 'polygon', polygons: [[outer, hole]] };
  return { kind: 'polygon', polygons: [[outer, hole], [island], [apart]] };
}

/** A ring that never crosses itself: further and nearer corners, one after the other around the middle. */
function starRing(
  random: () => number,
  center: LonLat,
  radiusM: number,
  leastShare: number,
): readonly LonLat[] {
  const corners = 3 + Math.floor(40 * random() ** 2);
  const turned = random();
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * (i + turned)) / corners;
    const farM = radiusM * (leastShare + (1 - leastShare) * random());
    return moved(center, farM * Math.cos(angle), farM * Math.sin(angle));
  });
}
