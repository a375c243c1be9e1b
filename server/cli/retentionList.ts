import { parseArgs } from 'node:util';
import { listRetentionRules } from '../storage/privacy/retentionRules.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `retention list`: see its help. */
export const retentionList: Command = {
  name: 'retention list',
  summary: 'list how long positions are kept',
  help: `npm run posko -- retention list

Prints one line for each rule, the widest first, its columns separated by tabs: region, kind, days.
The first is POSKO_RETENTION_DAYS.`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const rules = await withExistingDatabase(config, listRetentionRules);
    const all = { region: '*', unitKind: '*', days: config.retentionDays };
    for (const { region, unitKind, days } of [all, ...rules]) {
      print([region, unitKind, days].join('\t'));
    }
  },
};
