import { minPassphraseLength } from '../storage/secretsBackup.ts';
import { askNewSecret, type SecretSource } from './askSecret.ts';

/**
 * The passphrase of a backup's secrets: POSKO_BACKUP_PASSPHRASE, or else it is asked for.
 *
 * @throws Error when a new one is too short
 */
export async function askPassphrase(
  { passphrase, secrets }: { passphrase: string | undefined; secrets: SecretSource },
  which: 'new' | 'known',
): Promise<string> {
  if (which === 'known') return passphrase ?? secrets.ask('Passphrase of the backup:');
  const made = passphrase ?? (await askNewSecret(secrets, 'Passphrase for the secrets'));
  if ([...made].length >= minPassphraseLength) return made;
  throw new Error(
    `The passphrase is too short: whoever finds the backup can try at leisure, so take ${minPassphraseLength} characters or more.`,
  );
}
