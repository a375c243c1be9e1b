import { parseArgs } from 'node:util';
import { runningPhases } from '../domain/operation.ts';
import { fencesAround } from '../storage/fenceStore.ts';
import { listOperations } from '../storage/operationStore.ts';
import { signedDistanceM } from '../tracking/fences/signedDistance.ts';
import { whyIdle } from '../tracking/whyIdle.ts';
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
class, shape, name, how many metres inside its edge the point is, and whether it counts now: "counts", or
"idle" by its validity, its phase or its hours. Fences that move with a unit are left out.

  --at <time>  as it was then, such as 2024-11-27T08:00+08:00; by the phases as they are now`,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { at: { type: 'string' } },
    });
    const [lon, lat] = readPoint(positionals);
    const atMs = values.at === undefined ? undefined : readMoment('--at', values.at);
    const [around, operations] = await withExistingDatabase(config, async (pool) => [
      await fencesAround(pool, lon, lat, { atMs }),
      await listOperations(pool),
    ]);
    const thenMs = atMs ?? Date.now();
    const phases = runningPhases(operations, thenMs);
    for (const fence of around) {
      if (fence.shape.kind === 'moving') continue;
      const distanceM = signedDistanceM(fence.shape, lon, lat);
      if (distanceM > 0) continue;
      const running = phases.get(fence.operationKey ?? 0) ?? [];
      const idleBy = whyIdle(fence.conditions, running, thenMs);
      const counts = idleBy === undefined ? 'counts' : `idle by its ${idleBy}`;
      print([...fenceLine(fence), (-distanceM).toFixed(1), counts].join('\t'));
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
