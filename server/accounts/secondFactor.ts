import type { UserSecrets } from '../domain/account.ts';
import type { AccountRecords } from './accountRecords.ts';
import { deedOnUser } from './deeds.ts';
import { hashRecoveryCode } from './recoveryCodes.ts';
import type { Seal } from './seal.ts';
import { findTotpStep, isTotpCode, latestTotpStep } from './totp.ts';

/**
 * Takes a code of a user's second factor: one of their app, or one of the recovery codes. Each counts
 * once, however many try it at the same time. A clock that was ahead and was set right keeps nobody
 * out: what was used by it is forgotten, and the log says so.
 *
 * @returns which of the two it was; undefined when it is not theirs, or was used before
 * @throws Error when the user's secret was sealed under a key that is no more
 */
export async function takeSecondFactor(
  records: Pick<AccountRecords, 'takeTotpStep' | 'takeRecoveryCode'>,
  seal: Seal,
  user: UserSecrets,
  code: string,
  nowMs: number,
): Promise<'app' | 'recovery' | undefined> {
  if (user.totpSecret === null) return undefined;
  if (isTotpCode(code)) {
    const step = findTotpStep(seal.open(user.totpSecret), code, nowMs);
    if (step === undefined) return undefined;
    const deed = deedOnUser(user.name, 'second_factor.future_code_forgotten', user);
    const latest = { step: latestTotpStep(nowMs), deed };
    return (await records.takeTotpStep(user.key, step, latest)) ? 'app' : undefined;
  }
  const hash = hashRecoveryCode(code);
  if (hash === undefined) return undefined;
  const deed = deedOnUser(user.name, 'second_factor.recovery_code_used', user);
  return (await records.takeRecoveryCode(user.key, hash, deed)) ? 'recovery' : undefined;
}
