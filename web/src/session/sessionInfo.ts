import type { Grant } from '../../../server/domain/access.ts';
import { type Permission, permissions, roles } from '../../../server/domain/permission.ts';
import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';

/** Who is signed in at this browser, and what they may do. */
export type SessionInfo = {
  /** A person, a wall screen, or a script. */
  readonly kind: 'person' | 'display' | 'api';
  readonly name: string;
  readonly fullName: string;
  readonly grants: readonly Grant[];
  /** What the grants allow somewhere. */
  readonly permissions: readonly Permission[];
  readonly hasSecondFactor: boolean;
  /** Recovery codes that were not used yet; undefined when the server does not say it. */
  readonly recoveryCodesLeft: number | undefined;
  /** Somebody else made the password; nothing else is answered until it is changed. */
  readonly mustChangePassword: boolean;
  /** The session ends when it was not used for this long, ms; undefined when the server does not say it. */
  readonly idleMs: number | undefined;
  /** Everybody on the way can read along and take the session over. */
  readonly isPlainHttp: boolean;
};

/** Reads the answer of `GET /session` and of all that signs in. */
export function readSession(json: unknown): SessionInfo | undefined {
  const fields = fieldsOf(json);
  const { kind } = fields;
  const name = textOf(fields['name']);
  const grants = readGrants(fields['grants']);
  const names = listOf(fields['permissions'], textOf);
  if (kind !== 'person' && kind !== 'display' && kind !== 'api') return undefined;
  if (name === undefined || grants === undefined || names === undefined) return undefined;
  return {
    kind,
    name,
    fullName: textOf(fields['fullName']) ?? '',
    grants,
    permissions: permissions.filter((permission) => names.includes(permission)),
    hasSecondFactor: fields['secondFactor'] === 'totp',
    recoveryCodesLeft: numberOf(fields['recoveryCodesLeft']),
    mustChangePassword: fields['mustChangePassword'] === true,
    idleMs: numberOf(fields['idleMs']),
    isPlainHttp: fields['isPlainHttp'] === true,
  };
}

/** What came of changing one's own password. */
export type ChangedPassword = {
  readonly session: SessionInfo;
  /** How many of one's tokens for scripts ended with the old one. */
  readonly tokensRevoked: number;
};

/** Reads the answer of `PUT /session/password`. */
export function readChangedPassword(json: unknown): ChangedPassword | undefined {
  const session = readSession(json);
  const tokensRevoked = numberOf(fieldsOf(json)['tokensRevoked']) ?? 0;
  return session && { session, tokensRevoked };
}

/** Reads a list of grants. One of a role that this page does not know, from a newer server, is left out. */
export function readGrants(json: unknown): readonly Grant[] | undefined {
  const grants = listOf(json, (entry) => {
    const { role, region } = fieldsOf(entry);
    return typeof role === 'string' && typeof region === 'string' ? { role, region } : undefined;
  });
  return grants?.flatMap(({ role, region }) => {
    const known = roles.find((name) => name === role);
    return known === undefined ? [] : [{ role: known, region }];
  });
}
