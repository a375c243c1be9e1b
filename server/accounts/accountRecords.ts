import type { Grant } from '../domain/access.ts';
import type { Deed, LogEntry, Session, Token, User, UserSecrets } from '../domain/account.ts';

/** A user to add. */
export type NewUser = {
  readonly name: string;
  readonly fullName: string;
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly grants: readonly Grant[];
};

/** A session to add; `idHash` is the SHA-256 of what the cookie holds. */
export type NewSession = Omit<Session, 'key'> & { readonly idHash: Uint8Array };

/** A token to add; `idHash` is the SHA-256 of the token. */
export type NewToken = Pick<Token, 'kind' | 'name' | 'ownerKey' | 'grant' | 'expiresAtMs'> & {
  readonly idHash: Uint8Array;
};

/** What the database keeps of accounts. Each change writes its deed to the log in the same transaction. */
export type AccountRecords = {
  /** Users that are not disabled and administrators everywhere. */
  countAdministrators(): Promise<number>;
  /** Undefined when the name is taken. */
  addUser(user: NewUser, deed: Deed): Promise<User | undefined>;
  /** The first administrator: undefined when there is one already, however many ask at once. */
  addFirstAdministrator(user: NewUser, deed: Deed): Promise<User | undefined>;
  listUsers(): Promise<readonly User[]>;
  userByName(name: string): Promise<UserSecrets | undefined>;
  userByKey(key: number): Promise<UserSecrets | undefined>;
  setFullName(userKey: number, fullName: string, deed: Deed): Promise<void>;
  /** Replaces all grants. */
  setGrants(userKey: number, grants: readonly Grant[], deed: Deed): Promise<void>;
  setDisabled(userKey: number, isDisabled: boolean, deed: Deed): Promise<void>;
  setPassword(
    userKey: number,
    password: { readonly hash: string; readonly mustChange: boolean },
    deed: Deed,
  ): Promise<void>;
  /** Sets or takes away the second factor, with the hashes of its recovery codes. */
  setTotp(
    userKey: number,
    totp: { readonly secret: Uint8Array; readonly recoveryHashes: readonly Uint8Array[] } | null,
    deed: Deed,
  ): Promise<void>;
  /** False when this step, or a later one, was used before: a code counts once. */
  takeTotpStep(userKey: number, step: number): Promise<boolean>;
  /** False when there is no such code that is unused. */
  takeRecoveryCode(userKey: number, hash: Uint8Array, deed: Deed): Promise<boolean>;
  /** Seals all secrets of second factors anew. */
  resealTotp(reseal: (secret: Uint8Array) => Uint8Array, deed: Deed): Promise<number>;

  addSession(session: NewSession, deed: Deed): Promise<Session>;
  /** The session and its user, disabled or not; undefined when it ended. */
  sessionByHash(
    idHash: Uint8Array,
  ): Promise<{ readonly session: Session; readonly user: User } | undefined>;
  sessionsOf(userKey: number): Promise<readonly Session[]>;
  touchSession(key: number, seenAtMs: number): Promise<void>;
  /** Ends one session of a user. False when there is none. */
  endSession(userKey: number, key: number, deed: Deed): Promise<boolean>;
  /** Ends all sessions of a user but one; returns the keys of those that ended. */
  endSessionsOf(
    userKey: number,
    exceptKey: number | undefined,
    deed: Deed,
  ): Promise<readonly number[]>;
  /** Removes sessions that expired or were idle since then. */
  dropSessions(expiredBeforeMs: number, idleSinceMs: number): Promise<void>;

  addToken(token: NewToken, deed: Deed): Promise<Token>;
  /** The token and its owner, revoked or expired or not; undefined when there is none. */
  tokenByHash(
    idHash: Uint8Array,
  ): Promise<{ readonly token: Token; readonly owner: User } | undefined>;
  /** All tokens, or one owner's, newest first. */
  listTokens(ownerKey: number | undefined): Promise<readonly Token[]>;
  touchToken(key: number, usedAtMs: number): Promise<void>;
  /** False when there is none that is not revoked. */
  revokeToken(key: number, deed: Deed): Promise<boolean>;

  appendLog(deed: Deed): Promise<LogEntry>;
  /** Newest first, before a sequence; of these regions and those below, or all where undefined. */
  readLog(query: {
    readonly before: number | undefined;
    readonly limit: number;
    readonly regions: readonly string[] | undefined;
  }): Promise<readonly LogEntry[]>;
};
