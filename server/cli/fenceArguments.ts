import { Type } from 'typebox';
import { type FenceClass, fenceClasses, type Shape } from '../domain/fence.ts';
import {
  type ConditionsDetails,
  conditionsSchema,
  type WatchDetails,
  watchSchema,
} from '../domain/placeDetails.ts';
import { type CheckedShape, checkShape } from '../tracking/fences/checkShape.ts';
import type { GeoJsonSize } from '../tracking/fences/fromGeoJson.ts';
import { givenShape } from '../tracking/givenShape.ts';
import { UsageError } from './command.ts';
import { readOneOf, readRegion } from './placeArguments.ts';
import { readJsonFile } from './readJsonFile.ts';

/** What was said of a fence; what was not said is undefined. */
export type FenceArguments = {
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly fenceClass: FenceClass | undefined;
  /** GeoJSON, not yet checked. */
  readonly ground: unknown;
  readonly size: GeoJsonSize;
  readonly conditions: ConditionsDetails | undefined;
  readonly watch: WatchDetails | undefined;
};

/** The options that say something of a fence, for parseArgs. */
export const fenceOptions = {
  name: { type: 'string' },
  region: { type: 'string' },
  class: { type: 'string' },
  ground: { type: 'string' },
  'radius-m': { type: 'string' },
  'half-width-m': { type: 'string' },
  conditions: { type: 'string' },
  watch: { type: 'string' },
} as const;

/** What `--help` says of them. */
export const fenceHelp = `  --name <text>            as people call it
  --region <code>          whose it is, such as 64.08
  --class <class>          ${fenceClasses.join(', ')}
  --ground <file>          GeoJSON (WGS84): a Polygon or MultiPolygon; a Point, the middle of a circle; or
                           a LineString, the middle of a corridor; or a Feature of one of these
  --radius-m <metres>      of a circle
  --half-width-m <metres>  of a corridor
  --conditions <file>      JSON, when and for whom it counts, as in docs/api.md, such as
                           {"phases": ["voting"], "unitKinds": ["patrol_car"]}
  --watch <file>           JSON, what is watched for beside enter, exit and cross, such as {"dwellMs": 600000}`;

type FenceValues = { readonly [Name in keyof typeof fenceOptions]?: string | undefined };

/**
 * Reads what parseArgs found of fenceOptions, and the files that they name.
 *
 * @param command whose help shows what may be in them
 * @throws UsageError when something is not of its form, Error when a file is not
 */
export async function readFenceArguments(
  values: FenceValues,
  command: string,
): Promise<FenceArguments> {
  const { name, ground, conditions, watch } = values;
  const radiusM = readMetres('--radius-m', values['radius-m']);
  const halfWidthM = readMetres('--half-width-m', values['half-width-m']);
  return {
    name,
    region: readRegion(values.region),
    fenceClass: readOneOf('--class', values.class, fenceClasses),
    ground:
      ground === undefined
        ? undefined
        : await readJsonFile('ground', ground, Type.Object({ type: Type.String() }), command),
    size: {
      ...(radiusM !== undefined && { radiusM }),
      ...(halfWidthM !== undefined && { halfWidthM }),
    },
    conditions:
      conditions === undefined
        ? undefined
        : await readJsonFile('conditions', conditions, conditionsSchema, command),
    watch:
      watch === undefined ? undefined : await readJsonFile('watch', watch, watchSchema, command),
  };
}

/**
 * The shape that a fence is to have: by its ground, or as it is with another size.
 *
 * @param known as it is; undefined: it is added
 * @returns undefined: it stays as it is
 * @throws Error with one sentence when there is none
 */
export function readShape(
  { ground, size }: Pick<FenceArguments, 'ground' | 'size'>,
  known: Shape | undefined,
): Shape | undefined {
  if (ground === undefined && Object.keys(size).length === 0) return undefined;
  const checked = ground === undefined ? resized(known, size) : givenShape(ground, size);
  if (checked.ok) return checked.value;
  const { place } = checked;
  const where = place === undefined ? '' : ` (at ${place.lon}, ${place.lat})`;
  throw new Error(`The ground cannot be a fence: ${checked.detail}${where}.`);
}

function resized(known: Shape | undefined, { radiusM, halfWidthM }: GeoJsonSize): CheckedShape {
  const hasRadius = known?.kind === 'circle' || known?.kind === 'moving';
  if (hasRadius && radiusM !== undefined) return checkShape({ ...known, radiusM });
  if (known?.kind === 'corridor' && halfWidthM !== undefined) {
    return checkShape({ ...known, halfWidthM });
  }
  throw new UsageError(
    known === undefined
      ? '--ground is missing: a GeoJSON file'
      : `the fence is a ${known.kind}, which has no such size: name its --ground too`,
  );
}

function readMetres(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new UsageError(`${option} is "${text.slice(0, 80)}"; it must be metres, such as 150`);
}
