import { createReadStream } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { siteClasses, siteKinds } from '../domain/site.ts';
import { errorCode } from '../domain/systemError.ts';
import {
  type ImportOptions,
  type ImportOutcome,
  type ImportProgress,
  importSites,
} from '../storage/siteImport/importSites.ts';
import { readCsv } from '../storage/siteImport/readCsv.ts';
import { readGeoJson } from '../storage/siteImport/readGeoJson.ts';
import type { ColumnMapping } from '../storage/siteImport/siteColumns.ts';
import type { LineError } from '../storage/siteImport/siteOfRecord.ts';
import { SiteFileError } from '../storage/siteImport/siteRecord.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { demandOperation, readOneOf, readRegion } from './placeArguments.ts';
import { readList } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- sites import <file> --operation <id> [options]

Imports sites from a CSV file (.csv, .txt, .tsv; UTF-8, its first line names the columns) or from GeoJSON
(.geojson, .json; a FeatureCollection of points). Sites that there are by their ids are changed where
anything differs, others are added, none is removed (sites remove does that); the same file once more
changes nothing. All lines are written, or, where one is bad, none. Places that are far from the others
of their regency are written, and told.

  --operation <id>     the operation that they belong to
  --map <name>=<column>  which column holds what, where it is not called so: id, name, kind, class,
                       region, lon, lat, ringRadiusM, or what is required by phase and agency, such as
                       voting.polri; may be given several times
  --region <code>      of lines without a region, such as 64.08
  --kind <kind>        of lines without one: ${siteKinds.join(', ')} (default: tps)
  --class <class>      of lines without one: ${siteClasses.join(', ')}
                       (default: kurang_rawan)
  --partial            write the good lines even where others are bad; the end is then 1 all the same
  --dry-run            tell what would be written, and write nothing

Ends with 1 when lines were refused.`;

/** `sites import`: see its help. */
export const sitesImport: Command = {
  name: 'sites import',
  summary: 'import polling stations and other sites from CSV or GeoJSON',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        operation: { type: 'string' },
        map: { type: 'string', multiple: true },
        region: { type: 'string' },
        kind: { type: 'string' },
        class: { type: 'string' },
        partial: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    });
    const [file, ...extra] = positionals;
    if (file === undefined) throw new UsageError('the file is missing');
    if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
    const operationId = values.operation;
    if (operationId === undefined) throw new UsageError('--operation is missing');
    const isDryRun = values['dry-run'] === true;
    const options: ImportOptions = {
      operationId,
      mapping: readMapping(readList(values.map) ?? []),
      defaults: {
        region: readRegion(values.region),
        kind: readOneOf('--kind', values.kind, siteKinds) ?? 'tps',
        siteClass: readOneOf('--class', values.class, siteClasses) ?? 'kurang_rawan',
      },
      isDryRun,
      isPartial: values.partial === true,
      mayWrite: () => true,
      onProgress: (progress) => print(tell(progress)),
      deedOf: ({ id, region }, written) =>
        deedOnPlace(
          cliActor,
          'operation.sites_imported',
          { id, region },
          { operation: id, ...written },
        ),
    };
    const read = readerOf(file);
    const outcome = await withExistingDatabase(config, async (pool) => {
      const imported = await importSites(pool, await read(createReadStream(file)), options);
      if (imported.ok) return imported.value;
      if (imported.reason === 'unknown_operation') {
        await demandOperation(pool, operationId, 'Nothing was imported');
      }
      throw new Error(`Nothing was imported: ${imported.detail}.`);
    }).catch((error: unknown) => {
      throw explained(error, file);
    });
    for (const line of report(outcome, isDryRun)) print(line);
    if (outcome.badLines > 0) {
      throw new Error(
        outcome.isUnwritten && !isDryRun
          ? 'Nothing was imported: correct the lines above, or write the others with --partial.'
          : `${outcome.badLines} lines were refused: see above.`,
      );
    }
  },
};

function readerOf(file: string): typeof readCsv {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.geojson' || extension === '.json') return readGeoJson;
  if (['.csv', '.txt', '.tsv'].includes(extension)) return readCsv;
  throw new UsageError(`the file is "${path.basename(file)}"; it must end in .csv or .geojson`);
}

function readMapping(texts: readonly string[]): ColumnMapping {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new UsageError(`--map is "${text.slice(0, 80)}"; it must look like lon=bujur`);
    }),
  );
}

function explained(error: unknown, file: string): unknown {
  if (error instanceof SiteFileError) {
    return new Error(`Nothing was imported: ${error.message}.`, { cause: error });
  }
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return new Error(`The file ${file} cannot be read (${code}): check its name and its rights.`, {
      cause: error,
    });
  }
  return error;
}

function tell({ step, count, total }: ImportProgress): string {
  const of = total === undefined ? '' : ` of ${total}`;
  return step === 'read' ? `Read ${count}${of} lines.` : `Wrote ${count}${of} sites.`;
}

function report(outcome: ImportOutcome, isDryRun: boolean): readonly string[] {
  const { added, changed, unchanged, lines, badLines, errors, advice } = outcome;
  const unnamed = badLines - new Set(errors.map(({ line }) => line)).size;
  const would = isDryRun ? 'would be ' : outcome.isUnwritten ? 'would have been ' : '';
  return [
    ...errors.map(toLine),
    ...(unnamed > 0 ? [`and ${unnamed} more lines`] : []),
    ...advice,
    `${lines} lines: ${added} ${would}added, ${changed} ${would}changed, ${unchanged} unchanged, ${badLines} refused.`,
  ];
}

function toLine({ line, column, value, detail }: LineError): string {
  const where = column === undefined ? '' : `, ${column}`;
  const found = value === undefined || value === '' ? '' : ` ("${value}")`;
  return `line ${line}${where}${found}: ${detail}`;
}
