import { parseArgs } from 'node:util';
import { deedsOnGatewayChange } from '../accounts/deeds.ts';
import { changeGateway } from '../storage/gatewayStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { gatewayHelp, gatewayOptions, readGatewayArguments } from './gatewayArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- gateway set <id> [options]

Changes a gateway; a running server hears of it at once. What is not named stays as it is. Topics and
trackers that are named replace those before; --topic "" and --tracker "" leave none.

${gatewayHelp}`;

/** `gateway set`: see its help. */
export const gatewaySet: Command = {
  name: 'gateway set',
  summary: 'change a gateway, its topics and trackers',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: gatewayOptions,
    });
    const { id, ...changes } = readGatewayArguments(values, positionals);
    if (Object.values(changes).every((change) => change === undefined)) {
      throw new UsageError('there is nothing to change: name at least one option');
    }
    const changed = await withExistingDatabase(config, (pool) =>
      changeGateway(pool, id, changes, ({ gateway }) =>
        gateway === undefined ? undefined : deedsOnGatewayChange(cliActor, gateway, changes),
      ),
    );
    if (!changed.ok) throw new Error(`The gateway was not changed: ${changed.detail}.`);
    print(`Changed gateway ${id}.`);
  },
};
