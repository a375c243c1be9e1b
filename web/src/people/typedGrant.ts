import { type Grant, isInScope, type Scope } from '../../../server/domain/access.ts';
import type { Role } from '../../../server/domain/permission.ts';
import { checkScope, everywhere } from '../../../server/domain/region.ts';

/** A grant that is being typed: its region need not be one yet. `id` keeps its row apart from the others. */
export type TypedGrant = { readonly id: number; readonly role: Role; readonly region: string };

/** What is wrong with its region: it is none, or not one in which the person who types may give roles. */
export type GrantFault = 'region' | 'scope';

/** @param scope the regions in which roles may be given */
export function grantFault(typed: TypedGrant, scope: Scope): GrantFault | undefined {
  const region = typed.region.trim();
  if (!checkScope(region).ok) return 'region';
  return isInScope(scope, [region]) ? undefined : 'scope';
}

/**
 * The region to offer to somebody who rules these: the only one, else none. Everything, or one of
 * several, is never given by leaving a field as it is.
 */
export function offeredRegion(scope: Scope): string {
  const [first = '', ...others] = scope;
  return others.length > 0 || first === everywhere ? '' : first;
}

/** What was typed as grants, each once. */
export function grantsOf(typed: readonly TypedGrant[]): readonly Grant[] {
  const grants = typed.map(({ role, region }) => ({ role, region: region.trim() }));
  return grants.filter(
    ({ role, region }, i) =>
      grants.findIndex((other) => other.role === role && other.region === region) === i,
  );
}

/** Grants as rows to type in. */
export function typedOf(grants: readonly Grant[]): readonly TypedGrant[] {
  return grants.map(({ role, region }, id) => ({ id, role, region }));
}
