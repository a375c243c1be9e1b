import type { LonLat } from '../../domain/fence.ts';
import { type SiteClass, type SiteKind, siteClasses, siteKinds } from '../../domain/site.ts';
import { checkSite, type SiteFields } from '../../domain/siteFields.ts';
import type { Agency } from '../../domain/unit.ts';
import { type ImportField, requiredOf } from './siteColumns.ts';
import type { SiteRecord } from './siteRecord.ts';

/** What is wrong with a line, in which column, and what to do. */
export type LineError = {
  readonly line: number;
  /** Undefined: with the line as a whole. */
  readonly column: string | undefined;
  /** At most 80 characters of it. */
  readonly value: string | undefined;
  readonly code: string;
  readonly detail: string;
};

/** What counts where a file does not say it. */
export type SiteDefaults = {
  readonly region: string | undefined;
  readonly kind: SiteKind;
  readonly siteClass: SiteClass;
};

/** Of which column of a file a field is told. */
const columnOfField: Readonly<Record<keyof SiteFields, ImportField | undefined>> = {
  id: 'id',
  name: 'name',
  kind: 'kind',
  siteClass: 'class',
  region: 'region',
  place: undefined,
  required: undefined,
  ringRadiusM: 'ringRadiusM',
};

/** Makes a site of a record of a file: it, or all that is wrong with it. */
export function siteOfRecord(
  record: SiteRecord,
  columns: ReadonlyMap<string, string>,
  defaults: SiteDefaults,
): { readonly site: SiteFields } | { readonly errors: readonly LineError[] } {
  const { line } = record;
  const errors: LineError[] = [];
  const complain = (field: string | undefined, code: string, detail: string): void => {
    const column = field === undefined ? undefined : columns.get(field);
    const value = column === undefined ? undefined : record.values[column]?.slice(0, 80);
    errors.push({ line, column: column ?? field, value, code, detail });
  };
  if (record.fault !== undefined) {
    complain(undefined, 'bad_line', record.fault);
    return { errors };
  }
  const text = (field: string): string => {
    const column = columns.get(field);
    return column === undefined ? '' : (record.values[column]?.trim() ?? '');
  };
  const oneOf = <Name extends string>(
    field: ImportField,
    names: readonly Name[],
    otherwise: Name,
  ): Name => {
    const word = text(field).toLowerCase().replaceAll(/[ -]+/g, '_');
    if (word === '') return otherwise;
    const found = names.find((name) => name === word);
    if (found === undefined) complain(field, `bad_${field}`, `use one of ${names.join(', ')}`);
    return found ?? otherwise;
  };
  const kind = oneOf('kind', siteKinds, defaults.kind);
  const siteClass = oneOf('class', siteClasses, defaults.siteClass);
  const radius = text('ringRadiusM');
  const checked = checkSite({
    id: text('id'),
    name: text('name') || text('id'),
    kind,
    siteClass,
    region: text('region') === '' ? (defaults.region ?? '') : dotted(text('region')),
    place: record.place ?? placeOf(text('lon'), text('lat')),
    required: readRequired(columns, text, complain),
    ringRadiusM: radius === '' ? undefined : numberOf(radius),
  });
  if (checked.ok) return errors.length === 0 ? { site: checked.value } : { errors };
  for (const { field, reason, detail } of checked.refusals) {
    if (field === 'place' && record.place === undefined) {
      // of the two the one that was not read, or else the first
      const isLatBad = Number.isFinite(numberOf(text('lon')));
      const isSwapped = reason === 'swapped';
      complain(isLatBad && !isSwapped ? 'lat' : 'lon', reason, placeAdvice(detail, isSwapped));
    } else {
      complain(columnOfField[field], reason, missingAdvice(field, text, detail));
    }
  }
  return { errors };
}

function placeAdvice(detail: string, isSwapped: boolean): string {
  return isSwapped ? `${detail}; if all lines are, map the columns the other way round` : detail;
}

function missingAdvice(
  field: keyof SiteFields,
  text: (field: string) => string,
  detail: string,
): string {
  const name = columnOfField[field];
  return name !== undefined && text(name) === '' ? `${name} is missing: ${detail}` : detail;
}

function readRequired(
  columns: ReadonlyMap<string, string>,
  text: (field: string) => string,
  complain: (field: string, code: string, detail: string) => void,
): SiteFields['required'] {
  const required: Record<string, Partial<Record<Agency, number>>> = {};
  for (const field of columns.keys()) {
    const each = requiredOf(field);
    const people = each === undefined ? '' : text(field);
    if (each === undefined || people === '') continue;
    if (!/^\d{1,4}$/.test(people)) {
      complain(field, 'bad_required', 'a required strength is a whole number of people');
      continue;
    }
    required[each.phase] = { ...required[each.phase], [each.agency]: Number(people) };
  }
  return required;
}

function placeOf(lon: string, lat: string): LonLat {
  return [numberOf(lon), numberOf(lat)];
}

/** A number as a spreadsheet writes it, with a decimal point or a decimal comma; NaN for anything else. */
function numberOf(text: string): number {
  return /^[+-]?\d{1,9}([.,]\d{1,20})?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
}

/** A region code without its dots, as lists of the KPU have it: `6408042001` is `64.08.04.2001`. */
function dotted(region: string): string {
  if (!/^(\d{2}|\d{4}|\d{6}|\d{10})$/.test(region)) return region;
  const parts = [region.slice(0, 2), region.slice(2, 4), region.slice(4, 6), region.slice(6)];
  return parts.filter((part) => part !== '').join('.');
}
