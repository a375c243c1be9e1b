import type { Grant } from './access.ts';
import type { Result } from './result.ts';

const namePattern = /^[a-z0-9][a-z0-9._-]{1,31}$/;

/** Checks the name that a person signs in with: 2 to 32 of a-z, 0-9, dot, dash, underscore. */
export function checkUserName(text: string): Result<string, 'bad_name'> {
  const name = text.trim().toLowerCase();
  if (namePattern.test(name)) return { ok: true, value: name };
  const detail = 'a user name is 2 to 32 letters a-z, digits, dots, dashes or underscores';
  return { ok: false, reason: 'bad_name', detail };
}

/** Characters of a password, after normalisation to NFC: Unicode code points, not UTF-16 units. */
export const passwordBounds = { min: 12, max: 128 } as const;

/** Why a password cannot be had. */
export type PasswordWeakness =
  | 'too_short'
  | 'too_long'
  | 'own_name'
  | 'common'
  | 'repetition'
  | 'same_as_before';

/** A person who may sign in, as others may see it. */
export type User = {
  readonly key: number;
  readonly name: string;
  readonly fullName: string;
  readonly grants: readonly Grant[];
  readonly hasSecondFactor: boolean;
  /** Codes for the day when the second factor is lost that were not used yet. */
  readonly recoveryCodesLeft: number;
  /** The password was set by somebody else and must be changed at the next sign-in. */
  readonly mustChangePassword: boolean;
  readonly isDisabled: boolean;
  /** UTC epoch milliseconds. */
  readonly createdAtMs: number;
};

/** A user with what is needed to check a sign-in. Never leaves the server. */
export type UserSecrets = User & {
  /** PHC string; null: no password, so no sign-in by one. */
  readonly passwordHash: string | null;
  /** The sealed secret of the second factor. */
  readonly totpSecret: Uint8Array | null;
};

/** Where somebody is signed in. */
export type Session = {
  readonly key: number;
  readonly userKey: number;
  /** UTC epoch milliseconds, as the others. */
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  /** Ends then, however busy. */
  readonly expiresAtMs: number;
  readonly address: string;
  readonly userAgent: string;
};

/** What a wall screen or a script signs in with. */
export type Token = {
  readonly key: number;
  readonly kind: 'display' | 'api';
  readonly name: string;
  /** Whose it is: it may no more than its owner. */
  readonly ownerKey: number;
  readonly ownerName: string;
  readonly grant: Grant;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
  readonly revokedAtMs: number | null;
};

/** Something that somebody did, for the log. */
export type Deed = {
  /** A user's name, `name/token`, `cli` for the command line; null: the server by itself. */
  readonly actor: string | null;
  /** Such as `user.created`, `session.opened`, `track.viewed`. */
  readonly action: string;
  /** Of what: `user:andi`, `unit:hp-0001`. */
  readonly subject: string | null;
  /** Whose log shows it; null: only who sees everything. */
  readonly region: string | null;
  /** Never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** A deed as it stands in the log. */
export type LogEntry = Deed & {
  readonly sequence: number;
  readonly happenedAtMs: number;
  /** SHA-256 of the entry before. */
  readonly previousHash: Uint8Array;
  readonly hash: Uint8Array;
};

/** A user to add. */
export type NewUser = {
  readonly name: string;
  readonly fullName: string;
  /** PHC string; null: no password, so no sign-in by one. */
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly grants: readonly Grant[];
};

/** What to change of a user; what is left out stays as it is. */
export type UserChanges = {
  readonly fullName?: string | undefined;
  /** Instead of all that there are. */
  readonly grants?: readonly Grant[] | undefined;
  readonly isDisabled?: boolean | undefined;
};

/** A password to set, and when it may be. */
export type NewPassword = {
  /** PHC string. */
  readonly hash: string;
  readonly mustChange: boolean;
  /** The password must still be the one of this hash. */
  readonly checkedHash?: string;
  /** Asked of the user as they are when it is set. */
  readonly isAllowed?: (user: User) => boolean;
  readonly sessions: SessionsToEnd;
};

/**
 * That all sessions of a user end, since how they show who they are has changed. Who changes it for
 * themselves goes on with a new session: what was asked with the old one counts no more either.
 */
export type SessionsToEnd = {
  /** The session that asks, and what the log says of it. Nothing is changed when it has ended already. */
  readonly own?: { readonly key: number; readonly deed: Deed } | undefined;
  /** What the log says where there were others. */
  readonly deed: Deed;
};

/** A second factor to set. */
export type NewSecondFactor = {
  /** The sealed secret. */
  readonly secret: Uint8Array;
  /** SHA-256 of each recovery code. */
  readonly recoveryHashes: readonly Uint8Array[];
  /** The time step of the code that confirmed it, which shall not sign in as well. */
  readonly lastStep: number;
};

/** The latest time step that may have been used by now, and what the log says where a later one was. */
export type LatestStep = { readonly step: number; readonly deed: Deed };

/** What ended with a password. */
export type EndedWithPassword = {
  readonly sessionKeys: readonly number[];
  readonly tokenKeys: readonly number[];
};

/** A session to add; `idHash` is the SHA-256 of what the cookie holds. */
export type NewSession = Omit<Session, 'key'> & {
  readonly idHash: Uint8Array;
  /** Of the password that was checked; null: the user showed in another way who they are. */
  readonly checkedHash: string | null;
};

/** A token to add; `idHash` is the SHA-256 of the token. */
export type NewToken = Pick<Token, 'kind' | 'name' | 'ownerKey' | 'grant' | 'expiresAtMs'> & {
  readonly idHash: Uint8Array;
  /** The session of the owner that makes it. */
  readonly sessionKey: number;
};
