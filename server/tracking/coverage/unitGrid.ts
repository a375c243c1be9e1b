import type { UnitFix } from '../../domain/siteTransition.ts';
import { distanceM, leastNorthM } from '../fences/localPlane.ts';

/** Metres a degree of longitude at the equator (WGS84). */
const equatorM = 111_320;
const rad = Math.PI / 180;
/** Of the last metres around a pole: by 0 nothing could be divided. */
const leastCos = 1e-6;

/**
 * The newest place of units that move, in cells about as large as what is looked for: a look-around
 * sees nine of them. As large as the units that are put in.
 *
 * Rows run along parallels; each has as many columns as fit around the earth at its northern or
 * southern edge, whichever is shorter, so that the antimeridian is a border like any other.
 */
export class UnitGrid {
  readonly #cellDeg: number;
  readonly #fixes = new Map<number, UnitFix>();
  readonly #cells = new Map<number, Set<number>>();

  /** @param cellM what is mostly looked for, metres, 1 to 100,000 */
  constructor(cellM: number) {
    if (!(cellM >= 1 && cellM <= 100_000)) {
      throw new RangeError(`expected a cell of 1 to 100000 m, got ${cellM}`);
    }
    this.#cellDeg = cellM / leastNorthM;
  }

  get size(): number {
    return this.#fixes.size;
  }

  get(unitKey: number): UnitFix | undefined {
    return this.#fixes.get(unitKey);
  }

  /** All fixes, in the order in which their units first came. */
  values(): IterableIterator<UnitFix> {
    return this.#fixes.values();
  }

  /** Puts a unit where it is now. */
  put(fix: UnitFix): void {
    const cell = this.#cellOf(fix.lon, fix.lat);
    const before = this.#fixes.get(fix.unitKey);
    this.#fixes.set(fix.unitKey, fix);
    if (before !== undefined) {
      const left = this.#cellOf(before.lon, before.lat);
      if (left === cell) return;
      this.#takeOut(left, fix.unitKey);
    }
    const units = this.#cells.get(cell);
    if (units === undefined) this.#cells.set(cell, new Set([fix.unitKey]));
    else units.add(fix.unitKey);
  }

  remove(unitKey: number): void {
    const fix = this.#fixes.get(unitKey);
    if (fix === undefined) return;
    this.#fixes.delete(unitKey);
    this.#takeOut(this.#cellOf(fix.lon, fix.lat), unitKey);
  }

  /** The units at most `withinM` from a place whose fix is not older than `sinceMs`, in the order of their keys. */
  near(lon: number, lat: number, withinM: number, sinceMs: number): UnitFix[] {
    const found: UnitFix[] = [];
    const reachDeg = (withinM * 1.01) / leastNorthM;
    const last = this.#rowOf(Math.min(90, lat + reachDeg));
    for (let row = this.#rowOf(Math.max(-90, lat - reachDeg)); row <= last; row++) {
      const columns = this.#columnsOf(row);
      // the way is measured halfway to the row, so at worst as far from the equator as either end
      const cos = Math.min(this.#shortestCos(row), Math.cos(lat * rad));
      const isAtPole = cos <= leastCos;
      const reach = isAtPole ? 180 : Math.min(180, (withinM * 1.01) / (equatorM * cos));
      const from = Math.floor(((lon + 180 - reach) / 360) * columns);
      const to = Math.floor(((lon + 180 + reach) / 360) * columns);
      const end = Math.min(to, from + columns - 1);
      for (let column = from; column <= end; column++) {
        const units = this.#cells.get(cellKey(row, modulo(column, columns)));
        if (units === undefined) continue;
        for (const unitKey of units) {
          const fix = this.#fixes.get(unitKey);
          if (fix === undefined || fix.fixedAtMs < sinceMs) continue;
          if (distanceM(lon, lat, fix.lon, fix.lat) <= withinM) found.push(fix);
        }
      }
    }
    return found.sort((a, b) => a.unitKey - b.unitKey);
  }

  #takeOut(cell: number, unitKey: number): void {
    const units = this.#cells.get(cell);
    units?.delete(unitKey);
    if (units?.size === 0) this.#cells.delete(cell);
  }

  #cellOf(lon: number, lat: number): number {
    const row = this.#rowOf(lat);
    const columns = this.#columnsOf(row);
    return cellKey(row, modulo(Math.floor(((lon + 180) / 360) * columns), columns));
  }

  #rowOf(lat: number): number {
    return Math.floor((lat + 90) / this.#cellDeg);
  }

  #columnsOf(row: number): number {
    return Math.max(1, Math.floor((360 * this.#shortestCos(row)) / this.#cellDeg));
  }

  /** Cosine of the row's edge that is nearer to a pole. */
  #shortestCos(row: number): number {
    const south = Math.abs(row * this.#cellDeg - 90);
    const north = Math.abs((row + 1) * this.#cellDeg - 90);
    return Math.max(leastCos, Math.cos(Math.min(90, Math.max(south, north)) * rad));
  }
}

/** More columns than the smallest cells have around the equator, so that no two cells have one key. */
const maxColumns = 2 ** 26;

function cellKey(row: number, column: number): number {
  return row * maxColumns + column;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
