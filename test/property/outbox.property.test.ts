import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../ingest/outbox.ts';

/** What may happen to an outbox: a chunk is there, or one is worked off. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('add' as const) },
  { weight: 2, arbitrary: fc.constant('credit' as const) },
);

describe('outbox', () => {
  it('hands every chunk over once and in order, never beyond its credit, and says when it is behind', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const sent: number[] = [];
        let [added, workedOff, isBehind] = [0, 0, false];
        const outbox = new Outbox(
          ({ lastSequence }) => sent.push(lastSequence),
          (behind) => {
            isBehind = behind;
          },
        );
        for (const kind of steps) {
          if (kind === 'add') {
            // the journal is held while the server thread is behind
            if (isBehind) continue;
            added += 1;
            outbox.add({ bytes: new Uint8Array(), count: 1, lastSequence: added });
          } else if (workedOff < sent.length) {
            workedOff += 1;
            outbox.credit();
          }
          const underWay = sent.length - workedOff;
          const waiting = added - sent.length;
          expect(underWay).toBeLessThanOrEqual(4);
          expect(waiting).toBeLessThanOrEqual(4);
          expect(isBehind).toBe(waiting >= 4);
          // nothing waits while there is credit
          expect(waiting === 0 || underWay === 4).toBe(true);
        }
        outbox.close();
        expect(sent).toEqual(Array.from({ length: added }, (_, i) => i + 1));
      }),
    );
  });
});
