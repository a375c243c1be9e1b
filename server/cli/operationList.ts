import { parseArgs } from 'node:util';
import { listOperations } from '../storage/operationStore.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `operation list`: see its help. */
export const operationList: Command = {
  name: 'operation list',
  summary: 'list the operations',
  help: `npm run posko -- operation list

Prints one line for each operation, its columns separated by tabs: id, region, name, live or exercise,
start, end (- where there is none), phases with their starts.`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    for (const operation of await withExistingDatabase(config, listOperations)) {
      const { id, region, name, isExercise, startsAtMs, endsAtMs, phases } = operation;
      const told = phases.map((each) => `${each.phase} ${toText(each.startsAtMs)}`).join(', ');
      const times = [toText(startsAtMs), endsAtMs === undefined ? '-' : toText(endsAtMs)];
      const kind = isExercise ? 'exercise' : 'live';
      print([id, region, name, kind, ...times, told || '-'].join('\t'));
    }
  },
};

function toText(atMs: number): string {
  return new Date(atMs).toISOString();
}
