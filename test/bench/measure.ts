import os from 'node:os';

/** What a figure was measured on. */
export function machineFacts(): Record<string, unknown> {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model,
    cores: os.cpus().length,
    // what else went on: figures taken on a busy machine are too low
    loadAverage1Min: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.platform()} ${os.release()}`,
    node: process.version,
  };
}

/** Prints one result as one JSON line. */
export function printResult(bench: string, result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ bench, ...result, machine: machineFacts() })}\n`);
}

/** Runs `work` often enough and returns the milliseconds of its rounds: minimum, median, maximum. */
export function timeRounds(
  rounds: number,
  work: () => void,
): { min: number; median: number; max: number } {
  work();
  const times = Array.from({ length: rounds }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  return { min: quantile(times, 0), median: quantile(times, 0.5), max: quantile(times, 1) };
}

/** The same for work that is awaited, with the median of the processor time that this process spent on it. */
export async function timeAsync(
  rounds: number,
  work: () => Promise<unknown>,
): Promise<{ min: number; median: number; max: number; cpuMedian: number }> {
  await work();
  const times: number[] = [];
  const cpuTimes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuTimes.push((user + system) / 1_000);
  }
  return {
    min: quantile(times, 0),
    median: quantile(times, 0.5),
    max: quantile(times, 1),
    cpuMedian: quantile(cpuTimes, 0.5),
  };
}

/** The value below which a share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return Math.round(value * 1000) / 1000;
}
