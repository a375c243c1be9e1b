import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalReader } from '../../../ingest/journal/journalReader.ts';
import { recoverJournal } from '../../../ingest/journal/recoverJournal.ts';
import { recordsOf } from '../../../server/domain/journalRecord.ts';
import { journalFolder, message, nowMs, openJournal, readAll } from './journalFolder.ts';

const runs = { numRuns: 25 };

function segmentsOf(dir: string): string[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.segment'));
  return names.sort().map((name) => path.join(dir, name));
}

/** A journal of one segment with records of these lengths. */
async function written(lengths: readonly number[]): Promise<{ dir: string; texts: string[] }> {
  const dir = journalFolder();
  const { writer, append } = await openJournal(dir);
  const texts = lengths.map((length, i) => `${i}:${'x'.repeat(length)}`);
  await Promise.all(texts.map((text) => append(message(text))));
  await writer.close();
  return { dir, texts };
}

describe('the journal', () => {
  it('gives back every record of every kind in its order, however it was written and is read', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    const input = fc.oneof(
      { weight: 5, arbitrary: text.map((content) => message(content)) },
      text.map((json) => ({ kind: 'operator_action' as const, json: json.toWellFormed() })),
      text.map((json) => ({ kind: 'versioned_change' as const, json: json.toWellFormed() })),
      fc.constant({ kind: 'clock_tick' as const }),
    );
    const restartOr = fc.oneof(
      { weight: 1, arbitrary: fc.constant('restart' as const) },
      { weight: 9, arbitrary: fc.array(input, { minLength: 1, maxLength: 20 }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(restartOr, { maxLength: 20 }),
        fc.integer({ min: 1, max: 2_000 }),
        async (steps, maxBytes) => {
          const dir = journalFolder();
          const small = { segmentBytes: 1_500 };
          let journal = await openJournal(dir, small);
          const expected: unknown[] = [];
          const shown: unknown[] = [];
          for (const step of steps) {
            if (step === 'restart') {
              await journal.writer.close();
              shown.push(...journal.chunks.flatMap(({ bytes }) => [...recordsOf(bytes)]));
              journal = await openJournal(dir, small);
              expect(journal.recovered).toMatchObject({
                lastSequence: expected.length,
                tornBytes: 0,
              });
            } else {
              for (const given of step) {
                const record = { ...given, atMs: nowMs, sequence: expected.length + 1 };
                expected.push(
                  'payload' in record ? { ...record, payload: [...record.payload] } : record,
                );
              }
              const outcomes = await Promise.all(step.map((given) => journal.append(given)));
              expect(outcomes.every((outcome) => outcome === 'stored')).toBe(true);
            }
          }
          await journal.writer.close();
          shown.push(...journal.chunks.flatMap(({ bytes }) => [...recordsOf(bytes)]));
          const read: unknown[] = [];
          const reader = new JournalReader(dir, 0, (damage) => {
            throw new Error(JSON.stringify(damage));
          });
          for (let upTo = 0; upTo <= expected.length; upTo += 7) {
            for (;;) {
              const chunk = await reader.next(upTo, maxBytes);
              if (chunk === undefined) break;
              read.push(...recordsOf(chunk.bytes));
            }
          }
          for (;;) {
            const chunk = await reader.next(expected.length, maxBytes);
            if (chunk === undefined) break;
            read.push(...recordsOf(chunk.bytes));
          }
          await reader.close();
          const plain = (records: unknown[]): unknown[] =>
            records.map((record) =>
              typeof record === 'object' && record !== null && 'payload' in record
                ? { ...record, payload: [...(record.payload as Uint8Array)] }
                : record,
            );
          expect(plain(read)).toEqual(expected);
          expect(plain(shown)).toEqual(expected);
        },
      ),
      runs,
    );
  });

  it('loses nothing before a torn end, says how much was torn, and goes on behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (lengths, share) => {
          const { dir, texts } = await written(lengths);
          const [file = ''] = segmentsOf(dir);
          const size = readFileSync(file).byteLength;
          const cut = Math.floor(share * size);
          truncateSync(file, cut);
          const journal = await openJournal(dir);
          const { lastSequence, tornBytes } = journal.recovered;
          const { records } = await readAll(dir, lastSequence);
          expect(records.map(([, text]) => text)).toEqual(texts.slice(0, lastSequence));
          expect(lastSequence === texts.length).toBe(cut === size);
          expect(tornBytes < 140).toBe(true);
          expect(await journal.append(message('after'))).toBe('stored');
          const again = await readAll(dir, lastSequence + 1);
          expect(again.records.at(-1)).toEqual([lastSequence + 1, 'after']);
          expect(again.damage).toEqual([]);
        },
      ),
      runs,
    );
  });

  it('loses the one record that a flipped bit is in, says which, and reads all others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.integer({ min: 0, max: 7 }),
        async (lengths, share, bit) => {
          const { dir, texts } = await written(lengths);
          const [file = ''] = segmentsOf(dir);
          const bytes = readFileSync(file);
          const at = Math.floor(share * bytes.byteLength);
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          writeFileSync(file, bytes);
          const { records, damage } = await readAll(dir, texts.length);
          expect(damage).toHaveLength(1);
          const lost = damage[0]?.firstLost ?? 0;
          expect(damage[0]).toEqual({ firstLost: lost, lastLost: lost, file });
          expect(records).toEqual(
            texts.map((text, i) => [i + 1, text]).filter(([sequence]) => sequence !== lost),
          );
        },
      ),
      runs,
    );
  });

  it('is not fooled by a sender who puts a record into a payload', async () => {
    const { dir } = await written([3]);
    // a whole frame of another journal, with the sequence that comes next
    const [foreign = ''] = segmentsOf(dir);
    const forged = readFileSync(foreign);
    const target = journalFolder();
    const { writer, append } = await openJournal(target);
    await append({
      kind: 'raw_message',
      codec: 'native_fix',
      trackerId: 'hp-07',
      payload: forged,
    });
    await append(message('true'));
    await writer.close();
    const [file = ''] = segmentsOf(target);
    const bytes = readFileSync(file);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { records, damage } = await readAll(target, 2);
    expect(records).toEqual([[2, 'true']]);
    expect(damage).toEqual([{ firstLost: 1, lastLost: 1, file }]);
  });

  it('reads whatever bytes a segment has without failing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (garbage) => {
        const dir = journalFolder();
        await recoverJournal(dir);
        writeFileSync(path.join(dir, '0000000000000001-00000000.segment'), garbage);
        const { lastSequence } = await recoverJournal(dir);
        expect(lastSequence).toBe(0);
        const { records } = await readAll(dir, 5);
        expect(records).toEqual([]);
      }),
      runs,
    );
  });
});
