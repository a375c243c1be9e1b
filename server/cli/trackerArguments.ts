import {
  type Agency,
  agencies,
  maxUnitStrength,
  type UnitKind,
  unitKinds,
} from '../domain/unit.ts';
import { UsageError } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { readOneOf } from './placeArguments.ts';

/** A tracker id and what was said of it; what was not said is undefined. */
export type TrackerArguments = {
  readonly id: string;
  readonly region: string | undefined;
  readonly callsign: string | undefined;
  readonly kind: UnitKind | undefined;
  readonly agency: Agency | undefined;
  /** Empty: nobody. */
  readonly bearer: string | undefined;
  readonly strength: number | undefined;
  /** Empty: none. */
  readonly timeZone: string | undefined;
  readonly isWeak: boolean | undefined;
  /** Empty: everywhere. */
  readonly networks: readonly string[] | undefined;
};

/** The options that say something of a tracker, for parseArgs. */
export const trackerOptions = {
  region: { type: 'string' },
  callsign: { type: 'string' },
  kind: { type: 'string' },
  agency: { type: 'string' },
  bearer: { type: 'string' },
  strength: { type: 'string' },
  'time-zone': { type: 'string' },
  weak: { type: 'boolean' },
  'no-weak': { type: 'boolean' },
  network: { type: 'string', multiple: true },
} as const;

type TrackerValues = {
  readonly [Name in keyof typeof trackerOptions]?: string | boolean | string[] | undefined;
};

/**
 * Reads what parseArgs found of trackerOptions, and the id.
 *
 * @throws UsageError when it is not of that form
 */
export function readTrackerArguments(
  values: TrackerValues,
  positionals: readonly string[],
): TrackerArguments {
  const text = (name: keyof TrackerValues): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const strength = text('strength');
  const [isWeak, isNotWeak] = [values.weak === true, values['no-weak'] === true];
  if (isWeak && isNotWeak) throw new UsageError('name --weak or --no-weak, not both');
  return {
    id: readId(positionals, 'tracker'),
    region: text('region'),
    callsign: text('callsign'),
    kind: readOneOf('--kind', text('kind'), unitKinds),
    agency: readOneOf('--agency', text('agency'), agencies),
    bearer: text('bearer'),
    strength:
      strength === undefined
        ? undefined
        : readWholeNumber('--strength', strength, maxUnitStrength, 0),
    timeZone: text('time-zone'),
    isWeak: isWeak ? true : isNotWeak ? false : undefined,
    networks: readList(values.network),
  };
}

/**
 * The one argument that names what a command is about.
 *
 * @throws UsageError when there is none, or another
 */
export function readId(positionals: readonly string[], what: string): string {
  const [id, ...extra] = positionals;
  if (id === undefined) throw new UsageError(`the id of the ${what} is missing`);
  if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
  return id;
}

/** An option that may be given several times; once and empty, it is an empty list. */
export function readList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map(String).filter((text) => text !== '');
}
