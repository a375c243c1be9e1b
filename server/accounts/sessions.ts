import type { Access } from '../domain/access.ts';
import type { Deed, EndedWithPassword, Session, SessionsToEnd, User } from '../domain/account.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import {
  hashSecret,
  newSecret,
  sessionCredential,
  sessionKeyOf,
  tokenCredential,
} from './credentials.ts';
import { deedOnUser } from './deeds.ts';
import type { Identities } from './identities.ts';
import { type Identity, identityOfSession, idleMs, sessionMs } from './identity.ts';

/** From where somebody signs in, as their list of sessions shows it. */
export type Origin = { readonly address: string; readonly userAgent: string };

/** A session that was just opened; the secret is shown to nobody else and kept nowhere. */
export type Opened = {
  readonly secret: string;
  readonly expiresAtMs: number;
  readonly identity: Identity;
};

/**
 * By what somebody showed who they are; `renewal` takes the place of a session that its own change of
 * password or second factor ended. A provider of sign-ins (OIDC) would add one of its own.
 */
export type Way = 'password' | 'link' | 'set_up' | 'renewal';

/** How somebody showed who they are, with the hash of the password that was checked where one was. */
export type Proof = { readonly way: Way; readonly checkedHash: string | null };

export type Sessions = {
  /**
   * Opens a session for a user who has shown who they are. How they did is no matter of this: a
   * sign-in by another provider (OIDC) ends here too, once it has found the user.
   *
   * Undefined when the user was switched off meanwhile, or has another password than the one that was
   * checked: what somebody does to end all sessions ends those too that are about to begin.
   */
  open(user: User, origin: Origin, proof: Proof): Promise<Opened | undefined>;
  /** Ends the session that asks. */
  close(access: Access): Promise<void>;
  list(access: Access): Promise<readonly (Session & { readonly isThis: boolean })[]>;
  /** Ends one of one's own. */
  end(access: Access, key: number): Promise<Result<null, 'session_not_found'>>;
  /** Ends one's own but the one that asks. */
  endOthers(access: Access): Promise<void>;
  /** Ends all of a user, in the name of `actor`. */
  endAll(user: User, actor: string, action: string): Promise<void>;
  /** Tells that what was made with a password, or a second factor, has ended with it. */
  endedWith(userKey: number, ended: EndedWithPassword): void;
};

export type SessionsParts = {
  readonly records: AccountRecords;
  readonly identities: Identities;
  readonly nowMs: () => number;
  readonly onEnded: (credentials: readonly string[]) => void;
};

/** Past it the one not used longest ends. A demonstration's visitors share one user. */
const maxSessionsOfUser = 100;
const sweepEveryMs = 3_600_000;

export function createSessions({ records, identities, nowMs, onEnded }: SessionsParts): Sessions {
  let sweptAtMs = Number.NEGATIVE_INFINITY;

  const ended = (userKey: number, sessionKeys: readonly number[]): void => {
    identities.forgetUser(userKey);
    onEnded(sessionKeys.map(sessionCredential));
  };

  /** Ends what is over by itself, or too much, whenever something is added. */
  const makeRoom = async (user: User): Promise<void> => {
    const now = nowMs();
    if (Math.abs(now - sweptAtMs) >= sweepEveryMs) {
      sweptAtMs = now;
      await records.dropSessions(now, now - idleMs);
    }
    const sessions = await records.sessionsOf(user.key);
    const surplus = sessions
      .toSorted((one, other) => other.seenAtMs - one.seenAtMs)
      .slice(maxSessionsOfUser - 1);
    for (const { key } of surplus) {
      const deed = deedOnUser(null, 'session.ended', user, { session: key, reason: 'too many' });
      if (await records.endSession(user.key, key, deed)) ended(user.key, [key]);
    }
  };

  const open: Sessions['open'] = async (user, origin, { way, checkedHash }) => {
    await makeRoom(user);
    const secret = newSecret();
    const now = nowMs();
    const session = await records.addSession(
      {
        ...origin,
        idHash: hashSecret(secret),
        checkedHash,
        userKey: user.key,
        createdAtMs: now,
        seenAtMs: now,
        expiresAtMs: now + sessionMs,
      },
      deedOnUser(user.name, 'session.opened', user, { way, address: origin.address }),
    );
    if (session === undefined) return undefined;
    const identity = identityOfSession(session, user, now);
    if (identity === undefined) {
      throw new Error(`the session of the user ${user.name} ended before it began`);
    }
    return { secret, expiresAtMs: session.expiresAtMs, identity };
  };

  return {
    open,
    close: async (access) => {
      const key = sessionKeyOf(access.credential);
      if (key === undefined) return;
      const deed = deedOnUser(access.actor, 'session.closed', own(access), { session: key });
      await records.endSession(access.userKey, key, deed);
      ended(access.userKey, [key]);
    },
    list: async (access) => {
      const now = nowMs();
      const sessions = await records.sessionsOf(access.userKey);
      return sessions
        .filter(({ seenAtMs, expiresAtMs }) => now < expiresAtMs && now - seenAtMs < idleMs)
        .map((session) => ({
          ...session,
          isThis: sessionCredential(session.key) === access.credential,
        }));
    },
    end: async (access, key) => {
      const deed = deedOnUser(access.actor, 'session.ended', own(access), { session: key });
      if (!(await records.endSession(access.userKey, key, deed))) {
        return { ok: false, reason: 'session_not_found', detail: `you have no session ${key}` };
      }
      ended(access.userKey, [key]);
      return { ok: true, value: null };
    },
    endOthers: async (access) => {
      const deed = deedOnUser(access.actor, 'session.others_ended', own(access));
      const thisKey = sessionKeyOf(access.credential);
      ended(access.userKey, await records.endSessionsOf(access.userKey, thisKey, deed));
    },
    endAll: async (user, actor, action) => {
      const deed = deedOnUser(actor, action, user);
      ended(user.key, await records.endSessionsOf(user.key, undefined, deed));
    },
    endedWith: (userKey, { sessionKeys, tokenKeys }) => {
      ended(userKey, sessionKeys);
      onEnded(tokenKeys.map(tokenCredential));
    },
  };
}

/**
 * What ends when somebody changes their own password or second factor: every session, that one too
 * that asks, in whose place a new one is opened.
 */
export function sessionsToRotate(access: Access, user: User): SessionsToEnd {
  const key = sessionKeyOf(access.credential);
  return {
    own: key === undefined ? undefined : { key, deed: rotated(access, key) },
    deed: deedOnUser(user.name, 'session.others_ended', user),
  };
}

function rotated(access: Access, key: number): Deed {
  return deedOnUser(access.actor, 'session.rotated', own(access), { session: key });
}

function own({ actor, grants }: Access) {
  return { name: actor, grants };
}
