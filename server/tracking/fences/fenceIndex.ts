import type { FixedShape } from '../../domain/fence.ts';
import {
  CellTrie,
  cellDeg,
  childAt,
  finestPerDeg,
  haloM,
  levels,
  type Relation,
  rootAt,
} from './cellTrie.ts';
import { EditLog } from './editLog.ts';
import { FenceTable, groundStride } from './fenceTable.ts';
import type { PoolParts } from './intPool.ts';
import { distanceOnM, type LocalPlane, planeAt, setPlane } from './localPlane.ts';
import type { NearFences } from './nearFences.ts';
import { settle } from './signedDistance.ts';

/** Fences are asked for within this distance at most, metres: less than the halo of the finest cells. */
export const maxMarginM = 300;
/** Safe discs are no larger, metres: beyond, the plane is no longer the ground. */
const maxSafeM = 10_000;
/** What the plane may be off by within `maxSafeM` up to 85 degrees, as a share, and what is left for rounding, metres. */
const safeShare = 0.97;
const safeSlackM = 0.01;
/** No fence comes nearer to a pole than this, degrees (checkShape.ts), so nothing is beyond. */
const polarLat = 85.2;
/** The same in metres for the cells: their corners lie this share further out than the plane says. */
const cornerShare = 1.03;

/**
 * All fences that stay where they are: which of them hold a place or are near it, and how far one may
 * go from there before that can change. Edits are made in place.
 *
 * A place is looked up by one walk down the cells around it (cellTrie.ts); of each fence found there
 * the signed distance is measured.
 */
export class FenceIndex {
  readonly edits = new EditLog();
  readonly #table: FenceTable;
  readonly #trie: CellTrie;
  readonly #plane = planeAt(0);
  readonly #cellPlane = planeAt(0);
  /** South-west corner of the cell in question, degrees. */
  #west = 0;
  #south = 0;
  /** Filled anew with each question. */
  #distancesM = new Float64Array(64);

