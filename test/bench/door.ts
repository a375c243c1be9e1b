/* The door under load: many connections, and others' pings while one tracker floods. */
import { spawn } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { DoorLimits } from '../../server/domain/doorLimits.ts';
import { openBenchDoor } from './benchDoor.ts';
import { printResult } from './measure.ts';

/** With what one tracker floods; filters and arrays in packets as long as may be. */
const floods = [
  'messages',
  'arrays',
  'pings',
  'subscribe',
  'subscribeLong',
  'unsubscribe',
  'sos',
  'sosWithText',
  'connects',
] as const;

type Load = {
  readonly trackers: number;
  readonly pingsPerS: number;
  readonly seconds: number;
  readonly flood: 'none' | (typeof floods)[number];
};

/** 10,000 trackers and 20,000 pings a second for a minute. POSKO_TEST_BENCH_SECONDS makes it shorter. */
export async function benchConnections(): Promise<void> {
  const seconds = Number(process.env['POSKO_TEST_BENCH_SECONDS'] ?? 60);
  const trackers = Number(process.env['POSKO_TEST_BENCH_TRACKERS'] ?? 10_000);
  const load: Load = { trackers, pingsPerS: 2 * trackers, seconds, flood: 'none' };
  await run('connections', load, {
    connectionsPerAddress: 1_000_000,
    connectBurst: 1_000_000,
    connectsPerSecond: 100_000,
  });
}

/** How long the pings of 50 trackers wait while one more floods, by what it floods with. POSKO_TEST_BENCH_SECONDS makes it shorter. */
export async function benchFlood(): Promise<void> {
  const seconds = Number(process.env['POSKO_TEST_BENCH_SECONDS'] ?? 10);
  for (const flood of ['none', ...floods] as const) {
    await run('flood', { trackers: 50, pingsPerS: 200, seconds, flood }, {});
  }
}

async function run(name: string, load: Load, limits: Partial<DoorLimits>): Promise<void> {
  const { port, door, close } = await openBenchDoor(load.trackers, limits);
  const rssBefore = process.memoryUsage().rss;
  const calm = await generate({ ...load, flood: 'none', port });
  // in a process of its own, so that it does not hold up those who measure
  const flooder =
    load.flood === 'none'
      ? undefined
      : await generate({ ...load, trackers: 0, pingsPerS: 0, port });
  const rssPerConnection = (process.memoryUsage().rss - rssBefore) / load.trackers;
  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const flooding = flooder?.();
  const measured = await calm();
  const cpu = process.cpuUsage(cpuBefore);
  const elapsedS = (performance.now() - startMs) / 1000;
  loopDelay.disable();
  const ms = (ns: number): number => Math.round(ns / 1e4) / 100;
  printResult(name, {
    ...load,
    ...measured,
    loopDelayMs: {
      p50: ms(loopDelay.percentile(50)),
      p99: ms(loopDelay.percentile(99)),
      max: ms(loopDelay.max),
    },
    doorCores: Math.round(((cpu.user + cpu.system) / 1e6 / elapsedS) * 100) / 100,
    kBPerConnection: Math.round(rssPerConnection / 100) / 10,
    admitted: door.admitted,
    setAside: Object.fromEntries(
      Object.entries(door.setAside()).map(([reason, { count }]) => [reason, count]),
    ),
  });
  await flooding;
  await close();
}

/** Starts a load generator and waits until it is connected. Returns what makes it go and say what it measured. */
async function generate(
  load: Load & { readonly port: number },
): Promise<() => Promise<Record<string, unknown>>> {
  const file = new URL('./doorLoad.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, JSON.stringify(load)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return async () => {
    child.stdin.end('go\n');
    const { value } = await lines.next();
    if (value === undefined) throw new Error('the load generator said nothing');
    return JSON.parse(value);
  };
}
