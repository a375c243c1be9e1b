import type { UserSecrets } from '../domain/account.ts';
import type { AccountRecords } from './accountRecords.ts';
import { deedOnUser } from './deeds.ts';
import { hashOfNobody, hashPassword, verifyPassword } from './passwords.ts';

/**
 * Whether this is the password of a user who may sign in. Takes as long for one who may not, or who
 * does not exist. A password that was hashed in an older way is hashed anew.
 *
 * @throws HashQueueFullError when too many passwords wait to be checked
 */
export async function isPasswordOf(
  records: Pick<AccountRecords, 'setPassword'>,
  user: UserSecrets | undefined,
  password: string,
  isUrgent: boolean,
): Promise<boolean> {
  const hash = user === undefined || user.isDisabled ? null : user.passwordHash;
  const { ok, needsRehash } = await verifyPassword(hash ?? hashOfNobody, password, isUrgent);
  if (user === undefined || hash === null || !ok) return false;
  if (needsRehash) {
    const renewed = { hash: await hashPassword(password), mustChange: user.mustChangePassword };
    await records.setPassword(user.key, renewed, deedOnUser(null, 'password.rehashed', user));
  }
  return true;
}
