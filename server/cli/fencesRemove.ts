import { parseArgs } from 'node:util';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { findFence, removeFence } from '../storage/fenceStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `fences remove`: see its help. */
export const fencesRemove: Command = {
  name: 'fences remove',
  summary: 'remove a fence; what was told of it stays',
  help: `npm run posko -- fences remove <id>

Removes a fence; a running server ceases to watch it at once. What was in force before can still be
listed with --at. The ring of a site goes with its site: sites remove.`,
  run: async ({ config, args, print }) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const id = readId(positionals, 'fence');
    const removed = await withExistingDatabase(config, async (pool) => {
      const before = await findFence(pool, id);
      if (before === undefined) throw new Error(`There is no fence "${id}".`);
      return removeFence(pool, id, before.version, ({ fence }) => [
        deedOnPlace(cliActor, 'fence.removed', fence ?? before),
      ]);
    });
    if (!removed.ok) throw new Error(`The fence was not removed: ${removed.detail}.`);
    print(`Removed fence ${id}.`);
  },
};
