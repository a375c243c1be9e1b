import { parseArgs } from 'node:util';
import { isScopeCode } from '../domain/region.ts';
import { readLog } from '../storage/log/logStore.ts';
import { type Command, UsageError } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { withExistingDatabase } from './withDatabase.ts';

const defaultLimit = 100;

const help = `npm run posko -- audit list [options]

Lists what was done by whom, newest first. Prints one line for each deed, its columns separated by
tabs: number, when, by whom (- is the server itself), what, of what, region, details.

  --region <code>    only of this region and below
  --limit <number>   1 to 1000 (default: ${defaultLimit})
  --before <number>  the next page: deeds before this number`;

/** `audit list`: see its help. */
export const auditList: Command = {
  name: 'audit list',
  summary: 'list what was done by whom',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        region: { type: 'string' },
        limit: { type: 'string' },
        before: { type: 'string' },
      },
    });
    const { region, limit, before } = values;
    if (region !== undefined && !isScopeCode(region)) {
      throw new UsageError(`--region is "${region}"; it must be a code such as 64.08`);
    }
    const entries = await withExistingDatabase(config, (pool) =>
      readLog(pool, {
        before:
          before === undefined
            ? undefined
            : readWholeNumber('--before', before, Number.MAX_SAFE_INTEGER),
        limit: limit === undefined ? defaultLimit : readWholeNumber('--limit', limit, 1_000),
        regions: region === undefined ? undefined : [region],
      }),
    );
    for (const entry of entries) {
      const { sequence, happenedAtMs, actor, action, subject, region: where, data } = entry;
      const when = new Date(happenedAtMs).toISOString();
      const columns = [sequence, when, actor ?? '-', action, subject ?? '-', where ?? '-'];
      // names come from people: they must not make lines or columns of their own
      print([...columns, JSON.stringify(data)].join('\t').replaceAll(/[\r\n]/g, ' '));
    }
  },
};
