import { parseArgs } from 'node:util';
import { type SetAsideReason, setAsideReasons } from '../domain/setAside.ts';
import { UsageError } from './command.ts';

/** What quarantine commands are asked to look at; undefined: everything. */
export type QuarantineArguments = {
  readonly keys: readonly number[];
  readonly trackerId: string | undefined;
  readonly reason: SetAsideReason | undefined;
  readonly limit: number | undefined;
  readonly after: string | undefined;
  readonly time: 'own' | 'received' | undefined;
};

const options = {
  tracker: { type: 'string' },
  reason: { type: 'string' },
  limit: { type: 'string' },
  after: { type: 'string' },
  time: { type: 'string' },
} as const;
type OptionName = keyof typeof options;

/**
 * Reads the arguments of a quarantine command, of which each takes some.
 *
 * @throws UsageError when they are not of that form
 */
export function readQuarantineArguments(
  args: readonly string[],
  allowed: readonly OptionName[],
  allowKeys: boolean,
): QuarantineArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: allowKeys,
    options: Object.fromEntries(allowed.map((name) => [name, options[name]])),
  });
  const text = (name: OptionName): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    keys: positionals.map((key) => wholeNumber('a key', key, Number.MAX_SAFE_INTEGER)),
    trackerId: text('tracker'),
    reason: readReason(text('reason')),
    limit: optionalNumber('--limit', text('limit'), 1_000),
    after: text('after'),
    time: readTime(text('time')),
  };
}

function readReason(text: string | undefined): SetAsideReason | undefined {
  if (text === undefined) return undefined;
  const reason = setAsideReasons.find((name) => name === text);
  if (reason === undefined) {
    throw new UsageError(`--reason is "${text}"; it must be one of ${setAsideReasons.join(', ')}`);
  }
  return reason;
}

function readTime(text: string | undefined): 'own' | 'received' | undefined {
  if (text === undefined || text === 'own' || text === 'received') return text;
  throw new UsageError(`--time is "${text}"; it must be own or received`);
}

function optionalNumber(what: string, text: string | undefined, max: number): number | undefined {
  return text === undefined ? undefined : wholeNumber(what, text, max);
}

function wholeNumber(what: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${what} is "${text}"; it must be a whole number from 1 to ${max}`);
}
