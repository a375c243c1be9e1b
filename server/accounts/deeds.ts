import type { Access, Grant } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import { everywhere } from '../domain/region.ts';

/**
 * The smallest region that includes all of these grants', so that what concerns a person is shown to
 * those who answer for all of what the person may; null where only the whole country does.
 */
export function regionOfGrants(grants: readonly Grant[]): string | null {
  const [first, ...rest] = grants.map(({ region }) =>
    region === everywhere ? [] : region.split('.'),
  );
  if (first === undefined) return null;
  const common = rest.reduce((shared, parts) => {
    const end = shared.findIndex((part, index) => part !== parts[index]);
    return end === -1 ? shared : shared.slice(0, end);
  }, first);
  return common.length === 0 ? null : common.join('.');
}

/** What somebody did to a user: to themselves or to another. Nothing of `data` may be a secret. */
export function deedOnUser(
  actor: string | null,
  action: string,
  user: { readonly name: string; readonly grants: readonly Grant[] },
  data: Deed['data'] = {},
): Deed {
  const regions = regionsOfGrants(user.grants);
  return {
    actor,
    action,
    subject: `user:${user.name}`,
    region: regionOfGrants(user.grants),
    // whoever answers for one of them sees it (logStore.ts)
    data: regions.length < 2 ? data : { ...data, regions },
  };
}

/** Where somebody has a role, in ascending order; empty for who has one everywhere. */
function regionsOfGrants(grants: readonly Grant[]): readonly string[] {
  const regions = [...new Set(grants.map(({ region }) => region))].sort();
  return regions.includes(everywhere) ? [] : regions;
}

/**
 * That somebody's roles were changed: one deed for each region in which they were, with the roles of
 * that region only, so that everybody who answers for one of them sees it and nobody more than that.
 */
export function deedsOnGrants(
  actor: string | null,
  user: { readonly name: string; readonly grants: readonly Grant[] },
  grants: readonly Grant[],
): readonly Deed[] {
  const regions = new Set([...user.grants, ...grants].map(({ region }) => region));
  return [...regions].sort().flatMap((region) => {
    const [before, after] = [rolesIn(user.grants, region), rolesIn(grants, region)];
    if (before.join() === after.join()) return [];
    const toGrant = (role: Grant['role']): Grant => ({ role, region });
    return {
      actor,
      action: 'user.grants_changed',
      subject: `user:${user.name}`,
      region: region === everywhere ? null : region,
      data: { before: before.map(toGrant), after: after.map(toGrant) },
    };
  });
}

function rolesIn(grants: readonly Grant[], wanted: string): readonly Grant['role'][] {
  const roles = grants.filter(({ region }) => region === wanted).map(({ role }) => role);
  return [...new Set(roles)].sort();
}

/** What somebody did to a token. */
export function deedOnToken(
  access: Access,
  action: string,
  token: { readonly kind: string; readonly name: string; readonly grant: Grant },
  data: Deed['data'] = {},
): Deed {
  return {
    actor: access.actor,
    action,
    subject: `token:${token.name}`,
    region: regionOfGrants([token.grant]),
    data: { kind: token.kind, ...data },
  };
}
