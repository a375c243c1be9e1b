import { distanceM, leastNorthM, planeAt } from './localPlane.ts';
import type { NearFences } from './nearFences.ts';

/** Cells in which moving fences are looked up, degrees: about 7 km. */
const cellDeg = 1 / 16;
const columns = 360 / cellDeg;
/** As far around a fence as may be asked for, metres. */
const maxMarginM = 300;

type Moving = {
  readonly key: number;
  readonly unitKey: number;
  readonly radiusM: number;
  /** Where its carrier is; undefined while nobody knows. */
  place: readonly [lon: number, lat: number] | undefined;
  cells: readonly number[];
};

/** Circles around units, wherever those are now. Which of them are near a place. */
export class MovingFences {
  readonly #byKey = new Map<number, Moving>();
  readonly #byUnit = new Map<number, Set<Moving>>();
  readonly #byCell = new Map<number, Set<Moving>>();

  get size(): number {
    return this.#byKey.size;
  }

  has(key: number): boolean {
    return this.#byKey.has(key);
  }

  /** Adds a fence around a unit, or replaces it; nobody is in it before its unit's next place. */
  put(key: number, unitKey: number, radiusM: number): void {
    this.remove(key);
    const fence: Moving = { key, unitKey, radiusM, place: undefined, cells: [] };
    this.#byKey.set(key, fence);
    addTo(this.#byUnit, unitKey, fence);
  }

  remove(key: number): boolean {
    const fence = this.#byKey.get(key);
    if (fence === undefined) return false;
    this.#byKey.delete(key);
    takeFrom(this.#byUnit, fence.unitKey, fence);
    for (const cell of fence.cells) takeFrom(this.#byCell, cell, fence);
    return true;
  }

  /** Moves the fences of a unit to its new place. */
  move(unitKey: number, lon: number, lat: number): void {
    const fences = this.#byUnit.get(unitKey);
    if (fences === undefined) return;
    for (const fence of fences) {
      fence.place = [lon, lat];
      const cells = cellsAround(lon, lat, fence.radiusM + maxMarginM);
      // they differ only every few kilometres
      const isSame = cells.every((cell, i) => cell === fence.cells[i]);
      if (isSame && cells.length === fence.cells.length) continue;
      for (const cell of fence.cells) takeFrom(this.#byCell, cell, fence);
      for (const cell of cells) addTo(this.#byCell, cell, fence);
      fence.cells = cells;
    }
  }

  /**
   * Writes the fences within `marginM` of a place, with their keys in place of slots. There is no safe
   * radius: they move by themselves.
   *
   * @param marginM 0 to 300
   */
  locate(lon: number, lat: number, marginM: number, near: NearFences): void {
    near.count = 0;
    const fences = this.#byCell.get(cellOf(Math.floor((lon + 180) / cellDeg), rowOf(lat)));
    if (fences === undefined) return;
    for (const { key, radiusM, place } of fences) {
      if (place === undefined) continue;
      const fromM = distanceM(lon, lat, place[0], place[1]) - radiusM;
      if (fromM <= marginM) near.add(key, fromM);
    }
  }
}

function cellsAround(lon: number, lat: number, aroundM: number): number[] {
  const dLat = aroundM / leastNorthM;
  // where a degree of longitude is shortest; near the pole all of them are one cell's neighbours
  const dLon = Math.min(180, aroundM / planeAt(Math.min(89.9, Math.abs(lat) + dLat)).eastM);
  const west = Math.floor((lon - dLon + 180) / cellDeg);
  const east = Math.floor((lon + dLon + 180) / cellDeg);
  const cells: number[] = [];
  for (let row = rowOf(lat - dLat); row <= rowOf(lat + dLat); row++) {
    for (let col = west; col <= east; col++) cells.push(cellOf(col, row));
  }
  return cells;
}

function rowOf(lat: number): number {
  return Math.floor((lat + 90) / cellDeg);
}

/** The globe goes around: the last column is the first one's neighbour. */
function cellOf(col: number, row: number): number {
  return row * columns + (((col % columns) + columns) % columns);
}

function addTo(sets: Map<number, Set<Moving>>, key: number, fence: Moving): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([fence]));
  else set.add(fence);
}

function takeFrom(sets: Map<number, Set<Moving>>, key: number, fence: Moving): void {
  const set = sets.get(key);
  set?.delete(fence);
  if (set?.size === 0) sets.delete(key);
}
