import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { formatCount } from '../storage/moving/progress.ts';
import { writeBackup } from '../storage/moving/writeBackup.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- backup --to <folder>

Backs up the database into a new folder posko-<date and time, UTC> inside of <folder>. The server may
run meanwhile. A folder that is not whole has .unfinished at the end of its name.

It holds everything up to the moment when the backup began. What trackers sent that the server had
not yet written by then is in its journal, in the data folder.`;

/** `backup`: see its help. */
export const backup: Command = {
  name: 'backup',
  summary: 'back up the database, also while the server runs',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({ args: [...args], options: { to: { type: 'string' } } });
    const { to } = values;
    if (to === undefined) throw new UsageError('--to is missing, such as --to /mnt/backups');
    const made = await withDatabase(config, (pool, { dialect }) =>
      writeBackup({ pool, dialect, program: packageJson.version, to, takenAt: new Date(), print }),
    );
    print(
      `Backed up ${formatCount(made.rows)} rows, ${formatCount(Math.ceil(made.bytes / 1e6))} MB: ${made.folder}`,
    );
    print(`To bring it back: npm run posko -- restore --from ${made.folder}`);
  },
};
