import type { Logger } from 'pino';
import type { Access } from '../domain/access.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import { hashSecret, isTokenSecret } from './credentials.ts';
import { type Identity, identityOfSession, identityOfToken } from './identity.ts';
import { within } from './within.ts';

/** What a request brings to say who sends it. */
export type Credentials = {
  readonly cookie: string | undefined;
  readonly bearer: string | undefined;
};

export type IdentitiesParts = {
  readonly records: Pick<
    AccountRecords,
    'sessionByHash' | 'touchSession' | 'tokenByHash' | 'touchToken'
  >;
  readonly nowMs: () => number;
  readonly log: Logger;
  /** Told the credentials that have ended, or allow something else than before. */
  readonly onEnded: (credentials: readonly string[]) => void;
  /** How long the database may take before what is remembered counts, milliseconds. */
  readonly answerWithinMs?: number;
};

/** Knows who is behind a credential, and remembers it for a while. */
export type Identities = {
  /**
   * A session counts as a cookie only, a wall screen's token too, a script's as a bearer only.
   *
   * @param isUse false where no person is behind the request: it then does not keep a session from
   *   ending for want of use. Tokens have nobody before them, so they are used by whatever comes
   */
  identify(
    credentials: Credentials,
    isUse?: boolean,
  ): Promise<Result<Access, 'none' | 'ended' | 'database_away'>>;
  /** Of somebody who was just identified; undefined when that has ended meanwhile. */
  identityOf(access: Access): Identity | undefined;
  /** Forgets a user's sessions and tokens, so that the database is asked about them again. */
  forgetUser(userKey: number): void;
  /**
   * Asks the database about all that is remembered, and tells what has ended or changed.
   *
   * @throws Error when the database does not answer; nothing is taken for fresh then
   */
  checkAll(): Promise<void>;
};

/** A change that the database did not tell of is noticed after this long. */
const freshMs = 30_000;
/** While the database is away, it is asked again about each credential after this long. */
const awayPauseMs = 5_000;
/** Who is not remembered waits this long for the database. */
const newcomerWaitMs = 10_000;
/** That a credential is in use is written down this often. */
const touchEveryMs = 60_000;
const warnEveryMs = 60_000;
/** More than screens can be connected; past it the one not used longest is forgotten. */
const maxEntries = 20_000;

/** A secret's hash, and the one kind that may come the way it came. */
type Secret = { readonly hash: Uint8Array; readonly kind: Access['kind'] };
type Entry = {
  readonly secret: Secret;
  identity: Identity;
  seenAtMs: number;
  touchedAtMs: number;
  askAgainAtMs: number;
  /** Counts no more until the database was asked; kept, so that what it allowed is compared then. */
  isForgotten: boolean;
};
type Found = { readonly identity: Identity; readonly seenAtMs: number };

