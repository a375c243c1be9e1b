import { parseArgs } from 'node:util';
import { listGateways } from '../storage/gatewayStore.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `gateway list`: see its help. */
export const gatewayList: Command = {
  name: 'gateway list',
  summary: 'list the gateways',
  help: `npm run posko -- gateway list

Prints one line for each gateway, its columns separated by tabs: id, region, name, identity (secret or
none), topics, trackers (both separated by commas; - where there are none).`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    for (const gateway of await withExistingDatabase(config, listGateways)) {
      const { id, region, name, hasSecret, topics, trackerIds } = gateway;
      const lists = [topics, trackerIds].map((list) => list.join(',') || '-');
      print([id, region, name, hasSecret ? 'secret' : 'none', ...lists].join('\t'));
    }
  },
};
