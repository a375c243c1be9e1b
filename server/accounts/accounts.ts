import type { Logger } from 'pino';
import { type Access, isInScope, type Scope, scopeOf } from '../domain/access.ts';
import type { LogEntry } from '../domain/account.ts';
import { everywhere } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import { hashSecret, newSecret } from './credentials.ts';
import { createIdentities, type Identities } from './identities.ts';
import type { Identity } from './identity.ts';
import { createKnownDevices } from './knownDevices.ts';
import { createOwnAccount, type OwnAccount } from './ownAccount.ts';
import type { Seal } from './seal.ts';
import { createSessions, type Opened, type Origin, type Sessions } from './sessions.ts';
import { createSetUp, type SetUp } from './setUp.ts';
import { createSignIn, type SignInAnswer, type SignInAttempt } from './signIn.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createUsers, type Users } from './users.ts';

export type AccountsParts = {
  readonly records: AccountRecords;
  /** For the secrets of second factors, and for what devices remember. */
  readonly seal: Seal;
  readonly nowMs: () => number;
  readonly log: Logger;
};

/** People, wall screens and scripts: who they are, what they may, and what they do about it. */
export type Accounts = Pick<Identities, 'identify' | 'identityOf'> & {
  /** True once anybody is an administrator of everything, and then for ever. */
  hasAdministrator(): Promise<boolean>;
  signIn(attempt: SignInAttempt): Promise<SignInAnswer>;
  /** A link that signs in as this user for as long as the server runs: for a demonstration. */
  makeSignInLink(userName: string): string;
  signInByLink(secret: string, origin: Origin): Promise<Result<Opened, 'link_expired'>>;
  /** Takes the token of a wall screen, which then comes as its cookie. */
  openDisplay(
    secret: string,
    origin: Origin,
  ): Promise<Result<Opened, 'token_not_found' | 'database_away'>>;
  readonly setUp: SetUp;
  readonly sessions: Sessions;
  readonly ownAccount: OwnAccount;
  readonly users: Users;
  readonly tokens: Tokens;
  /** The log of the regions in which one may read it, newest first; `before` is a sequence. */
  readLog(
    access: Access,
    page: { readonly before: number | undefined; readonly limit: number },
  ): Promise<readonly LogEntry[]>;
  /**
   * To be called when the database says that something of accounts has changed, by whatever program:
   * what is remembered is checked, and what has ended is told.
   *
   * @throws Error when the database does not answer: call it again
   */
  forget(): Promise<void>;
  /**
   * Tells the credentials (`Access.credential`) that have ended or allow something else now, so that
   * what is open in their name is ended. Returns what ends this.
   */
  onEnded(listener: (credentials: readonly string[]) => void): () => void;
};

/** While there is no administrator, the database is asked about it this often at most. */
const noAdministratorMs = 1_000;

export function createAccounts({ records, seal, nowMs, log }: AccountsParts): Accounts {
  const listeners = new Set<(credentials: readonly string[]) => void>();
  const ended = (credentials: readonly string[]): void => {
    if (credentials.length === 0) return;
    for (const listener of listeners) listener(credentials);
  };

  let isSetUp = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const hasAdministrator = async (): Promise<boolean> => {
    if (!isSetUp && Math.abs(nowMs() - askedAtMs) >= noAdministratorMs) {
      isSetUp = (await records.countAdministrators()) > 0;
      askedAtMs = nowMs();
    }
    return isSetUp;
  };

  const identities = createIdentities({ records, nowMs, log, onEnded: ended });
  const sessions = createSessions({ records, identities, nowMs, onEnded: ended });
  const devices = createKnownDevices(seal);
  /** Users by the hash of the link that signs in as them. */
  const links = new Map<string, string>();
  const linkKey = (secret: string) => Buffer.from(hashSecret(secret)).toString('base64');

  return {
    identify: (credentials, isUse) => identities.identify(credentials, isUse),
    identityOf: (access) => identities.identityOf(access),
    hasAdministrator,
    signIn: createSignIn({ records, sessions, devices, seal, nowMs, log }),
    makeSignInLink: (userName) => {
      const secret = newSecret();
      links.set(linkKey(secret), userName);
      return secret;
    },
    signInByLink: async (secret, origin) => {
      const userName = links.get(linkKey(secret));
      const user = userName === undefined ? undefined : await records.userByName(userName);
      if (user === undefined || user.isDisabled) return noLink;
      const opened = await sessions.open(user, origin, { way: 'link', checkedHash: null });
      return opened === undefined ? noLink : { ok: true, value: opened };
    },
    openDisplay: async (secret, origin) => {
      const found = await identities.identify({ cookie: secret, bearer: undefined });
      if (!found.ok && found.reason === 'database_away') return { ...found, reason: found.reason };
      const identity = found.ok ? identities.identityOf(found.value) : undefined;
      if (identity?.access.kind !== 'display') return noDisplay;
      return { ok: true, value: await openDisplay(records, identity, secret, origin) };
    },
    setUp: createSetUp({
      records,
      sessions,
      nowMs,
      hasAdministrator,
      onAdministrator: () => {
        isSetUp = true;
      },
    }),
    sessions,
    ownAccount: createOwnAccount({ records, sessions, seal, nowMs }),
    users: createUsers({ records, identities, sessions, onEnded: ended }),
    tokens: createTokens({ records, identities, nowMs, onEnded: ended }),
    readLog: async (access, page) => {
      const scope = scopeOf(access.grants, 'log.view');
      if (scope.includes(everywhere)) return records.readLog({ ...page, regions: undefined });
      const entries = await records.readLog({ ...page, regions: scope });
      return entries.map((entry) => narrowed(entry, scope));
    },
    forget: async () => {
      askedAtMs = Number.NEGATIVE_INFINITY;
      await identities.checkAll();
    },
    onEnded: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** An entry on somebody with roles in several regions, without those that are not the reader's. */
function narrowed(entry: LogEntry, scope: Scope): LogEntry {
  const { regions, grants, ...data } = entry.data;
  if (!Array.isArray(regions)) return entry;
  const isSeen = (region: unknown): boolean =>
    typeof region === 'string' && isInScope(scope, [region]);
  const seen = regions.filter(isSeen);
  const given = Array.isArray(grants) ? grants.filter((grant) => isSeen(grant?.region)) : undefined;
  return {
    ...entry,
    data: { ...data, regions: seen, ...(given !== undefined && { grants: given }) },
  };
}

const noLink = {
  ok: false,
  reason: 'link_expired',
  detail: 'no link of this start of the server',
} as const;

const noDisplay = {
  ok: false,
  reason: 'token_not_found',
  detail: 'this is not the token of a wall screen, or it was revoked or has expired',
} as const;

async function openDisplay(
  records: AccountRecords,
  identity: Identity,
  secret: string,
  { address }: Origin,
): Promise<Opened> {
  const { access, name } = identity;
  await records.appendLog({
    actor: access.actor,
    action: 'display.opened',
    subject: `token:${name}`,
    region: access.grants[0]?.region === everywhere ? null : (access.grants[0]?.region ?? null),
    data: { address },
  });
  return { secret, expiresAtMs: access.expiresAtMs, identity };
}
