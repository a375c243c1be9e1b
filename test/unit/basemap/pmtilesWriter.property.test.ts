import fc from 'fast-check';
import { tileIdToZxy } from 'pmtiles';
import { expect, test } from 'vitest';
import { type VectorTile, writePmtiles } from '../../../web/basemap/pmtilesWriter.ts';
import { openArchive } from './archiveReader.ts';

const description = { bounds: [-180, -85, 180, 85], center: [0, 0, 0], metadata: {} } as const;

/** Tiles of zooms 0 to 12, each with one of a few contents, so that runs and repeats occur. */
const tiles = fc
  .uniqueArray(fc.tuple(fc.nat(5_592_404), fc.integer({ min: 1, max: 4 })), {
    selector: ([tileId]) => tileId,
    minLength: 1,
    maxLength: 60,
  })
  .map((list) =>
    list.map(([tileId, content]): VectorTile => {
      const [z, x, y] = tileIdToZxy(tileId);
      return { z, x, y, data: new Uint8Array(content).fill(content) };
    }),
  );

test('any set of tiles is read back whole by the pmtiles reader', async () => {
  await fc.assert(
    fc.asyncProperty(tiles, async (wanted) => {
      const { bytes, addressedTiles, contents } = writePmtiles(wanted, description);
      const archive = openArchive(bytes);
      for (const { z, x, y, data } of wanted) {
        const tile = await archive.getZxy(z, x, y);
        expect(new Uint8Array(tile?.data ?? new ArrayBuffer(0))).toEqual(data);
      }
      expect(addressedTiles).toBe(wanted.length);
      expect(contents).toBe(new Set(wanted.map(({ data }) => data.length)).size);
    }),
  );
});

test('the order in which tiles are given does not change a byte', () => {
  fc.assert(
    fc.property(tiles, (wanted) => {
      const forwards = writePmtiles(wanted, description).bytes;
      const backwards = writePmtiles(wanted.toReversed(), description).bytes;
      expect(Buffer.compare(forwards, backwards)).toBe(0);
    }),
  );
});
