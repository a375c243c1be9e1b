import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { appendLog } from '../storage/log/logStore.ts';
import { formatCount } from '../storage/moving/progress.ts';
import { writeBackup } from '../storage/moving/writeBackup.ts';
import { backUpSecrets } from '../storage/secretsBackup.ts';
import { askPassphrase } from './askPassphrase.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- backup --to <folder> [--with-secrets]

Backs up the database into a new folder posko-<date and time, UTC> inside of <folder>. The server may
run meanwhile. A folder that is not whole has .unfinished at the end of its name.

It holds everything up to the moment when the backup began. What trackers sent that the server had
not yet written by then is in its journal, in the data folder.

  --with-secrets  also the keys of secrets in the database, such as those of second factors, encrypted
                  by a passphrase (asked for, or POSKO_BACKUP_PASSPHRASE)`;

/** `backup`: see its help. */
export const backup: Command = {
  name: 'backup',
  summary: 'back up the database, also while the server runs',
  help,
  run: async ({ config, args, print, ...context }) => {
    const { values } = parseArgs({
      args: [...args],
      options: { to: { type: 'string' }, 'with-secrets': { type: 'boolean' } },
    });
    const { to } = values;
    if (to === undefined) throw new UsageError('--to is missing, such as --to /mnt/backups');
    // asked for first: the backup takes long
    const withSecrets = values['with-secrets'] === true;
    const passphrase = withSecrets ? await askPassphrase(context, 'new') : undefined;
    const made = await withExistingDatabase(config, async (pool, { dialect }) => {
      // before anything leaves the database, so that no backup goes unlogged
      await appendLog(pool, {
        actor: cliActor,
        action: 'backup.begun',
        subject: null,
        region: null,
        data: { withSecrets },
      });
      const takenAt = new Date();
      return writeBackup({ pool, dialect, program: packageJson.version, to, takenAt, print });
    });
    if (passphrase !== undefined) await backUpSecrets(made.folder, config.dataDir, passphrase);
    print(
      `Backed up ${formatCount(made.rows)} rows, ${formatCount(Math.ceil(made.bytes / 1e6))} MB: ${made.folder}`,
    );
    print(`To bring it back: npm run posko -- restore --from ${made.folder}`);
  },
};
