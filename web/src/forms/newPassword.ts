import { passwordBounds } from '../../../server/domain/account.ts';

/** What a person typed twice. */
export type TypedPassword = { readonly password: string; readonly repeat: string };

/** What is wrong with it, as far as this page can tell; the server knows which ones are too common. */
export type PasswordFault = 'length' | 'differs';

/** Characters, not UTF-16 units: the server counts in the same way, after the same normalisation. */
export function passwordLength(password: string): number {
  return [...password.normalize('NFC')].length;
}

/** Undefined when the server may be asked. */
export function passwordFault({ password, repeat }: TypedPassword): PasswordFault | undefined {
  const length = passwordLength(password);
  if (length < passwordBounds.min || length > passwordBounds.max) return 'length';
  return password.normalize('NFC') === repeat.normalize('NFC') ? undefined : 'differs';
}
