import { parseArgs } from 'node:util';
import { appendLog } from '../storage/log/logStore.ts';
import { fillDatabase } from '../storage/moving/fillDatabase.ts';
import { openBackup } from '../storage/moving/openBackup.ts';
import { formatCount } from '../storage/moving/progress.ts';
import { adoptSealKeys } from '../storage/sealKeys.ts';
import { hasSecrets, readSecrets } from '../storage/secretsBackup.ts';
import { askPassphrase } from './askPassphrase.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { withTarget } from './withTarget.ts';

const help = `npm run posko -- restore --from <folder> [--replace] [--with-secrets]

Fills the database of this installation, which must be empty and without a server, from a backup.
All of the backup is checked before anything is changed. If it is interrupted, Posko refuses the half
filled database until the same command was run to its end.

  --from <folder>  a backup: a folder posko-<date and time> with a manifest.json
  --replace        drop what the database holds, without asking
  --with-secrets   also the keys that it holds; needs the passphrase of the backup (asked for, or
                   POSKO_BACKUP_PASSPHRASE)`;

/** `restore`: see its help. */
export const restore: Command = {
  name: 'restore',
  summary: 'fill the empty database from a backup',
  help,
  run: async ({ config, args, print, ...context }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        replace: { type: 'boolean' },
        'with-secrets': { type: 'boolean' },
      },
    });
    const { from, replace, 'with-secrets': withSecrets } = values;
    if (from === undefined) throw new UsageError('--from is missing, the folder of a backup');
    const { manifest, source } = await openBackup(from);
    print(`The backup of ${manifest.takenAt} is whole.`);
    const keys =
      withSecrets === true ? await readSecrets(from, await askPassphrase(context, 'known')) : [];
    const filled = await withTarget(config, async (target) => {
      if (keys.length > 0) adoptSealKeys(config.dataDir, keys);
      const done = await fillDatabase({
        target,
        source,
        ifNotEmpty:
          replace === true
            ? { do: 'drop' }
            : { do: 'refuse', advice: 'use an empty one, or add --replace to drop them' },
        print,
      });
      // behind what the backup holds of the log: what this database had before is gone
      await appendLog(target, {
        actor: cliActor,
        action: 'backup.restored',
        subject: null,
        region: null,
        data: {
          takenAt: manifest.takenAt,
          withSecrets: withSecrets === true,
          replaced: replace === true,
        },
      });
      return done;
    });
    if (withSecrets !== true && hasSecrets(from)) {
      print(
        'The backup also holds keys, which were left. To have them: the same with --replace --with-secrets.',
      );
    }
    print(`Everybody signs in again: sessions are not brought back. Passwords, second factors and tokens (of scripts
and wall screens) are as they were at ${manifest.takenAt}, also where one was changed or revoked since:
look through "npm run posko -- token list", and revoke what should not count by "token revoke".`);
    print(`Restored ${formatCount(filled.rows)} rows. Start Posko: npm start`);
  },
};
