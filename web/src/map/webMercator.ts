/*
 * Where a place lies on the screen. The map is always north up and seen from above (course pointers
 * are read against the top of the screen), so this is two multiplications instead of a matrix, which
 * makes it cheap enough to do for every unit. Formulas: spherical Mercator, EPSG:3857, on a world
 * of 512 x 2^zoom pixels.
 */

/** The camera: what is in the middle of the view, and how large the view is. */
export type View = {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
  readonly widthPx: number;
  readonly heightPx: number;
};

/** Side of the world at zoom 0, CSS pixels. */
const worldPx = 512;

/** Share of the world's width west of `lon`, 0 to 1. */
export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

/** Share of the world's height north of `lat`, 0 to 1 for |lat| <= 85.05. */
export function mercatorY(lat: number): number {
  const sin = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

/** Turns places into pixels of a view: [x, y] in CSS pixels from its top left corner. */
export function createProjection(view: View): (lon: number, lat: number) => [number, number] {
  const scale = worldPx * 2 ** view.zoom;
  const left = mercatorX(view.lon) * scale - view.widthPx / 2;
  const top = mercatorY(view.lat) * scale - view.heightPx / 2;
  return (lon, lat) => [mercatorX(lon) * scale - left, mercatorY(lat) * scale - top];
}

/** West, south, east and north edge of a view, degrees. */
export function edgesOf(view: View): readonly [number, number, number, number] {
  const scale = worldPx * 2 ** view.zoom;
  const halfWidthDeg = (view.widthPx / scale) * 180;
  const y = mercatorY(view.lat);
  const halfHeight = view.heightPx / scale / 2;
  return [
    view.lon - halfWidthDeg,
    latitudeOf(y + halfHeight),
    view.lon + halfWidthDeg,
    latitudeOf(y - halfHeight),
  ];
}

/** The latitude at a share of the world's height; the inverse of mercatorY. */
function latitudeOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}
