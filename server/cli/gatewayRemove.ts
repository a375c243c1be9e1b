import { parseArgs } from 'node:util';
import { deedOnGateway } from '../accounts/deeds.ts';
import { removeGateway } from '../storage/gatewayStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `gateway remove`: see its help. */
export const gatewayRemove: Command = {
  name: 'gateway remove',
  summary: 'remove a gateway; its trackers stay',
  help: `npm run posko -- gateway remove <id>

Removes a gateway; a running server ends its connections at once. Its trackers stay, and what it sent.`,
  run: async ({ config, args, print }) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const id = readId(positionals, 'gateway');
    const removed = await withExistingDatabase(config, (pool) =>
      removeGateway(pool, id, ({ gateway }) =>
        gateway === undefined ? undefined : [deedOnGateway(cliActor, 'gateway.removed', gateway)],
      ),
    );
    if (!removed.ok) throw new Error(`The gateway was not removed: ${removed.detail}.`);
    print(`Removed gateway ${id}.`);
  },
};
