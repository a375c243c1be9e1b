import { parseArgs } from 'node:util';
import { listTrackers, type TrackerWithUnit } from '../storage/trackerStore.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `tracker list`: see its help. */
export const trackerList: Command = {
  name: 'tracker list',
  summary: 'list the trackers that are heard',
  help: `npm run posko -- tracker list

Prints one line for each tracker, its columns separated by tabs: id, region, callsign, kind, agency,
identity (secret; weak: by its id alone where its protocol carries no secret; secret, weak; none: it is
refused), time zone (- where none is set), unit, role (primary or backup).`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const trackers = await withExistingDatabase(config, listTrackers);
    for (const each of trackers) {
      const { tracker, unit } = each;
      const columns = [tracker.id, tracker.region, unit.callsign, unit.kind, unit.agency];
      const carried = [tracker.timeZone ?? '-', unit.id, tracker.role];
      print([...columns, identityOf(each), ...carried].join('\t'));
    }
  },
};

function identityOf({ tracker, hasSecret }: TrackerWithUnit): string {
  const ways = [...(hasSecret ? ['secret'] : []), ...(tracker.isWeak ? ['weak'] : [])];
  return ways.join(', ') || 'none';
}
