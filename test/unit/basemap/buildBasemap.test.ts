import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VectorTileLayer } from '@mapbox/vector-tile';
import type { PMTiles } from 'pmtiles';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basemapAttribution } from '../../../web/basemap/basemapAttribution.ts';
import { type BasemapFacts, buildBasemap } from '../../../web/basemap/buildBasemap.ts';
import { openArchive, readTile, tileAt } from './archiveReader.ts';

// a build takes seconds, and several times that on a busy machine
describe('buildBasemap', { timeout: 60_000 }, () => {
  let folder: string;
  let facts: BasemapFacts;
  let bytes: Uint8Array;
  let archive: PMTiles;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'posko-basemap-'));
    const file = path.join(folder, 'basemap.pmtiles');
    facts = await buildBasemap(file);
    bytes = await readFile(file);
    archive = openArchive(bytes);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true }));

  test('writes between 0.5 and 2.5 MB and says truly what it wrote', async () => {
    expect(facts.bytes).toBe(bytes.length);
    expect(facts.bytes).toBeGreaterThan(500_000);
    expect(facts.bytes).toBeLessThan(2_500_000);
    expect(facts.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await archive.getHeader()).toMatchObject({
      minZoom: 0,
      maxZoom: 8,
      numAddressedTiles: facts.addressedTiles,
      numTileContents: facts.tileContents,
    });
  });

  test('a second build gives the same bytes', async () => {
    const again = await buildBasemap(path.join(folder, 'again.pmtiles'));
    expect(again).toEqual(facts);
  });

  test('names its sources and layers', async () => {
    expect(await archive.getMetadata()).toMatchObject({
      attribution: basemapAttribution,
      vector_layers: ['earth', 'water', 'boundaries', 'places'].map((id) => ({ id })),
    });
  });

  test('every tile decodes, shapes included, and has no layer but those named', async () => {
    let decoded = 0;
    for (let z = 0; z <= 8; z++) {
      for (let x = 0; x < 2 ** z; x++) {
        for (let y = 0; y < 2 ** z; y++) {
          const tile = await readTile(archive, z, x, y);
          if (tile === undefined) continue;
          decoded += 1;
          for (const [name, layer] of Object.entries(tile.layers)) {
            expect(['earth', 'water', 'boundaries', 'places']).toContain(name);
            expect(layer.extent).toBe(4096);
            const shapes = featuresOf(layer).map((feature) => feature.loadGeometry().length);
            expect(shapes).not.toContain(0);
          }
        }
      }
    }
    expect(decoded).toBe(facts.addressedTiles);
  });

  test.each([
    ['Sangatta', 117.5279, 0.5049],
    ['Kuala Pembuang', 112.55, -3.392],
    ['Kraksaan', 113.396, -7.758],
    ['Blitar', 112.168, -8.098],
    ['Jakarta', 106.845, -6.215],
    ['Tenggarong', 116.98, -0.41],
    ['Palangka Raya', 113.916, -2.207],
  ])('has %s at its place in the zoom 8 tile', async (name, lon, lat) => {
    const { z, x, y, right, down } = tileAt(lon, lat, 8);
    const places = (await readTile(archive, z, x, y))?.layers['places'];
    const place = featuresOf(places).find((feature) => feature.properties['name'] === name);
    expect(place?.properties['kind']).toBe('locality');
    const [point] = place?.loadGeometry()[0] ?? [];
    // 13 units of a zoom 8 tile are half a kilometre
    expect(Math.abs((point?.x ?? -1) - right * 4096)).toBeLessThan(13);
    expect(Math.abs((point?.y ?? -1) - down * 4096)).toBeLessThan(13);
  });

  test('shows provincial capitals on a map of the country, and villages only close by', async () => {
    const named = async (lon: number, lat: number, zoom: number) => {
      const { z, x, y } = tileAt(lon, lat, zoom);
      const places = (await readTile(archive, z, x, y))?.layers['places'];
      return featuresOf(places).map((feature) => feature.properties['name']);
    };
    expect(await named(117.15, -0.49, 4)).toContain('Samarinda');
    expect(await named(117.15, -0.49, 4)).not.toContain('Sangatta');
    expect(await named(117.53, 0.5, 7)).toContain('Sangatta');
    expect(await named(117.2, -0.55, 7)).not.toContain('Palaran');
    expect(await named(117.2, -0.55, 8)).toContain('Palaran');
  });

  test('names countries and provinces in both languages', async () => {
    const china = tileAt(103, 36, 2);
    const far = featuresOf((await readTile(archive, 2, china.x, china.y))?.layers['places']);
    expect(far.map((feature) => feature.properties)).toContainEqual(
      expect.objectContaining({ kind: 'country', 'name:id': 'Tiongkok', 'name:en': 'China' }),
    );
    const { z, x, y } = tileAt(116.3, 0.6, 5);
    const east = featuresOf((await readTile(archive, z, x, y))?.layers['places']);
    expect(east.map((feature) => feature.properties)).toContainEqual(
      expect.objectContaining({
        kind: 'region',
        name: 'Kalimantan Timur',
        'name:en': 'East Kalimantan',
      }),
    );
  });

  test.each([
    ['Jakarta', 106.83, -6.25, true],
    ['the hills behind Sangatta', 117.2, 0.6, true],
    ['Merauke', 140.6, -8.2, true],
    ['the Java Sea', 110, -5, false],
    ['the Makassar Strait', 118.4, 0.3, false],
    ['the Caspian Sea', 51, 42, false],
    ['Siberia', 100, 62, true],
    ['Chukotka, east of the 180th meridian', -175, 66.5, true],
    ['the Pacific between Fiji and Samoa', -176, -16.5, false],
    ['the Atlantic on the latitude of Fiji', -25, -16.5, false],
    ['the Sahara', 0, 22, true],
    ['the South Pole plateau', 20, -84, true],
  ])('knows whether %s is land', async (_where, lon, lat, isLand) => {
    const isDetailed = lon > 94 && lon < 142 && lat > -12 && lat < 8;
    for (const zoom of isDetailed ? [0, 2, 4, 6, 8] : [1, 2, 4]) {
      const { z, x, y, right, down } = tileAt(lon, lat, zoom);
      const earth = (await readTile(archive, z, x, y))?.layers['earth'];
      expect([zoom, isInside(earth, right * 4096, down * 4096)]).toEqual([zoom, isLand]);
    }
  });

  test('has the sea under every tile, so that the coarse world below does not show', async () => {
    for (const place of [tileAt(110, -5, 8), tileAt(113, -1, 8), tileAt(113, -1, 5)]) {
      const water = (await readTile(archive, place.z, place.x, place.y))?.layers['water'];
      expect(isInside(water, 0, 0) && isInside(water, 4095, 4095)).toBe(true);
    }
  });

  test('stops where it says: no tile of zoom 5 outside Indonesia', async () => {
    const { z, x, y } = tileAt(2.35, 48.85, 5);
    expect(await readTile(archive, z, x, y)).toBeUndefined();
  });
});

function featuresOf(layer: VectorTileLayer | undefined) {
  return Array.from({ length: layer?.length ?? 0 }, (_, at) => layer?.feature(at)).filter(
    (feature) => feature !== undefined,
  );
}

/** Even-odd rule over all rings: true where a fill would be painted. */
function isInside(layer: VectorTileLayer | undefined, x: number, y: number): boolean {
  let inside = false;
  for (const feature of featuresOf(layer)) {
    for (const ring of feature.loadGeometry()) {
      for (const [at, to] of ring.entries()) {
        const from = ring[at - 1] ?? ring.at(-1) ?? to;
        const crosses = from.y > y !== to.y > y;
        if (crosses && x < ((to.x - from.x) * (y - from.y)) / (to.y - from.y) + from.x) {
          inside = !inside;
        }
      }
    }
  }
  return inside;
}
