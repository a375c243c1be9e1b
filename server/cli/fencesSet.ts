import { parseArgs } from 'node:util';
import { deedsOnPlaceChange } from '../accounts/placeDeeds.ts';
import { wrongFencePhases } from '../domain/operation.ts';
import { changeFence, findFence } from '../storage/fenceStore.ts';
import { findOperation } from '../storage/operationStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { fenceHelp, fenceOptions, readFenceArguments, readShape } from './fenceArguments.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `fences set`: see its help. */
export const fencesSet: Command = {
  name: 'fences set',
  summary: 'change a fence',
  help: `npm run posko -- fences set <id> [options]

Changes what is named of a fence: its version in force ends and the next begins, and a running server
watches that at once. A radius or a half width by itself leaves the fence where it is. Of the ring of a
site, site:<id>, only conditions and watch can be changed: the rest follows from its site.

${fenceHelp}`,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: fenceOptions,
    });
    const id = readId(positionals, 'fence');
    const names = Object.keys(values).sort();
    if (names.length === 0) throw new UsageError('nothing is to be changed: name an option');
    const given = await readFenceArguments(values, 'fences set');
    const changed = await withExistingDatabase(config, async (pool) => {
      const before = await findFence(pool, id);
      if (before === undefined) throw new Error(`There is no fence "${id}".`);
      const { version, operationId } = before;
      const operation =
        operationId === undefined ? undefined : await findOperation(pool, operationId);
      const { name, region, fenceClass, conditions, watch } = given;
      const wrong = wrongFencePhases(conditions?.phases, operation);
      if (wrong !== undefined) throw new Error(`The fence was not changed: ${wrong}.`);
      const shape = readShape(given, before.shape);
      const changes = { name, region, fenceClass, shape, conditions, watch };
      return changeFence(pool, id, version, changes, ({ fence }) =>
        deedsOnPlaceChange(cliActor, 'fence.changed', fence ?? before, region, {
          changed: names,
          version: version + 1,
        }),
      );
    });
    if (!changed.ok) throw new Error(`The fence was not changed: ${changed.detail}.`);
    print(`Changed fence ${id}: it is at version ${changed.value.value.version}.`);
  },
};
