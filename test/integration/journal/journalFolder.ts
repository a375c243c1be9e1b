import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalOutcome } from '../../../ingest/journal/commitGroup.ts';
import { type JournalDamage, JournalReader } from '../../../ingest/journal/journalReader.ts';
import { type JournalLimits, JournalWriter } from '../../../ingest/journal/journalWriter.ts';
import { recoverJournal } from '../../../ingest/journal/recoverJournal.ts';
import {
  type JournalChunk,
  type JournalInput,
  type JournalRecord,
  recordsOf,
} from '../../../server/domain/journalRecord.ts';

export const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);

const limits: JournalLimits = {
  maxBytes: 5e9,
  keepMs: 3_600_000,
  segmentBytes: 1 << 20,
  reserveBytes: 4096,
  maxWaitingBytes: 16 << 20,
  stallMs: 30_000,
};

/** A folder for a journal, removed at the end of the test. */
export function journalFolder(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return path.join(dir, 'journal');
}

/** A journal that is written, with what it said. */
export type OpenJournal = {
  readonly writer: JournalWriter;
  readonly chunks: JournalChunk[];
  readonly recovered: Awaited<ReturnType<typeof recoverJournal>>;
  /** How often it said that the disk takes records again, and that there is room again. */
  readonly said: { recovered: number; room: number };
  append(input: JournalInput, isUrgent?: boolean): Promise<JournalOutcome>;
};

export async function openJournal(
  dir: string,
  some: Partial<JournalLimits> = {},
): Promise<OpenJournal> {
  const recovered = await recoverJournal(dir);
  const chunks: JournalChunk[] = [];
  const said = { recovered: 0, room: 0 };
  const writer = new JournalWriter(
    dir,
    recovered,
    ['test'],
    { ...limits, ...some },
    {
      onChunk: (chunk) => chunks.push(chunk),
      onRecovered: () => {
        said.recovered += 1;
      },
      onRoom: () => {
        said.room += 1;
      },
      nowMs: () => nowMs,
    },
  );
  onTestFinished(() => writer.close());
  await writer.start(0);
  const append: OpenJournal['append'] = (input, isUrgent = false) =>
    new Promise((resolve) => writer.append(input, nowMs, isUrgent, resolve));
  return { writer, chunks, recovered, said, append };
}

/** A raw message with this text as its payload. */
export function message(text: string): JournalInput {
  return {
    kind: 'raw_message',
    codec: 'native_fix',
    trackerId: 'hp-07',
    payload: Buffer.from(text),
  };
}

/** The text of a record that `message` made. */
export function textOf(record: JournalRecord): string {
  return record.kind === 'raw_message' ? Buffer.from(record.payload).toString() : record.kind;
}

/** All that can be read after a record, and what was found to be lost. */
export async function readAll(
  dir: string,
  upTo: number,
  { after = 0, maxBytes = 1 << 20 } = {},
): Promise<{ records: [number, string][]; damage: JournalDamage[] }> {
  const damage: JournalDamage[] = [];
  const reader = new JournalReader(dir, after, (lost) => damage.push(lost));
  const records: [number, string][] = [];
  for (;;) {
    const chunk = await reader.next(upTo, maxBytes);
    if (chunk === undefined) break;
    for (const record of recordsOf(chunk.bytes)) records.push([record.sequence, textOf(record)]);
  }
  await reader.close();
  return { records, damage };
}
