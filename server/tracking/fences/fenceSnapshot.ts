import type { Refusal, Result } from '../../domain/result.ts';
import type { EdgeTree } from './edgeTree.ts';
import { FenceIndex } from './fenceIndex.ts';
import { FenceTable } from './fenceTable.ts';

/*
 * A snapshot is a row of blocks, each at a multiple of 8 bytes so that it is read without copying
 * (little-endian, as every machine that this runs on):
 *
 *     head    u32 magic, u32 format, u32 CRC-32 of all after the head, u32 unused, f64 bytes in all
 *     lengths 8 x u32: of each block below, in elements
 *     keys, versions (u32), grounds (f64)                   of each slot
 *     treeSlots, treeLengths (u32)                          of each fence with edges
 *     edges (f64)                                           their trees, one after the other
 *     ints, free (i32)                                      of the trie
 */
const magic = 0x584b4350;
/** Another layout of the file, of the table or of the trie is another format. */
const formatNumber = 2;
const headBytes = 32;
const blockNames = [
  'keys',
  'versions',
  'grounds',
  'treeSlots',
  'treeLengths',
  'edges',
  'ints',
  'free',
] as const;

export type SnapshotFault = 'not_a_snapshot' | 'other_format' | 'cut_short' | 'damaged';

/** CRC-32 of bytes (ISO 3309), as `crc32` of node:zlib reckons it: tracking itself imports nothing of Node. */
export type Checksum = (bytes: Uint8Array) => number;

/** The whole index as bytes. */
export function writeSnapshot(index: FenceIndex, crc32: Checksum): Buffer {
  const { table, trie } = index.parts();
  const { keys, versions, grounds, trees } = table.rows();
  const { treeSlots, treeLengths, edges } = packTrees(trees);
  const blocks = [keys, versions, grounds, treeSlots, treeLengths, edges, trie.ints, trie.free];
  const lengths = Uint32Array.from(blocks, ({ length }) => length);
  const all = [lengths, ...blocks];
  const size = all.reduce((sum, block) => sum + padded(block.byteLength), headBytes);
  const bytes = Buffer.alloc(size);
  let at = headBytes;
  for (const block of all) {
    bytes.set(new Uint8Array(block.buffer, block.byteOffset, block.byteLength), at);
    at += padded(block.byteLength);
  }
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(formatNumber, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(headBytes)), 8);
  bytes.writeDoubleLE(size, 16);
  return bytes;
}

/**
 * The index that a snapshot was taken of. It goes on in the memory of `bytes`, which nobody else may
 * write to. What the fences are now is not known to it: compare its keys and versions.
 */
export function readSnapshot(bytes: Buffer, crc32: Checksum): Result<FenceIndex, SnapshotFault> {
  const fault = faultOf(bytes, crc32);
  if (fault !== undefined) return { ok: false, ...fault };
  // a buffer from a pool can begin anywhere
  const whole = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  const take = blockReader(whole);
  const lengths = take(Uint32Array, blockNames.length);
  const lengthOf = (name: (typeof blockNames)[number]) => lengths[blockNames.indexOf(name)] ?? 0;
  const keys = take(Uint32Array, lengthOf('keys'));
  const versions = take(Uint32Array, lengthOf('versions'));
  const grounds = take(Float64Array, lengthOf('grounds'));
  const treeSlots = take(Uint32Array, lengthOf('treeSlots'));
  const treeLengths = take(Uint32Array, lengthOf('treeLengths'));
  const edges = take(Float64Array, lengthOf('edges'));
  const ints = take(Int32Array, lengthOf('ints'));
  const free = take(Int32Array, lengthOf('free'));
  const trees = unpackTrees({ treeSlots, treeLengths, edges });
  const table = FenceTable.of({ keys, versions, grounds, trees });
  return { ok: true, value: new FenceIndex({ table, trie: { ints, free } }) };
}

function faultOf(bytes: Buffer, crc32: Checksum): Refusal<SnapshotFault> | undefined {
  const rebuilt = 'the index is made from the database instead';
  if (bytes.length < headBytes || bytes.readUInt32LE(0) !== magic) {
    return { reason: 'not_a_snapshot', detail: `this is no snapshot of fences; ${rebuilt}` };
  }
  const format = bytes.readUInt32LE(4);
  if (format !== formatNumber) {
    const detail = `the snapshot of fences has format ${format}, expected ${formatNumber}; ${rebuilt}`;
    return { reason: 'other_format', detail };
  }
  const size = bytes.readDoubleLE(16);
  if (size !== bytes.length) {
    const detail = `the snapshot of fences has ${bytes.length} bytes, expected ${size}; ${rebuilt}`;
    return { reason: 'cut_short', detail };
  }
  if (crc32(bytes.subarray(headBytes)) !== bytes.readUInt32LE(8)) {
    const detail = `the snapshot of fences is damaged: its checksum differs; ${rebuilt}`;
    return { reason: 'damaged', detail };
  }
  return undefined;
}

type PackedTrees = {
  readonly treeSlots: Uint32Array;
  readonly treeLengths: Uint32Array;
  readonly edges: Float64Array;
};

function packTrees(trees: readonly (EdgeTree | undefined)[]): PackedTrees {
  const kept = [...trees.entries()].flatMap(([slot, tree]) =>
    tree === undefined ? [] : [{ slot, tree }],
  );
  const edges = new Float64Array(kept.reduce((sum, { tree }) => sum + tree.length, 0));
  let at = 0;
  for (const { tree } of kept) {
    edges.set(tree, at);
    at += tree.length;
  }
  return {
    treeSlots: Uint32Array.from(kept, ({ slot }) => slot),
    treeLengths: Uint32Array.from(kept, ({ tree }) => tree.length),
    edges,
  };
}

function unpackTrees({ treeSlots, treeLengths, edges }: PackedTrees): EdgeTree[] {
  const trees: EdgeTree[] = [];
  let at = 0;
  for (const [index, slot] of treeSlots.entries()) {
    const length = treeLengths[index] ?? 0;
    trees[slot] = edges.subarray(at, at + length);
    at += length;
  }
  return trees;
}

type NumberArray<Numbers> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Numbers;
};

/** Gives one block after the other, as a view. */
function blockReader(bytes: Buffer) {
  let at = bytes.byteOffset + headBytes;
  return <Numbers>(Kind: NumberArray<Numbers>, length: number): Numbers => {
    const block = new Kind(bytes.buffer, at, length);
    at += padded(length * Kind.BYTES_PER_ELEMENT);
    return block;
  };
}

function padded(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}
