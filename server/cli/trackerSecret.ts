import { parseArgs } from 'node:util';
import { deedOnTracker } from '../accounts/deeds.ts';
import { setTrackerSecret } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { newSecret, printSecret } from './newSecret.ts';
import { phoneHelp, printPhoneSetup, reachOfPhones } from './phoneSetup.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker secret <id> [options]

Gives a tracker a new secret and prints it, this once. The one before it counts no more: a running
server ends its connection at once.

  --secret-stdin     asks for a secret that you choose, or reads it from standard input
  --remove           takes the secret away: the tracker is refused wherever one is asked for
${phoneHelp}`;

/** `tracker secret`: see its help. */
export const trackerSecret: Command = {
  name: 'tracker secret',
  summary: 'give a tracker a new secret, also as a QR code for phones',
  help,
  run: async ({ config, args, print, secrets }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'secret-stdin': { type: 'boolean' },
        remove: { type: 'boolean' },
        qr: { type: 'boolean' },
        host: { type: 'string' },
      },
    });
    const id = readId(positionals, 'tracker');
    const isChosen = values['secret-stdin'] === true;
    const isRemoved = values.remove === true;
    if (isRemoved && (isChosen || values.qr === true)) {
      throw new UsageError('with --remove there is no secret: leave --secret-stdin and --qr out');
    }
    const reach = values.qr === true ? reachOfPhones(config, values.host) : undefined;
    const secret = isRemoved ? undefined : await newSecret(secrets, id, isChosen);
    const action = isRemoved ? 'tracker.secret_removed' : 'tracker.secret_set';
    const set = await withExistingDatabase(config, (pool) =>
      setTrackerSecret(pool, id, secret?.hash ?? null, ({ tracker }) => [
        deedOnTracker(cliActor, action, tracker),
      ]),
    );
    if (!set.ok) throw new Error(`The secret was not changed: ${set.detail}.`);
    print(isRemoved ? `Tracker ${id} has no secret.` : `Tracker ${id} has a new secret.`);
    if (secret === undefined) return;
    printSecret(print, secret);
    if (reach !== undefined) printPhoneSetup(print, reach, { id, secret: secret.secret });
  },
};
