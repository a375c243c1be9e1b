import { parseArgs } from 'node:util';
import { everywhere, isScopeCode } from '../domain/region.ts';
import { unitKinds } from '../domain/unit.ts';
import { UsageError } from './command.ts';

/** The lines of a help on region and kind. */
export const retentionHelp = `  <region>  home region of the units, with all below: a province or regency such as 64.08, or * for all
  <kind>    ${unitKinds.join(', ')}, or * for all`;

/**
 * Reads `<region> <kind>` and what comes behind.
 *
 * @throws UsageError when they are not of that form
 */
export function readRetentionArguments(
  args: readonly string[],
  count: number,
): { readonly region: string; readonly unitKind: string; readonly rest: readonly string[] } {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [region, unitKind, ...rest] = positionals;
  if (region === undefined || unitKind === undefined || rest.length !== count) {
    throw new UsageError(`name <region> <kind>${count === 0 ? '' : ' <days>'}, and nothing else`);
  }
  // a unit's home is a regency: a rule of a district would fit none
  if (!isScopeCode(region) || region.length > 5) {
    throw new UsageError(
      `the region is "${region}"; it must be a province or regency such as 64.08, or *: units are at home in a regency`,
    );
  }
  if (unitKind !== everywhere && !unitKinds.some((kind) => kind === unitKind)) {
    throw new UsageError(
      `the kind is "${unitKind}"; it must be one of ${unitKinds.join(', ')}, or *`,
    );
  }
  return { region, unitKind, rest };
}
