/* All benchmarks, one JSON line each. `npm run bench -- pipeline` runs the ones so named. */
import { benchFirstPing } from './firstPing.ts';
import { benchLiveFrame } from './liveFrame.ts';
import { benchPipeline } from './pipeline.ts';

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  liveFrame: benchLiveFrame,
  pipeline: benchPipeline,
  firstPing: async () => {
    await benchFirstPing({ trackers: 1_000, pingsPerS: 1_000, seconds: 10 });
    await benchFirstPing({ trackers: 1_000, pingsPerS: 5_000, seconds: 10 });
  },
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  const bench = benches[name];
  if (bench === undefined)
    throw new Error(`no benchmark "${name}"; there are ${Object.keys(benches).join(', ')}`);
  await bench();
}