export function createIdentities(parts: IdentitiesParts): Identities {
  const { records, nowMs, log, onEnded, answerWithinMs = 2_000 } = parts;
  /** By kind and hash of the secret, in the order of their last use. */
  const entries = new Map<string, Entry>();
  /** What the database is asked now. An answer to something that is not here any more is not taken. */
  const underWay = new Map<string, Promise<void>>();
  let warnedAtMs = Number.NEGATIVE_INFINITY;

  const warn = (event: string, error: unknown): void => {
    if (Math.abs(nowMs() - warnedAtMs) < warnEveryMs) return;
    warnedAtMs = nowMs();
    log.warn({ event, err: error }, 'the database does not say who is signed in');
  };

  const read = async ({ hash, kind }: Secret, seenHereMs: number): Promise<Found | undefined> => {
    if (kind === 'person') {
      const found = await records.sessionByHash(hash);
      if (found === undefined) return undefined;
      // uses that could not be written down while the database was away count all the same
      const seenAtMs = Math.max(found.session.seenAtMs, seenHereMs);
      const identity = identityOfSession({ ...found.session, seenAtMs }, found.user, nowMs());
      return identity && { identity, seenAtMs };
    }
    const found = await records.tokenByHash(hash);
    if (found === undefined || found.token.kind !== kind) return undefined;
    const identity = identityOfToken(found.token, found.owner, nowMs());
    const { usedAtMs, createdAtMs } = found.token;
    return identity && { identity, seenAtMs: Math.max(usedAtMs ?? createdAtMs, seenHereMs) };
  };

  /** Remembers what the database says, and tells when that is not what it was. */
  const note = (key: string, secret: Secret, found: Found | undefined): void => {
    const before = entries.get(key);
    if (found === undefined) entries.delete(key);
    else {
      remember(key, {
        secret,
        identity: found.identity,
        seenAtMs: Math.max(found.seenAtMs, before?.seenAtMs ?? 0),
        touchedAtMs: before?.touchedAtMs ?? found.seenAtMs,
        askAgainAtMs: nowMs() + freshMs,
        isForgotten: false,
      });
    }
    if (before !== undefined && !hasSameGrants(before.identity, found?.identity)) {
      onEnded([before.identity.access.credential]);
    }
  };

  /** Asks the database, once for all that ask at the same time, and remembers the answer. */
  const ask = (key: string, secret: Secret): Promise<void> => {
    const asked = underWay.get(key);
    if (asked !== undefined) return asked;
    const isAsking = (): boolean => underWay.get(key) === asking;
    const asking: Promise<void> = (async () => {
      try {
        const found = await read(secret, entries.get(key)?.seenAtMs ?? 0);
        // something changed meanwhile, or nobody waited any more: it may be what was true before
        if (isAsking()) note(key, secret, found);
        else await ask(key, secret);
      } finally {
        if (isAsking()) underWay.delete(key);
      }
    })();
    underWay.set(key, asking);
    return asking;
  };

  /** The same, but no longer than this: whoever asks next then asks anew. */
  const askWithin = async (limitMs: number, key: string, secret: Secret): Promise<void> => {
    try {
      await within(limitMs, ask(key, secret));
    } catch (error) {
      underWay.delete(key);
      throw error;
    }
  };

  const remember = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size <= maxEntries) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  };

  /** What somebody may with what is remembered, unless it has ended by itself meanwhile. */
  const take = (key: string, entry: Entry, isUse: boolean): Result<Access, 'ended'> => {
    const now = nowMs();
    const { access, idleMs } = entry.identity;
    if (now >= access.expiresAtMs || now - entry.seenAtMs >= idleMs) {
      entries.delete(key);
      onEnded([access.credential]);
      return ended;
    }
    remember(key, entry);
    if (isUse || access.kind !== 'person') noteUse(entry, now);
    // what is opened with it lasts no longer than a session that is not used any more
    const expiresAtMs = Math.min(access.expiresAtMs, entry.seenAtMs + idleMs);
    return { ok: true, value: { ...access, expiresAtMs } };
  };

  const noteUse = (entry: Entry, now: number): void => {
    entry.seenAtMs = now;
    if (Math.abs(now - entry.touchedAtMs) < touchEveryMs) return;
    entry.touchedAtMs = now;
    touch(entry.identity.access, now).catch((error: unknown) => warn('touchFailed', error));
  };

  const touch = ({ kind, credential }: Access, atMs: number): Promise<void> => {
    const key = Number(credential.split(':')[1]);
    return kind === 'person' ? records.touchSession(key, atMs) : records.touchToken(key, atMs);
  };

  /** Asks again about what is remembered, which counts on when the database does not answer. */
  const refresh = async (key: string, entry: Entry): Promise<void> => {
    try {
      await askWithin(answerWithinMs, key, entry.secret);
    } catch (error) {
      // a control room stays signed in while the database is away
      warn('identifyFailed', error);
      entry.askAgainAtMs = nowMs() + awayPauseMs;
    }
  };

  return {
    identify: async (credentials, isUse = true) => {
      const secret = secretOf(credentials);
      if (secret === undefined) return none;
      // with how it came: a token that is remembered as a bearer must not pass as a cookie
      const key = `${secret.kind} ${Buffer.from(secret.hash).toString('base64')}`;
      const remembered = entries.get(key);
      try {
        if (remembered === undefined || remembered.isForgotten) {
          await askWithin(newcomerWaitMs, key, secret);
        } else if (isDue(remembered, nowMs())) await refresh(key, remembered);
      } catch (error) {
        warn('identifyFailed', error);
        return { ok: false, reason: 'database_away', detail: 'the database does not answer' };
      }
      const entry = entries.get(key);
      return entry === undefined || entry.isForgotten ? ended : take(key, entry, isUse);
    },

    identityOf: ({ credential }) => {
      for (const { identity, isForgotten } of entries.values()) {
        if (!isForgotten && identity.access.credential === credential) return identity;
      }
      return undefined;
    },

    forgetUser: (userKey) => {
      underWay.clear();
      for (const entry of entries.values()) {
        if (entry.identity.access.userKey === userKey) entry.isForgotten = true;
      }
    },

    checkAll: async () => {
      underWay.clear();
      for (const entry of entries.values()) entry.askAgainAtMs = 0;
      for (const [key, { secret }] of [...entries]) await ask(key, secret);
    },
  };
}

const none = { ok: false, reason: 'none', detail: 'nothing says who asks' } as const;
const ended = { ok: false, reason: 'ended', detail: 'the session or token has ended' } as const;

/** The one secret that counts: a bearer's when there is one, so that a cookie cannot ride along. */
function secretOf({ cookie, bearer }: Credentials): Secret | undefined {
  if (bearer !== undefined) {
    return isTokenSecret(bearer) ? { hash: hashSecret(bearer), kind: 'api' } : undefined;
  }
  if (cookie === undefined) return undefined;
  return { hash: hashSecret(cookie), kind: isTokenSecret(cookie) ? 'display' : 'person' };
}

/** Also when the clock was ahead as it was noted: nothing is fresh for longer than that. */
function isDue({ askAgainAtMs }: Entry, nowMs: number): boolean {
  return nowMs >= askAgainAtMs || askAgainAtMs - nowMs > freshMs;
}

function hasSameGrants(one: Identity, other: Identity | undefined): boolean {
  return JSON.stringify(one.access.grants) === JSON.stringify(other?.access.grants);
}
