import { type Access, type Grant, mayIn } from '../domain/access.ts';
import type { Session, Token, User } from '../domain/account.ts';
import { dayMs, hourMs } from '../domain/durations.ts';
import { permissions, roleMay } from '../domain/permission.ts';
import { sessionCredential, tokenCredential } from './credentials.ts';

/** A session ends when nobody did anything with it for this long: a shift. */
export const idleMs = 12 * hourMs;
/** A session ends after this long, however busy. */
export const sessionMs = 7 * dayMs;

/** Whom a credential stands for, with what the page shows of them. */
export type Identity = {
  readonly access: Access;
  /** A user's name, or that of a token. */
  readonly name: string;
  readonly fullName: string;
  readonly hasSecondFactor: boolean;
  readonly recoveryCodesLeft: number;
  readonly mustChangePassword: boolean;
  /** Ends when it was not used for this long. */
  readonly idleMs: number;
};

/** Whom a session stands for; undefined when it has ended or its user is switched off. */
export function identityOfSession(
  session: Session,
  user: User,
  nowMs: number,
): Identity | undefined {
  const hasEnded = nowMs >= session.expiresAtMs || nowMs - session.seenAtMs >= idleMs;
  if (hasEnded || user.isDisabled) return undefined;
  return {
    access: {
      kind: 'person',
      actor: user.name,
      userKey: user.key,
      credential: sessionCredential(session.key),
      // with a password that somebody else knows, one may change it and nothing else
      grants: user.mustChangePassword ? [] : user.grants,
      expiresAtMs: session.expiresAtMs,
    },
    name: user.name,
    fullName: user.fullName,
    hasSecondFactor: user.hasSecondFactor,
    recoveryCodesLeft: user.recoveryCodesLeft,
    mustChangePassword: user.mustChangePassword,
    idleMs,
  };
}

/**
 * Whom a token stands for; undefined when it was revoked or has expired, or its owner is switched
 * off or may no longer what the token may.
 */
export function identityOfToken(token: Token, owner: User, nowMs: number): Identity | undefined {
  const hasEnded = token.revokedAtMs !== null || nowMs >= token.expiresAtMs;
  if (hasEnded || owner.isDisabled || !includesGrant(owner.grants, token.grant)) return undefined;
  return {
    access: {
      kind: token.kind,
      actor: `${owner.name}/${token.name}`,
      userKey: owner.key,
      credential: tokenCredential(token.key),
      grants: [token.grant],
      expiresAtMs: token.expiresAtMs,
    },
    name: token.name,
    fullName: token.name,
    hasSecondFactor: false,
    recoveryCodesLeft: 0,
    mustChangePassword: false,
    idleMs: token.expiresAtMs - token.createdAtMs,
  };
}

/** True when everything that a grant allows is allowed to somebody with these ones, by whichever role. */
export function includesGrant(own: readonly Grant[], { role, region }: Grant): boolean {
  return permissions.every(
    (permission) => !roleMay(role, permission) || mayIn(own, permission, region),
  );
}
