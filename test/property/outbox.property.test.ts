import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../ingest/outbox.ts';
import { messagesOf, type RawBatch } from '../../server/domain/rawBatch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { lingerMs: 10, maxBatchMessages: 4, maxBatchBytes: 64, credits: 2 };

/** What may happen to an outbox: a message of so many bytes comes, a batch is worked off, time passes. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      bytes: fc.integer({ min: 0, max: 40 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('credit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);

describe('outbox', () => {
  it('hands every accepted message over once and in order, never beyond its credit, and bounds what it holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const sent: number[] = [];
        const accepted: number[] = [];
        let outstanding = 0;
        const outbox = new Outbox((batch: RawBatch) => {
          outstanding += 1;
          expect(batch.count).toBeLessThanOrEqual(limits.maxBatchMessages);
          for (const message of messagesOf(batch)) sent.push(message.trackerKey);
        }, limits);
        let next = 0;
        for (const { kind, ...rest } of steps) {
          if (kind === 'add') {
            const trackerKey = next++;
            const payload = new Uint8Array('bytes' in rest ? rest.bytes : 0);
            outbox.add({ trackerKey, codec: 'native_fix', receivedAtMs: 0, payload }, () =>
              accepted.push(trackerKey),
            );
          } else if (kind === 'credit' && outstanding > 0) {
            outstanding -= 1;
            outbox.credit();
          } else {
            vi.advanceTimersByTime(limits.lingerMs);
          }
          expect(outstanding).toBeLessThanOrEqual(limits.credits);
          expect(accepted.length - sent.length).toBeLessThanOrEqual(limits.maxBatchMessages);
          expect(outbox.waiting).toBe(next - accepted.length);
        }
        vi.advanceTimersByTime(limits.lingerMs);
        while (outstanding > 0) {
          outstanding -= 1;
          outbox.credit();
          vi.advanceTimersByTime(limits.lingerMs);
        }
        const all = Array.from({ length: next }, (_, i) => i);
        expect(accepted).toEqual(all);
        expect(sent).toEqual(all);
      }),
    );
  });

  it('sends what it accepted when it closes, although there is no credit, and forgets what it did not accept', () => {
    const sent: number[] = [];
    const outbox = new Outbox((batch) => sent.push(batch.count), { ...limits, credits: 1 });
    const add = () =>
      outbox.add(
        { trackerKey: 1, codec: 'owntracks', receivedAtMs: 0, payload: new Uint8Array(1) },
        () => undefined,
      );
    for (let i = 0; i < 10; i++) add();
    expect(sent).toEqual([4]);
    outbox.close();
    expect(sent).toEqual([4, 4]);
    expect(outbox.admitted).toBe(8);
  });
});
