import { setImmediate } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Deed } from '../../domain/account.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Result } from '../../domain/result.ts';
import { isPlaceId, type SiteFields } from '../../domain/siteFields.ts';
import { inTransaction } from '../inTransaction.ts';
import { appendTo } from '../log/logStore.ts';
import { findOperation, unknownOperation } from '../operationStore.ts';
import { beginChange, lockPlaces } from '../placeChanges.ts';
import { outsideOf } from '../siteStore.ts';
import { TakenSiteError, type WrittenSites, writeSites } from '../siteWriting.ts';
import { farPlaces } from './farPlaces.ts';
import { type ColumnMapping, findColumns, type ImportField, requiredOf } from './siteColumns.ts';
import { type LineError, type SiteDefaults, siteOfRecord } from './siteOfRecord.ts';
import { maxSites, type SiteFile } from './siteRecord.ts';

/** How an import goes. */
export type ImportOptions = {
  readonly operationId: string;
  readonly mapping: ColumnMapping;
  readonly defaults: SiteDefaults;
  /** Tells what would be written, and writes nothing. */
  readonly isDryRun: boolean;
  /** Good lines are written even where others are bad; otherwise all or none. */
  readonly isPartial: boolean;
  /** Where the caller may write sites. */
  readonly mayWrite: (region: string) => boolean;
  readonly onProgress: (progress: ImportProgress) => void;
  /** What the log says of it, by what was written. */
  readonly deedOf: (operation: Operation, written: WrittenSites) => Deed;
};

export type ImportProgress = {
  readonly step: 'read' | 'written';
  /** Lines read, or sites written, up to now. */
  readonly count: number;
  /** Of these, once they are known. */
  readonly total: number | undefined;
};

/** What an import came to. */
export type ImportOutcome = WrittenSites & {
  /** Lines with a site, good or bad. */
  readonly lines: number;
  readonly badLines: number;
  /** The first of them, in the order of lines. */
  readonly errors: readonly LineError[];
  /** What would mend many lines at once. */
  readonly advice: readonly string[];
  /** True: nothing was written, because of bad lines or because it was a dry run. */
  readonly isUnwritten: boolean;
  /** Of what was written; 0: nothing differed, or nothing was written. */
  readonly change: number;
};

type ImportReason = 'unknown_operation' | 'bad_columns' | 'too_many' | 'site_taken';

/** Errors that are told; all are counted. */
const maxErrors = 1_000;
const batchLength = 5_000;

/**
 * Imports the sites of a file into an operation, in one transaction: those that there are by their ids
 * are changed where anything differs, the others are added. The same file once more changes nothing,
 * and nothing is ever removed.
 *
 * @throws SiteFileError when the file cannot be read to its end
 */
export async function importSites(
  pool: Pool,
  file: SiteFile,
  options: ImportOptions,
): Promise<Result<ImportOutcome, ImportReason>> {
  const operation = await findOperation(pool, options.operationId);
  if (operation === undefined) return unknownOperation(options.operationId);
  const { columns, unread, problems: wrong } = findColumns(file.names, options.mapping);
  const problems = [...wrong];
  const there = file.names.slice(0, 20).join(', ').slice(0, 400) || 'none';
  for (const [field, what, otherwise] of neededOf(file, options)) {
    // one that was mapped in vain was told
    if (columns.has(field) || options.mapping.has(field)) continue;
    problems.push(
      `no column has the ${what} of a site: map ${field} to one of ${there}${otherwise}`,
    );
  }
  if (problems.length > 0) return { ok: false, reason: 'bad_columns', detail: problems.join('; ') };
  const read = await readSites(file, columns, operation, options);
  if (read.lines > maxSites) {
    const detail = `the file has more than ${maxSites} sites: import it in parts`;
    return { ok: false, reason: 'too_many', detail };
  }
  const { sites, ...found } = read;
  const isUnwritten = options.isDryRun || (found.badLines > 0 && !options.isPartial);
  try {
    const written = await writeAll(pool, operation, sites, isUnwritten, options);
    const advice = [...found.advice, ...adviceOnColumns(columns, unread, operation)];
    return { ok: true, value: { ...found, ...written, advice, isUnwritten } };
  } catch (error) {
    if (!(error instanceof TakenSiteError)) throw error;
    return { ok: false, reason: 'site_taken', detail: error.message };
  }
}

/** What a file must have a column for: once, and not in each line. */
function neededOf(
  { hasPlaces }: SiteFile,
  { defaults }: ImportOptions,
): readonly (readonly [field: ImportField, what: string, otherwise: string])[] {
  const needed = [
    ['id', 'id', '', true],
    ['lon', 'longitude', '', !hasPlaces],
    ['lat', 'latitude', '', !hasPlaces],
    ['region', 'region', ', or name one region for all', defaults.region === undefined],
  ] as const;
  return needed.flatMap(([field, what, otherwise, isNeeded]) =>
    isNeeded ? [[field, what, otherwise] as const] : [],
  );
}

type Found = Pick<ImportOutcome, 'lines' | 'badLines' | 'errors' | 'advice'> & {
  readonly sites: readonly SiteFields[];
};

