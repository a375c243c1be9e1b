import { parseArgs } from 'node:util';
import { deedOnGateway } from '../accounts/deeds.ts';
import { addGateway } from '../storage/gatewayStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { gatewayHelp, gatewayOptions, readGatewayArguments } from './gatewayArguments.ts';
import { newSecret, printSecret } from './newSecret.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- gateway add <id> --region <code> [options]

Adds a gateway, which speaks for trackers that cannot connect themselves (Meshtastic, LoRaWAN, radio
gateways), and prints its secret, which is shown this once.

  <id>               1 to 64 letters, digits, - or _, and no tracker's; its user name
${gatewayHelp}
  --secret-stdin     asks for a secret that you choose, or reads it from standard input`;

/** `gateway add`: see its help. */
export const gatewayAdd: Command = {
  name: 'gateway add',
  summary: 'add a gateway that speaks for trackers',
  help,
  run: async ({ config, args, print, secrets }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...gatewayOptions, 'secret-stdin': { type: 'boolean' } },
    });
    const {
      id,
      region,
      name = id,
      topics = [],
      trackerIds = [],
    } = readGatewayArguments(values, positionals);
    if (region === undefined) throw new UsageError('--region is missing, such as --region 64.08');
    const secret = await newSecret(secrets, id, values['secret-stdin'] === true);
    const gateway = { id, region, name, topics, trackerIds, secretHash: secret.hash };
    const data = { name, topics, trackers: trackerIds.length };
    const added = await withDatabase(config, (pool) =>
      addGateway(pool, gateway, () => [deedOnGateway(cliActor, 'gateway.added', gateway, data)]),
    );
    if (!added.ok) throw new Error(`The gateway was not added: ${added.detail}.`);
    const { topics: kept, trackerIds: spokenFor } = added.value;
    print(`Added gateway ${id} (${added.value.name}).`);
    print(`It publishes to ${kept.join(', ') || 'nothing yet'}, for ${spokenFor.length} trackers.`);
    printSecret(print, secret);
  },
};
