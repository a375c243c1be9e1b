import { type Static, type TProperties, Type } from 'typebox';
import type { Grant } from '../domain/access.ts';
import { permissions, roles } from '../domain/permission.ts';
import { checkScope } from '../domain/region.ts';
import { ProblemError } from './problem.ts';

/*
 * Shapes that several account routes share. Lengths are in UTF-16 units and keep the work of a
 * request small; what exactly a name or password may be, accounts check.
 */

/** The body of a request; a property that is not of it is refused by its name. */
export function bodyOf<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

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
  for (const { region } of grants) {
    const checked = checkScope(region);
    if (!checked.ok) throw new ProblemError('bad_request', checked.detail);
  }
  return grants;
}

/** Who is signed in, and what they may do somewhere. */
export const sessionInfoSchema = Type.Object({
  kind: Type.Enum(['person', 'display', 'api']),
  name: Type.String(),
  fullName: Type.String(),
  grants: Type.Array(grantSchema),
  permissions: Type.Array(Type.Enum([...permissions])),
  secondFactor: Type.Enum(['none', 'totp']),
  /** That were not used yet; 0 without a second factor. */
  recoveryCodesLeft: Type.Integer(),
  mustChangePassword: Type.Boolean(),
  /** Ends when nothing was asked for this long. */
  idleMs: Type.Number(),
  /** Ends then, however busy. UTC epoch milliseconds. */
  expiresAtMs: Type.Number(),
  /** Everybody on the way can read along. */
  isPlainHttp: Type.Boolean(),
});
export type SessionInfo = Static<typeof sessionInfoSchema>;
