import { agencies, unitKinds } from '../domain/unit.ts';
import { addTracker } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readTrackerArguments } from './trackerArguments.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker add <id> --region <code> [options]

Adds a tracker, and a unit with the same id that carries it. From then on its messages are heard,
by a running server at once.

  <id>               1 to 64 letters, digits, - or _; in its topics: posko/<region>/<id>/fix
  --region <code>    regency or city code in which it reports, such as 64.08
  --callsign <text>  what operators call the unit, at most 32 characters (default: the id)
  --kind <kind>      ${unitKinds.join(', ')} (default: handheld)
  --agency <agency>  ${agencies.join(', ')} (default: polri)
  --bearer <name>    who carries the unit, at most 64 characters: shown to few`;

/** `tracker add`: see its help. */
export const trackerAdd: Command = {
  name: 'tracker add',
  summary: 'add a tracker and the unit that carries it',
  help,
  run: async ({ config, args, print }) => {
    const tracker = readArguments(args);
    const added = await withDatabase(config, (pool) => addTracker(pool, tracker, cliActor));
    if (!added.ok) {
      throw new Error(`The tracker was not added: ${added.detail}.`);
    }
    const { id, region } = added.value.tracker;
    print(`Added tracker ${id} (${added.value.unit.callsign}).`);
    print(`It publishes to posko/${region}/${id}/fix.`);
  },
};

function readArguments(args: readonly string[]) {
  const { id, region, callsign, kind, agency, bearer } = readTrackerArguments(args);
  if (region === undefined) throw new UsageError('--region is missing, such as --region 64.08');
  return {
    id,
    region,
    callsign: callsign ?? id.slice(0, 32),
    kind: kind ?? 'handheld',
    agency: agency ?? 'polri',
    bearer,
  };
}
