import { isPhase } from '../../domain/phase.ts';
import { agencies } from '../../domain/unit.ts';

/** What an import can read of a site, beside what is required of it. */
export const importFields = [
  'id',
  'name',
  'kind',
  'class',
  'region',
  'lon',
  'lat',
  'ringRadiusM',
] as const;
export type ImportField = (typeof importFields)[number];

/** Columns that are taken for a field where nobody says otherwise, in lower case. */
const usualColumns: Readonly<Record<ImportField, readonly string[]>> = {
  id: ['id', 'kode', 'kode_tps', 'id_tps', 'tps_id', 'code'],
  name: ['name', 'nama', 'nama_tps', 'tps'],
  kind: ['kind', 'jenis', 'type', 'tipe'],
  class: ['class', 'kelas', 'kerawanan', 'tingkat_kerawanan', 'klasifikasi'],
  region: ['region', 'wilayah', 'kode_wilayah', 'kode_desa', 'kode_kelurahan'],
  lon: ['lon', 'lng', 'long', 'longitude', 'bujur', 'x'],
  lat: ['lat', 'latitude', 'lintang', 'y'],
  ringRadiusM: ['ringradiusm', 'ring_radius_m', 'radius_m', 'radius'],
};

/** Which column of a file holds what: by the name of a field or `phase.agency`, the column's name. */
export type ColumnMapping = ReadonlyMap<string, string>;

/** The columns of a file by what they hold, and the names that were mapped in vain. */
export type FoundColumns = {
  readonly columns: ReadonlyMap<string, string>;
  /** Columns that nothing is read of. */
  readonly unread: readonly string[];
  readonly problems: readonly string[];
};

/** True for a field that a mapping can name: one of `importFields`, or `voting.polri`. */
export function isMappable(name: string): boolean {
  return importFields.some((field) => field === name) || requiredOf(name) !== undefined;
}

/** Phase and agency of a column for what is required, such as `voting.polri`; undefined: it is none. */
export function requiredOf(
  name: string,
): { readonly phase: string; readonly agency: (typeof agencies)[number] } | undefined {
  const [phase = '', agencyName, ...rest] = name.split('.');
  const agency = agencies.find((each) => each === agencyName);
  if (agency === undefined || rest.length > 0 || !isPhase(phase)) return undefined;
  return { phase, agency };
}

/** Finds which column holds what, by the mapping first and then by the usual names. */
export function findColumns(names: readonly string[], mapping: ColumnMapping): FoundColumns {
  const problems: string[] = [];
  const columns = new Map<string, string>();
  const byName = new Map(names.map((name) => [toPlain(name), name]));
  if (byName.size < names.length) {
    const twice = names.find((name, at) => byName.get(toPlain(name)) !== names[at]) ?? '';
    problems.push(`the column "${twice.slice(0, 80)}" is there twice: rename one of them`);
  }
  for (const [field, wanted] of mapping) {
    const found = byName.get(toPlain(wanted));
    if (!isMappable(field)) {
      const known = `${importFields.join(', ')}, or a phase and an agency such as voting.polri`;
      problems.push(`"${field.slice(0, 80)}" is nothing that a site has: map ${known}`);
    } else if (found === undefined) {
      const there = names.slice(0, 20).join(', ');
      problems.push(`there is no column "${wanted.slice(0, 80)}" for ${field}; there are ${there}`);
    } else {
      columns.set(field, found);
    }
  }
  const mapped = new Set(columns.values());
  for (const field of importFields) {
    if (columns.has(field)) continue;
    const usual = usualColumns[field].map((name) => byName.get(name));
    const found = usual.find((name) => name !== undefined && !mapped.has(name));
    if (found !== undefined) columns.set(field, found);
  }
  for (const [plain, name] of byName) {
    if (requiredOf(plain) !== undefined && !columns.has(plain)) columns.set(plain, name);
  }
  const read = new Set(columns.values());
  const unread = names.filter((name) => !read.has(name));
  return { columns, unread, problems };
}

function toPlain(name: string): string {
  return name.trim().toLowerCase().replaceAll(' ', '_');
}