  /** @param parts of an index that was written to disk (fenceSnapshot.ts) */
  constructor(parts: { table: FenceTable; trie: PoolParts } | undefined = undefined) {
    const table = parts?.table ?? new FenceTable();
    this.#table = table;
    this.#trie = new CellTrie(
      {
        relate: (slot, level, col, row) => relate(table, slot, level, col, row, this.#cellPlane),
        boundsOf: (slot) => table.boundsOf(slot),
        hasEdges: (slot) => table.hasEdges(slot),
        partOf: (slot, level, col, row) => partOf(table, slot, level, col, row, this.#cellPlane),
      },
      parts?.trie,
    );
  }

  /** What a snapshot is made of: views, not copies. */
  parts(): { table: FenceTable; trie: PoolParts } {
    return { table: this.#table, trie: this.#trie.parts() };
  }

  /** Number of fences. */
  get size(): number {
    return this.#table.size;
  }

  /** Bytes of its arrays, and an estimate for the rest. */
  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#trie.memoryBytes;
  }

  keys(): IterableIterator<number> {
    return this.#table.keys();
  }

  slotOf(key: number): number | undefined {
    return this.#table.slotOf(key);
  }

  /** The fence in a slot. A slot is used again after its fence is removed. */
  keyOf(slot: number): number {
    return this.#table.keyOf(slot);
  }

  /** The version that was put in, so that a snapshot can be compared with what is in force. */
  versionOf(key: number): number | undefined {
    const slot = this.#table.slotOf(key);
    return slot === undefined ? undefined : this.#table.versionOf(slot);
  }

  /**
   * Adds a fence, or replaces what was there under its key.
   *
   * @param shape as checked by checkShape.ts
   * @returns its slot
   */
  put(key: number, version: number, shape: FixedShape): number {
    this.remove(key);
    const slot = this.#table.add(key, version, shape);
    const bounds = this.#table.boundsOf(slot);
    this.#trie.add(slot, bounds);
    this.edits.add(bounds.west, bounds.south, bounds.east, bounds.north);
    return slot;
  }

  /** @returns false when there was none */
  remove(key: number): boolean {
    const slot = this.#table.slotOf(key);
    if (slot === undefined) return false;
    const bounds = this.#table.boundsOf(slot);
    this.#trie.remove(slot, bounds);
    this.#table.remove(slot);
    this.edits.add(bounds.west, bounds.south, bounds.east, bounds.north);
    return true;
  }

  /**
   * Signed distance from a place to the edge of the fence in a slot, metres, negative inside.
   *
   * @param withinM beyond this only the sign is right, and that it is beyond
   */
  distanceM(slot: number, lon: number, lat: number, withinM = Number.POSITIVE_INFINITY): number {
    setPlane(this.#plane, lat);
    return this.#table.distanceM(slot, this.#plane, lon, withinM);
  }

  /**
   * Writes to `near` every fence whose signed distance from a place is at most `marginM`, those that
   * hold the place among them. Outside they are exact; inside they say at
   * least how deep when that is more than the safe radius and the margin. Allocates nothing.
   *
   * @param marginM 0 to `maxMarginM`
   * @returns the safe radius, 0 to 10,000 m: on the way to any place less far away than this no edge
   *   is met, so the same fences hold it
   */
  locate(lon: number, lat: number, marginM: number, near: NearFences): number {
    if (!(marginM >= 0 && marginM <= maxMarginM)) {
      throw new RangeError(`expected a margin of 0 to ${maxMarginM} m, got ${marginM}`);
    }
    near.count = 0;
    const plane = this.#plane;
    setPlane(plane, lat);
    if (lat > polarLat || lat < -polarLat) {
      return Math.min(maxSafeM, (Math.abs(lat) - polarLat) * plane.northM);
    }
    const fineCol = Math.min(360 * finestPerDeg - 1, Math.floor((lon + 180) * finestPerDeg));
    const fineRow = Math.min(180 * finestPerDeg - 1, Math.floor((lat + 90) * finestPerDeg));
    // a disc never reaches around the globe: the other side of 180 degrees is another place
    let safeM = Math.min(maxSafeM, (180 - Math.abs(lon)) * plane.eastM);
    const { ints } = this.#trie;
    let level = 0;
    let shift = 2 * (levels - 1);
    let node = rootAt(fineCol >> shift, fineRow >> shift);
    for (let block = ints[node] ?? 0; block !== 0; block = ints[node] ?? 0) {
      this.#takeCovering(node, level, near);
      level++;
      shift -= 2;
      node = childAt(block, fineCol >> shift, fineRow >> shift);
    }
    const reachM = haloM(level) + toBorderM(plane, lon, level, fineCol >> shift, fineRow >> shift);
    this.#west = (fineCol >> shift) * cellDeg(level) - 180;
    this.#south = (fineRow >> shift) * cellDeg(level) - 90;
    safeM = this.#measure(node, lon, marginM, Math.min(safeM, reachM), near);
    return Math.max(0, safeM * safeShare - safeSlackM);
  }

  /** Takes the fences that cover a divided cell. */
  #takeCovering(node: number, level: number, near: NearFences): void {
    const { ints } = this.#trie;
    const first = ints[node + 1] ?? 0;
    const end = first + (ints[node + 2] ?? 0);
    for (let at = first; at < end; at++) near.add((ints[at] ?? 0) >> 1, -haloM(level));
  }

  /** Measures the fences of an undivided cell; returns what is left of the safe radius. */
  #measure(node: number, lon: number, marginM: number, atMostM: number, near: NearFences): number {
    const { ints } = this.#trie;
    const first = ints[node + 1] ?? 0;
    const count = ints[node + 2] ?? 0;
    const distancesM = this.#measureCircles(first, count, lon);
    let safeM = atMostM;
    let withEdges = 0;
    for (let i = 0; i < count; i++) {
      const entry = ints[first + i] ?? 0;
      const fromM = distancesM[i] ?? 0;
      if (entry < 0) withEdges++;
      else if (entry % 2 === 1) near.add(entry >> 1, -deepM);
      else {
        if (fromM <= marginM) near.add(entry >> 1, fromM);
        safeM = Math.min(safeM, Math.abs(fromM));
      }
    }
    // after the circles: the smaller the disc is by then, the fewer edges have to be looked at
    return withEdges === 0
      ? safeM
      : this.#measureEdges(first, first + count, lon, marginM, safeM, near);
  }

