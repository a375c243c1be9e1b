import { expect, it } from 'vitest';
import { withInsideNow } from '../../../server/api/insideNow.ts';

it('counts people inside beside those present, agency by agency', () => {
  const covered = [
    { agency: 'polri', required: 3, present: 2 },
    { agency: 'linmas', required: 2, present: 2 },
  ] as const;
  const units = [
    { agency: 'polri', strength: 1 },
    { agency: 'damkar', strength: 4 },
    { agency: 'polri', strength: 2 },
    { agency: 'tni', strength: 0 },
  ] as const;
  expect(withInsideNow(covered, units)).toEqual([
    { agency: 'polri', required: 3, present: 2, insideNow: 3 },
    // neither required nor present: a roll call stands for it
    { agency: 'damkar', required: 0, present: 0, insideNow: 4 },
    { agency: 'linmas', required: 2, present: 2, insideNow: 0 },
  ]);
  expect(withInsideNow([], [])).toEqual([]);
});
