import { type SiteFile, SiteFileError, type SiteRecord } from './siteRecord.ts';

/** Longest file, bytes: 60,751 TPS are some 20 MB. It is parsed at once, in some hundred milliseconds. */
const maxBytes = 64 * 1_024 * 1_024;
const maxColumns = 200;

/**
 * Reads a GeoJSON FeatureCollection of points (RFC 7946): what is known of a site is in the properties.
 * `required` there may be an object, `{"voting": {"polri": 2}}`.
 *
 * @throws SiteFileError when it is none
 */
export async function readGeoJson(source: AsyncIterable<Uint8Array>): Promise<SiteFile> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      const limit = `${maxBytes / 1_024 / 1_024} MB`;
      throw new SiteFileError(`the GeoJSON has more than ${limit}: send it as CSV, or in parts`);
    }
    chunks.push(chunk);
  }
  const features = featuresOf(parseJson(Buffer.concat(chunks).toString('utf8')));
  const records = features.map((feature, at) => recordOf(feature, at + 1));
  const names = new Set<string>();
  for (const { values } of records) {
    for (const name of Object.keys(values)) names.add(name);
    if (names.size > maxColumns) {
      throw new SiteFileError(
        `the features have more than ${maxColumns} properties: leave some out`,
      );
    }
  }
  return { names: [...names], hasPlaces: true, records: each(records) };
}

function parseJson(text: string): unknown {
  try {
    // a byte order mark is no JSON
    return JSON.parse(text.replace(/^\u{feff}/u, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const detail = error.message.slice(0, 200);
    throw new SiteFileError(`the file is no JSON (${detail}): send CSV, or GeoJSON`, {
      cause: error,
    });
  }
}

function featuresOf(json: unknown): readonly unknown[] {
  const features = fieldOf(json, 'features');
  if (fieldOf(json, 'type') === 'FeatureCollection' && Array.isArray(features)) return features;
  throw new SiteFileError(
    'the file is no GeoJSON FeatureCollection: each site is a feature of one',
  );
}

function recordOf(feature: unknown, line: number): SiteRecord {
  const values: Record<string, string> = Object.create(null);
  const id = fieldOf(feature, 'id');
  if (typeof id === 'string' || typeof id === 'number') values['id'] = String(id);
  for (const [name, value] of entriesOf(fieldOf(feature, 'properties'))) {
    if (typeof value === 'object') {
      if (name === 'required') addRequired(values, value);
    } else {
      values[name] = String(value).trim();
    }
  }
  const geometry = fieldOf(feature, 'geometry');
  const coordinates = fieldOf(geometry, 'coordinates');
  const [lon, lat]: unknown[] = Array.isArray(coordinates) ? coordinates : [];
  if (fieldOf(geometry, 'type') !== 'Point' || typeof lon !== 'number' || typeof lat !== 'number') {
    const fault = 'the geometry is no Point with longitude and latitude: a site has one place';
    return { line, values, fault };
  }
  return { line, values, place: [lon, lat] };
}

function addRequired(values: Record<string, string>, required: unknown): void {
  for (const [phase, strength] of entriesOf(required)) {
    for (const [agency, people] of entriesOf(strength)) {
      values[`${phase}.${agency}`] = String(people);
    }
  }
}

function entriesOf(value: unknown): [name: string, value: unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

async function* each(records: readonly SiteRecord[]): AsyncGenerator<SiteRecord> {
  yield* records;
}
