import { parseArgs } from 'node:util';
import { type KnownFence, listFences } from '../storage/fenceStore.ts';
import type { Command } from './command.ts';
import { readMoment } from './personArguments.ts';
import { demandOperation, readRegion } from './placeArguments.ts';
import { printPages } from './printPages.ts';
import { withExistingDatabase } from './withDatabase.ts';

const pageLength = 1_000;

/** `fences list`: see its help. */
export const fencesList: Command = {
  name: 'fences list',
  summary: 'list fences',
  help: `npm run posko -- fences list [--operation <id>] [--region <code>] [--rings] [--at <time>]

Prints one line for each fence, its columns separated by tabs: id, version, region, class, shape, name.

  --rings      the rings of sites too
  --at <time>  as it was then, such as 2024-11-27T08:00+08:00`,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        operation: { type: 'string' },
        region: { type: 'string' },
        rings: { type: 'boolean' },
        at: { type: 'string' },
      },
    });
    const filter = {
      operationId: values.operation,
      region: readRegion(values.region),
      hasRings: values.rings === true,
      atMs: values.at === undefined ? undefined : readMoment('--at', values.at),
    };
    await withExistingDatabase(config, async (pool) => {
      await demandOperation(pool, values.operation, 'Nothing is listed');
      await printPages(
        pageLength,
        (after) => listFences(pool, filter, pageLength, after),
        (fence) => print(fenceLine(fence).join('\t')),
      );
    });
  },
};

/** What a list shows of a fence. */
export function fenceLine({
  id,
  version,
  region,
  fenceClass,
  shape,
  name,
}: KnownFence): readonly (string | number)[] {
  return [id, version, region, fenceClass, shape.kind, name];
}
