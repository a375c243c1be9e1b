import { type Access, type Grant, isInScope, type Scope, scopeOf } from '../domain/access.ts';
import { checkUserName, type Deed, type User, type UserChanges } from '../domain/account.ts';
import type { Result } from '../domain/result.ts';
import type { AccountRecords } from './accountRecords.ts';
import { sessionCredential, tokenCredential } from './credentials.ts';
import { deedOnUser, deedsOnGrants } from './deeds.ts';
import type { Identities } from './identities.ts';
import { checkPassword, hashPassword, type WeakPassword } from './passwords.ts';
import type { Sessions } from './sessions.ts';

/** A user to add, with a password that they must change at their first sign-in. */
export type UserToAdd = {
  readonly name: string;
  readonly fullName: string;
  readonly password: string;
  readonly grants: readonly Grant[];
};

/**
 * Managing users. Who may manage in some regions sees and changes the users all of whose grants lie
 * in those, and users without any; all others do not exist for them.
 *
 * Rejects with the storage's LastAdministratorError for what would take the last one away.
 */
export type Users = {
  list(access: Access): Promise<readonly User[]>;
  find(access: Access, name: string): Promise<Result<User, 'user_not_found'>>;
  add(
    access: Access,
    user: UserToAdd,
  ): Promise<Result<User, 'bad_name' | 'forbidden' | 'name_taken'> | WeakPassword>;
  /** Sockets of a user whose grants change or who is switched off are ended; sessions of the latter too. */
  change(
    access: Access,
    name: string,
    changes: UserChanges,
  ): Promise<Result<User, 'user_not_found' | 'forbidden'>>;
  /**
   * Sets a password that the user must change, and ends their sessions and their tokens for scripts.
   * Not for oneself.
   */
  setPassword(
    access: Access,
    name: string,
    password: string,
  ): Promise<Result<null, 'user_not_found' | 'forbidden' | 'own_account'> | WeakPassword>;
  /** Takes a lost second factor away, and ends their sessions. Not for oneself. */
  removeSecondFactor(
    access: Access,
    name: string,
  ): Promise<Result<null, 'user_not_found' | 'forbidden' | 'own_account'>>;
  endSessions(access: Access, name: string): Promise<Result<null, 'user_not_found' | 'forbidden'>>;
};

export type UsersParts = {
  readonly records: AccountRecords;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly onEnded: (credentials: readonly string[]) => void;
};

