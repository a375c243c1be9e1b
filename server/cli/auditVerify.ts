import { parseArgs } from 'node:util';
import { type VerifiedLog, verifyLog } from '../storage/log/verifyLog.ts';
import { formatCount } from '../storage/moving/progress.ts';
import { type Command, UsageError } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- audit verify [--anchor <hash>]...

Reads the whole log and checks that each entry carries the hash of the one before it, and that the last
entry of each day is the one that was noted when the day was over: an entry that was changed or taken
out shows, and the command ends with status 1. It ends with the hash of the last entry: noted on paper
or elsewhere, it shows later that nothing before it was written anew.

  --anchor <hash>  a hash that was noted: an entry must still have it; several times for several`;

/** `audit verify`: see its help. */
export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'check that nobody changed the log',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: { anchor: { type: 'string', multiple: true } },
    });
    const noted = values.anchor ?? [];
    for (const hash of noted) {
      if (!/^[0-9a-f]{64}$/i.test(hash)) {
        throw new UsageError(`--anchor is "${hash}"; it must be 64 hexadecimal digits`);
      }
    }
    const found = await withExistingDatabase(config, (pool) => verifyLog(pool, noted));
    const wrong = describeWrong(found);
    if (wrong !== undefined) throw new Error(`${wrong}; compare with a backup.`);
    const { entries, anchors, last } = found;
    if (last === undefined) {
      print('The log is empty.');
      return;
    }
    const at = new Date(last.happenedAtMs).toISOString();
    print(`The log is whole: ${formatCount(entries)} entries.`);
    if (anchors > 0) print(`Days whose anchor fits: ${formatCount(anchors)}.`);
    if (noted.length > 0) print(`Hashes that were noted and are in it: ${noted.length}.`);
    print(`The last is ${last.sequence} of ${at}, hash ${Buffer.from(last.hash).toString('hex')}`);
  },
};

/** The first thing that is wrong; undefined: nothing is. */
function describeWrong({ broken, entries, badAnchor, missing }: VerifiedLog): string | undefined {
  if (broken !== undefined) {
    return `The log is broken at entry ${broken.sequence}: ${broken.why}. The ${formatCount(entries)} before it are whole`;
  }
  if (badAnchor !== undefined) {
    return `The log was changed: of ${badAnchor.day}, ${badAnchor.why}`;
  }
  const [hash] = missing;
  if (hash === undefined) return undefined;
  return `The log was changed: no entry has the hash ${hash} any more, so what led up to it was rewritten or cut off`;
}