  /**
   * Signed distances to the circles among some entries. In a loop of its own: with nothing to decide
   * between them, the processor fetches all of them at once, and they are what it waits for.
   */
  #measureCircles(first: number, count: number, lon: number): Float64Array {
    const { ints } = this.#trie;
    const { grounds } = this.#table;
    if (this.#distancesM.length < count) this.#distancesM = new Float64Array(2 * count);
    const distancesM = this.#distancesM;
    for (let i = 0; i < count; i++) {
      const entry = ints[first + i] ?? 0;
      if (entry < 0 || entry % 2 === 1) continue;
      const row = groundStride * (entry >> 1);
      const centerM = distanceOnM(this.#plane, lon, grounds[row] ?? 0, grounds[row + 1] ?? 0);
      distancesM[i] = settle(centerM - (grounds[row + 2] ?? 0));
    }
    return distancesM;
  }

  #measureEdges(
    first: number,
    end: number,
    lon: number,
    marginM: number,
    atMostM: number,
    near: NearFences,
  ): number {
    const { ints } = this.#trie;
    let safeM = atMostM;
    for (let at = first; at < end; at++) {
      const entry = ints[at] ?? 0;
      if (entry >= 0) continue;
      const withinM = Math.max(safeM, marginM);
      const fromM = this.#partDistanceM(-entry, lon, withinM);
      if (fromM > withinM) continue;
      if (fromM <= marginM) near.add(ints[-entry] ?? 0, Math.max(fromM, -withinM));
      safeM = Math.min(safeM, Math.abs(fromM));
    }
    return safeM;
  }

  #partDistanceM(part: number, lon: number, withinM: number): number {
    return this.#table.distanceInPartM(
      this.#trie.ints,
      part,
      this.#plane,
      lon,
      withinM,
      this.#west,
      this.#south,
      finestDeg,
    );
  }
}

const finestDeg = cellDeg(levels - 1);
/** So deep inside it is not needed to know how deep, metres. */
const deepM = haloM(levels - 1);

/** Metres from a place in a cell to the nearest of its borders. */
function toBorderM(
  { lat, eastM, northM }: LocalPlane,
  lon: number,
  level: number,
  col: number,
  row: number,
): number {
  const size = cellDeg(level);
  const west = lon + 180 - col * size;
  const south = lat + 90 - row * size;
  const across = Math.min(west, size - west) * eastM;
  return Math.max(0, Math.min(across, Math.min(south, size - south) * northM));
}

/**
 * How a fence lies to a cell with its halo, by the distance from the middle of the cell: what is
 * further from it than the corners are, halo and all, is apart or covers.
 */
function relate(
  table: FenceTable,
  slot: number,
  level: number,
  col: number,
  row: number,
  plane: LocalPlane,
): Relation {
  // a cell of two degrees is too large for the plane
  if (level === 0) return 'touching';
  const size = cellDeg(level);
  const lat = (row + 0.5) * size - 90;
  setPlane(plane, lat);
  const widest = plane.eastM + Math.abs(plane.eastSlope) * size;
  const cornerM = (Math.hypot(widest, plane.northM) * size) / 2;
  const withinM = (cornerM + haloM(level)) * cornerShare;
  const fromM = table.distanceM(slot, plane, (col + 0.5) * size - 180, withinM);
  if (fromM > withinM) return 'apart';
  return fromM < -withinM ? 'covering' : 'touching';
}

/** What of a fence made of edges matters in a cell and its halo. */
function partOf(
  table: FenceTable,
  slot: number,
  level: number,
  col: number,
  row: number,
  plane: LocalPlane,
): readonly number[] {
  const size = cellDeg(level);
  const west = col * size - 180;
  const south = row * size - 90;
  setPlane(plane, south + size / 2);
  const leastEastM = plane.eastM - 2 * Math.abs(plane.eastSlope) * size;
  return table.partOf(
    slot,
    [west, south, west + size, south + size],
    haloM(level) * cornerShare,
    leastEastM,
  );
}
