import { parseArgs } from 'node:util';
import { siteClasses, siteKinds } from '../domain/site.ts';
import { listSites } from '../storage/siteStore.ts';
import type { Command } from './command.ts';
import { readMoment } from './personArguments.ts';
import { demandOperation, readOneOf, readRegion } from './placeArguments.ts';
import { printPages } from './printPages.ts';
import { withExistingDatabase } from './withDatabase.ts';

const pageLength = 5_000;

/** `sites list`: see its help. */
export const sitesList: Command = {
  name: 'sites list',
  summary: 'list polling stations and other sites',
  help: `npm run posko -- sites list [--operation <id>] [--region <code>] [--kind <kind>] [--class <class>] [--at <time>]

Prints one line for each site, its columns separated by tabs: id, version, region, kind, class,
longitude, latitude, name.

  --kind <kind>    ${siteKinds.join(', ')}
  --class <class>  ${siteClasses.join(', ')}
  --at <time>      as it was then, such as 2024-11-27T08:00+08:00`,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        operation: { type: 'string' },
        region: { type: 'string' },
        kind: { type: 'string' },
        class: { type: 'string' },
        at: { type: 'string' },
      },
    });
    const filter = {
      operationId: values.operation,
      region: readRegion(values.region),
      kind: readOneOf('--kind', values.kind, siteKinds),
      siteClass: readOneOf('--class', values.class, siteClasses),
      atMs: values.at === undefined ? undefined : readMoment('--at', values.at),
    };
    await withExistingDatabase(config, async (pool) => {
      await demandOperation(pool, values.operation, 'Nothing is listed');
      await printPages(
        pageLength,
        (after) => listSites(pool, filter, pageLength, after),
        ({ id, version, region, kind, siteClass, place, name }) =>
          print([id, version, region, kind, siteClass, ...place, name].join('\t')),
      );
    });
  },
};
