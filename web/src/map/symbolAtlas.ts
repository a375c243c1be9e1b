import { unitKinds } from '../../../server/domain/unit.ts';
import { shapeSize, unitShapes } from './unitShapes.ts';

/** Side of a cell in CSS pixels of a symbol at scale 1. */
export const cellPx = 20;
/** Cells in the atlas, one for each kind, in the order of unitKinds, side by side. */
export const symbolCells = unitKinds.length;

/** Width of a pictogram inside its cell; the rest is the margin that keeps neighbours out of a scaled-down cell. */
const glyphPx = 15;
/** Atlas pixels per CSS pixel: sharp up to a device pixel ratio of 3. */
export const oversampling = 3;

/** Draws every pictogram once; only the alpha of the picture is used, so one atlas serves both themes. */
export function drawSymbolAtlas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const cell = cellPx * oversampling;
  canvas.width = cell * symbolCells;
  canvas.height = cell;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('the browser gives no 2D canvas to draw the unit symbols on');
  const scale = (glyphPx * oversampling) / shapeSize;
  const margin = (cell - glyphPx * oversampling) / 2;
  for (const [i, kind] of unitKinds.entries()) {
    pen.setTransform(scale, 0, 0, scale, i * cell + margin, margin);
    pen.fill(new Path2D(unitShapes[kind]), 'evenodd');
  }
  return canvas;
}
