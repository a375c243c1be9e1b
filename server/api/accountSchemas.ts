import { type Static, Type } from 'typebox';
import type { Grant } from '../domain/access.ts';
import { permissions, roles } from '../domain/permission.ts';
import { isScopeCode } from '../domain/region.ts';
import { ProblemError } from './problem.ts';

/*
 * Shapes that several account routes share. Lengths are in UTF-16 units and keep the work of a
 * request small; what exactly a name or password may be, accounts check.
 */

export const userNameSchema = Type.String({ minLength: 1, maxLength: 64 });
export const fullNameSchema = Type.String({
  minLength: 1,
  maxLength: 100,
  // no control characters, and something else than spaces
  pattern:
    '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$',
});
export const passwordSchema = Type.String({ minLength: 1, maxLength: 512 });
/** Of an app, or for recovery. */
export const codeSchema = Type.String({ minLength: 1, maxLength: 64 });
/** Of a link or a token. */
export const secretSchema = Type.String({ minLength: 1, maxLength: 256 });

export const grantSchema = Type.Object(
  { role: Type.Enum([...roles]), region: Type.String({ maxLength: 13 }) },
  { additionalProperties: false },
);
export const grantsSchema = Type.Array(grantSchema, { maxItems: 64 });

/** @throws ProblemError for a region that is none */
export function checkRegions(grants: readonly Grant[]): readonly Grant[] {
  const bad = grants.find(({ region }) => !isScopeCode(region));
  if (bad === undefined) return grants;
  throw new ProblemError(
    'bad_request',
    `a region is a code such as 64, 64.08 or 64.08.04, or * for all; got "${bad.region}"`,
  );
}

/** Who is signed in, and what they may do somewhere. */
export const sessionInfoSchema = Type.Object({
  kind: Type.Enum(['person', 'display', 'api']),
  name: Type.String(),
  fullName: Type.String(),
  grants: Type.Array(grantSchema),
  permissions: Type.Array(Type.Enum([...permissions])),
  secondFactor: Type.Enum(['none', 'totp']),
  mustChangePassword: Type.Boolean(),
  /** Ends when nothing was asked for this long. */
  idleMs: Type.Number(),
  /** Ends then, however busy. UTC epoch milliseconds. */
  expiresAtMs: Type.Number(),
  /** Everybody on the way can read along. */
  isPlainHttp: Type.Boolean(),
});
export type SessionInfo = Static<typeof sessionInfoSchema>;
