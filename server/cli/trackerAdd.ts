import { parseArgs } from 'node:util';
import { agencies, unitKinds } from '../domain/unit.ts';
import { addTracker } from '../storage/trackerStore.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker add <id> --region <code> [options]

Adds a tracker, and a unit with the same id that carries it. From then on its messages are heard,
by a running server at once.

  <id>               1 to 64 letters, digits, - or _; in its topics: posko/<region>/<id>/fix
  --region <code>    regency or city code in which it reports, such as 64.08
  --callsign <text>  what operators call the unit, at most 32 characters (default: the id)
  --kind <kind>      ${unitKinds.join(', ')} (default: handheld)
  --agency <agency>  ${agencies.join(', ')} (default: polri)`;

/** `tracker add`: see its help. */
export const trackerAdd: Command = {
  name: 'tracker add',
  summary: 'add a tracker and the unit that carries it',
  help,
  run: async ({ config, args, print }) => {
    const tracker = readArguments(args);
    const added = await withDatabase(config, (pool) => addTracker(pool, tracker));
    if (!added.ok) {
      throw new Error(`The tracker was not added: ${added.detail}.`);
    }
    const { id, region } = added.value.tracker;
    print(`Added tracker ${id} (${added.value.unit.callsign}).`);
    print(`It publishes to posko/${region}/${id}/fix.`);
  },
};

function readArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      region: { type: 'string' },
      callsign: { type: 'string' },
      kind: { type: 'string', default: 'handheld' },
      agency: { type: 'string', default: 'polri' },
    },
  });
  const [id, ...extra] = positionals;
  if (id === undefined) throw new UsageError('the tracker id is missing');
  if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
  if (values.region === undefined)
    throw new UsageError('--region is missing, such as --region 64.08');
  return {
    id,
    region: values.region,
    callsign: values.callsign ?? id.slice(0, 32),
    kind: oneOf('--kind', values.kind, unitKinds),
    agency: oneOf('--agency', values.agency, agencies),
  };
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) {
    throw new UsageError(`${option} is "${text}"; it must be one of ${names.join(', ')}`);
  }
  return found;
}