async function readSites(
  { records }: SiteFile,
  columns: ReadonlyMap<string, string>,
  operation: Operation,
  { defaults, mayWrite, onProgress }: ImportOptions,
): Promise<Found> {
  const sites: SiteFields[] = [];
  const errors: LineError[] = [];
  /** Of every line with an id that can be one, good or bad: the line that is corrected is there twice too. */
  const lineOfId = new Map<string, number>();
  const idColumn = columns.get('id') ?? '';
  const counts = { lines: 0, bad: 0, swapped: 0 };
  const refuse = (told: readonly LineError[]): void => {
    counts.bad += 1;
    if (told.some(({ code }) => code === 'swapped')) counts.swapped += 1;
    errors.push(...told.slice(0, maxErrors - errors.length));
  };
  for await (const record of records) {
    counts.lines += 1;
    if (counts.lines > maxSites) break;
    const read = siteOfRecord(record, columns, defaults);
    const told = (field: ImportField, value: string, code: string, detail: string): LineError => ({
      ...{ line: record.line, column: columns.get(field) ?? field },
      ...{ value: value.slice(0, 80), code, detail },
    });
    const id = record.values[idColumn]?.trim() ?? '';
    const first = lineOfId.get(id);
    const found = 'errors' in read ? [...read.errors] : [];
    if (first !== undefined) found.push(told('id', id, 'duplicate', duplicateAdvice(first)));
    else if (isPlaceId(id)) lineOfId.set(id, record.line);
    if ('site' in read) {
      const { region } = read.site;
      const wrong = wrongRegion(region, operation, mayWrite);
      if (wrong !== undefined) found.push(told('region', region, wrong.reason, wrong.detail));
      if (found.length === 0) sites.push(read.site);
    }
    if (found.length > 0) refuse(found);
    if (counts.lines % batchLength === 0) {
      onProgress({ step: 'read', count: counts.lines, total: undefined });
      // others wait for this thread too
      await setImmediate();
    }
  }
  onProgress({ step: 'read', count: counts.lines, total: counts.lines });
  const advice = [...adviceOf(counts), ...adviceOnPlaces(sites, lineOfId)];
  return { sites, lines: counts.lines, badLines: counts.bad, errors, advice };
}

function duplicateAdvice(first: number): string {
  return `line ${first} has the same id: take one of them out, or give it another id`;
}

function wrongRegion(
  region: string,
  operation: Operation,
  mayWrite: (region: string) => boolean,
): { readonly reason: string; readonly detail: string } | undefined {
  const outside = outsideOf(operation, region);
  if (outside !== undefined && !outside.ok) return outside;
  if (mayWrite(region)) return undefined;
  const detail = 'your roles do not allow this here: leave the line to whoever manages that region';
  return { reason: 'forbidden', detail };
}

/** What of the columns may not be what somebody meant. */
function adviceOnColumns(
  columns: ReadonlyMap<string, string>,
  unread: readonly string[],
  operation: Operation,
): readonly string[] {
  const advice: string[] = [];
  if (unread.length > 0) {
    const names = unread.slice(0, 20).join(', ').slice(0, 400);
    advice.push(
      `nothing was read of the columns ${names}: map what they hold, if it was meant; strength is in columns such as voting.polri`,
    );
  }
  const phases = operation.phases.map(({ phase }) => phase);
  const named = new Set([...columns.keys()].flatMap((name) => requiredOf(name)?.phase ?? []));
  const unknown = [...named].filter((phase) => !phases.includes(phase));
  if (unknown.length > 0) {
    const known = phases.length === 0 ? 'none' : phases.join(', ');
    advice.push(
      `nothing is required by ${unknown.join(', ')} as long as the operation ${operation.id} has no such phase; it has ${known}`,
    );
  }
  return advice;
}

function adviceOf({ lines, swapped }: { lines: number; swapped: number }): readonly string[] {
  if (swapped < 2 || swapped * 2 < lines) return [];
  return [
    `longitude and latitude look swapped in ${swapped} of ${lines} lines: map lon to the column of lat, and lat to that of lon`,
  ];
}

/** Of places that are far away, those that are named. */
const maxFar = 10;

function adviceOnPlaces(
  sites: readonly SiteFields[],
  lineOfId: ReadonlyMap<string, number>,
): readonly string[] {
  const far = farPlaces(sites).toSorted((a, b) => b.distanceKm - a.distanceKm);
  if (far.length === 0) return [];
  const named = far.slice(0, maxFar).map(({ site, region, distanceKm }) => {
    const km = Math.round(distanceKm);
    return `line ${lineOfId.get(site.id)} ("${site.id}", ${km} km from the middle of ${region})`;
  });
  const more = far.length > maxFar ? ` and ${far.length - maxFar} more` : '';
  return [
    `far from all others of their region, look at longitude and latitude again: ${named.join(', ')}${more}`,
  ];
}

function writeAll(
  pool: Pool,
  operation: Operation,
  sites: readonly SiteFields[],
  isUnwritten: boolean,
  { mayWrite, onProgress, deedOf }: ImportOptions,
): Promise<WrittenSites & { readonly change: number }> {
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const total = { added: 0, changed: 0, unchanged: 0 };
    const change = isUnwritten || sites.length === 0 ? undefined : await beginChange(client);
    for (let at = 0; at < sites.length; at += batchLength) {
      const batch = sites.slice(at, at + batchLength);
      const written = await writeSites(client, change, operation.key, batch, mayWrite);
      total.added += written.added;
      total.changed += written.changed;
      total.unchanged += written.unchanged;
      if (isUnwritten) continue;
      onProgress({ step: 'written', count: at + batch.length, total: sites.length });
    }
    if (change === undefined) return { ...total, change: 0 };
    await appendTo(client, deedOf(operation, total));
    return { ...total, change: change.number };
  });
}
