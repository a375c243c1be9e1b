/*
 * The whole way under load: trackers in a process of their own publish with QoS 1, the server
 * admits, decodes, shows and stores; a screen looks on. Measures acknowledgement, ping to screen,
 * and the processor time of the server process.
 */
import { rm } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { decodeFrame } from '../../server/domain/liveFrame.ts';
import { liveSubprotocol } from '../../server/domain/liveMessage.ts';
import { startPosko } from '../../server/posko.ts';
import { asOperator, healthOf } from '../fixtures/operator.ts';
import { testConfig } from '../fixtures/testConfig.ts';
import { printResult, quantile } from './measure.ts';
import { publishLoad, registerTrackers, silent } from './serverLoad.ts';

export async function benchFirstPing(load: {
  trackers: number;
  pingsPerS: number;
  seconds: number;
}): Promise<void> {
  const made = await testConfig('posko-bench-');
  // all trackers come from one address
  const config = {
    ...made,
    doorLimits: { ...made.doorLimits, connectBurst: 1_000_000, messagesPerSecond: 100 },
  };
  const secret = await registerTrackers(config.dataDir, load.trackers);
  const posko = await startPosko(config, {
    mode: 'live',
    log: silent,
    signal: new AbortController().signal,
    onFatal: (error) => {
      throw error;
    },
  });

  const toScreenMs: number[] = [];
  const screen = new WebSocket(`ws://127.0.0.1:${posko.httpPort}/api/v1/live`, liveSubprotocol, {
    headers: asOperator,
  });
  screen.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const nowMs = Date.now();
    const frame = decodeFrame(new Uint8Array(data));
    if (!frame.ok) throw new Error(frame.detail);
    // the newest fix of each unit, which a faster tracker may have replaced before the tick
    for (const ageMs of frame.value.ageMs)
      toScreenMs.push(nowMs - frame.value.serverTimeMs + ageMs);
  });

  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const result = await publishLoad(posko.doorPorts.mqtt ?? 0, { ...load, secret });
  const elapsedS = (performance.now() - startMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const health = await healthOf(`http://127.0.0.1:${posko.httpPort}`);
  screen.terminate();
  await posko.close();
  await rm(config.dataDir, { recursive: true, force: true });
  printResult('firstPing', {
    ...load,
    ...result,
    serverCores: Math.round(((cpu.user + cpu.system) / 1e6 / elapsedS) * 100) / 100,
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    toScreenMs: { p50: quantile(toScreenMs, 0.5), p99: quantile(toScreenMs, 0.99) },
    health,
  });
}
