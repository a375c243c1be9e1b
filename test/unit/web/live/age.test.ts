import { describe, expect, it } from 'vitest';
import { opacityAtAge } from '../../../../web/src/live/age.ts';

describe('opacityAtAge', () => {
  it('is full for 30 s, fades, and stays at 35 % from 5 min on', () => {
    const opacities = [-5000, 0, 30_000, 165_000, 300_000, 86_400_000].map(opacityAtAge);
    expect(opacities).toEqual([1, 1, 1, expect.closeTo(0.675, 6), 0.35, 0.35]);
  });
});
