/** One site of a file, before anything of it was checked. */
export type SiteRecord = {
  /** Of a CSV file its line, from 1 with the header; of GeoJSON the number of the feature, from 1. */
  readonly line: number;
  /** Texts by the names of columns or properties. */
  readonly values: Readonly<Record<string, string>>;
  /** Where it is, where that comes from no column. */
  readonly place?: readonly [lon: number, lat: number];
  /** What is wrong with the record as such. */
  readonly fault?: string;
};

/** The names of its columns, then its records. */
export type SiteFile = {
  readonly names: readonly string[];
  /** True: a record has its place by itself, and no columns are read for it. */
  readonly hasPlaces: boolean;
  readonly records: AsyncIterable<SiteRecord>;
};

/** A file that cannot be read as what it is said to be; one sentence on why and what to do. */
export class SiteFileError extends Error {}

/** Sites of one file: a province and then some (East Java has 60,751 TPS, West Java about 74,000). */
export const maxSites = 200_000;
