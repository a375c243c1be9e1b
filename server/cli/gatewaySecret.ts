import { parseArgs } from 'node:util';
import { deedOnGateway } from '../accounts/deeds.ts';
import { setGatewaySecret } from '../storage/gatewayStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { newSecret, printSecret } from './newSecret.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- gateway secret <id> [--secret-stdin]

Gives a gateway a new secret and prints it, this once. The one before it counts no more: a running
server ends its connections at once.

  --secret-stdin     asks for a secret that you choose, or reads it from standard input`;

/** `gateway secret`: see its help. */
export const gatewaySecret: Command = {
  name: 'gateway secret',
  summary: 'give a gateway a new secret',
  help,
  run: async ({ config, args, print, secrets }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'secret-stdin': { type: 'boolean' } },
    });
    const id = readId(positionals, 'gateway');
    const secret = await newSecret(secrets, id, values['secret-stdin'] === true);
    const set = await withExistingDatabase(config, (pool) =>
      setGatewaySecret(pool, id, secret.hash, ({ gateway }) =>
        gateway === undefined
          ? undefined
          : [deedOnGateway(cliActor, 'gateway.secret_set', gateway)],
      ),
    );
    if (!set.ok) throw new Error(`The secret was not changed: ${set.detail}.`);
    print(`Gateway ${id} has a new secret.`);
    printSecret(print, secret);
  },
};
