import type { Grant } from '../../../server/domain/access.ts';
import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';
import { readGrants } from '../session/sessionInfo.ts';

/** What a wall screen or a script signs in with, without its secret. Times are UTC epoch ms. */
export type ListedToken = {
  readonly key: number;
  readonly kind: 'display' | 'api';
  readonly name: string;
  readonly owner: string;
  /** Undefined for a role that this page does not know. */
  readonly grant: Grant | undefined;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
};

/** Reads the answer of `GET /tokens`. */
export function readTokens(json: unknown): readonly ListedToken[] | undefined {
  return listOf(fieldsOf(json)['tokens'], readToken);
}

/** Reads the answer of `POST /tokens`: the only time that the secret is seen. */
export function readMadeToken(json: unknown): { readonly secret: string } | undefined {
  const secret = textOf(fieldsOf(json)['secret']);
  return secret === undefined ? undefined : { secret };
}

/** Whether a token works now, as far as its own times say. */
export function tokenState(
  { expiresAtMs, revokedAtMs }: ListedToken,
  nowMs: number,
): 'active' | 'expired' | 'revoked' {
  if (revokedAtMs !== undefined) return 'revoked';
  return nowMs < expiresAtMs ? 'active' : 'expired';
}

function readToken(json: unknown): ListedToken | undefined {
  const fields = fieldsOf(json);
  const { kind } = fields;
  const key = numberOf(fields['key']);
  const expiresAtMs = numberOf(fields['expiresAtMs']);
  if (key === undefined || expiresAtMs === undefined) return undefined;
  if (kind !== 'display' && kind !== 'api') return undefined;
  return {
    key,
    kind,
    name: textOf(fields['name']) ?? '',
    owner: textOf(fields['owner']) ?? '',
    grant: readGrants([fields['grant']])?.[0],
    expiresAtMs,
    usedAtMs: numberOf(fields['usedAtMs']),
    revokedAtMs: numberOf(fields['revokedAtMs']),
  };
}
