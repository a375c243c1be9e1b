import { removeRetentionRule } from '../storage/privacy/retentionRules.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readRetentionArguments, retentionHelp } from './retentionArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `retention remove`: see its help. */
export const retentionRemove: Command = {
  name: 'retention remove',
  summary: 'take a rule on how long positions are kept away',
  help: `npm run posko -- retention remove <region> <kind>

Takes a rule away; the next wider one counts, or POSKO_RETENTION_DAYS.

${retentionHelp}`,
  run: async ({ config, args, print }) => {
    const { region, unitKind } = readRetentionArguments(args, 0);
    const subject = `retention:${region}/${unitKind}`;
    const deed = { actor: cliActor, action: 'retention.removed', subject, region, data: {} };
    const isRemoved = await withExistingDatabase(config, (pool) =>
      removeRetentionRule(pool, { region, unitKind }, deed),
    );
    if (!isRemoved) throw new Error(`There is no rule for ${region} ${unitKind}.`);
    print(`Removed the rule for ${region} ${unitKind}.`);
  },
};
