import { parseArgs } from 'node:util';
import { verifyLog } from '../storage/log/logStore.ts';
import { formatCount } from '../storage/moving/progress.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- audit verify

Reads the whole log and checks that each entry carries the hash of the one before it: an entry that
was changed or taken out shows, and the command ends with status 1. It ends with the hash of the last
entry: noted on paper or elsewhere, it shows later that nothing before it was written anew.`;

/** `audit verify`: see its help. */
export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'check that nobody changed the log',
  help,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const { entries, broken, last } = await withExistingDatabase(config, verifyLog);
    if (broken !== undefined) {
      throw new Error(
        `The log is broken at entry ${broken.sequence}: ${broken.why}. The ${formatCount(entries)} before it are whole; compare with a backup.`,
      );
    }
    if (last === undefined) {
      print('The log is empty.');
      return;
    }
    const at = new Date(last.happenedAtMs).toISOString();
    print(`The log is whole: ${formatCount(entries)} entries.`);
    print(`The last is ${last.sequence} of ${at}, hash ${Buffer.from(last.hash).toString('hex')}`);
  },
};
