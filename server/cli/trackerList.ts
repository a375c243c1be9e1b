import { parseArgs } from 'node:util';
import { listTrackers } from '../storage/trackerStore.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `tracker list`: see its help. */
export const trackerList: Command = {
  name: 'tracker list',
  summary: 'list the trackers that are heard',
  help: `npm run posko -- tracker list

Prints one line for each tracker, its columns separated by tabs: id, region, callsign, kind, agency.`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const trackers = await withExistingDatabase(config, listTrackers);
    for (const { tracker, unit } of trackers) {
      print([tracker.id, tracker.region, unit.callsign, unit.kind, unit.agency].join('\t'));
    }
  },
};
