import { checkUserName } from '../domain/account.ts';
import { ObstacleError } from '../domain/obstacleError.ts';
import { everywhere } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import { hashSecret, isSecretOf, newSecret } from './credentials.ts';
import { deedOnUser } from './deeds.ts';
import { checkPassword, hashPassword, type WeakPassword } from './passwords.ts';
import type { Opened, Origin, Sessions } from './sessions.ts';

/** The first administrator, as the page of the set-up link asks for them. */
export type FirstAdministrator = {
  readonly token: string;
  readonly name: string;
  readonly fullName: string;
  readonly password: string;
};

/**
 * The first administrator is made by whoever sees the server's console: a link with a secret, which
 * counts once and for half an hour. A new one comes with the next start of the server.
 */
export type SetUp = {
  /** The secret of the link; undefined when there is an administrator. */
  begin(): Promise<string | undefined>;
  /**
   * Whether a link could still be used.
   *
   * @param secret of the link that somebody has; undefined asks whether there is any
   */
  check(secret: string | undefined): Result<null, 'link_expired'>;
  /** Makes the administrator, who is a commander too so that a small post can work at once, and signs them in. */
  finish(
    wanted: FirstAdministrator,
    origin: Origin,
  ): Promise<
    Result<Opened, 'link_expired' | 'already_set_up' | 'bad_name' | 'name_taken'> | WeakPassword
  >;
};

export type SetUpParts = {
  readonly records: AccountRecords;
  readonly sessions: Sessions;
  readonly nowMs: () => number;
  /** Whether anybody is an administrator of everything; remembers it once it is so. */
  readonly hasAdministrator: () => Promise<boolean>;
  readonly onAdministrator: () => void;
};

const linkMs = 30 * 60_000;

export function createSetUp(parts: SetUpParts): SetUp {
  const { records, sessions, nowMs, hasAdministrator, onAdministrator } = parts;
  let link: { readonly hash: Uint8Array; readonly untilMs: number } | undefined;

  const check: SetUp['check'] = (secret) => {
    if (link === undefined) return ofOtherStart;
    if (secret !== undefined && !isSecretOf(link.hash, secret)) return ofOtherStart;
    return nowMs() < link.untilMs ? { ok: true, value: null } : expired;
  };

  return {
    begin: async () => {
      if (await hasAdministrator()) return undefined;
      const secret = newSecret();
      link = { hash: hashSecret(secret), untilMs: nowMs() + linkMs };
      return secret;
    },
    check,
    finish: async ({ token, fullName, password, ...wanted }, origin) => {
      const open = check(token);
      if (!open.ok) return open;
      const name = checkUserName(wanted.name);
      if (!name.ok) return name;
      const checked = checkPassword(password, { name: name.value, fullName });
      if (!checked.ok) return checked;
      const grants = (['administrator', 'commander'] as const).map((role) => ({
        role,
        region: everywhere,
      }));
      const user = { name: name.value, fullName, grants };
      const passwordHash = await hashPassword(password);
      const deed = deedOnUser(null, 'user.created', user, { way: 'set_up', grants });
      try {
        const added = await records.addFirstAdministrator(
          { ...user, passwordHash, mustChangePassword: false },
          deed,
        );
        link = undefined;
        onAdministrator();
        if (added === undefined) return alreadySetUp;
        const proof = { way: 'set_up', checkedHash: passwordHash } as const;
        const opened = await sessions.open(added, origin, proof);
        // changed by somebody else since: they sign in as anybody does
        return opened === undefined ? alreadySetUp : { ok: true, value: opened };
      } catch (error) {
        // there is no administrator, and yet somebody of this name
        if (!(error instanceof ObstacleError)) throw error;
        return { ok: false, reason: 'name_taken', detail: error.message };
      }
    },
  };
}

const expired = {
  ok: false,
  reason: 'link_expired',
  detail: 'the set-up link is older than 30 minutes',
} as const;

const ofOtherStart = {
  ok: false,
  reason: 'link_expired',
  detail: 'the set-up link is not of this start of the server',
} as const;

const alreadySetUp = {
  ok: false,
  reason: 'already_set_up',
  detail: 'there is an administrator already',
} as const;
