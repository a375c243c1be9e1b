import type {
  Deed,
  EndedWithPassword,
  LatestStep,
  LogEntry,
  NewPassword,
  NewSecondFactor,
  NewSession,
  NewToken,
  NewUser,
  Session,
  SessionsToEnd,
  Token,
  User,
  UserChanges,
  UserSecrets,
} from '../domain/account.ts';

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
  /**
   * All of it or nothing. The plan is told the user as they are when it is written; undefined leaves
   * everything as it is, and is then the answer.
   */
  changeUser(
    userKey: number,
    changes: UserChanges,
    plan: (user: User) => readonly Deed[] | undefined,
  ): Promise<User | undefined>;
  /** Ends sessions and tokens for scripts too. Undefined, and nothing has changed, when it is refused. */
  setPassword(
    userKey: number,
    password: NewPassword,
    deed: Deed,
  ): Promise<EndedWithPassword | undefined>;
  /** Keeps the same password by another hash. False when it is not that password any more. */
  rehashPassword(
    userKey: number,
    hashes: { readonly before: string; readonly after: string },
    deed: Deed,
  ): Promise<boolean>;
  /**
   * Sets or takes away the second factor, with its recovery codes, and ends sessions; returns the keys
   * of those. Undefined, and nothing has changed, when the session that asks has ended.
   */
  setTotp(
    userKey: number,
    totp: NewSecondFactor | null,
    sessions: SessionsToEnd,
    deed: Deed,
  ): Promise<readonly number[] | undefined>;
  /**
   * False when this step, or a later one, was used before: a code counts once. What was used by a
   * clock that was ahead, after the latest step there can be by now, is forgotten.
   */
  takeTotpStep(userKey: number, step: number, latest: LatestStep): Promise<boolean>;
  /** False when there is no such code that is unused. */
  takeRecoveryCode(userKey: number, hash: Uint8Array, deed: Deed): Promise<boolean>;
  /** In the place of all that there are. False when there is no second factor. */
  setRecoveryCodes(userKey: number, hashes: readonly Uint8Array[], deed: Deed): Promise<boolean>;
  /** Seals all secrets of second factors anew. */
  resealTotp(reseal: (secret: Uint8Array) => Uint8Array, deed: Deed): Promise<number>;

  /** Undefined when the user is switched off, or the password that was checked is theirs no more. */
  addSession(session: NewSession, deed: Deed): Promise<Session | undefined>;
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

  /** Undefined when its owner is switched off, or the session that makes it has ended. */
  addToken(token: NewToken, deed: Deed): Promise<Token | undefined>;
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
