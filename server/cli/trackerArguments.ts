import { parseArgs } from 'node:util';
import { type Agency, agencies, type UnitKind, unitKinds } from '../domain/unit.ts';
import { UsageError } from './command.ts';

/** A tracker id and what was said of it; what was not said is undefined. */
export type TrackerArguments = {
  readonly id: string;
  readonly region: string | undefined;
  readonly callsign: string | undefined;
  readonly kind: UnitKind | undefined;
  readonly agency: Agency | undefined;
  /** Empty: nobody. */
  readonly bearer: string | undefined;
};

/**
 * Reads `<id> [--region] [--callsign] [--kind] [--agency] [--bearer]`.
 *
 * @throws UsageError when they are not of that form
 */
export function readTrackerArguments(args: readonly string[]): TrackerArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      region: { type: 'string' },
      callsign: { type: 'string' },
      kind: { type: 'string' },
      agency: { type: 'string' },
      bearer: { type: 'string' },
    },
  });
  const [id, ...extra] = positionals;
  if (id === undefined) throw new UsageError('the tracker id is missing');
  if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
  return {
    id,
    region: values.region,
    callsign: values.callsign,
    kind: oneOf('--kind', values.kind, unitKinds),
    agency: oneOf('--agency', values.agency, agencies),
    bearer: values.bearer,
  };
}

function oneOf<Name extends string>(
  option: string,
  text: string | undefined,
  names: readonly Name[],
): Name | undefined {
  if (text === undefined) return undefined;
  const found = names.find((name) => name === text);
  if (found === undefined) {
    throw new UsageError(`${option} is "${text}"; it must be one of ${names.join(', ')}`);
  }
  return found;
}
