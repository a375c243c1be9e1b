import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { errorCode } from '../domain/systemError.ts';
import { appendLog } from '../storage/log/logStore.ts';
import { exportCaller, exportUnit, exportUser } from '../storage/privacy/exportPerson.ts';
import type { FoundPerson } from '../storage/privacy/findPerson.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readReason } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- person export (--unit <id> | --user <name> | --caller <name>) --reason <text> --to <file>

Writes all that is kept of a person into a file, as JSON: of a unit who carries it, its trackers, its
positions, its transitions, alarms and incidents and what was put aside; of a user the account, sessions,
tokens, the check-ins that they typed, what they did about alarms, incidents and rules, and what the
log says of them; of a caller the check-ins that have exactly
this name. The file can be read by its owner alone.

  --unit <id>      as person find prints it
  --user <name>    as person find prints it
  --caller <name>  as person find prints it
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
        caller: { type: 'string' },
        reason: { type: 'string' },
        to: { type: 'string' },
      },
    });
    const person = readPerson(values);
    const reason = readReason(values.reason);
    const { to } = values;
    if (to === undefined) throw new UsageError('--to is missing, such as --to andi.json');
    await withExistingDatabase(config, async (pool) => {
      const text = await exportOf[person.kind](pool, person.id);
      if (text === undefined) throw new Error(`There is no ${person.kind} "${person.id}".`);
      // before anything leaves the database, so that no export goes unlogged
      await logExport(pool, person, reason);
      await write(text, to);
    });
    print(`Wrote all that is kept of the ${person.kind} "${person.id}": ${to}`);
  },
};

type Person = { readonly kind: FoundPerson['kind']; readonly id: string };

const exportOf = { unit: exportUnit, user: exportUser, caller: exportCaller } as const;

function readPerson(
  values: {
    readonly [Kind in Person['kind']]?: string | undefined;
  },
): Person {
  const named = (['unit', 'user', 'caller'] as const).flatMap((kind) => {
    const id = values[kind];
    return id === undefined ? [] : [{ kind, id }];
  });
  const [person] = named;
  if (person !== undefined && named.length === 1) return person;
  throw new UsageError('name one of --unit, --user and --caller');
}

async function logExport(pool: Pool, { kind, id }: Person, reason: string): Promise<void> {
  const { rows } = await pool.query<{ region: string }>(
    "select region from units where id = $1 and $2 = 'unit'",
    [id, kind],
  );
  await appendLog(pool, {
    actor: cliActor,
    action: 'person.exported',
    // a caller has no name but their own, which the log would keep for ever
    subject: kind === 'caller' ? kind : `${kind}:${id}`,
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
