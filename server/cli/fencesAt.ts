import { parseArgs } from 'node:util';
import { fencesAround } from '../storage/fenceStore.ts';
import { signedDistanceM } from '../tracking/fences/signedDistance.ts';
import { type Command, UsageError } from './command.ts';
import { fenceLine } from './fencesList.ts';
import { readMoment } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `fences at`: see its help. */
export const fencesAt: Command = {
  name: 'fences at',
  summary: 'which fences hold a point',
  help: `npm run posko -- fences at <longitude>,<latitude> [--at <time>]

Prints one line for each fence that holds the point, its columns separated by tabs: id, version, region,
class, shape, name, and how many metres inside its edge the point is. Fences that move with a unit are
left out.

  --at <time>  as it was then, such as 2024-11-27T08:00+08:00`,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { at: { type: 'string' } },
    });
    const [lon, lat] = readPoint(positionals);
    const atMs = values.at === undefined ? undefined : readMoment('--at', values.at);
    const around = await withExistingDatabase(config, (pool) =>
      fencesAround(pool, lon, lat, { atMs }),
    );
    for (const fence of around) {
      if (fence.shape.kind === 'moving') continue;
      const distanceM = signedDistanceM(fence.shape, lon, lat);
      if (distanceM <= 0) print([...fenceLine(fence), (-distanceM).toFixed(1)].join('\t'));
    }
  },
};

function readPoint(positionals: readonly string[]): readonly [lon: number, lat: number] {
  const text = positionals.join(' ');
  const [, lonText, latText] = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const [lon, lat] = [Number(lonText), Number(latText)];
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return [lon, lat];
  throw new UsageError(
    `the point is "${text.slice(0, 80)}"; it must be longitude,latitude such as 117.5279,0.5049`,
  );
}
