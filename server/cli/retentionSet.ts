import { checkScope } from '../domain/region.ts';
import { setRetentionRule } from '../storage/privacy/retentionRules.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { readRetentionArguments, retentionHelp } from './retentionArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- retention set <region> <kind> <days>

Sets how many days positions of some units are kept, where that is less than POSKO_RETENTION_DAYS.
Once a day the server deletes what is older, but nothing that an open incident holds. Of several rules
that fit a unit the one of the smallest region counts, and of two of the same region that of its kind.

${retentionHelp}
  <days>    whole UTC days, 1 or more`;

/** `retention set`: see its help. */
export const retentionSet: Command = {
  name: 'retention set',
  summary: 'set how long positions of a region and kind are kept',
  help,
  run: async ({ config, args, print }) => {
    const { region, unitKind, rest } = readRetentionArguments(args, 1);
    const place = checkScope(region);
    if (!place.ok) throw new UsageError(place.detail);
    const days = readWholeNumber('<days>', rest[0] ?? '', 100_000);
    if (days >= config.retentionDays) {
      throw new UsageError(
        `all positions go after POSKO_RETENTION_DAYS, ${config.retentionDays}: a rule must name fewer days than that`,
      );
    }
    await withExistingDatabase(config, (pool) =>
      setRetentionRule(
        pool,
        { region, unitKind, days },
        {
          actor: cliActor,
          action: 'retention.set',
          subject: `retention:${region}/${unitKind}`,
          region,
          data: { days },
        },
      ),
    );
    print(`Positions of ${describeUnits(region, unitKind)} are kept ${days} days.`);
  },
};

function describeUnits(region: string, unitKind: string): string {
  return `${unitKind === '*' ? 'all units' : unitKind} of ${region === '*' ? 'all regions' : region}`;
}
