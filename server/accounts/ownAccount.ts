import type { Access } from '../domain/access.ts';
import type { UserSecrets } from '../domain/account.ts';
import type { AccountRecords } from './accountRecords.ts';
import { deedOnUser } from './deeds.ts';
import { HashQueueFullError } from './hashQueue.ts';
import { createOncePer } from './oncePer.ts';
import { checkPasswordOf } from './passwordCheck.ts';
import { checkPassword, hashPassword, sameAsBefore, type WeakPassword } from './passwords.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recoveryCodes.ts';
import type { Seal } from './seal.ts';
import { takeSecondFactor } from './secondFactor.ts';
import { type Opened, type Origin, type Sessions, sessionsToRotate } from './sessions.ts';
import { createThrottle, during } from './throttle.ts';
import { describeTotp, findTotpStep, newTotpSecret } from './totp.ts';
import { busyWaitMs, type Wait, wait } from './wait.ts';

type Refused<Reason extends string> = {
  readonly ok: false;
  readonly reason: Reason;
  readonly detail: string;
};
type Done<Value> = { readonly ok: true; readonly value: Value };

/** What people do to their own account, each time with their password or a code. */
export type OwnAccount = {
  /** All other sessions and all tokens for scripts end, and this session goes on as a new one. */
  changePassword(
    access: Access,
    passwords: { readonly old: string; readonly new: string },
    origin: Origin,
  ): Promise<
    | Done<{ readonly opened: Opened; readonly tokensRevoked: number }>
    | Refused<'wrong_credentials'>
    | WeakPassword
    | Wait
  >;
  /** Begins to set a second factor: what the app is given, for ten minutes. */
  beginSecondFactor(
    access: Access,
    password: string,
  ): Promise<
    | Done<{ readonly secret: string; readonly uri: string }>
    | Refused<'wrong_credentials' | 'second_factor_set' | 'password_change_required'>
    | Wait
  >;
  /**
   * Sets it once the app has shown a right code. The recovery codes are shown this once. All other
   * sessions end, as when it is removed, and this one goes on as a new one.
   */
  setSecondFactor(
    access: Access,
    code: string,
    origin: Origin,
  ): Promise<
    | Done<{ readonly opened: Opened; readonly recoveryCodes: readonly string[] }>
    | Refused<'wrong_credentials' | 'not_begun'>
    | Wait
  >;
  removeSecondFactor(
    access: Access,
    proof: Proof,
    origin: Origin,
  ): Promise<Done<Opened> | Refused<'wrong_credentials'> | Wait>;
  /** Makes new recovery codes, which are shown this once; those of before count no more. */
  renewRecoveryCodes(
    access: Access,
    proof: Proof,
  ): Promise<Done<readonly string[]> | Refused<'wrong_credentials'> | Wait>;
};

/** What somebody shows who they are with: the code is the app's or one of the recovery codes. */
type Proof = { readonly password: string; readonly code: string };

export type OwnAccountParts = {
  readonly records: AccountRecords;
  readonly sessions: Sessions;
  readonly seal: Seal;
  readonly nowMs: () => number;
};

const beginningMs = 10 * 60_000;
const maxKeys = 1_000;
const logEveryMs = 60_000;

