import { parseArgs } from 'node:util';
import { deedOnTracker } from '../accounts/deeds.ts';
import { agencies, unitKinds } from '../domain/unit.ts';
import { addTracker } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { newSecret, printSecret } from './newSecret.ts';
import { phoneHelp, printPhoneSetup, reachOfPhones } from './phoneSetup.ts';
import { readTrackerArguments, trackerOptions } from './trackerArguments.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker add <id> --region <code> [options]

Adds a tracker, and a unit with the same id that carries it, and prints its secret, which is shown
this once. From then on its messages are heard, by a running server at once.

  <id>               1 to 64 letters, digits, - or _; its user name, and in its topics:
                     posko/<region>/<id>/fix
  --region <code>    regency or city code in which it reports, such as 64.08
  --callsign <text>  what operators call the unit, at most 32 characters (default: the id)
  --kind <kind>      ${unitKinds.join(', ')} (default: handheld)
  --agency <agency>  ${agencies.join(', ')} (default: polri)
  --bearer <name>    who carries the unit, at most 64 characters: shown to few
  --strength <n>     people that it brings to a site (default: 1)
  --time-zone <name> of times that it sends without an offset, such as Asia/Makassar
  --secret-stdin     asks for a secret that you choose, or reads it from standard input
  --weak             has no secret: it may speak by its id alone where its protocol carries none, and
                     is shown as weak (tracker secret gives it one)
  --network <cidr>   from where a weak one may speak, such as 10.20.0.0/16; may be given several times
${phoneHelp}`;

/** `tracker add`: see its help. */
export const trackerAdd: Command = {
  name: 'tracker add',
  summary: 'add a tracker and the unit that carries it',
  help,
  run: async ({ config, args, print, secrets }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...trackerOptions,
        'secret-stdin': { type: 'boolean' },
        qr: { type: 'boolean' },
        host: { type: 'string' },
      },
    });
    const given = readTrackerArguments(values, positionals);
    const { id, region, isWeak = false, networks = [] } = given;
    if (region === undefined) throw new UsageError('--region is missing, such as --region 64.08');
    const isChosen = values['secret-stdin'] === true;
    if (isWeak && (isChosen || values.qr === true)) {
      throw new UsageError('with --weak it has no secret: leave --secret-stdin and --qr out');
    }
    const reach = values.qr === true ? reachOfPhones(config, values.host) : undefined;
    const secret = isWeak ? undefined : await newSecret(secrets, id, isChosen);
    const tracker = {
      id,
      region,
      callsign: given.callsign ?? id.slice(0, 32),
      kind: given.kind ?? 'handheld',
      agency: given.agency ?? 'polri',
      bearer: given.bearer,
      strength: given.strength,
      timeZone: given.timeZone,
      secretHash: secret?.hash,
      isWeak,
      networks,
    } as const;
    const deed = deedOnTracker(cliActor, 'tracker.added', tracker, {
      kind: tracker.kind,
      agency: tracker.agency,
      strength: tracker.strength,
      hasBearer: tracker.bearer !== undefined,
      hasSecret: secret !== undefined,
      isWeak,
      networks,
    });
    const added = await withDatabase(config, (pool) => addTracker(pool, tracker, deed));
    if (!added.ok) throw new Error(`The tracker was not added: ${added.detail}.`);
    print(`Added tracker ${id} (${added.value.unit.callsign}).`);
    print(`It publishes to posko/${region}/${id}/fix.`);
    if (secret === undefined) return;
    printSecret(print, secret);
    if (reach !== undefined) printPhoneSetup(print, reach, { id, secret: secret.secret });
  },
};
