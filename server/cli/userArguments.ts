import { parseArgs } from 'node:util';
import type { Grant } from '../domain/access.ts';
import { checkUserName } from '../domain/account.ts';
import { type Role, roles } from '../domain/permission.ts';
import { checkScope } from '../domain/region.ts';
import { UsageError } from './command.ts';

/** A user's name, and what was said of them; what was not said is undefined. */
export type UserArguments = {
  readonly name: string;
  readonly fullName: string | undefined;
  /** Empty with `--no-role`. */
  readonly grants: readonly NamedGrant[] | undefined;
  readonly isDisabled: boolean | undefined;
};

/** A role, and where it counts as far as that was said. */
type NamedGrant = { readonly role: Role; readonly region: string | undefined };

const maxFullNameLength = 100;

/** The lines of a help on `--role` and `--region`. */
export const grantHelp = `  --role <role>       ${roles.join(', ')};
                      may be given several times
  --region <code>     where the role before it counts, with all below: a code such as 64.08, or '*'
                      for everywhere`;

/**
 * Reads `<name> [--full-name] [--role <role> [--region <code>]]... [--no-role] [--disable|--enable]`.
 *
 * @param allowed which options the command takes, beside the name
 * @throws UsageError when they are not of that form
 */
export function readUserArguments(
  args: readonly string[],
  allowed: readonly ('grants' | 'full-name' | 'state')[],
): UserArguments {
  const has = (name: (typeof allowed)[number]): boolean => allowed.includes(name);
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: {
      ...(has('full-name') && { 'full-name': { type: 'string' } }),
      ...(has('grants') && {
        role: { type: 'string', multiple: true },
        region: { type: 'string', multiple: true },
      }),
      ...(has('state') && {
        'no-role': { type: 'boolean' },
        disable: { type: 'boolean' },
        enable: { type: 'boolean' },
      }),
    },
  });
  const [given, ...extra] = positionals;
  if (given === undefined) throw new UsageError('the name of the user is missing');
  if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
  const name = checkUserName(given);
  if (!name.ok) throw new UsageError(name.detail);
  const grants = readGrants(tokens);
  const withoutRole = values['no-role'] === true;
  if (withoutRole && grants.length > 0) throw new UsageError('name roles or --no-role, not both');
  if (values['disable'] === true && values['enable'] === true) {
    throw new UsageError('name --disable or --enable, not both');
  }
  return {
    name: name.value,
    fullName: readFullName(values['full-name']),
    grants: grants.length > 0 || withoutRole ? grants : undefined,
    isDisabled: values['disable'] === true ? true : values['enable'] === true ? false : undefined,
  };
}

/** `administrator on *, viewer on 64.08` */
export function describeGrants(grants: readonly Grant[]): string {
  return grants.map(({ role, region }) => `${role} on ${region}`).join(', ') || 'no roles';
}

type Token = { readonly kind: string; readonly name?: string; readonly value?: string | undefined };

/** Options in their order: a region belongs to the role before it. */
function readGrants(tokens: readonly Token[]): readonly NamedGrant[] {
  const grants: { role: Role; region: string | undefined }[] = [];
  for (const { kind, name, value = '' } of tokens) {
    if (kind !== 'option') continue;
    if (name === 'role') grants.push({ role: readRole(value), region: undefined });
    if (name !== 'region') continue;
    const last = grants.at(-1);
    if (last === undefined || last.region !== undefined) {
      throw new UsageError(`--region ${value} must come behind the --role that it is for`);
    }
    const checked = checkScope(value);
    if (!checked.ok) throw new UsageError(`--region is "${value}": ${checked.detail}`);
    last.region = value;
  }
  return grants;
}

/**
 * The roles with where each counts.
 *
 * @param fallback where one counts of which that was not said; undefined: it must be said
 * @throws UsageError for a role without its region
 */
export function placeGrants(
  grants: readonly NamedGrant[],
  fallback?: string | undefined,
): readonly Grant[] {
  return grants.map(({ role, region = fallback }) => {
    if (region !== undefined) return { role, region };
    throw new UsageError(
      `where is ${role}? Add --region with a code such as 64.08 behind it, or --region '*' for everywhere`,
    );
  });
}

function readRole(text: string): Role {
  const role = roles.find((each) => each === text);
  if (role !== undefined) return role;
  throw new UsageError(`--role is "${text}"; it must be one of ${roles.join(', ')}`);
}

function readFullName(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const name = text.trim();
  if (name.length > 0 && name.length <= maxFullNameLength && !/\p{C}/u.test(name)) return name;
  throw new UsageError(`--full-name must be 1 to ${maxFullNameLength} printable characters`);
}
