import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { zxyToTileId } from 'pmtiles';
import { appendVarint } from './varint.ts';

/*
 * A PMTiles v3 archive, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md:
 *
 *   header, 127 bytes | root directory | JSON metadata | leaf directories | tile data
 *
 * Header, little-endian:
 *
 *   offset  type   what
 *   0       7      "PMTiles"
 *   7       u8     3
 *   8       u64    root directory offset, length
 *   24      u64    metadata offset, length
 *   40      u64    leaf directories offset, length
 *   56      u64    tile data offset, length
 *   72      u64    addressed tiles, entries, distinct contents
 *   96      u8     1: tile data lie in order of tile id
 *   97      u8     compression of directories and metadata, 2 = gzip
 *   98      u8     compression of tiles, 2 = gzip
 *   99      u8     tile type, 1 = MVT
 *   100     u8     min zoom, max zoom
 *   102     i32    bounds west, south, east, north, degrees x 10^7
 *   118     u8     centre zoom
 *   119     i32    centre longitude, latitude, degrees x 10^7
 */
const headerBytes = 127;
/** Header and root directory must lie in the first 16 KiB, so that a reader gets both in one request (spec, section 2). */
const firstRequestBytes = 16_384;

/** One vector tile, not compressed. */
export type VectorTile = {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  /** Mapbox Vector Tile protobuf; not empty. */
  readonly data: Uint8Array;
};

/** What is said about the tiles as a whole. Degrees WGS84. */
type ArchiveDescription = {
  /** West, south, east, north. */
  readonly bounds: readonly [number, number, number, number];
  /** Where a viewer starts: longitude, latitude, zoom. */
  readonly center: readonly [number, number, number];
  /** TileJSON-like facts; `vector_layers` is required for vector tiles (spec, section 5). */
  readonly metadata: Readonly<Record<string, unknown>>;
};

type Archive = {
  readonly bytes: Uint8Array;
  /** Tiles that can be asked for. */
  readonly addressedTiles: number;
  /** Directory entries: neighbours on the curve with the same content share one. */
  readonly entries: number;
  /** Different tiles stored. */
  readonly contents: number;
};

type Entry = {
  readonly tileId: number;
  /** Bytes from the start of the tile data, or of the leaf directories. */
  readonly offset: number;
  readonly length: number;
  /** How many tile ids share it; 0 marks a leaf directory. */
  runLength: number;
};

/**
 * Writes vector tiles as one PMTiles v3 archive: clustered, each content stored once, gzip inside.
 * The same tiles give the same bytes, whatever their order.
 *
 * @throws Error when there is no tile, when a tile is empty, or when two tiles share a place
 */
export function writePmtiles(
  tiles: readonly VectorTile[],
  description: ArchiveDescription,
): Archive {
  const { entries, contents, addressedTiles } = layOut(tiles);
  const { root, leaves } = writeDirectories(entries);
  const metadata = gzipSync(JSON.stringify(description.metadata));
  const tileData = Buffer.concat(contents);

  const header = new DataView(new ArrayBuffer(headerBytes));
  const magic = new TextEncoder().encode('PMTiles');
  for (const [at, byte] of magic.entries()) header.setUint8(at, byte);
  header.setUint8(7, 3);
  let sectionStart = headerBytes;
  for (const [index, section] of [root, metadata, leaves, tileData].entries()) {
    header.setBigUint64(8 + index * 16, BigInt(sectionStart), true);
    header.setBigUint64(16 + index * 16, BigInt(section.length), true);
    sectionStart += section.length;
  }
  header.setBigUint64(72, BigInt(addressedTiles), true);
  header.setBigUint64(80, BigInt(entries.length), true);
  header.setBigUint64(88, BigInt(contents.length), true);
  for (const [index, byte] of [1, 2, 2, 1].entries()) header.setUint8(96 + index, byte);
  const zooms = tiles.map((tile) => tile.z);
  header.setUint8(100, Math.min(...zooms));
  header.setUint8(101, Math.max(...zooms));
  for (const [index, degrees] of description.bounds.entries()) {
    header.setInt32(102 + index * 4, Math.round(degrees * 1e7), true);
  }
  const [centerLon, centerLat, centerZoom] = description.center;
  header.setUint8(118, centerZoom);
  header.setInt32(119, Math.round(centerLon * 1e7), true);
  header.setInt32(123, Math.round(centerLat * 1e7), true);

  return {
    bytes: Buffer.concat([new Uint8Array(header.buffer), root, metadata, leaves, tileData]),
    addressedTiles,
    entries: entries.length,
    contents: contents.length,
  };
}

