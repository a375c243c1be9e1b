import { Compression, TileType, tileIdToZxy } from 'pmtiles';
import { describe, expect, test } from 'vitest';
import { type VectorTile, writePmtiles } from '../../../web/basemap/pmtilesWriter.ts';
import { openArchive } from './archiveReader.ts';

const description = {
  bounds: [94.25, -12, 142, 8.5],
  center: [118, -2, 4],
  metadata: { attribution: 'whom to thank', vector_layers: [] },
} as const;

function tile(tileId: number, text: string): VectorTile {
  const [z, x, y] = tileIdToZxy(tileId);
  return { z, x, y, data: new TextEncoder().encode(text) };
}

describe('writePmtiles', () => {
  test('writes a header that the pmtiles reader understands', async () => {
    const { bytes } = writePmtiles([tile(0, 'world'), tile(5, 'deeper')], description);
    expect(await openArchive(bytes).getHeader()).toMatchObject({
      specVersion: 3,
      clustered: true,
      internalCompression: Compression.Gzip,
      tileCompression: Compression.Gzip,
      tileType: TileType.Mvt,
      minZoom: 0,
      maxZoom: 2,
      minLon: 94.25,
      minLat: -12,
      maxLon: 142,
      maxLat: 8.5,
      centerZoom: 4,
      centerLon: 118,
      centerLat: -2,
      numAddressedTiles: 2,
      numTileEntries: 2,
      numTileContents: 2,
    });
  });

  test('keeps the metadata as given', async () => {
    const { bytes } = writePmtiles([tile(0, 'world')], description);
    expect(await openArchive(bytes).getMetadata()).toEqual(description.metadata);
  });

  test('stores tiles of the same content once, and neighbours on the curve as one run', () => {
    const sea = [1, 2, 3, 4, 9].map((tileId) => tile(tileId, 'sea'));
    expect(writePmtiles([...sea, tile(5, 'land')], description)).toMatchObject({
      addressedTiles: 6,
      entries: 3,
      contents: 2,
    });
  });

  test('says nothing is there where no tile was given', async () => {
    const { bytes } = writePmtiles([tile(0, 'world'), tile(4, 'one of four')], description);
    expect(await openArchive(bytes).getZxy(1, 0, 0)).toBeUndefined();
  });

  test('moves a long directory into leaves, and every tile is still found', async () => {
    // gaps and contents without a pattern, so that the directory does not compress into the first request
    let random = 1;
    const upTo = (limit: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % limit;
    };
    let tileId = 0;
    const contents = Array.from({ length: 12_000 }, () => {
      tileId += 1 + upTo(500);
      return tile(tileId, `${random}`.repeat(1 + upTo(20)));
    });
    const { bytes } = writePmtiles(contents, description);
    const archive = openArchive(bytes);
    const header = await archive.getHeader();
    expect(header.leafDirectoryLength).toBeGreaterThan(0);
    expect(header.rootDirectoryOffset + header.rootDirectoryLength).toBeLessThanOrEqual(16_384);
    for (const at of [0, 1, 4095, 4096, 11_999]) {
      const { z, x, y, data } = contents[at] ?? tile(0, '');
      expect(new Uint8Array((await archive.getZxy(z, x, y))?.data ?? [])).toEqual(data);
    }
  });

  test('refuses an empty tile, a tile given twice, and no tile at all', () => {
    expect(() => writePmtiles([tile(0, '')], description)).toThrow('tile 0/0/0 is empty');
    expect(() => writePmtiles([tile(0, 'a'), tile(0, 'b')], description)).toThrow('given twice');
    expect(() => writePmtiles([], description)).toThrow('at least one entry');
  });
});
