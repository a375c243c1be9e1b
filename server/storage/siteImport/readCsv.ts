import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type SiteFile, SiteFileError, type SiteRecord } from './siteRecord.ts';

/** Longest line of a site, and longest first line: some hundred characters are usual. */
const maxRecordLength = 16_384;
const maxColumns = 200;

/**
 * Reads a CSV file (RFC 4180) whose first line names its columns, in UTF-8 with or without a byte
 * order mark. The separator is what the first line has most of, comma, semicolon or tab: a
 * spreadsheet set to Indonesian writes semicolons.
 *
 * @throws SiteFileError when the first line cannot be read; `records` throws it of a later one
 */
export async function readCsv(source: AsyncIterable<Uint8Array>): Promise<SiteFile> {
  const { head, rest } = await readHead(source);
  const parser = parse({
    bom: true,
    delimiter: separatorOf(head.toString('utf8')),
    info: true,
    max_record_size: maxRecordLength,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  });
  // whoever reads the parser gets the error
  pipeline(Readable.from(bytesFrom(head, rest)), parser, () => undefined);
  const rows = readRows(parser);
  const first = await rows.next();
  const names = first.done === true ? [] : first.value.cells;
  if (names.length > maxColumns) {
    throw new SiteFileError(`the file has more than ${maxColumns} columns: leave some out`);
  }
  return { names, hasPlaces: false, records: readRecords(names, rows) };
}

type Row = { readonly line: number; readonly cells: readonly string[] };

async function* readRows(parser: AsyncIterable<unknown>): AsyncGenerator<Row, undefined> {
  try {
    for await (const parsed of parser) {
      yield rowOf(parsed);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error;
    const where = typeof lines === 'number' ? `line ${lines}` : 'a line';
    throw new SiteFileError(
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? `a quote (") that begins a value by ${where} is never closed: close it, or write it twice`
        : `${where} cannot be read as CSV (${error.message.slice(0, 200)}): correct it`,
      { cause: error },
    );
  }
  return undefined;
}

/** As the parser gives it with `info`. */
function rowOf(parsed: unknown): Row {
  const { info, record }: { info: { lines: number }; record: string[] } = Object(parsed);
  return { line: info.lines, cells: record };
}

async function* readRecords(
  names: readonly string[],
  rows: AsyncGenerator<Row, undefined>,
): AsyncGenerator<SiteRecord> {
  for await (const { line, cells } of rows) {
    // a spreadsheet leaves lines of separators behind
    if (cells.every((cell) => cell === '')) continue;
    const values: Record<string, string> = Object.create(null);
    for (const [at, name] of names.entries()) values[name] = cells[at] ?? '';
    const isUneven = cells.length !== names.length;
    const fault = `the line has ${cells.length} values and the first line ${names.length}: a value with a separator in it needs quotes`;
    yield { line, values, ...(isUneven && { fault }) };
  }
}

/** What is read until the first line is whole. */
async function readHead(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Buffer; readonly rest: AsyncIterator<Uint8Array> }> {
  const rest = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (!/[\r\n]/.test(head.toString('latin1')) && head.byteLength < maxRecordLength) {
    const next = await rest.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, rest };
}

async function* bytesFrom(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.byteLength > 0) yield head;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

function separatorOf(head: string): string {
  const [line = ''] = head.split(/[\r\n]/, 1);
  const unquoted = line.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: unquoted.split(mark).length }));
  return counts.reduce((most, each) => (each.count > most.count ? each : most)).mark;
}
