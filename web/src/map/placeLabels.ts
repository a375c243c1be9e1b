import { displayedPlace, type UnitTable } from '../live/unitTable.ts';
import { createProjection, edgesOf, type View } from './webMercator.ts';

/** Most labels on the screen: more cannot be read, and text is the dearest thing to draw. */
export const mostLabels = 250;

/** With more units than this in view the screen is a swarm in which a callsign finds no room, and none is looked for. */
const mostCandidates = 4000;

/** Size of the text, CSS pixels, and its width per character, rather too wide than too narrow. */
export const labelPx = 13;
const characterPx = 8;
/** Room between the middle of a symbol and its label. */
export const labelOffsetPx = 21;
/** The same for the selected unit, whose ring needs room. */
export const selectedLabelOffsetPx = 25;
/** Half the side of the square that a symbol keeps free of other units' labels. */
const symbolHalfPx = 10;
/** Side of a cell of the grid in which collisions are looked for. */
const cellPx = 64;

type Box = { left: number; top: number; right: number; bottom: number; key: number };

/** What is written beside a unit. */
export type Label = {
  readonly key: number;
  readonly text: string;
  readonly side: 'right' | 'left';
};

export type PlacedLabels = {
  readonly labels: readonly Label[];
  /** Units in view, with a label or without. */
  readonly inView: number;
};

/**
 * Chooses the units beside which something is written: as many as fit, to the right or else to the left,
 * without touching each other or another unit's symbol. Whoever has a label keeps it while it fits,
 * so that labels do not jump from unit to unit or from side to side; the selected unit comes first.
 *
 * @param before the labels that are on the screen now
 * @param textOf what to write beside a unit; undefined for nothing
 */
export function placeLabels(
  table: UnitTable,
  view: View,
  nowMs: number,
  before: readonly Label[],
  selectedKey: number | undefined,
  textOf: (unitKey: number) => string | undefined,
): PlacedLabels {
  const rows = rowsInView(table, view, nowMs);
  const isSwarm = rows.length > mostCandidates;
  const project = createProjection(view);
  const seen = rows
    .map((row) => ({ row, key: table.unitKey[row] ?? 0 }))
    .filter(({ key }) => !isSwarm || key === selectedKey)
    .map(({ row, key }) => {
      const [x, y] = project(...displayedPlace(table, row, nowMs));
      return { key, x, y };
    });
  const grid = new Map<number, Box[]>();
  for (const { key, x, y } of seen) {
    const box = around(x, y, key);
    add(grid, box);
  }
  const sides = new Map(before.map(({ key, side }) => [key, side]));
  const rank = (key: number): number => (key === selectedKey ? 0 : sides.has(key) ? 1 : 2);
  seen.sort((a, b) => rank(a.key) - rank(b.key) || a.key - b.key);
  const labels: Label[] = [];
  for (const { key, x, y } of seen) {
    const text = textOf(key);
    if (text === undefined) continue;
    const preferred = sides.get(key) ?? 'right';
    const other = preferred === 'right' ? 'left' : 'right';
    const free = ([preferred, other] as const).find(
      (side) => !collides(grid, boxOf(text, x, y, key, side)),
    );
    const side = free ?? (key === selectedKey ? preferred : undefined);
    if (side === undefined) continue;
    add(grid, boxOf(text, x, y, key, side));
    labels.push({ key, text, side });
    if (labels.length === mostLabels) break;
  }
  return { labels, inView: rows.length };
}

function boxOf(text: string, x: number, y: number, key: number, side: Label['side']): Box {
  const widthPx = text.length * characterPx;
  const left = side === 'right' ? x + labelOffsetPx : x - labelOffsetPx - widthPx;
  return {
    left,
    right: left + widthPx,
    top: y - labelPx / 2 - 2,
    bottom: y + labelPx / 2 + 2,
    key,
  };
}

/** Compared in degrees, so that the many outside, and a swarm inside, cost no projection. */
function rowsInView(table: UnitTable, view: View, nowMs: number): number[] {
  const [west, south, east, north] = edgesOf(view);
  const rows = [];
  for (let row = 0; row < table.count; row += 1) {
    const [lon, lat] = displayedPlace(table, row, nowMs);
    if (lon >= west && lon <= east && lat >= south && lat <= north) rows.push(row);
  }
  return rows;
}

function around(x: number, y: number, key: number): Box {
  return {
    left: x - symbolHalfPx,
    right: x + symbolHalfPx,
    top: y - symbolHalfPx,
    bottom: y + symbolHalfPx,
    key,
  };
}

function collides(grid: ReadonlyMap<number, Box[]>, box: Box): boolean {
  for (const cell of cellsOf(box)) {
    for (const other of grid.get(cell) ?? []) {
      const apart =
        other.right < box.left ||
        other.left > box.right ||
        other.bottom < box.top ||
        other.top > box.bottom;
      if (!apart && other.key !== box.key) return true;
    }
  }
  return false;
}

function add(grid: Map<number, Box[]>, box: Box): void {
  for (const cell of cellsOf(box)) {
    const boxes = grid.get(cell);
    if (boxes === undefined) grid.set(cell, [box]);
    else boxes.push(box);
  }
}

function cellsOf(box: Box): number[] {
  const cells = [];
  for (let x = Math.floor(box.left / cellPx); x <= Math.floor(box.right / cellPx); x += 1) {
    for (let y = Math.floor(box.top / cellPx); y <= Math.floor(box.bottom / cellPx); y += 1) {
      cells.push(x * 4096 + y);
    }
  }
  return cells;
}
