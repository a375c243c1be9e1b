import { pbkdf2 } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { recoverJournal } from '../../../ingest/journal/recoverJournal.ts';
import {
  journalFolder,
  message,
  nowMs,
  type OpenJournal,
  openJournal,
  readAll,
} from './journalFolder.ts';

const kilobyte = message('k'.repeat(1_000));
const patient = { timeout: 10_000 };

/** Appends until one is refused; returns how many were stored. */
async function fill(journal: OpenJournal): Promise<number> {
  for (;;) {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => journal.append(kilobyte)));
    if (outcomes.includes('not_stored')) return journal.writer.status().lastSequence;
  }
}

const segmentsIn = (dir: string): number =>
  readdirSync(dir).filter((name) => name.endsWith('.segment')).length;

describe('the bounds of the journal', () => {
  it('drops what every consumer has when nine tenths of its bound are reached, and nothing else', async () => {
    const dir = journalFolder();
    const { writer, append } = await openJournal(dir, {
      maxBytes: 2_000_000,
      segmentBytes: 100_000,
    });
    for (let i = 0; i < 15; i++)
      await Promise.all(Array.from({ length: 100 }, () => append(kilobyte)));
    expect(writer.status()).toMatchObject({ state: 'storing', lastSequence: 1_500 });
    const before = writer.status().usedBytes;
    expect(before).toBeGreaterThan(1_500_000);
    writer.setConsumed('test', 700);
    await append(kilobyte);
    // below nine tenths all is kept
    expect(writer.status().usedBytes).toBeGreaterThan(before);
    for (let i = 0; i < 4; i++)
      await Promise.all(Array.from({ length: 100 }, () => append(kilobyte)));
    writer.setConsumed('test', 701);
    await vi.waitFor(
      () => expect(writer.status().usedBytes).toBeLessThanOrEqual(1_800_000),
      patient,
    );
    // what is left is everything from some place at or before the consumer's
    const { records, damage } = await readAll(dir, 1_901, { after: 701 });
    expect(records.map(([sequence]) => sequence)).toEqual(
      Array.from({ length: 1_200 }, (_, i) => 702 + i),
    );
    expect(damage).toEqual([]);
  });

  it('drops what is too old, once every consumer has it', async () => {
    const dir = journalFolder();
    const first = await openJournal(dir);
    await first.append(kilobyte);
    await first.writer.close();
    const [name = ''] = readdirSync(dir).filter((file) => file.endsWith('.segment'));
    const oldS = nowMs / 1000 - 7_200;
    utimesSync(path.join(dir, name), oldS, oldS);
    const { writer, append } = await openJournal(dir);
    await append(kilobyte);
    expect(segmentsIn(dir)).toBe(2);
    writer.setConsumed('test', 1);
    await vi.waitFor(() => expect(segmentsIn(dir)).toBe(1), patient);
    expect((await readAll(dir, 2, { after: 1 })).records).toHaveLength(1);
  });

  it('refuses ordinary records when it is full, keeps urgent ones, and takes all again when there is room', async () => {
    const dir = journalFolder();
    const journal = await openJournal(dir, {
      maxBytes: 1_600_000,
      segmentBytes: 100_000,
      reserveBytes: 10_000,
    });
    const { writer, append, chunks, said } = journal;
    expect(writer.status().hasReserve).toBe(true);
    const stored = await fill(journal);
    expect(stored).toBeGreaterThan(1_000);
    expect(writer.status()).toMatchObject({ state: 'full', notStored: 50 });
    expect(chunks.at(-1)).toMatchObject({ count: 50, lastSequence: 0 });

    const sos = { kind: 'operator_action', json: '{"sos":true}' } as const;
    const [ordinary, urgent, another] = await Promise.all([
      append(kilobyte),
      append(sos, true),
      append(kilobyte),
    ]);
    expect([ordinary, urgent, another]).toEqual(['not_stored', 'stored', 'not_stored']);
    expect(writer.status().lastSequence).toBe(stored + 1);
    expect((await readAll(dir, stored + 1, { after: stored })).records).toEqual([
      [stored + 1, 'operator_action'],
    ]);
    // the reserve is no endless one
    let more = 1;
    while ((await append(sos, true)) === 'stored') more += 1;
    expect(more).toBeGreaterThan(200);

    writer.setConsumed('test', stored);
    await vi.waitFor(() => expect(said.recovered).toBe(1), patient);
    expect(await append(kilobyte)).toBe('stored');
    const { records, damage } = await readAll(dir, stored + more + 1, { after: stored });
    expect(records).toHaveLength(more + 1);
    expect(damage).toEqual([]);
    await vi.waitFor(() => expect(writer.status().hasReserve).toBe(true), patient);
  });

  it('keeps the urgent records of its reserve through a restart', async () => {
    const dir = journalFolder();
    const limits = { maxBytes: 1_300_000, segmentBytes: 100_000, reserveBytes: 10_000 };
    const first = await openJournal(dir, limits);
    const stored = await fill(first);
    await first.append({ kind: 'operator_action', json: '{}' }, true);
    await first.writer.close();
    const { lastSequence, tornBytes } = await recoverJournal(dir);
    expect({ lastSequence, tornBytes }).toEqual({ lastSequence: stored + 1, tornBytes: 0 });
  });

  it('says when so much waits that senders should wait too, and when it does no more', async () => {
    const { writer, append, said } = await openJournal(journalFolder(), {
      maxWaitingBytes: 50_000,
    });
    writer.hold();
    const waiting = Array.from({ length: 60 }, () => append(kilobyte));
    expect(writer.isCrowded).toBe(true);
    await setImmediate();
    expect(said.room).toBe(0);
    writer.resume();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['stored']));
    expect(writer.isCrowded).toBe(false);
    expect(said.room).toBe(1);
  });

  it('gives up what waits when the disk hangs, and takes records again when it answers', async () => {
    const { writer, append, said, chunks } = await openJournal(journalFolder(), { stallMs: 50 });
    await append(kilobyte);
    // the disk is reached through a pool of four threads; these keep all of them busy
    const busy = Array.from(
      { length: 4 },
      () =>
        new Promise<void>((resolve, reject) => {
          pbkdf2('a', 'b', 400_000, 64, 'sha512', (error) => (error ? reject(error) : resolve()));
        }),
    );
    const first = append(kilobyte);
    expect(await first).toBe('not_stored');
    expect(writer.status()).toMatchObject({ state: 'stalled' });
    expect(await append(kilobyte)).toBe('not_stored');
    await Promise.all(busy);
    await vi.waitFor(() => expect(said.recovered).toBe(1), patient);
    expect(await append(kilobyte)).toBe('stored');
    expect(writer.status()).toMatchObject({ state: 'storing', notStored: 2 });
    // the one that was under way when the disk hung came to it after all
    expect(writer.status().lastSequence).toBe(3);
    expect(chunks.map(({ count, lastSequence }) => [count, lastSequence])).toEqual([
      [1, 1],
      [1, 0],
      [1, 0],
      [0, 2],
      [1, 3],
    ]);
  });

  it('does not read what a commit that failed left behind', async () => {
    const failed = journalFolder();
    const first = await openJournal(failed);
    for (const text of ['one', 'failed', 'failed too']) await first.append(message(text));
    await first.writer.close();
    // what the disk kept of the failed commits, and the segment that was begun after them
    const dir = journalFolder();
    const { writer, append } = await openJournal(dir, { segmentBytes: 1 });
    for (const text of ['one', 'two', 'three']) await append(message(text));
    await writer.close();
    const [oldName = ''] = readdirSync(dir).filter((name) => name.startsWith('0000000000000001-'));
    const [newName = ''] = readdirSync(failed).filter((name) => name.endsWith('.segment'));
    rmSync(path.join(dir, oldName));
    writeFileSync(path.join(dir, newName), readFileSync(path.join(failed, newName)));
    const { records, damage } = await readAll(dir, 3);
    expect(records.map(([, text]) => text)).toEqual(['one', 'two', 'three']);
    expect(damage).toEqual([]);
  });
});
