import {
  checkTrackerSecret,
  hashTrackerSecret,
  makeTrackerSecret,
} from '../accounts/trackerSecrets.ts';
import { askNewSecret, type SecretSource } from './askSecret.ts';

/** A secret for a tracker or gateway, and the hash that is kept of it. */
export type NewSecret = {
  readonly secret: string;
  readonly hash: string;
  /** To be shown this once: nobody chose it, so nobody knows it. */
  readonly isMade: boolean;
};

/**
 * Makes a secret, or asks for one that somebody chose.
 *
 * @throws Error with one sentence when that cannot be used
 */
export async function newSecret(
  secrets: SecretSource,
  id: string,
  isChosen: boolean,
): Promise<NewSecret> {
  if (!isChosen) return { ...(await makeTrackerSecret()), isMade: true };
  const text = await askNewSecret(secrets, `Secret of ${id}`);
  const checked = checkTrackerSecret(text);
  if (!checked.ok) throw new Error(`The secret cannot be used: ${checked.detail}.`);
  return { secret: text, hash: await hashTrackerSecret(text), isMade: false };
}

/** Shows a secret where it was made. */
export function printSecret(print: (line: string) => void, { secret, isMade }: NewSecret): void {
  if (isMade) print(`Its secret, shown this once: ${secret}`);
}
