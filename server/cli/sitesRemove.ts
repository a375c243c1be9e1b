import { parseArgs } from 'node:util';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { findSite, removeSite } from '../storage/siteStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `sites remove`: see its help. */
export const sitesRemove: Command = {
  name: 'sites remove',
  summary: 'remove a polling station or another site, with its ring',
  help: `npm run posko -- sites remove <id>

Removes a site and its ring; a running server ceases to watch them at once, and what was told missing
there ends. What was in force before can still be listed with --at. The id can be imported again.`,
  run: async ({ config, args, print }) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const id = readId(positionals, 'site');
    const removed = await withExistingDatabase(config, async (pool) => {
      const before = await findSite(pool, id);
      if (before === undefined) throw new Error(`There is no site "${id}".`);
      return removeSite(pool, id, before.version, ({ site }) => [
        deedOnPlace(cliActor, 'site.removed', site ?? before),
      ]);
    });
    if (!removed.ok) throw new Error(`The site was not removed: ${removed.detail}.`);
    print(`Removed site ${id} and its ring.`);
  },
};
