import { parseArgs } from 'node:util';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { wrongFencePhases } from '../domain/operation.ts';
import { addFence } from '../storage/fenceStore.ts';
import { findOperation } from '../storage/operationStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { fenceHelp, fenceOptions, readFenceArguments, readShape } from './fenceArguments.ts';
import { demandOperation } from './placeArguments.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `fences add`: see its help. */
export const fencesAdd: Command = {
  name: 'fences add',
  summary: 'add a fence from GeoJSON',
  help: `npm run posko -- fences add <id> --name <text> --region <code> --class <class> --ground <file> [options]

Adds a fence; a running server watches it at once. One that moves with a unit is added over REST.

${fenceHelp}
  --operation <id>         the operation that it belongs to; needed where it counts in phases`,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...fenceOptions, operation: { type: 'string' } },
    });
    const id = readId(positionals, 'fence');
    const given = await readFenceArguments(values, 'fences add');
    const { name, region, fenceClass, conditions = {}, watch = {} } = given;
    if (name === undefined) throw new UsageError('--name is missing');
    if (region === undefined) throw new UsageError('--region is missing, such as --region 64.08');
    if (fenceClass === undefined) throw new UsageError('--class is missing, such as --class area');
    const shape = readShape(given, undefined);
    if (shape === undefined) throw new UsageError('--ground is missing: a GeoJSON file');
    const operationId = values.operation;
    const fence = { id, name, region, fenceClass, shape, conditions, watch, operationId };
    const added = await withExistingDatabase(config, async (pool) => {
      await demandOperation(pool, operationId, 'The fence was not added');
      const operation =
        operationId === undefined ? undefined : await findOperation(pool, operationId);
      const wrong = wrongFencePhases(conditions.phases, operation);
      if (wrong !== undefined) throw new Error(`The fence was not added: ${wrong}.`);
      return addFence(pool, fence, () => [
        deedOnPlace(cliActor, 'fence.added', fence, { class: fenceClass, shape: shape.kind }),
      ]);
    });
    if (!added.ok) throw new Error(`The fence was not added: ${added.detail}.`);
    print(`Added fence ${id} (${added.value.value.name}), a ${shape.kind}.`);
  },
};
