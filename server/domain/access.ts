import { type Permission, type Role, roleMay } from './permission.ts';
import { everywhere, includesRegion } from './region.ts';

/** A role on a region and all below it, or on `*`, everywhere. */
export type Grant = { readonly role: Role; readonly region: string };

/** Who asks, as far as checks need it. Made for each request and each socket from its credentials. */
export type Access = {
  /** A signed-in person, a wall screen, or a script. */
  readonly kind: 'person' | 'display' | 'api';
  /** Of whom the log speaks: a user's name; `name/token` for a token of theirs. */
  readonly actor: string;
  readonly userKey: number;
  /** Names the session or token, so that what it opened can be ended with it; not its secret. */
  readonly credential: string;
  readonly grants: readonly Grant[];
  /** When the credential ends by itself, UTC epoch milliseconds. */
  readonly expiresAtMs: number;
};

/**
 * The regions in which something is allowed: no code lies below another, in ascending order. Empty:
 * nowhere. `['*']`: everywhere.
 */
export type Scope = readonly string[];

/** Where these grants allow something. */
export function scopeOf(grants: readonly Grant[], permission: Permission): Scope {
  const regions = new Set(
    grants.filter(({ role }) => roleMay(role, permission)).map(({ region }) => region),
  );
  const widest = [...regions].filter(
    (region) => ![...regions].some((other) => other !== region && includesRegion(other, region)),
  );
  return widest.sort();
}

/** True when one of the regions that something belongs to is in the scope. */
export function isInScope(scope: Scope, regions: readonly string[]): boolean {
  return regions.some((region) => scope.some((code) => includesRegion(code, region)));
}

/** True when these grants allow something somewhere. */
export function mayAnywhere(grants: readonly Grant[], permission: Permission): boolean {
  return grants.some(({ role }) => roleMay(role, permission));
}

/** True when these grants allow something in a region; `*` asks for the whole country. */
export function mayIn(grants: readonly Grant[], permission: Permission, region: string): boolean {
  return grants.some(
    (grant) =>
      roleMay(grant.role, permission) &&
      (grant.region === everywhere || includesRegion(grant.region, region)),
  );
}
