import { parseArgs } from 'node:util';
import { deedsOnTrackerChange } from '../accounts/deeds.ts';
import { agencies, unitKinds } from '../domain/unit.ts';
import { changeTracker } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readTrackerArguments, trackerOptions } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker set <id> [options]

Changes what is known of a tracker and its unit; a running server hears of it at once. What is not
named stays as it is.

  --region <code>    regency or city code in which it reports, such as 64.08
  --callsign <text>  what operators call the unit, at most 32 characters
  --kind <kind>      ${unitKinds.join(', ')}
  --agency <agency>  ${agencies.join(', ')}
  --bearer <name>    who carries the unit, at most 64 characters; --bearer "": nobody any more
  --strength <n>     people that it brings to a site
  --time-zone <name> of times that it sends without an offset, such as Asia/Makassar; "": none
  --weak, --no-weak  whether it may speak by its id alone where its protocol carries no secret
  --network <cidr>   from where it may do so; may be given several times, and replaces those before;
                     --network "": from everywhere`;

/** `tracker set`: see its help. */
export const trackerSet: Command = {
  name: 'tracker set',
  summary: 'change a tracker and the unit that carries it',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: trackerOptions,
    });
    const { id, bearer, timeZone, ...named } = readTrackerArguments(values, positionals);
    const changes = { ...named, bearer: orNull(bearer), timeZone: orNull(timeZone) };
    if (Object.values(changes).every((change) => change === undefined)) {
      throw new UsageError('there is nothing to change: name at least one option');
    }
    const changed = await withExistingDatabase(config, (pool) =>
      changeTracker(pool, id, changes, ({ tracker }) =>
        deedsOnTrackerChange(cliActor, tracker, changes),
      ),
    );
    if (!changed.ok) throw new Error(`The tracker was not changed: ${changed.detail}.`);
    print(`Changed tracker ${id}.`);
  },
};

function orNull(text: string | undefined): string | null | undefined {
  return text === '' ? null : text;
}
