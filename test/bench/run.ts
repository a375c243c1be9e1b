/* All benchmarks, one JSON line each. `npm run bench -- pipeline` runs the ones so named. */

import { benchAlarmLatency } from './alarmLatency.ts';
import { benchAlarms } from './alarms.ts';
import { benchCoverage } from './coverage.ts';
import { benchConnections, benchFlood } from './door.ts';
import { benchExternalBroker } from './externalBroker.ts';
import { benchFenceNoise } from './fenceNoise.ts';
import { benchFences } from './fences.ts';
import { benchFirstPing } from './firstPing.ts';
import { benchJournal } from './journal.ts';
import { benchLiveFrame } from './liveFrame.ts';
import { benchPipeline } from './pipeline.ts';
import { benchPlaceWatch } from './placeWatch.ts';
import { benchSiteImport } from './siteImport.ts';
import { benchStart } from './start.ts';
import { benchStorageReads } from './storageReads.ts';
import { benchStorageWrites } from './storageWrites.ts';

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  liveFrame: benchLiveFrame,
  pipeline: benchPipeline,
  journal: benchJournal,
  connections: benchConnections,
  flood: benchFlood,
  storageWrites: benchStorageWrites,
  storageReads: benchStorageReads,
  externalBroker: benchExternalBroker,
  fences: benchFences,
  fenceNoise: () => benchFenceNoise(),
  coverage: benchCoverage,
  alarms: benchAlarms,
  alarmLatency: () =>
    benchAlarmLatency({
      trackers: 1_000,
      pingsPerS: 5_000,
      seconds: 45,
      breaches: 100,
      screens: 20,
    }),
  siteImport: benchSiteImport,
  start: benchStart,
  placeWatch: benchPlaceWatch,
  firstPing: async () => {
    await benchFirstPing({ trackers: 1_000, pingsPerS: 1_000, seconds: 10 });
    await benchFirstPing({ trackers: 200, pingsPerS: 5_000, seconds: 10 });
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
