import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../ingest/outbox.ts';

const credits = 4;
const maxWaitingBytes = 1_000;

/** What may happen to an outbox: a chunk of so many bytes is there, or one is worked off. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 600 }) },
  { weight: 2, arbitrary: fc.constant('credit' as const) },
);

describe('outbox', () => {
  it('hands every chunk over once and in order, never beyond its credit, and says when it is behind', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const sent: number[] = [];
        const sizes: number[] = [];
        let [workedOff, isBehind] = [0, false];
        const outbox = new Outbox(
          ({ lastSequence }) => sent.push(lastSequence),
          (behind) => {
            // told only when it changes
            expect(behind).toBe(!isBehind);
            isBehind = behind;
          },
          { credits, maxWaitingBytes },
        );
        for (const kind of steps) {
          if (kind !== 'credit') {
            // the journal is held while the server thread is behind
            if (isBehind) continue;
            sizes.push(kind);
            outbox.add({ bytes: new Uint8Array(kind), count: 1, lastSequence: sizes.length });
          } else if (workedOff < sent.length) {
            workedOff += 1;
            outbox.credit();
          }
          const underWay = sent.length - workedOff;
          const waiting = sizes.slice(sent.length);
          expect(underWay).toBeLessThanOrEqual(credits);
          expect(isBehind).toBe(waiting.reduce((sum, size) => sum + size, 0) >= maxWaitingBytes);
          // nothing waits while there is credit
          expect(waiting.length === 0 || underWay === credits).toBe(true);
        }
        outbox.close();
        expect(sent).toEqual(Array.from({ length: sizes.length }, (_, i) => i + 1));
      }),
    );
  });
});
