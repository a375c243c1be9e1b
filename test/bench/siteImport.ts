import type { Pool } from 'pg';
import { addOperation } from '../../server/storage/operationStore.ts';
import { importSites } from '../../server/storage/siteImport/importSites.ts';
import { readCsv } from '../../server/storage/siteImport/readCsv.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { printResult } from './measure.ts';
import { onEachDatabase } from './storageDatabase.ts';

/** TPS of East Java 2024. */
const siteCount = 60_751;
const seed = 20_241_127;

/**
 * The TPS of a province from a CSV file into an empty database, once more without a difference, and
 * once more with every place moved.
 */
export async function benchSiteImport(): Promise<void> {
  await onEachDatabase(async ({ pool, name }) => {
    await addBenchOperation(pool);
    for (const [round, movedDeg] of [
      ['first', 0],
      ['again', 0],
      ['moved', 0.001],
    ] as const) {
      const file = provinceCsv(movedDeg);
      const [startMs, cpu] = [performance.now(), process.cpuUsage()];
      const { readMs, ...counts } = await importFile(pool, file);
      printResult('siteImport', {
        ...{ database: name, round, seed, megabytes: round1(file.byteLength / 1e6), ...counts },
        readS: round1((readMs - startMs) / 1_000),
        wholeS: round1((performance.now() - startMs) / 1_000),
        ownCpuS: round1(process.cpuUsage(cpu).user / 1e6),
      });
    }
  });
}

/** The operation that they are of. */
export async function addBenchOperation(pool: Pool): Promise<void> {
  const startsAtMs = Date.parse('2024-08-26T00:00:00Z');
  const endsAtMs = Date.parse('2034-11-28T00:00:00Z');
  const phases = [{ phase: 'voting', startsAtMs, endsAtMs }];
  const added = await addOperation(
    pool,
    {
      ...{ id: 'bench', name: 'Bench', region: '35', isExercise: false, phases },
      ...{ startsAtMs, endsAtMs },
    },
    () => [],
  );
  if (!added.ok) throw new Error(added.detail);
}

export async function importFile(pool: Pool, file: Buffer) {
  let readMs = 0;
  const imported = await importSites(pool, await readCsv(inPieces(file)), {
    operationId: 'bench',
    mapping: new Map(),
    defaults: { region: undefined, kind: 'tps', siteClass: 'kurang_rawan' },
    isDryRun: false,
    isPartial: false,
    mayWrite: () => true,
    onProgress: ({ step, total }) => {
      if (step === 'read' && total !== undefined) readMs = performance.now();
    },
    deedOf: ({ region }) => ({
      actor: null,
      action: 'operation.sites_imported',
      subject: null,
      region,
      data: {},
    }),
  });
  if (!imported.ok) throw new Error(imported.detail);
  const { added, changed, unchanged, badLines } = imported.value;
  return { readMs, added, changed, unchanged, badLines };
}

/** The TPS of a province, all of them moved east by so much. */
export function provinceCsv(movedDeg: number): Buffer {
  const { uniform: random } = seededRandom(seed);
  const rows = Array.from({ length: siteCount }, (_, at) => {
    const regency = String(1 + (at % 29)).padStart(2, '0');
    const district = String(1 + ((at >> 5) % 24)).padStart(2, '0');
    const region = `35.${regency}.${district}.20${String(1 + (at % 18)).padStart(2, '0')}`;
    const place = [111 + 3.5 * random() + movedDeg, -8.5 + 1.7 * random()];
    const risk = at % 700 === 0 ? 'sangat_rawan' : at % 83 === 0 ? 'rawan' : 'kurang_rawan';
    const where = place.map((degrees) => degrees.toFixed(6)).join(',');
    return `${region}-${at},"TPS ${at}, SDN ${at % 9}",${risk},${region},${where},2,2`;
  });
  const head = 'id,name,class,region,lon,lat,voting.polri,voting.linmas';
  return Buffer.from([head, ...rows, ''].join('\n'));
}

async function* inPieces(file: Buffer): AsyncGenerator<Uint8Array> {
  const length = 65_536;
  for (let at = 0; at < file.byteLength; at += length) yield file.subarray(at, at + length);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
