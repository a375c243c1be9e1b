import { type Access, type Grant, isInScope, mayIn, scopeOf } from '../domain/access.ts';
import type { Token } from '../domain/account.ts';
import { dayMs } from '../domain/durations.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import { hashSecret, newTokenSecret, sessionKeyOf, tokenCredential } from './credentials.ts';
import { deedOnToken } from './deeds.ts';
import type { Identities } from './identities.ts';
import { includesGrant } from './identity.ts';

/** A token to make. */
export type TokenToAdd = {
  readonly kind: Token['kind'];
  readonly name: string;
  readonly grant: Grant;
  /** UTC epoch milliseconds. */
  readonly expiresAtMs: number;
};

/**
 * What wall screens and scripts sign in with. A token may what its owner may now or less, and always
 * ends. Only people come here, so that no token makes one that outlives it (api/tokenRoutes.ts).
 */
export type Tokens = {
  /** One's own, and those in the regions where one manages wall screens. */
  list(access: Access): Promise<readonly Token[]>;
  /** The secret is shown this once. */
  add(
    access: Access,
    token: TokenToAdd,
  ): Promise<
    Result<
      { readonly token: Token; readonly secret: string },
      'forbidden' | 'bad_request' | 'signed_out' | 'password_change_required'
    >
  >;
  revoke(access: Access, key: number): Promise<Result<null, 'token_not_found'>>;
};

export type TokensParts = {
  readonly records: AccountRecords;
  readonly identities: Identities;
  readonly nowMs: () => number;
  readonly onEnded: (credentials: readonly string[]) => void;
};

/** A year; browsers keep a wall screen's cookie for 400 days at most (RFC 6265bis, 5.5). */
const longestMs = 366 * dayMs;
/** Of one owner, that still count. */
const maxTokens = 200;

export function createTokens({ records, identities, nowMs, onEnded }: TokensParts): Tokens {
  const seenBy = async (access: Access): Promise<readonly Token[]> => {
    const scope = scopeOf(access.grants, 'displays.manage');
    const isOwn = ({ ownerKey }: Token) => ownerKey === access.userKey;
    const all = await records.listTokens(scope.length === 0 ? access.userKey : undefined);
    return all.filter((token) => isOwn(token) || isInScope(scope, [token.grant.region]));
  };

  return {
    list: seenBy,

    add: async (access, { kind, name, grant, expiresAtMs }) => {
      const now = nowMs();
      const sessionKey = sessionKeyOf(access.credential);
      if (sessionKey === undefined) return forbidden('tokens are made by a signed-in person');
      if (identities.identityOf(access)?.mustChangePassword === true) return changeFirst;
      const permission = kind === 'display' ? 'displays.manage' : 'tokens.make';
      if (!mayIn(access.grants, permission, grant.region)) {
        return forbidden(`you may not make such tokens for ${grant.region}`);
      }
      if (kind === 'display' && grant.role !== 'viewer') {
        return badRequest('a wall screen is a viewer and nothing else');
      }
      if (!includesGrant(access.grants, grant)) {
        return forbidden(`you do not have all that ${grant.role} on ${grant.region} may`);
      }
      if (expiresAtMs <= now || expiresAtMs > now + longestMs) {
        const days = longestMs / dayMs;
        return badRequest(`expiresAtMs must lie in the future, by ${days} days at most`);
      }
      const own = await records.listTokens(access.userKey);
      const inUse = own.filter((token) => token.revokedAtMs === null && token.expiresAtMs > now);
      if (inUse.length >= maxTokens) {
        return badRequest(`you have ${maxTokens} tokens: revoke those that are not needed`);
      }
      const secret = newTokenSecret();
      const wanted = { kind, name, grant, expiresAtMs, ownerKey: access.userKey, sessionKey };
      const token = await records.addToken(
        { ...wanted, idHash: hashSecret(secret) },
        deedOnToken(access, 'token.created', { kind, name, grant }, { grant, expiresAtMs }),
      );
      // with the password, by which what is made with it should end
      if (token === undefined) return signedOut;
      return { ok: true, value: { token, secret } };
    },

    revoke: async (access, key) => {
      const token = (await seenBy(access)).find((each) => each.key === key);
      const isRevoked =
        token !== undefined &&
        (await records.revokeToken(
          key,
          deedOnToken(access, 'token.revoked', token, { owner: token.ownerName }),
        ));
      if (!isRevoked) {
        const detail = `there is no token ${key} of yours or in your regions that still counts`;
        return { ok: false, reason: 'token_not_found', detail };
      }
      identities.forgetUser(token.ownerKey);
      onEnded([tokenCredential(key)]);
      return { ok: true, value: null };
    },
  };
}

const changeFirst = {
  ok: false,
  reason: 'password_change_required',
  detail: 'a token is made once nobody else knows the password',
} as const;

const signedOut = {
  ok: false,
  reason: 'signed_out',
  detail: 'the session ended before the token was made',
} as const;

function forbidden(detail: string) {
  return { ok: false, reason: 'forbidden', detail } as const;
}

function badRequest(detail: string) {
  return { ok: false, reason: 'bad_request', detail } as const;
}
