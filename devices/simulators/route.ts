/** A closed way, as [lon, lat] corners in WGS84 degrees; the last leads back to the first. */
export type Route = readonly (readonly [lon: number, lat: number])[];

/** A place on a route and the course there. */
export type RoutePoint = { readonly lon: number; readonly lat: number; readonly courseDeg: number };

const metresPerDegree = 111_320;

/**
 * Where somebody is who has gone `distanceM` round a route. On the local plane, which is right to
 * 0.1 % for the few kilometres of a town.
 */
export function pointOnRoute(route: Route, distanceM: number): RoutePoint {
  const legs = route.map((from, i) => {
    const to = route[(i + 1) % route.length] ?? from;
    const eastM = (to[0] - from[0]) * metresPerDegree * Math.cos((from[1] * Math.PI) / 180);
    const northM = (to[1] - from[1]) * metresPerDegree;
    return { from, to, eastM, northM, lengthM: Math.hypot(eastM, northM) };
  });
  const roundM = legs.reduce((sum, leg) => sum + leg.lengthM, 0);
  let leftM = roundM === 0 ? 0 : distanceM % roundM;
  for (const { from, to, eastM, northM, lengthM } of legs) {
    if (leftM <= lengthM) {
      const share = lengthM === 0 ? 0 : leftM / lengthM;
      const courseDeg = ((Math.atan2(eastM, northM) * 180) / Math.PI + 360) % 360;
      return {
        lon: from[0] + (to[0] - from[0]) * share,
        lat: from[1] + (to[1] - from[1]) * share,
        courseDeg,
      };
    }
    leftM -= lengthM;
  }
  throw new RangeError(`a route needs at least one corner, got ${route.length}`);
}
