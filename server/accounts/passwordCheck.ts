import type { UserSecrets } from '../domain/account.ts';
import type { AccountRecords } from './accountRecords.ts';
import { deedOnUser } from './deeds.ts';
import { hashOfNobody, hashPassword, verifyPassword } from './passwords.ts';

/**
 * Checks the password of a user who may sign in. Takes as long for one who may not, or who does not
 * exist. A password that was hashed in an older way is hashed anew.
 *
 * @returns the hash by which the password is kept now; undefined when it is not theirs
 * @throws HashQueueFullError when too many passwords wait to be checked
 */
export async function checkPasswordOf(
  records: Pick<AccountRecords, 'rehashPassword'>,
  user: UserSecrets | undefined,
  password: string,
  isUrgent: boolean,
): Promise<string | undefined> {
  const before = user === undefined || user.isDisabled ? null : user.passwordHash;
  const { ok, needsRehash } = await verifyPassword(before ?? hashOfNobody, password, isUrgent);
  if (user === undefined || before === null || !ok) return undefined;
  if (!needsRehash) return before;
  const after = await hashPassword(password);
  const deed = deedOnUser(null, 'password.rehashed', user);
  const isRehashed = await records.rehashPassword(user.key, { before, after }, deed);
  return isRehashed ? after : undefined;
}
