import type { FixedShape } from '../../domain/fence.ts';
import { edgePart, nearestInPartM } from './edgePart.ts';
import { type Box, boundsOf, buildEdgeTree, type EdgeTree } from './edgeTree.ts';
import { distanceOnM, type LocalPlane, leastNorthM, planeAt } from './localPlane.ts';
import { corridorDistanceM, polygonDistanceM, settle } from './signedDistance.ts';

/** Degrees that a fence lies between, and what a degree of longitude is worth there at the least. */
export type Bounds = {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  /** Metres for a degree of longitude, one degree nearer to the pole than any of it. */
  readonly leastEastM: number;
};

export const noShape = -1;
export const circleKind = 0;
const polygonKind = 1;
const corridorKind = 2;

/** Numbers of a ground: lon and lat of a circle, its radius or the half-width of a corridor (metres), the kind. */
export const groundStride = 4;

/** As it is written to disk. */
export type FenceRows = {
  readonly keys: Uint32Array;
  readonly versions: Uint32Array;
  readonly grounds: Float64Array;
  readonly trees: readonly (EdgeTree | undefined)[];
};

/** Every fence that stays where it is in a slot: a small integer that stands for it in typed arrays. */
export class FenceTable {
  #keys: Uint32Array = new Uint32Array(64);
  #versions: Uint32Array = new Uint32Array(64);
  /** Read by the index in its innermost loop. */
  grounds: Float64Array = new Float64Array(64 * groundStride).fill(noShape);
  readonly #trees: (EdgeTree | undefined)[] = [];
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  /** Slots used so far, free ones among them. */
  #used = 0;
  #treeBytes = 0;

  /** Takes over rows that were written to disk. */
  static of({ keys, versions, grounds, trees }: FenceRows): FenceTable {
    const table = new FenceTable();
    table.#keys = keys;
    table.#versions = versions;
    table.grounds = grounds;
    table.#used = keys.length;
    for (const [slot, tree] of trees.entries()) {
      if (tree === undefined) continue;
      table.#trees[slot] = tree;
      table.#treeBytes += tree.byteLength;
    }
    for (let slot = 0; slot < keys.length; slot++) {
      if (grounds[groundStride * slot + 3] === noShape) table.#free.push(slot);
      else table.#slots.set(keys[slot] ?? 0, slot);
    }
    return table;
  }

  /** The rows as they are now, for writing: views, not copies. */
  rows(): FenceRows {
    return {
      keys: this.#keys.subarray(0, this.#used),
      versions: this.#versions.subarray(0, this.#used),
      grounds: this.grounds.subarray(0, this.#used * groundStride),
      trees: this.#trees,
    };
  }

  get size(): number {
    return this.#slots.size;
  }

  keys(): IterableIterator<number> {
    return this.#slots.keys();
  }

  slotOf(key: number): number | undefined {
    return this.#slots.get(key);
  }

  keyOf(slot: number): number {
    return this.#keys[slot] ?? 0;
  }

  versionOf(slot: number): number {
    return this.#versions[slot] ?? 0;
  }

  /** Puts a fence that is not there yet into a slot. */
  add(key: number, version: number, shape: FixedShape): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#keys.length) this.#grow(2 * slot);
    this.#slots.set(key, slot);
    this.#keys[slot] = key;
    this.#versions[slot] = version;
    switch (shape.kind) {
      case 'circle':
        this.#setGround(slot, shape.center[0], shape.center[1], shape.radiusM, circleKind);
        break;
      case 'polygon':
        this.#setGround(slot, 0, 0, 0, polygonKind);
        this.#setTree(slot, buildEdgeTree(shape.polygons.flat(), true));
        break;
      case 'corridor':
        this.#setGround(slot, 0, 0, shape.halfWidthM, corridorKind);
        this.#setTree(slot, buildEdgeTree([shape.line], false));
        break;
    }
    return slot;
  }

  remove(slot: number): void {
    this.#slots.delete(this.keyOf(slot));
    const tree = this.#trees[slot];
    if (tree !== undefined) this.#treeBytes -= tree.byteLength;
    this.#trees[slot] = undefined;
    this.#setGround(slot, 0, 0, 0, noShape);
    this.#free.push(slot);
  }

  /** True for what is made of edges, which cost more to look at than a circle. */
  hasEdges(slot: number): boolean {
    return (this.grounds[groundStride * slot + 3] ?? noShape) > circleKind;
  }