export function createUsers({ records, identities, sessions, onEnded }: UsersParts): Users {
  const find: Users['find'] = async (access, name) => {
    const user = await records.userByName(name);
    if (user !== undefined && isManaged(scopeOf(access.grants, 'users.manage'), user)) {
      return { ok: true, value: withoutSecrets(user) };
    }
    return notFound(name);
  };

  /** A user of the caller's, to be changed: what makes people, only people do. */
  const findToChange = async (
    access: Access,
    name: string,
  ): Promise<Result<User, 'user_not_found' | 'forbidden'>> => {
    return access.kind === 'person' ? find(access, name) : notByToken;
  };

  /** What is open in the user's name is opened anew, with what the user may now. */
  const endSockets = async (user: User): Promise<void> => {
    const [open, tokens] = [await records.sessionsOf(user.key), await records.listTokens(user.key)];
    identities.forgetUser(user.key);
    onEnded([
      ...open.map(({ key }) => sessionCredential(key)),
      ...tokens.map(({ key }) => tokenCredential(key)),
    ]);
  };

  return {
    list: async (access) => {
      const scope = scopeOf(access.grants, 'users.manage');
      return (await records.listUsers()).filter((user) => isManaged(scope, user));
    },
    find,

    add: async (access, { password, ...wanted }) => {
      if (access.kind !== 'person') return notByToken;
      const name = checkUserName(wanted.name);
      if (!name.ok) return name;
      const given = checkGrants(access, wanted.grants);
      if (!given.ok) return given;
      const checked = checkPassword(password, wanted);
      if (!checked.ok) return checked;
      const user = { name: name.value, fullName: wanted.fullName, grants: wanted.grants };
      const added = await records.addUser(
        { ...user, passwordHash: await hashPassword(password), mustChangePassword: true },
        deedOnUser(access.actor, 'user.created', user, { grants: user.grants }),
      );
      if (added !== undefined) return { ok: true, value: added };
      return { ok: false, reason: 'name_taken', detail: `"${name.value}" is taken` };
    },

    change: async (access, name, { fullName, grants, isDisabled }) => {
      const found = await findToChange(access, name);
      if (!found.ok) return found;
      const given = checkGrants(access, grants ?? []);
      if (!given.ok) return given;
      const scope = scopeOf(access.grants, 'users.manage');
      const { actor } = access;
      const plan = (user: User): readonly Deed[] | undefined => {
        if (!isManaged(scope, user)) return undefined;
        const deeds: Deed[] = [];
        if (fullName !== undefined && fullName !== user.fullName) {
          // what names a person stays out of a log that nothing can be taken out of
          deeds.push(deedOnUser(actor, 'user.renamed', user));
        }
        if (grants !== undefined) deeds.push(...deedsOnGrants(actor, user, grants));
        if (isDisabled !== undefined && isDisabled !== user.isDisabled) {
          deeds.push(deedOnUser(actor, isDisabled ? 'user.disabled' : 'user.enabled', user));
        }
        return deeds;
      };
      const changes = { fullName, grants, isDisabled };
      const user = await records.changeUser(found.value.key, changes, plan);
      if (user === undefined) return notFound(name);
      const isSwitched = user.isDisabled !== found.value.isDisabled;
      if (grants !== undefined || isSwitched) await endSockets(user);
      if (isDisabled === true) await sessions.endAll(user, actor, 'user.sessions_ended');
      return { ok: true, value: user };
    },

    setPassword: async (access, name, password) => {
      const found = await findToChange(access, name);
      if (!found.ok) return found;
      const user = found.value;
      if (user.key === access.userKey) return notOneself;
      const checked = checkPassword(password, user);
      if (!checked.ok) return checked;
      const hash = await hashPassword(password);
      const deed = deedOnUser(access.actor, 'user.password_set', user);
      const scope = scopeOf(access.grants, 'users.manage');
      const ended = await records.setPassword(
        user.key,
        {
          hash,
          mustChange: true,
          // hashing takes a while, in which somebody may give the user a role elsewhere
          isAllowed: (now) => isManaged(scope, now),
          sessions: { deed: deedOnUser(access.actor, 'user.sessions_ended', user) },
        },
        deed,
      );
      if (ended === undefined) return notFound(name);
      sessions.endedWith(user.key, ended);
      return done;
    },

    removeSecondFactor: async (access, name) => {
      const found = await findToChange(access, name);
      if (!found.ok) return found;
      const user = found.value;
      if (user.key === access.userKey) return notOneself;
      const deed = deedOnUser(access.actor, 'user.second_factor_removed', user);
      const toEnd = { deed: deedOnUser(access.actor, 'user.sessions_ended', user) };
      const sessionKeys = await records.setTotp(user.key, null, toEnd, deed);
      sessions.endedWith(user.key, { sessionKeys: sessionKeys ?? [], tokenKeys: [] });
      return done;
    },

    endSessions: async (access, name) => {
      const found = await findToChange(access, name);
      if (!found.ok) return found;
      await sessions.endAll(found.value, access.actor, 'user.sessions_ended');
      return done;
    },
  };
}

function notFound(name: string): Result<never, 'user_not_found'> {
  const detail = `there is no user "${name.slice(0, 80)}" in your regions`;
  return { ok: false, reason: 'user_not_found', detail };
}

const done = { ok: true, value: null } as const;

const notByToken = {
  ok: false,
  reason: 'forbidden',
  detail: 'people are managed by a signed-in person, not with a token',
} as const;

const notOneself = {
  ok: false,
  reason: 'own_account',
  detail: 'this is your own account: change it under /session, with the password that you have',
} as const;

function isManaged(scope: Scope, user: User): boolean {
  return user.grants.every(({ region }) => isInScope(scope, [region]));
}

/** Whoever manages users in a region gives every role there, and none elsewhere. */
function checkGrants(access: Access, grants: readonly Grant[]): Result<null, 'forbidden'> {
  const scope = scopeOf(access.grants, 'users.manage');
  const beyond = grants.find(({ region }) => !isInScope(scope, [region]));
  if (beyond === undefined) return done;
  const detail = `you cannot give ${beyond.role} on ${beyond.region}: you do not manage users there`;
  return { ok: false, reason: 'forbidden', detail };
}

function withoutSecrets(user: User): User {
  const { key, name, fullName, grants } = user;
  const { hasSecondFactor, recoveryCodesLeft, mustChangePassword, isDisabled, createdAtMs } = user;
  return {
    key,
    name,
    fullName,
    grants,
    hasSecondFactor,
    recoveryCodesLeft,
    mustChangePassword,
    isDisabled,
    createdAtMs,
  };
}
