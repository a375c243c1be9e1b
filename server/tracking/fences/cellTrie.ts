import { partHead } from './edgePart.ts';
import type { Bounds } from './fenceTable.ts';
import { firstBlock, IntPool, type PoolParts } from './intPool.ts';
import { leastNorthM } from './localPlane.ts';

/**
 * Which fences can matter where: cells of 2 degrees, each divided into 4 x 4 as often as it is crowded.
 *
 *     level        0     1      2      3       4
 *     cell, deg    2     1/2    1/8    1/32    1/128      (1/128 degree is 870 m)
 *     halo, m      8000  5000   2500   1000    350
 *
 * A cell answers for itself and for its halo, so one walk from the root down finds all that is within
 * the halo of a place, and what it does not find is further away. A fence is entered
 * - as *covering* in a cell that, halo and all, lies in it; nothing of it is looked at below;
 * - as *touching* in an undivided cell that it comes near to otherwise.
 *
 * All of it lies in one pool of integers:
 *
 *     node   block of its 16 children or 0 | entries: offset, count, power of two of their room
 *     block  16 nodes, row by row from the south-west; the first block has those of the 2 degree cells
 *     entry  2 x slot, + 1 when covering; of what is made of edges and touches: minus the offset of
 *            the part of it that matters in the cell (edgePart.ts)
 */
export class CellTrie {
  readonly #grounds: Grounds;
  readonly #pool: IntPool;

  /** @param parts of a trie that was written to disk */
  constructor(grounds: Grounds, parts: PoolParts | undefined = undefined) {
    this.#grounds = grounds;
    this.#pool = new IntPool(parts, nodeInts * columns * rows);
  }

  /** The pool's integers now; another array after an edit. */
  get ints(): Int32Array {
    return this.#pool.ints;
  }

  get memoryBytes(): number {
    return this.ints.byteLength;
  }

  parts(): PoolParts {
    return this.#pool.parts();
  }

  add(slot: number, bounds: Bounds): void {
    const range = rangeOf(0, bounds);
    for (let row = range.south; row <= range.north; row++) {
      for (let col = range.west; col <= range.east; col++) {
        this.#addTo(rootAt(col, row), 0, col, row, slot, bounds);
      }
    }
  }

  /**
   * Divided cells stay divided: a fence may lie in the halo of the whole and of none of its parts, and
   * would be missing from the whole. They are used again by the next fence there.
   *
   * @param bounds as when it was added
   */
  remove(slot: number, bounds: Bounds): void {
    const range = rangeOf(0, bounds);
    for (let row = range.south; row <= range.north; row++) {
      for (let col = range.west; col <= range.east; col++) {
        this.#removeFrom(rootAt(col, row), 0, col, row, slot, bounds);
      }
    }
  }

