import {
  fillNumbers,
  fillRepeated,
  fillTexts,
  type NumberColumn,
  numbersOf,
  optionalNumbersOf,
  type RepeatedColumn,
  repeatedOf,
  type TextColumn,
  textsOf,
} from './columns.ts';
import type { Fence } from './domain/fence.ts';
import type { ChangeId } from './domain/places.ts';
import type { Site } from './domain/site.ts';
import { inSlices } from './inSlices.ts';
import { fillShapes, type ShapeColumn, shapesOf } from './packedShapes.ts';
import type { VersionedPlaces } from './storage/readPlaces.ts';

/** Places by columns: plain data, a column for each field. */
export type PackedPlaces = {
  readonly change: ChangeId;
  readonly sites: {
    readonly count: number;
    readonly key: NumberColumn;
    readonly id: TextColumn;
    readonly name: TextColumn;
    readonly kind: RepeatedColumn;
    readonly siteClass: RepeatedColumn;
    readonly region: RepeatedColumn;
    readonly lon: NumberColumn;
    readonly lat: NumberColumn;
    readonly operationKey: NumberColumn;
    readonly required: RepeatedColumn;
  };
  readonly fences: {
    readonly count: number;
    readonly key: NumberColumn;
    readonly id: TextColumn;
    readonly name: TextColumn;
    readonly version: NumberColumn;
    readonly fenceClass: RepeatedColumn;
    readonly shape: ShapeColumn;
    readonly conditions: RepeatedColumn;
    readonly watch: RepeatedColumn;
    readonly operationKey: NumberColumn;
    readonly siteKey: NumberColumn;
    readonly region: RepeatedColumn;
  };
};

/** With every field, so that the compiler finds one that has no column. */
type Whole<Row> = { readonly [Field in keyof Required<Row>]: Row[Field] };

/**
 * Packs places, which nobody changes meanwhile: a version of a site or fence is replaced, not changed.
 * Others get their turn in between.
 */
export async function packPlaces({
  change,
  sites,
  fences,
}: VersionedPlaces): Promise<PackedPlaces> {
  return { change, sites: await packSites(sites), fences: await packFences(fences) };
}

export function unpackPlaces({ change, sites, fences }: PackedPlaces): VersionedPlaces {
  return { change, sites: unpackSites(sites), fences: unpackFences(fences) };
}

async function packSites(sites: readonly Site[]): Promise<PackedPlaces['sites']> {
  const columns = {
    ...{ key: fillNumbers(), id: fillTexts(), name: fillTexts(), kind: fillRepeated() },
    ...{ siteClass: fillRepeated(), region: fillRepeated(), lon: fillNumbers() },
    ...{ lat: fillNumbers(), operationKey: fillNumbers(), required: fillRepeated() },
  };
  await inSlices(sites, (site) => {
    columns.key.add(site.key);
    columns.id.add(site.id);
    columns.name.add(site.name);
    columns.kind.add(site.kind);
    columns.siteClass.add(site.siteClass);
    columns.region.add(site.region);
    columns.lon.add(site.place[0]);
    columns.lat.add(site.place[1]);
    columns.operationKey.add(site.operationKey);
    columns.required.add(site.required);
  });
  return {
    count: sites.length,
    key: columns.key.column(),
    id: columns.id.column(),
    name: columns.name.column(),
    kind: columns.kind.column(),
    siteClass: columns.siteClass.column(),
    region: columns.region.column(),
    lon: columns.lon.column(),
    lat: columns.lat.column(),
    operationKey: columns.operationKey.column(),
    required: columns.required.column(),
  };
}

function unpackSites(columns: PackedPlaces['sites']): readonly Site[] {
  const key = numbersOf(columns.key);
  const id = textsOf(columns.id);
  const name = textsOf(columns.name);
  const kind = repeatedOf<Site['kind']>(columns.kind);
  const siteClass = repeatedOf<Site['siteClass']>(columns.siteClass);
  const region = repeatedOf<Site['region']>(columns.region);
  const lon = numbersOf(columns.lon);
  const lat = numbersOf(columns.lat);
  const operationKey = numbersOf(columns.operationKey);
  const required = repeatedOf<Site['required']>(columns.required);
  return Array.from(
    { length: columns.count },
    (_, row): Whole<Site> => ({
      key: key(row),
      id: id(row),
      name: name(row),
      kind: kind(row),
      siteClass: siteClass(row),
      region: region(row),
      place: [lon(row), lat(row)],
      operationKey: operationKey(row),
      required: required(row),
    }),
  );
}

async function packFences(fences: readonly Fence[]): Promise<PackedPlaces['fences']> {
  const columns = {
    ...{ key: fillNumbers(), id: fillTexts(), name: fillTexts(), version: fillNumbers() },
    ...{ fenceClass: fillRepeated(), shape: fillShapes(), conditions: fillRepeated() },
    ...{ watch: fillRepeated(), operationKey: fillNumbers(), siteKey: fillNumbers() },
    region: fillRepeated(),
  };
  await inSlices(fences, (fence) => {
    columns.key.add(fence.key);
    columns.id.add(fence.id);
    columns.name.add(fence.name);
    columns.version.add(fence.version);
    columns.fenceClass.add(fence.fenceClass);
    columns.shape.add(fence.shape);
    columns.conditions.add(fence.conditions);
    columns.watch.add(fence.watch);
    columns.operationKey.add(fence.operationKey);
    columns.siteKey.add(fence.siteKey);
    columns.region.add(fence.region ?? '');
  });
  return {
    count: fences.length,
    key: columns.key.column(),
    id: columns.id.column(),
    name: columns.name.column(),
    version: columns.version.column(),
    fenceClass: columns.fenceClass.column(),
    shape: columns.shape.column(),
    conditions: columns.conditions.column(),
    watch: columns.watch.column(),
    operationKey: columns.operationKey.column(),
    siteKey: columns.siteKey.column(),
    region: columns.region.column(),
  };
}

function unpackFences(columns: PackedPlaces['fences']): readonly Fence[] {
  const key = numbersOf(columns.key);
  const id = textsOf(columns.id);
  const name = textsOf(columns.name);
  const version = numbersOf(columns.version);
  const fenceClass = repeatedOf<Fence['fenceClass']>(columns.fenceClass);
  const shape = shapesOf(columns.shape);
  const conditions = repeatedOf<Fence['conditions']>(columns.conditions);
  const watch = repeatedOf<Fence['watch']>(columns.watch);
  const operationKey = optionalNumbersOf(columns.operationKey);
  const siteKey = optionalNumbersOf(columns.siteKey);
  const region = repeatedOf<string>(columns.region);
  return Array.from(
    { length: columns.count },
    (_, row): Whole<Fence> => ({
      key: key(row),
      id: id(row),
      name: name(row),
      version: version(row),
      fenceClass: fenceClass(row),
      shape: shape(row),
      conditions: conditions(row),
      watch: watch(row),
      operationKey: operationKey(row),
      siteKey: siteKey(row),
      region: region(row) === '' ? undefined : region(row),
    }),
  );
}
