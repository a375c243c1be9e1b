import { discPx } from './symbolSize.ts';
import type { View } from './webMercator.ts';

/** Smallest scale: a dot of 4 pixels radius that still shows where its pointer points. */
const smallest = 0.35;
/** Symbols may cover this share of the view before they shrink: more of it and nobody sees the map. */
const mostCovered = 0.2;
/** Full size from this zoom (a district fills the screen) on, smaller when a whole province must fit. */
const fullFromZoom = 11;

/** How large to draw symbols, 0.35 to 1 in steps of 0.05, for the zoom and for as many units as are in view. */
export function symbolScale(view: View, unitsInView: number): number {
  const byZoom = 1 - (fullFromZoom - view.zoom) * 0.1;
  const discsPx2 = Math.max(1, unitsInView) * Math.PI * discPx ** 2;
  const byCrowd = Math.sqrt((view.widthPx * view.heightPx * mostCovered) / discsPx2);
  const scale = Math.min(1, Math.max(smallest, Math.min(byZoom, byCrowd)));
  return Math.round(scale * 20) / 20;
}
