import { agencies, unitKinds } from '../domain/unit.ts';
import { changeTracker } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readTrackerArguments } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker set <id> [options]

Changes what is known of a tracker and its unit; a running server hears of it at once. What is not
named stays as it is.

  --region <code>    regency or city code in which it reports, such as 64.08
  --callsign <text>  what operators call the unit, at most 32 characters
  --kind <kind>      ${unitKinds.join(', ')}
  --agency <agency>  ${agencies.join(', ')}
  --bearer <name>    who carries the unit, at most 64 characters; --bearer "": nobody any more`;

/** `tracker set`: see its help. */
export const trackerSet: Command = {
  name: 'tracker set',
  summary: 'change a tracker and the unit that carries it',
  help,
  run: async ({ config, args, print }) => {
    const { id, bearer, ...named } = readTrackerArguments(args);
    const changes = { ...named, bearer: bearer === '' ? null : bearer };
    if (Object.values(changes).every((change) => change === undefined)) {
      throw new UsageError('there is nothing to change: name at least one option');
    }
    const changed = await withExistingDatabase(config, (pool) =>
      changeTracker(pool, id, changes, cliActor),
    );
    if (!changed.ok) throw new Error(`The tracker was not changed: ${changed.detail}.`);
    print(`Changed tracker ${id}.`);
  },
};