  /** Signed distance from a place at the latitude of `at`; beyond `withinM` only its sign is right. */
  distanceM(slot: number, at: LocalPlane, lon: number, withinM: number): number {
    const { grounds } = this;
    const row = groundStride * slot;
    const sizeM = grounds[row + 2] ?? 0;
    if (grounds[row + 3] === circleKind) {
      const centerM = distanceOnM(at, lon, grounds[row] ?? 0, grounds[row + 1] ?? 0);
      return settle(centerM - sizeM);
    }
    const tree = this.#treeOf(slot);
    return grounds[row + 3] === polygonKind
      ? polygonDistanceM(tree, at, lon, withinM)
      : corridorDistanceM(tree, sizeM, at, lon, withinM);
  }

  /** The same, for a place in a cell, by the part of the fence there (edgePart.ts). */
  distanceInPartM(
    ints: Int32Array,
    part: number,
    at: LocalPlane,
    lon: number,
    withinM: number,
    west: number,
    south: number,
    sizeDeg: number,
  ): number {
    const slot = ints[part] ?? 0;
    const tree = this.#treeOf(slot);
    const row = groundStride * slot;
    if (this.grounds[row + 3] === polygonKind) {
      return settle(nearestInPartM(tree, ints, part, at, lon, withinM, west, south, sizeDeg));
    }
    const halfM = this.grounds[row + 2] ?? 0;
    const fromLineM = Math.abs(
      nearestInPartM(tree, ints, part, at, lon, halfM + withinM, west, south, sizeDeg),
    );
    return settle(fromLineM - halfM);
  }

  /** What of the edges in a slot matters in a cell: see edgePart.ts. Degrees; metres around the cell. */
  partOf(slot: number, box: Box, aroundM: number, leastEastM: number): readonly number[] {
    const reachM = aroundM + (this.grounds[groundStride * slot + 2] ?? 0);
    const [west, south, east, north] = box;
    const dLat = reachM / leastNorthM;
    const dLon = reachM / leastEastM;
    const around: Box = [west - dLon, south - dLat, east + dLon, north + dLat];
    return edgePart(slot, this.#treeOf(slot), box, around);
  }

  boundsOf(slot: number): Bounds {
    const row = groundStride * slot;
    const lon = this.grounds[row] ?? 0;
    const lat = this.grounds[row + 1] ?? 0;
    const tree = this.#trees[slot];
    const [west, south, east, north] = tree === undefined ? [lon, lat, lon, lat] : boundsOf(tree);
    const aroundM = this.grounds[row + 2] ?? 0;
    const dLat = aroundM / leastNorthM;
    const poleward = Math.min(89, Math.max(Math.abs(south - dLat), Math.abs(north + dLat)) + 1);
    const leastEastM = planeAt(poleward).eastM;
    const dLon = aroundM / leastEastM;
    return {
      west: west - dLon,
      south: south - dLat,
      east: east + dLon,
      north: north + dLat,
      leastEastM,
    };
  }

  get memoryBytes(): number {
    return (
      this.#keys.byteLength +
      this.#versions.byteLength +
      this.grounds.byteLength +
      this.#treeBytes +
      // a map of small integers takes about 30 bytes an entry in V8
      this.#slots.size * 30 +
      this.#trees.length * 8
    );
  }

  #treeOf(slot: number): EdgeTree {
    const tree = this.#trees[slot];
    if (tree === undefined) throw new Error(`slot ${slot} of the fence index holds no fence`);
    return tree;
  }

  #setGround(slot: number, lon: number, lat: number, sizeM: number, kind: number): void {
    const row = groundStride * slot;
    this.grounds[row] = lon;
    this.grounds[row + 1] = lat;
    this.grounds[row + 2] = sizeM;
    this.grounds[row + 3] = kind;
  }

  #setTree(slot: number, tree: EdgeTree): void {
    this.#trees[slot] = tree;
    this.#treeBytes += tree.byteLength;
  }

  #grow(slots: number): void {
    const keys = new Uint32Array(slots);
    const versions = new Uint32Array(slots);
    const grounds = new Float64Array(slots * groundStride).fill(noShape);
    keys.set(this.#keys);
    versions.set(this.#versions);
    grounds.set(this.grounds);
    this.#keys = keys;
    this.#versions = versions;
    this.grounds = grounds;
  }
}
