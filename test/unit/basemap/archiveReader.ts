import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { PMTiles } from 'pmtiles';

/** Opens archive bytes with the reader that the page uses. */
export function openArchive(bytes: Uint8Array): PMTiles {
  return new PMTiles({
    getKey: () => 'archive in memory',
    getBytes: async (offset, length) => ({
      data: Uint8Array.from(bytes.subarray(offset, offset + length)).buffer,
    }),
  });
}

/** The tile decoded, or undefined where the archive has none. */
export async function readTile(
  archive: PMTiles,
  z: number,
  x: number,
  y: number,
): Promise<VectorTile | undefined> {
  const tile = await archive.getZxy(z, x, y);
  return tile && new VectorTile(new PbfReader(new Uint8Array(tile.data)));
}

/** The tile that holds a place, and where in it the place lies (0 to 1 from west and north). */
export function tileAt(lon: number, lat: number, z: number) {
  const x = ((lon + 180) / 360) * 2 ** z;
  const y = ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z;
  return { z, x: Math.floor(x), y: Math.floor(y), right: x % 1, down: y % 1 };
}
