import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { sequenceValueSchema } from './sequences.ts';

/*
 * A backup is a folder posko-20241127T001503Z, of the moment when it was taken:
 *
 *   manifest.json                       what is there; written last, so without it nothing counts
 *   units.copy.zst                      a whole table as COPY text, compressed (RFC 8878)
 *   positions/2024-11-27.copy.zst       one UTC day of a table that is moved by day
 */
export const manifestName = 'manifest.json';
/** The names of backups begin so, and go on with the time. */
export const backupPrefix = 'posko-';
/** Until it is whole, a backup's folder has this at the end of its name. */
export const unfinishedEnd = '.unfinished';

/** Raised when an older program could no longer read what is written. */
const formatVersion = 1;

const name = Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$' });
const count = Type.Integer({ minimum: 0 });
const columns = Type.Array(name, { minItems: 1 });

/** A file of the backup, and what is in it. */
const fileFields = {
  rows: count,
  bytes: count,
  /** Of the file as it lies there. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
};

const tableSchema = Type.Object({ name, columns, ...fileFields });
const daySchema = Type.Object({
  table: name,
  day: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
  ...fileFields,
});

const manifestSchema = Type.Object({
  formatVersion: Type.Literal(formatVersion),
  /** The version of the Posko that made it. */
  program: Type.String(),
  /** ISO 8601. Whole tables are those of this moment, days may hold a little more. */
  takenAt: Type.String(),
  dialect: Type.String(),
  /** Which database it is of. */
  database: Type.String(),
  migrations: Type.Array(Type.String({ pattern: '^[0-9]{4}_\\w+\\.sql$' }), { minItems: 1 }),
  /** Each after those that it refers to. */
  tables: Type.Array(tableSchema),
  dayTables: Type.Array(Type.Object({ name, columns, dayColumn: name, sortColumns: columns })),
  days: Type.Array(daySchema),
  sequences: Type.Array(sequenceValueSchema),
  checkpoints: Type.Array(
    Type.Object({ journalId: Type.String(), consumer: Type.String(), sequence: count }),
  ),
});
export type Manifest = Static<typeof manifestSchema>;
export type BackedUpTable = Static<typeof tableSchema>;
export type BackedUpDay = Static<typeof daySchema>;

/** The file of a whole table, below the folder of the backup. */
export function tableFile(table: Pick<BackedUpTable, 'name'>): string {
  return `${table.name}.copy.zst`;
}

/** The file of a day, below the folder of the backup. */
export function dayFile({ table, day }: Pick<BackedUpDay, 'table' | 'day'>): string {
  return `${table}/${day}.copy.zst`;
}

/** The manifest as the text of its file, with a checksum of its own. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ manifest, sha256: sha256(JSON.stringify(manifest)) }, null, 1)}\n`;
}

/**
 * Reads the text of a manifest file.
 *
 * @throws Error that ends "...manifest.json <what is wrong with it>"
 */
export function readManifest(text: string, file: string): Manifest {
  const damaged = `The backup is damaged: ${file}`;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new Error(`${damaged} is not JSON.`, { cause: error });
  }
  if (!Value.Check(sealedSchema, read))
    throw new Error(`${damaged} is not a manifest of a backup.`);
  if (read.sha256 !== sha256(JSON.stringify(read.manifest))) {
    throw new Error(`${damaged} does not match its checksum.`);
  }
  const { manifest } = read;
  if (Value.Check(manifestSchema, manifest)) return manifest;
  throw new Error(
    `${file} is of another version of Posko's backups than ${formatVersion}, which this program reads: use the newer Posko that made it.`,
  );
}

const sealedSchema = Type.Object({ manifest: Type.Unknown(), sha256: Type.String() });

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
