/*
 * The journal by itself: how many records a second it brings to the disk, how long each waits for
 * its acknowledgement at an even 5,000 a second, and how fast it is read back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { JournalReader } from '../../ingest/journal/journalReader.ts';
import { defaultJournalLimits, JournalWriter } from '../../ingest/journal/journalWriter.ts';
import { recoverJournal } from '../../ingest/journal/recoverJournal.ts';
import type { JournalInput } from '../../server/domain/journalRecord.ts';
import { printResult, quantile } from './measure.ts';

const fix = '{"fixedAt":1732666503000,"lon":117.5279,"lat":0.5049,"accuracyM":6,"speedMps":9.1}';
const input: JournalInput = {
  kind: 'raw_message',
  codec: 'native_fix',
  trackerId: 'hp-0001',
  payload: Buffer.from(fix),
};

export async function benchJournal(): Promise<void> {
  const flatOut: number[] = [];
  for (let round = 0; round < 5; round++) flatOut.push((await write(200_000, undefined)).perS);
  const paced = [];
  for (let round = 0; round < 3; round++) paced.push(await write(25_000, 5_000));
  printResult('journal', {
    flatOutRecordsPerS: { min: quantile(flatOut, 0), median: quantile(flatOut, 0.5) },
    paced,
    readRecordsPerS: await read(400_000),
  });
}

async function inFolder<Value>(work: (dir: string) => Promise<Value>): Promise<Value> {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'posko-bench-'));
  try {
    return await work(path.join(parent, 'journal'));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function open(dir: string): Promise<JournalWriter> {
  const limits = { ...defaultJournalLimits, maxBytes: 5e9, keepMs: 3_600_000 };
  const writer = new JournalWriter(dir, await recoverJournal(dir), ['bench'], limits, {
    onChunk: () => undefined,
    onRecovered: () => undefined,
    onRoom: () => undefined,
    nowMs: Date.now,
  });
  await writer.start(0);
  return writer;
}

/** Appends `count` records, at `perS` a second or as fast as they are taken. */
function write(count: number, perS: number | undefined) {
  return inFolder(async (dir) => {
    const writer = await open(dir);
    const waitedMs: number[] = [];
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    await new Promise<void>((resolve) => {
      let sent = 0;
      const send = (): void => {
        const elapsedS = (performance.now() - startMs) / 1000;
        // flat out, as much at once as may wait for the disk
        const due = perS === undefined ? waitedMs.length + 50_000 : Math.floor(elapsedS * perS);
        for (; sent < Math.min(count, due); sent++) {
          const sentAtMs = performance.now();
          writer.append(input, Date.now(), false, () => {
            waitedMs.push(performance.now() - sentAtMs);
            if (waitedMs.length === count) resolve();
          });
        }
        if (sent < count) setTimeout(send, 1);
      };
      send();
    });
    const elapsedS = (performance.now() - startMs) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    await writer.close();
    return {
      perS: Math.round(count / elapsedS),
      ackMs: { p50: quantile(waitedMs, 0.5), p99: quantile(waitedMs, 0.99) },
      cores: Math.round(((cpu.user + cpu.system) / 1e6 / elapsedS) * 100) / 100,
    };
  });
}

function read(count: number): Promise<number> {
  return inFolder(async (dir) => {
    const writer = await open(dir);
    await new Promise<void>((resolve) => {
      let settled = 0;
      for (let i = 0; i < count; i++) {
        writer.append(input, Date.now(), false, () => {
          settled += 1;
          if (settled === count) resolve();
        });
      }
    });
    await writer.close();
    const reader = new JournalReader(dir, 0, ({ firstLost }) => {
      throw new Error(`record ${firstLost} is lost`);
    });
    const startMs = performance.now();
    let records = 0;
    for (;;) {
      const chunk = await reader.next(count, 1 << 20);
      if (chunk === undefined) break;
      records += chunk.count;
    }
    const elapsedS = (performance.now() - startMs) / 1000;
    await reader.close();
    return Math.round(records / elapsedS);
  });
}
