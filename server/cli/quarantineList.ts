import { listQuarantine, type QuarantineEntry } from '../storage/quarantineStore.ts';
import type { Command } from './command.ts';
import { readQuarantineArguments } from './quarantineArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const defaultLimit = 100;

const help = `npm run posko -- quarantine list [options]

Lists what the door refused and what the server could not use or did not believe, newest first. Prints
one line for each, its columns separated by tabs: key, received at, tracker, reason, state (message,
fix, replayed or recovered), topic, address, detail; - for what is not known.

  --tracker <id>    only of this tracker
  --reason <code>   only for this reason, such as clock_ahead or not_json
  --limit <number>  1 to 1000 (default: ${defaultLimit})
  --after <cursor>  the next page: the cursor that the last line of the page before told`;

/** `quarantine list`: see its help. */
export const quarantineList: Command = {
  name: 'quarantine list',
  summary: 'list what was refused, not understood or not believed',
  help,
  run: async ({ config, args, print }) => {
    const { trackerId, reason, limit, after } = readQuarantineArguments(
      args,
      ['tracker', 'reason', 'limit', 'after'],
      false,
    );
    const { entries, nextCursor } = await withExistingDatabase(config, (pool) =>
      listQuarantine(pool, { trackerId, reason }, limit ?? defaultLimit, after),
    );
    for (const entry of entries) {
      const receivedAt = new Date(entry.receivedAtMs).toISOString();
      print(
        [
          entry.key,
          receivedAt,
          entry.trackerId ?? '-',
          entry.reason,
          stateOf(entry),
          entry.topic ?? '-',
          entry.address ?? '-',
          entry.detail,
        ]
          // topics and details name what was received, which may hold anything
          .map((column) => String(column).replaceAll(/\p{Cc}/gu, ' '))
          .join('\t'),
      );
    }
    if (nextCursor !== undefined) print(`There is more: --after ${nextCursor}`);
  },
};

function stateOf({ fix, recoveredAtMs, replayedAtMs }: QuarantineEntry): string {
  if (recoveredAtMs !== null) return 'recovered';
  if (replayedAtMs !== null) return 'replayed';
  return fix === null ? 'message' : 'fix';
}