/** Orders the tiles along the Hilbert curve, stores each content once, and joins runs of the same content. */
function layOut(tiles: readonly VectorTile[]): {
  entries: Entry[];
  contents: Uint8Array[];
  addressedTiles: number;
} {
  const ordered = tiles
    .map(({ z, x, y, data }) => ({ name: `${z}/${x}/${y}`, tileId: zxyToTileId(z, x, y), data }))
    .sort((a, b) => a.tileId - b.tileId);
  const placeByDigest = new Map<string, { offset: number; length: number }>();
  const entries: Entry[] = [];
  const contents: Uint8Array[] = [];
  let tileDataBytes = 0;
  let last: Entry | undefined;
  for (const { name, tileId, data } of ordered) {
    if (data.length === 0) throw new Error(`tile ${name} is empty; leave it out instead`);
    if (last !== undefined && tileId < last.tileId + last.runLength) {
      throw new Error(`tile ${name} is given twice`);
    }
    const digest = createHash('sha256').update(data).digest('base64');
    let place = placeByDigest.get(digest);
    if (place === undefined) {
      const content = gzipSync(data, { level: 9 });
      place = { offset: tileDataBytes, length: content.length };
      placeByDigest.set(digest, place);
      contents.push(content);
      tileDataBytes += content.length;
    }
    if (last?.offset === place.offset && tileId === last.tileId + last.runLength) {
      last.runLength += 1;
    } else {
      last = { tileId, ...place, runLength: 1 };
      entries.push(last);
    }
  }
  return { entries, contents, addressedTiles: ordered.length };
}

/** One root directory if it fits the first request, else a root of leaf directories, larger ones until it fits. */
function writeDirectories(entries: readonly Entry[]): { root: Uint8Array; leaves: Uint8Array } {
  const flat = writeDirectory(entries);
  if (flat.length <= firstRequestBytes - headerBytes)
    return { root: flat, leaves: Buffer.alloc(0) };
  for (let leafSize = 4096; ; leafSize *= 2) {
    const leaves: Uint8Array[] = [];
    const rootEntries: Entry[] = [];
    let offset = 0;
    for (let start = 0; start < entries.length; start += leafSize) {
      const slice = entries.slice(start, start + leafSize);
      const [first] = slice;
      if (first === undefined) break;
      const leaf = writeDirectory(slice);
      rootEntries.push({ tileId: first.tileId, offset, length: leaf.length, runLength: 0 });
      leaves.push(leaf);
      offset += leaf.length;
    }
    const root = writeDirectory(rootEntries);
    if (root.length <= firstRequestBytes - headerBytes) {
      return { root, leaves: Buffer.concat(leaves) };
    }
  }
}

/** Spec, section 4: column by column, ids as differences, an offset of 0 where the entry follows its predecessor. */
function writeDirectory(entries: readonly Entry[]): Uint8Array {
  if (entries.length === 0) throw new Error('a PMTiles directory has at least one entry, got none');
  const bytes: number[] = [];
  appendVarint(bytes, entries.length);
  let lastId = 0;
  for (const { tileId } of entries) {
    appendVarint(bytes, tileId - lastId);
    lastId = tileId;
  }
  for (const { runLength } of entries) appendVarint(bytes, runLength);
  for (const { length } of entries) appendVarint(bytes, length);
  let lastEnd: number | undefined;
  for (const { offset, length } of entries) {
    appendVarint(bytes, offset === lastEnd ? 0 : offset + 1);
    lastEnd = offset + length;
  }
  return gzipSync(Uint8Array.from(bytes), { level: 9 });
}
