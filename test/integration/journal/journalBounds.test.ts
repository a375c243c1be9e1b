import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type JournalDamage, JournalReader } from '../../../ingest/journal/journalReader.ts';
import { defaultJournalLimits } from '../../../ingest/journal/journalWriter.ts';
import { recoverJournal } from '../../../ingest/journal/recoverJournal.ts';
import { recordsOf } from '../../../server/domain/journalRecord.ts';
import { failDisk, fileMethods, holdDisk } from './failingDisk.ts';
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
    const journal = await openJournal(dir, { maxBytes: 12_000_000, segmentBytes: 500_000 });
    const { writer } = journal;
    const appendMany = (count: number): Promise<unknown> =>
      Promise.all(Array.from({ length: count }, () => journal.append(kilobyte)));
    for (let i = 0; i < 20; i++) await appendMany(500);
    const before = writer.status();
    expect(before).toMatchObject({ state: 'storing', lastSequence: 10_000 });
    writer.setConsumed('test', 5_000);
    await appendMany(1);
    // below nine tenths all is kept
    expect(writer.status().usedBytes).toBeGreaterThan(before.usedBytes);
    await appendMany(600);
    expect(writer.status().usedBytes).toBeGreaterThan(10_800_000);
    writer.setConsumed('test', 5_001);
    await vi.waitFor(
      () => expect(writer.status().usedBytes).toBeLessThanOrEqual(10_800_000),
      patient,
    );
    // what is left is everything from some place at or before the consumer's
    const { records, damage } = await readAll(dir, 10_601, { after: 5_001 });
    expect(records.map(([sequence]) => sequence)).toEqual(
      Array.from({ length: 5_600 }, (_, i) => 5_002 + i),
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

  it('acknowledges a record when it is on disk and not before', async () => {
    const { append } = await openJournal(journalFolder());
    const disk = holdDisk(await fileMethods(), 'write');
    let outcome = 'none yet';
    const settled = append(kilobyte).then((known) => {
      outcome = known;
    });
    await disk.asked;
    await setTimeout(20);
    expect(outcome).toBe('none yet');
    disk.answer();
    await settled;
    expect(outcome).toBe('stored');
  });

  it('gives up what waits when the disk hangs, and takes records again when it answers', async () => {
    const { writer, append, said, chunks } = await openJournal(journalFolder(), { stallMs: 500 });
    await append(kilobyte);
    const disk = holdDisk(await fileMethods(), 'write');
    expect(await append(kilobyte)).toBe('not_stored');
    expect(writer.status()).toMatchObject({ state: 'stalled' });
    expect(await append(kilobyte)).toBe('not_stored');
    disk.answer();
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

  it('loses no acknowledged record on a disk that fails again and again', async () => {
    const dir = journalFolder();
    const { writer, append } = await openJournal(dir);
    const methods = await fileMethods();
    const expected: string[] = [];
    for (let round = 0; round < 4; round++) {
      expect(await append(message(`good ${round}`))).toBe('stored');
      expected.push(`good ${round}`);
      // the write fails, and so does the cutting off of what it left
      const broken = failDisk(methods, ['write', 'truncate'], 'EIO');
      expect(await append(message(`refused ${round}`))).toBe('not_stored');
      expect(writer.status().state).toBe('failing');
      // the first attempt on a new segment fails too, and leaves it behind with the next one's number
      if (round % 2 === 1) {
        await vi.waitFor(() => expect(writer.status().state).toBe('storing'), patient);
        expect(await append(message('refused once more'))).toBe('not_stored');
      }
      broken.mend();
      await vi.waitFor(() => expect(writer.status().state).toBe('storing'), patient);
    }
    // without it what was refused last would be at the end of the journal, and be read after all
    expect(await append(message('last'))).toBe('stored');
    expected.push('last');
    await writer.close();
    const { lastSequence } = await recoverJournal(dir);
    const { records, damage } = await readAll(dir, lastSequence);
    expect(records.map(([, text]) => text)).toEqual(expected);
    expect(damage).toEqual([]);
  }, 30_000);

  it('puts aside what a failing disk left under the number of a segment, and reads the right one', async () => {
    const [one, other] = [journalFolder(), journalFolder()];
    for (const [dir, text] of [
      [one, 'left over'],
      [other, 'acknowledged'],
    ] as const) {
      const { writer, append } = await openJournal(dir);
      await append(message(text));
      await writer.close();
    }
    const [leftOver = ''] = readdirSync(one).filter((name) => name.endsWith('.segment'));
    writeFileSync(path.join(other, leftOver), readFileSync(path.join(one, leftOver)));
    utimesSync(path.join(other, leftOver), 1_000, 1_000);
    const recovered = await recoverJournal(other);
    expect(recovered.leftOver).toEqual([path.join(other, leftOver)]);
    expect((await readAll(other, 1)).records).toEqual([[1, 'acknowledged']]);
  });

  it('lets one who follows read the reserve while it is written', async () => {
    const dir = journalFolder();
    const journal = await openJournal(dir, {
      ...defaultJournalLimits,
      maxBytes: 8_000_000,
      segmentBytes: 500_000,
    });
    const stored = await fill(journal);
    const damage: JournalDamage[] = [];
    const reader = new JournalReader(dir, stored, (lost) => damage.push(lost));
    for (let i = 1; i <= 5; i++) {
      expect(await journal.append({ kind: 'operator_action', json: `"sos ${i}"` }, true)).toBe(
        'stored',
      );
      const chunk = await reader.next(stored + i, 1 << 20);
      expect([...recordsOf(chunk?.bytes ?? new Uint8Array())]).toMatchObject([
        { sequence: stored + i, json: `"sos ${i}"` },
      ]);
    }
    await reader.close();
    expect(damage).toEqual([]);
  });

  it('uses the reserve that is there already after a restart on a full disk', async () => {
    const dir = journalFolder();
    const limits = { maxBytes: 1_600_000, segmentBytes: 100_000, reserveBytes: 10_000 };
    const first = await openJournal(dir, limits);
    const stored = await fill(first);
    await first.writer.close();
    const { writer, append } = await openJournal(dir, limits);
    expect(writer.status().hasReserve).toBe(true);
    expect(await append(kilobyte)).toBe('not_stored');
    expect(await append({ kind: 'operator_action', json: '{}' }, true)).toBe('stored');
    expect(writer.status().lastSequence).toBe(stored + 1);
  });

  it('reads past blocks that the disk cannot read any more', async () => {
    const dir = journalFolder();
    const { writer, append } = await openJournal(dir);
    for (let i = 0; i < 40; i++) await append(message(`${i} ${'x'.repeat(1_000)}`));
    await writer.close();
    const broken = failDisk(await fileMethods(), ['read'], 'EIO', (...[, , length, position]) => {
      const [from, to] = [Number(position), Number(position) + Number(length)];
      return from < 12_288 && to > 8_192;
    });
    const { lastSequence } = await recoverJournal(dir);
    const { records, damage } = await readAll(dir, lastSequence);
    broken.mend();
    expect(lastSequence).toBe(40);
    const lost = damage.reduce((sum, { firstLost, lastLost }) => sum + lastLost - firstLost + 1, 0);
    expect(lost).toBeGreaterThan(3);
    expect(lost).toBeLessThan(7);
    expect(records).toHaveLength(40 - lost);
  });

  it('keeps its newest segment, by which a restart knows where it was, however old it is', async () => {
    const dir = journalFolder();
    const first = await openJournal(dir, { keepMs: -1 });
    await first.append(kilobyte);
    await first.writer.close();
    for (let start = 0; start < 2; start++) {
      const again = await openJournal(dir, { keepMs: -1 });
      again.writer.setConsumed('test', 1);
      await again.writer.close();
      expect(again.recovered.lastSequence).toBe(1);
    }
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