  #addTo(
    node: number,
    level: number,
    col: number,
    row: number,
    slot: number,
    bounds: Bounds,
  ): void {
    const relation = this.#grounds.relate(slot, level, col, row);
    if (relation === 'apart') return;
    if (relation === 'covering') this.#append(node, 2 * slot + 1);
    else if (this.ints[node] !== 0) this.#addBelow(node, level, col, row, slot, bounds);
    else if (level < levels - 1 && this.#grounds.hasEdges(slot)) {
      // down to the smallest cells, in which few edges matter
      this.#divide(node, level, col, row);
      this.#addBelow(node, level, col, row, slot, bounds);
    } else {
      this.#append(node, this.#grounds.hasEdges(slot) ? this.#keepPart(slot, col, row) : 2 * slot);
      if (this.#isCrowded(node, level)) this.#divide(node, level, col, row);
    }
  }

  /** Puts the part of a fence in a smallest cell into the pool; its entry. */
  #keepPart(slot: number, col: number, row: number): number {
    const part = this.#grounds.partOf(slot, levels - 1, col, row);
    const at = this.#pool.take(powerOf(part.length));
    this.ints.set(part, at);
    return -at;
  }

  #addBelow(
    node: number,
    level: number,
    col: number,
    row: number,
    slot: number,
    bounds: Bounds,
  ): void {
    const block = this.ints[node] ?? 0;
    const range = rangeOf(level + 1, bounds);
    const lastCol = Math.min(4 * col + 3, range.east);
    const lastRow = Math.min(4 * row + 3, range.north);
    for (let y = Math.max(4 * row, range.south); y <= lastRow; y++) {
      for (let x = Math.max(4 * col, range.west); x <= lastCol; x++) {
        this.#addTo(childAt(block, x, y), level + 1, x, y, slot, bounds);
      }
    }
  }

  #removeFrom(
    node: number,
    level: number,
    col: number,
    row: number,
    slot: number,
    bounds: Bounds,
  ): void {
    this.#drop(node, slot);
    const block = this.ints[node] ?? 0;
    if (block === 0) return;
    const range = rangeOf(level + 1, bounds);
    const lastCol = Math.min(4 * col + 3, range.east);
    const lastRow = Math.min(4 * row + 3, range.north);
    for (let y = Math.max(4 * row, range.south); y <= lastRow; y++) {
      for (let x = Math.max(4 * col, range.west); x <= lastCol; x++) {
        this.#removeFrom(childAt(block, x, y), level + 1, x, y, slot, bounds);
      }
    }
  }

  /** Hands what only touches the cell down to its children. */
  #divide(node: number, level: number, col: number, row: number): void {
    const first = this.ints[node + 1] ?? 0;
    const entries = this.ints.slice(first, first + (this.ints[node + 2] ?? 0));
    const block = this.#pool.take(blockPower);
    this.ints[node] = block;
    for (const entry of entries) {
      if (entry % 2 === 1) continue;
      const slot = entry / 2;
      this.#drop(node, slot);
      this.#addBelow(node, level, col, row, slot, this.#grounds.boundsOf(slot));
    }
  }

  #isCrowded(node: number, level: number): boolean {
    if (level === levels - 1) return false;
    const first = this.ints[node + 1] ?? 0;
    const count = this.ints[node + 2] ?? 0;
    if (count <= crowd) return false;
    let touching = 0;
    for (let at = first; at < first + count; at++) touching += 1 - ((this.ints[at] ?? 0) % 2);
    return touching > crowd;
  }

  #append(node: number, entry: number): void {
    const count = this.ints[node + 2] ?? 0;
    const first = this.ints[node + 1] ?? 0;
    const power = this.ints[node + 3] ?? 0;
    if (first === 0 || count === 2 ** power) {
      const roomier = first === 0 ? leastPower : power + 1;
      const moved = this.#pool.take(roomier);
      if (first !== 0) {
        this.ints.copyWithin(moved, first, first + count);
        this.#pool.giveBack(first, power);
      }
      this.ints[node + 1] = moved;
      this.ints[node + 3] = roomier;
    }
    this.ints[(this.ints[node + 1] ?? 0) + count] = entry;
    this.ints[node + 2] = count + 1;
  }

  #drop(node: number, slot: number): void {
    const first = this.ints[node + 1] ?? 0;
    const last = first + (this.ints[node + 2] ?? 0) - 1;
    for (let at = first; at <= last; at++) {
      const entry = this.ints[at] ?? 0;
      if (slotOf(this.ints, entry) !== slot) continue;
      if (entry < 0) {
        this.#pool.giveBack(-entry, powerOf(partHead + (this.ints[2 - entry] ?? 0)));
      }
      this.ints[at] = this.ints[last] ?? 0;
      this.ints[node + 2] = last - first;
      if (last > first) return;
      this.#pool.giveBack(first, this.ints[node + 3] ?? 0);
      this.ints[node + 1] = 0;
      return;
    }
  }
}

/** How a fence lies to a cell with its halo. */
export type Relation = 'apart' | 'touching' | 'covering';

/** What the trie has to know of the fences. */
export type Grounds = {
  /** @param level of the cell, and its column and row from 180 west and the south pole on that level */
  relate(slot: number, level: number, col: number, row: number): Relation;
  boundsOf(slot: number): Bounds;
  hasEdges(slot: number): boolean;
  /** What of a fence made of edges matters in a cell: edgePart.ts. */
  partOf(slot: number, level: number, col: number, row: number): readonly number[];
};

/** Cells of the coarsest level around the globe, and from pole to pole. */
export const columns = 180;
export const rows = 90;
export const levels = 5;
/** Cells of the finest level for each degree. */
export const finestPerDeg = 4 ** (levels - 1) / 2;
/** Fences that only touch a cell before it is divided. */
const crowd = 16;
const nodeInts = 4;
/** 16 nodes of 4 integers. */
const blockPower = 6;
const leastPower = 2;

const halosM = [8_000, 5_000, 2_500, 1_000, 350] as const;

/** Degrees that a cell of a level is wide and high. */
export function cellDeg(level: number): number {
  return 2 / 4 ** level;
}

/** How far around its cells a level answers, metres. */
export function haloM(level: number): number {
  return halosM[level] ?? 0;
}

/** The node of a cell of the coarsest level. */
export function rootAt(col: number, row: number): number {
  return firstBlock + nodeInts * (row * columns + col);
}

/** The node of a cell among the children in `block`. */
export function childAt(block: number, col: number, row: number): number {
  return block + nodeInts * ((col & 3) + 4 * (row & 3));
}

/** The slot that an entry stands for. */
export function slotOf(ints: Int32Array, entry: number): number {
  return entry < 0 ? (ints[-entry] ?? 0) : entry >> 1;
}

/** The power of two of the room that so many integers need. */
function powerOf(length: number): number {
  return 32 - Math.clz32(length - 1);
}

/** The cells of a level that a fence with the halo of that level reaches. */
function rangeOf(level: number, { west, south, east, north, leastEastM }: Bounds) {
  const perDeg = 1 / cellDeg(level);
  const dLat = haloM(level) / leastNorthM;
  const dLon = haloM(level) / leastEastM;
  return {
    west: Math.max(0, Math.floor((west - dLon + 180) * perDeg)),
    south: Math.max(0, Math.floor((south - dLat + 90) * perDeg)),
    east: Math.min(360 * perDeg - 1, Math.floor((east + dLon + 180) * perDeg)),
    north: Math.min(180 * perDeg - 1, Math.floor((north + dLat + 90) * perDeg)),
  };
}
