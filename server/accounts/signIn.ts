import type { Logger } from 'pino';
import { checkUserName, type Deed } from '../domain/account.ts';
import { networkOf } from '../domain/networkOf.ts';
import type { AccountRecords } from './accountRecords.ts';
import { deedOnUser } from './deeds.ts';
import { HashQueueFullError } from './hashQueue.ts';
import type { KnownDevices } from './knownDevices.ts';
import { createOncePer } from './oncePer.ts';
import { checkPasswordOf } from './passwordCheck.ts';
import type { Seal } from './seal.ts';
import { takeSecondFactor } from './secondFactor.ts';
import type { Opened, Origin, Sessions } from './sessions.ts';
import { createThrottle, during, type Outcome } from './throttle.ts';
import { busyWaitMs, type Wait, wait } from './wait.ts';

/** What somebody typed who wants to sign in, and from where. */
export type SignInAttempt = {
  readonly name: string;
  readonly password: string;
  /** Of the second factor: an app's, or a recovery code. */
  readonly code: string | undefined;
  readonly origin: Origin;
  /** What the device says of who was signed in on it before (knownDevices.ts). */
  readonly deviceCookie: string | undefined;
};

export type SignInAnswer =
  | { readonly ok: true; readonly opened: Opened; readonly deviceCookie: string }
  | {
      readonly ok: false;
      readonly reason: 'wrong_credentials' | 'code_needed';
      readonly detail: string;
    }
  | Wait;

export type SignInParts = {
  readonly records: AccountRecords;
  readonly sessions: Sessions;
  readonly devices: KnownDevices;
  readonly seal: Seal;
  readonly nowMs: () => number;
  readonly log: Logger;
};

/** Bounds of memory: each entry is some hundred bytes. */
const maxKeys = 10_000;
const logEveryMs = 60_000;

/**
 * Signs people in by name, password and, where they have one, second factor.
 *
 * Guessing is slowed down per account and per address, and never locks anybody out (throttle.ts). An
 * address waits little, since a whole control room can share one; a device on which the user was
 * signed in before waits for nobody's failures but its own. Codes have a count of their own with a
 * longer wait: whoever gets to guess them knows the password, and they have six digits only.
 */
export function createSignIn(
  parts: SignInParts,
): (attempt: SignInAttempt) => Promise<SignInAnswer> {
  const { records, sessions, devices, seal, nowMs, log } = parts;
  const accounts = createThrottle({ maxWaitMs: 30_000, atOnce: 1, maxKeys });
  const addresses = createThrottle({ maxWaitMs: 5_000, atOnce: 4, maxKeys });
  const codes = createThrottle({ maxWaitMs: 300_000, atOnce: 1, maxKeys });
  const logged = createOncePer(logEveryMs, maxKeys);

  /** Not waited for: how long it takes would tell whether there is such a name. */
  const note = (deed: Deed): void => {
    records.appendLog(deed).catch((error: unknown) => {
      log.error({ event: 'deedLost', err: error, action: deed.action }, 'a deed is not in the log');
    });
  };

  const check = async (
    attempt: SignInAttempt,
    name: string,
    device: string | undefined,
  ): Promise<{ readonly answer: SignInAnswer; readonly outcome: Outcome }> => {
    const { password, code, origin } = attempt;
    const user = await records.userByName(name);
    const checkedHash = await checkPasswordOf(records, user, password, device !== undefined);
    if (user === undefined || checkedHash === undefined) {
      // a name that does not exist is not written down: people type passwords there by mistake
      // and all of those together make one entry a minute: strangers shall not fill the log
      if (logged(user?.name ?? '', nowMs())) {
        const data = { address: origin.address };
        note(
          user === undefined
            ? { actor: null, action: 'session.refused', subject: null, region: null, data }
            : deedOnUser(null, 'session.refused', user, data),
        );
      }
      return { answer: wrong, outcome: 'failed' };
    }
    let recoveryCodesLeft = user.recoveryCodesLeft;
    if (user.totpSecret !== null) {
      if (code === undefined) return { answer: codeNeeded, outcome: 'passed' };
      const key = keyOf(name, device);
      const waitMs = codes.begin(key, nowMs());
      if (waitMs > 0) return { answer: wait(waitMs, 'account'), outcome: 'passed' };
      const taken = await during(codes, key, nowMs, async () => {
        const answer = await takeSecondFactor(records, seal, user, code, nowMs());
        return { answer, outcome: answer === undefined ? 'failed' : 'passed' };
      });
      if (taken === 'recovery') recoveryCodesLeft -= 1;
      if (taken === undefined) {
        if (logged(`code ${name}`, nowMs())) {
          const data = { address: origin.address };
          note(deedOnUser(null, 'session.code_refused', user, data));
        }
        return { answer: wrong, outcome: 'passed' };
      }
    }
    const proof = { way: 'password', checkedHash } as const;
    const opened = await sessions.open({ ...user, recoveryCodesLeft }, origin, proof);
    // it was right as it was checked, and so costs nobody a wait
    if (opened === undefined) return { answer: wrong, outcome: 'withdrawn' };
    const deviceCookie = devices.remember(attempt.deviceCookie, name);
    return { answer: { ok: true, opened, deviceCookie }, outcome: 'passed' };
  };

  return async (attempt) => {
    const checked = checkUserName(attempt.name);
    // what cannot be a name is nobody's, and takes as long to refuse
    const name = checked.ok ? checked.value : '';
    const device = devices.find(attempt.deviceCookie, name);
    const address = networkOf(attempt.origin.address);
    const accountKey = keyOf(name, device);
    const now = nowMs();
    const accountWaitMs = accounts.begin(accountKey, now);
    if (accountWaitMs > 0) return wait(accountWaitMs, 'account');
    const addressWaitMs = device === undefined ? addresses.begin(address, now) : 0;
    if (addressWaitMs > 0) {
      accounts.end(accountKey, 'withdrawn', now);
      return wait(addressWaitMs, 'address');
    }
    const checkIt = () => check(attempt, name, device);
    const checkFromAddress = async () => {
      const checked = await checkIt();
      // one who gets in takes nothing back of what others behind the same address failed
      const outcome = checked.outcome === 'failed' ? 'failed' : 'withdrawn';
      return { answer: checked, outcome } as const;
    };
    try {
      return await during(accounts, accountKey, nowMs, () =>
        device === undefined ? during(addresses, address, nowMs, checkFromAddress) : checkIt(),
      );
    } catch (error) {
      if (error instanceof HashQueueFullError) return wait(busyWaitMs, 'server');
      throw error;
    }
  };
}

const wrong = {
  ok: false,
  reason: 'wrong_credentials',
  detail: 'name, password or code do not match',
} as const;

const codeNeeded = {
  ok: false,
  reason: 'code_needed',
  detail: 'a code of the second factor is needed',
} as const;

function keyOf(name: string, device: string | undefined): string {
  return device === undefined ? name : `${name} ${device}`;
}
