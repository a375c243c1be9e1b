import { scopeOf } from '../../../server/domain/access.ts';
import type { Token } from '../../../server/domain/account.ts';
import { type Role, roles } from '../../../server/domain/permission.ts';
import { checkScope } from '../../../server/domain/region.ts';
import { offeredRegion } from '../people/typedGrant.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';

/** A token that is being made. */
export type TypedToken = {
  readonly kind: Token['kind'];
  readonly name: string;
  readonly role: Role;
  readonly region: string;
  /** How many days it is valid, as typed. */
  readonly days: string;
};

/** The longest that the server lets a token live, days. */
export const maxTokenDays = { display: 400, api: 366 } as const;
const usualDays = { display: '365', api: '90' } as const;

/** What this person may make tokens for. */
export function tokenKinds({ permissions }: SessionInfo): readonly Token['kind'][] {
  return [
    ...(permissions.includes('displays.manage') ? (['display'] as const) : []),
    ...(permissions.includes('tokens.make') ? (['api'] as const) : []),
  ];
}

/** A wall screen only looks; a script may what its owner may, or less. */
export function roleOptions({ grants }: SessionInfo, kind: Token['kind']): readonly Role[] {
  if (kind === 'display') return ['viewer'];
  return roles.filter((role) => grants.some((grant) => grant.role === role));
}

/** What a form for a token begins with: the region is the person's own where there is only one. */
export function beginToken(session: SessionInfo, kind: Token['kind']): TypedToken {
  const role = roleOptions(session, kind)[0] ?? 'viewer';
  const own = session.grants.filter((grant) => grant.role === role).map((grant) => grant.region);
  const scope = kind === 'api' ? [...new Set(own)] : scopeOf(session.grants, 'displays.manage');
  const region = offeredRegion(scope);
  return { kind, name: '', role, region, days: usualDays[kind] };
}

/** Which fields the server would refuse. */
export type TokenFaults = {
  readonly name?: boolean;
  readonly region?: boolean;
  readonly days?: boolean;
};

export function tokenFaults({ kind, name, region, days }: TypedToken): TokenFaults {
  const count = Number(days);
  return {
    name: name.trim() === '',
    region: !checkScope(region.trim()).ok,
    days: !Number.isInteger(count) || count < 1 || count > maxTokenDays[kind],
  };
}

export function tokenIsFine({ name, region, days }: TokenFaults): boolean {
  return name !== true && region !== true && days !== true;
}
