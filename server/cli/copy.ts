import { parseArgs } from 'node:util';
import { openUnprepared } from '../storage/database.ts';
import { describeOutside, placeOf } from '../storage/databaseOfFolder.ts';
import { appendLog } from '../storage/log/logStore.ts';
import { copyDatabase } from '../storage/moving/copyDatabase.ts';
import { formatCount } from '../storage/moving/progress.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';
import { endAfter } from './withTarget.ts';

const help = `npm run posko -- copy --to <url>

Copies the database of this installation to an empty one, such as one of a TimescaleDB server. The
server may run meanwhile. Run again, it goes on where it was interrupted, and copies what is new.

  --to <url>  postgres://user:password@host:5432/database`;

/** `copy`: see its help. */
export const copy: Command = {
  name: 'copy',
  summary: 'copy the database to another, such as a TimescaleDB server',
  help,
  run: async ({ config, args, print }) => {
    const to = readArguments(args);
    const { rows, movedRows, dialect } = await withExistingDatabase(config, async (from) =>
      endAfter(await openUnprepared(to, '--to'), async (target) => {
        // before anything leaves the database; the copy holds it too
        await appendLog(from, {
          actor: cliActor,
          action: 'database.copied',
          subject: null,
          region: null,
          data: { to: describeOutside(placeOf(to)) },
        });
        return copyDatabase({ from, target, print });
      }),
    );
    const what = dialect === 'plain' ? 'PostgreSQL' : 'TimescaleDB';
    print(`Copied ${formatCount(movedRows)} rows to ${what}, which has ${formatCount(rows)} in all now. To move over to it:
  1. Stop the server. If it ran during this copy, then run this command again: it fetches the rest.
  2. Set POSKO_DATABASE_URL to that URL, in .env or the environment.
  3. npm start. What the journal holds and the new database lacks is written there first.
Everybody signs in again there: sessions are not copied. Tokens of scripts and wall screens go on.`);
  },
};

function readArguments(args: readonly string[]): string {
  const { values } = parseArgs({ args: [...args], options: { to: { type: 'string' } } });
  const { to } = values;
  if (to === undefined) throw new UsageError('--to is missing, the URL of the other database');
  const url = URL.canParse(to) ? new URL(to) : undefined;
  const isPostgres = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  // without its name, the database is one that is named after the user, which few mean
  if (isPostgres && url.pathname.length > 1) return to;
  // the value is not shown: it usually holds a password
  throw new UsageError('--to must look like postgres://user:password@host:5432/database');
}