export function createOwnAccount({ records, sessions, seal, nowMs }: OwnAccountParts): OwnAccount {
  /** Secrets that apps were given and that no code has confirmed yet, by the session that asked. */
  const begun = new Map<string, { readonly secret: Uint8Array; readonly untilMs: number }>();
  // by session: whoever took one over guesses slowly too
  const attempts = createThrottle({ maxWaitMs: 30_000, atOnce: 1, maxKeys });

  const logged = createOncePer(logEveryMs, maxKeys);

  const userOf = async ({ userKey }: Access): Promise<UserSecrets> => {
    const user = await records.userByKey(userKey);
    if (user === undefined) throw new Error(`There is no user with the key ${userKey}.`);
    return user;
  };

  /** Runs a check of a password or code, with the wait that wrong ones bring; undefined is wrong. */
  const prove = async (
    access: Access,
    user: UserSecrets,
    check: () => Promise<string | undefined>,
  ): Promise<Done<string> | Refused<'wrong_credentials'> | Wait> => {
    const waitMs = attempts.begin(access.credential, nowMs());
    if (waitMs > 0) return wait(waitMs, 'account');
    try {
      const checked = await during(attempts, access.credential, nowMs, async () => {
        const answer = await check();
        return { answer, outcome: answer === undefined ? 'failed' : 'passed' };
      });
      if (checked !== undefined) return { ok: true, value: checked };
      if (logged(access.credential, nowMs())) {
        await records.appendLog(deedOnUser(user.name, 'password.refused', user));
      }
      return wrong;
    } catch (error) {
      if (error instanceof HashQueueFullError) return wait(busyWaitMs, 'server');
      throw error;
    }
  };

  const proveBoth = (access: Access, user: UserSecrets, { password, code }: Proof) =>
    prove(access, user, async () => {
      const checkedHash = await checkPasswordOf(records, user, password, true);
      if (checkedHash === undefined) return undefined;
      const taken = await takeSecondFactor(records, seal, user, code, nowMs());
      return taken === undefined ? undefined : checkedHash;
    });

  /** Opens the session in the place of the one that asked. */
  const reopen = async (
    user: UserSecrets,
    origin: Origin,
    checkedHash: string | null,
  ): Promise<Done<Opened> | Refused<'wrong_credentials'>> => {
    const opened = await sessions.open(user, origin, { way: 'renewal', checkedHash });
    // the password was changed from elsewhere meanwhile
    return opened === undefined ? wrong : { ok: true, value: opened };
  };

  return {
    changePassword: async (access, passwords, origin) => {
      const user = await userOf(access);
      const proven = await prove(access, user, () =>
        checkPasswordOf(records, user, passwords.old, true),
      );
      if (!proven.ok) return proven;
      const checked = checkPassword(passwords.new, user);
      if (!checked.ok) return checked;
      if (passwords.new === passwords.old) return sameAsBefore;
      const hash = await hashPassword(passwords.new);
      const deed = deedOnUser(user.name, 'password.changed', user);
      const toEnd = sessionsToRotate(access, user);
      const ended = await records.setPassword(
        user.key,
        { hash, mustChange: false, checkedHash: proven.value, sessions: toEnd },
        deed,
      );
      if (ended === undefined) return wrong;
      sessions.endedWith(user.key, ended);
      const changed = { ...user, mustChangePassword: false };
      const next = await reopen(changed, origin, hash);
      const tokensRevoked = ended.tokenKeys.length;
      return next.ok ? { ok: true, value: { opened: next.value, tokensRevoked } } : next;
    },

    beginSecondFactor: async (access, password) => {
      const user = await userOf(access);
      if (user.mustChangePassword) {
        const detail = 'a second factor is set once nobody else knows the password';
        return { ok: false, reason: 'password_change_required', detail };
      }
      const proven = await prove(access, user, () =>
        checkPasswordOf(records, user, password, true),
      );
      if (!proven.ok) return proven;
      if (user.hasSecondFactor) {
        const detail = 'there is a second factor already: remove that one first';
        return { ok: false, reason: 'second_factor_set', detail };
      }
      const secret = newTotpSecret();
      begun.delete(access.credential);
      begun.set(access.credential, { secret, untilMs: nowMs() + beginningMs });
      const [oldest] = begun.keys();
      if (begun.size > maxKeys && oldest !== undefined) begun.delete(oldest);
      return { ok: true, value: describeTotp(secret, user.name) };
    },

    setSecondFactor: async (access, code, origin) => {
      const started = begun.get(access.credential);
      if (started === undefined || nowMs() >= started.untilMs) {
        const detail = 'setting a second factor was not begun, or more than ten minutes ago';
        return { ok: false, reason: 'not_begun', detail };
      }
      const user = await userOf(access);
      const step = findTotpStep(started.secret, code, nowMs());
      const proven = await prove(access, user, async () => step?.toString());
      if (!proven.ok || step === undefined) return proven.ok ? wrong : proven;
      begun.delete(access.credential);
      const recoveryCodes = newRecoveryCodes();
      const recoveryHashes = hashesOf(recoveryCodes);
      const totp = { secret: seal.seal(started.secret), recoveryHashes, lastStep: step };
      const deed = deedOnUser(user.name, 'second_factor.set', user);
      const toEnd = sessionsToRotate(access, user);
      const sessionKeys = await records.setTotp(user.key, totp, toEnd, deed);
      if (sessionKeys === undefined) return wrong;
      sessions.endedWith(user.key, { sessionKeys, tokenKeys: [] });
      const recoveryCodesLeft = recoveryCodes.length;
      const changed = { ...user, hasSecondFactor: true, recoveryCodesLeft };
      const next = await reopen(changed, origin, user.passwordHash);
      return next.ok ? { ok: true, value: { opened: next.value, recoveryCodes } } : next;
    },

    removeSecondFactor: async (access, proof, origin) => {
      const user = await userOf(access);
      const proven = await proveBoth(access, user, proof);
      if (!proven.ok) return proven;
      const deed = deedOnUser(user.name, 'second_factor.removed', user);
      const toEnd = sessionsToRotate(access, user);
      const sessionKeys = await records.setTotp(user.key, null, toEnd, deed);
      if (sessionKeys === undefined) return wrong;
      sessions.endedWith(user.key, { sessionKeys, tokenKeys: [] });
      const changed = { ...user, hasSecondFactor: false, recoveryCodesLeft: 0 };
      return reopen(changed, origin, proven.value);
    },

    renewRecoveryCodes: async (access, proof) => {
      const user = await userOf(access);
      const proven = await proveBoth(access, user, proof);
      if (!proven.ok) return proven;
      const codes = newRecoveryCodes();
      const deed = deedOnUser(user.name, 'second_factor.recovery_codes_made', user);
      const isSet = await records.setRecoveryCodes(user.key, hashesOf(codes), deed);
      // the second factor was taken away meanwhile
      if (!isSet) return wrong;
      // nothing has ended, but what is remembered of them still counts the codes of before
      sessions.endedWith(user.key, { sessionKeys: [], tokenKeys: [] });
      return { ok: true, value: codes };
    },
  };
}

function hashesOf(codes: readonly string[]): readonly Uint8Array[] {
  return codes.flatMap((text) => hashRecoveryCode(text) ?? []);
}

const wrong = {
  ok: false,
  reason: 'wrong_credentials',
  detail: 'password or code do not match',
} as const;
