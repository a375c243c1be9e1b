import { expect, it, vi } from 'vitest';
import { describeHealth } from '../../../server/health.ts';
import { partsWith } from '../../unit/healthParts.ts';
import { journalFolder, message, openJournal } from './journalFolder.ts';

it('is told by the health page before the journal is full, and not any more when the database has it', async () => {
  const maxBytes = 16_000_000;
  const { writer, append } = await openJournal(journalFolder(), { maxBytes });
  const codes = (): readonly string[] =>
    describeHealth(partsWith(writer.status())).degradations.map(({ code }) => code);
  const kilobyte = message('k'.repeat(1_000));
  const appendMany = (count: number) =>
    Promise.all(Array.from({ length: count }, () => append(kilobyte)));

  while (writer.status().neededBytes < 0.89 * maxBytes) {
    expect(codes()).toEqual([]);
    await appendMany(100);
  }
  const outcomes = await appendMany(400);
  expect(new Set(outcomes)).toEqual(new Set(['stored']));
  expect(writer.status().neededBytes).toBeLessThan(0.95 * maxBytes);
  expect(codes()).toEqual(['journal_filling']);

  writer.setConsumed('test', writer.status().lastSequence);
  await vi.waitFor(() => expect(codes()).toEqual([]), { timeout: 10_000 });
});
