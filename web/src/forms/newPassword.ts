import { type PasswordWeakness, passwordBounds } from '../../../server/domain/account.ts';
import type { Problem } from '../api/problem.ts';

/** What a person typed twice. */
export type TypedPassword = { readonly password: string; readonly repeat: string };

/** What is wrong with it, as far as this page can tell; the server knows which ones are too common. */
export type PasswordFault = 'length' | 'differs';

/** What the server has against it; `refused` where it does not say what. */
export type PasswordRefusal = PasswordFault | Exclude<PasswordWeakness, LengthWeakness> | 'refused';

type LengthWeakness = 'too_short' | 'too_long';

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

/** What the server has against the password that was sent; undefined when it refused for something else. */
export function passwordRefusal(problem: Problem | undefined): PasswordRefusal | undefined {
  if (problem?.code !== 'weak_password') return undefined;
  const { weakness } = problem;
  if (weakness === 'too_short' || weakness === 'too_long') return 'length';
  return weakness ?? 'refused';
}
