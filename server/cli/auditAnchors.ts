import { parseArgs } from 'node:util';
import { readAnchors } from '../storage/log/logAnchors.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- audit anchors

Prints the last entry of the log of each day (UTC+7) but the one that goes on, oldest first: day, number
and hash, separated by tabs. Noted on paper or elsewhere, a hash shows later that nothing up to it was
changed or cut off: audit verify --anchor <hash>.`;

/** `audit anchors`: see its help. */
export const auditAnchors: Command = {
  name: 'audit anchors',
  summary: 'print the last hash of each day of the log',
  help,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const anchors = await withExistingDatabase(config, (pool) => readAnchors(pool));
    for (const { day, sequence, hash } of anchors) {
      print([day, sequence, Buffer.from(hash).toString('hex')].join('\t'));
    }
  },
};
