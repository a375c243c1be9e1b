import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { errorCode } from '../domain/systemError.ts';
import { appendLog } from '../storage/log/logStore.ts';
import { exportUnit, exportUser } from '../storage/privacy/exportPerson.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readReason } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- person export (--unit <id> | --user <name>) --reason <text> --to <file>

Writes all that is kept of a person into a file, as JSON: of a unit who carries it, its trackers, its
positions and what was put aside; of a user the account, sessions, tokens and what the log says of
them. The file can be read by its owner alone.

  --unit <id>      as person find prints it
  --user <name>    as person find prints it
  --reason <text>  why, for the log
  --to <file>      a new file`;

/** `person export`: see its help. */
export const personExport: Command = {
  name: 'person export',
  summary: 'write all that is kept of a person into a file',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        unit: { type: 'string' },
        user: { type: 'string' },
        reason: { type: 'string' },
        to: { type: 'string' },
      },
    });
    const { unit, user, to } = values;
    if ((unit === undefined) === (user === undefined)) {
      throw new UsageError('name either --unit or --user');
    }
    const reason = readReason(values.reason);
    if (to === undefined) throw new UsageError('--to is missing, such as --to andi.json');
    await withExistingDatabase(config, async (pool) => {
      const text = await (unit === undefined
        ? exportUser(pool, user ?? '')
        : exportUnit(pool, unit));
      if (text === undefined) throw new Error(`There is no ${what(unit, user)}.`);
      // before anything leaves the database, so that no export goes unlogged
      await logExport(pool, unit, user, reason);
      await write(text, to);
    });
    print(`Wrote all that is kept of the ${what(unit, user)}: ${to}`);
  },
};

function what(unit: string | undefined, user: string | undefined): string {
  return unit === undefined ? `user "${user}"` : `unit "${unit}"`;
}

async function logExport(
  pool: Pool,
  unit: string | undefined,
  user: string | undefined,
  reason: string,
): Promise<void> {
  const { rows } = await pool.query<{ region: string }>('select region from units where id = $1', [
    unit,
  ]);
  await appendLog(pool, {
    actor: cliActor,
    action: 'person.exported',
    subject: unit === undefined ? `user:${user}` : `unit:${unit}`,
    region: rows[0]?.region ?? null,
    data: { reason },
  });
}

async function write(text: AsyncIterable<string>, to: string): Promise<void> {
  const file = createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await pipeline(text, file);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      throw new Error(`There is a file ${to} already: name a new one.`, { cause: error });
    }
    await rm(to, { force: true });
    if (errorCode(error) === 'ENOENT') {
      throw new Error(`The folder of ${to} is not there: make it, or name another.`, {
        cause: error,
      });
    }
    throw error;
  }
}
