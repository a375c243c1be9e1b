import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shapeBounds } from '../../server/domain/shapeBounds.ts';
import { checkSite } from '../../server/domain/siteFields.ts';
import { readCsv } from '../../server/storage/siteImport/readCsv.ts';
import { readGeoJson } from '../../server/storage/siteImport/readGeoJson.ts';
import { findColumns } from '../../server/storage/siteImport/siteColumns.ts';
import { siteOfRecord } from '../../server/storage/siteImport/siteOfRecord.ts';
import {
  type SiteFile,
  SiteFileError,
  type SiteRecord,
} from '../../server/storage/siteImport/siteRecord.ts';
import { signedDistanceM } from '../../server/tracking/fences/signedDistance.ts';

/* What a file of sites may hold, and that nothing of it is misread. */

const runs = { numRuns: 1_000 };
const defaults = { region: undefined, kind: 'tps', siteClass: 'kurang_rawan' } as const;

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

async function recordsOf({ records }: SiteFile): Promise<readonly SiteRecord[]> {
  const all: SiteRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

const name = fc.stringMatching(/^[a-z]{1,8}$/);
// what the reader trims, and what makes a line empty, is no value
const cell = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `x${text.toWellFormed()}x`);
const table = fc
  .tuple(fc.uniqueArray(name, { minLength: 2, maxLength: 5 }), fc.nat({ max: 8 }))
  .chain(([names, count]) =>
    fc.record({
      names: fc.constant(names),
      rows: fc.array(fc.array(cell, { minLength: names.length, maxLength: names.length }), {
        minLength: count,
        maxLength: count,
      }),
      mark: fc.constantFrom(',', ';', '\t'),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      hasMark: fc.boolean(),
      isQuoted: fc.boolean(),
      piece: fc.integer({ min: 1, max: 64 }),
    }),
  );

it('reads back whatever was written as CSV, in pieces of any length', async () => {
  await fc.assert(
    fc.asyncProperty(table, async ({ names, rows, mark, lineEnd, hasMark, isQuoted, piece }) => {
      const quoted = (text: string): string =>
        isQuoted || /[",;\t\r\n\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = [names, ...rows.map((row) => row.map(quoted))].map((row) => row.join(mark));
      const text = `${hasMark ? '\u{feff}' : ''}${lines.join(lineEnd)}${lineEnd}`;
      const file = await readCsv(inPieces(Buffer.from(text), piece));
      expect(file.names).toEqual(names);
      const read = (await recordsOf(file)).map(({ values }) => names.map((each) => values[each]));
      expect(read).toEqual(rows);
    }),
    runs,
  );
});

it('reads any bytes as CSV or says why not, and makes sites or complaints of its lines', async () => {
  const text = fc
    .array(fc.constantFrom('id', 'lon', ',', ';', '"', '\n', '\r', ' ', '1', '.', 'ü', '\0'), {
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join('')));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), text), async (bytes) => {
      await readAll(() => readCsv(inPieces(bytes, 7)));
    }),
    runs,
  );
});

it('reads any JSON as GeoJSON or says why not', async () => {
  const features = fc.array(
    fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constant('Feature'),
        properties: fc.dictionary(fc.string(), fc.jsonValue()),
        geometry: fc.record({
          type: fc.constantFrom('Point', 'Polygon'),
          coordinates: fc.array(fc.oneof(fc.double(), fc.string())),
        }),
      }),
    ),
  );
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: fc.constant('FeatureCollection'), features }),
  );
  await fc.assert(
    fc.asyncProperty(json, async (value) => {
      const bytes = Buffer.from(JSON.stringify(value));
      await readAll(() => readGeoJson(inPieces(bytes, 64)));
    }),
    runs,
  );
});

it('takes only sites whose fields are right', () => {
  const text = fc.string({ maxLength: 12 });
  const mostly = (...good: string[]) =>
    fc.oneof({ arbitrary: fc.constantFrom(...good), weight: 9 }, text);
  const values = fc.record({
    id: mostly('tps-1', '64.08.04.2001-001'),
    name: mostly('TPS 1', ''),
    kind: mostly('kpu', 'TPS', ''),
    class: mostly('Sangat Rawan', ''),
    region: mostly('64.08.04', '6408042001', '35'),
    lon: mostly('117,5279', '117.5279'),
    lat: mostly('0.5049', '-7,75'),
    radius: mostly('12', ''),
    'voting.polri': mostly('2', ''),
  });
  let made = 0;
  fc.assert(
    fc.property(values, (row) => {
      const { columns } = findColumns(Object.keys(row), new Map());
      const read = siteOfRecord({ line: 2, values: row }, columns, defaults);
      if ('errors' in read) {
        expect(read.errors.length).toBeGreaterThan(0);
        for (const { detail } of read.errors) expect(detail).not.toBe('');
        return;
      }
      made += 1;
      expect(checkSite(read.site)).toEqual({ ok: true, value: read.site });
    }),
    { numRuns: 20_000 },
  );
  expect(made).toBeGreaterThan(1_000);
});

it('boxes in all of a shape, wherever it is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -178, max: 178, noNaN: true }),
      fc.double({ min: -84.5, max: 84.5, noNaN: true }),
      fc.double({ min: 1, max: 20_000, noNaN: true }),
      fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
      fc.double({ min: 0, max: 1.5, noNaN: true }),
      (lon, lat, radiusM, angle, far) => {
        const shape = { kind: 'circle', center: [lon, lat], radiusM } as const;
        const [west, south, east, north] = shapeBounds(shape);
        const byLat = (far * radiusM) / 111_000;
        const x = lon + (byLat * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180);
        const y = lat + byLat * Math.sin(angle);
        const isInBox = x >= west && x <= east && y >= south && y <= north;
        if (signedDistanceM(shape, x, y) <= 0) expect(isInBox).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
});

async function readAll(open: () => Promise<SiteFile>): Promise<void> {
  try {
    const file = await open();
    const { columns } = findColumns(file.names, new Map());
    for (const record of await recordsOf(file)) siteOfRecord(record, columns, defaults);
  } catch (error) {
    expect(error).toBeInstanceOf(SiteFileError);
  }
}
