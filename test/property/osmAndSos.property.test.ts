import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeOsmAnd, isOsmAndSos } from '../../devices/protocols/osmAnd.ts';

const context = { receivedAtMs: 1_764_000_000_000, timeZone: undefined };
const piece = fc.constantFrom(
  'id=hp-07',
  '&alarm=',
  '&%61larm=',
  'sos',
  'SOS ',
  'none',
  '&lat=1&lon=2',
  '{"location":',
  '{"extras":{"alarm":"sos"}}',
  '{"extras":{"\\u0061larm":"sos"}}',
  '{"alarm":"no"}',
  '[',
  ',',
  ']',
  '}',
  ' ',
);

it('tells an SOS of OsmAnd exactly where its decoder finds one', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const raw = Buffer.from(pieces.join(''));
      const { events } = decodeOsmAnd(raw, context);
      expect(isOsmAndSos(raw)).toBe(events.some(({ kind }) => kind === 'sos'));
    }),
    { numRuns: 2_000 },
  );
});
