import { expect, it } from 'vitest';
import { Refusals, type Refused } from '../../../ingest/refusals.ts';
import type { JournalInput } from '../../../server/domain/journalRecord.ts';
import { SetAsideCounter } from '../../../server/domain/setAside.ts';

const nowMs = Date.UTC(2024, 10, 27, 0, 15, 3);

/** What is kept of so many refused messages of this size, by sender. */
function keptOf(senders: readonly string[], bytes: number, atMs = (_i: number) => nowMs): string[] {
  const kept: string[] = [];
  const counter = new SetAsideCounter();
  const refusals = new Refusals(counter, (input: JournalInput) => {
    if (input.kind === 'refused_message') kept.push(input.trackerId ?? '');
  });
  senders.forEach((sender, i) => {
    const refused: Refused = {
      ...{ reason: 'topic_refused', detail: 'not its own topic', topic: undefined },
      ...{ address: '10.0.0.7', trackerId: sender, sender, payload: new Uint8Array(bytes) },
    };
    refusals.add(refused, atMs(i));
  });
  expect(counter.counts().topic_refused?.count).toBe(senders.length);
  return kept;
}
const many = (count: number, name = 'hp-07'): string[] => Array.from({ length: count }, () => name);

it('keeps sixty refused messages of one sender in a minute', () => {
  expect(keptOf(many(70), 10)).toHaveLength(60);
  expect(keptOf(many(70), 10, (i) => nowMs + i * 1_000)).toHaveLength(70);
});

it('keeps a mebibyte of one sender in a minute, and eight of all', () => {
  expect(keptOf(many(70), 65_536)).toHaveLength(16);
  const senders = Array.from({ length: 20 }, (_, i) => many(16, `hp-${i}`)).flat();
  expect(keptOf(senders, 65_536)).toHaveLength(128);
});
