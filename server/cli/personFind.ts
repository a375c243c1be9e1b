import { parseArgs } from 'node:util';
import { findPerson } from '../storage/privacy/findPerson.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readReason } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `person find`: see its help. */
export const personFind: Command = {
  name: 'person find',
  summary: 'find where a person is named',
  help: `npm run posko -- person find <text> --reason <text>

Looks for a text in the names of users, in who carries units and in who is named in check-ins,
whatever its case. Prints one line for each, its columns separated by tabs: user, unit or caller, name
or id, full name or bearer, region.

  --reason <text>  why, for the log`,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { reason: { type: 'string' } },
    });
    const text = positionals.join(' ').trim();
    if (text.length < 2) throw new UsageError('name at least two letters to look for');
    const searcher = { actor: cliActor, reason: readReason(values.reason) };
    const found = await withExistingDatabase(config, (pool) => findPerson(pool, text, searcher));
    for (const { kind, id, name, region } of found) {
      print([kind, id, name, region ?? '-'].join('\t').replaceAll(/[\r\n]/g, ' '));
    }
    if (found.length === 0) print('Nobody was found.');
  },
};
