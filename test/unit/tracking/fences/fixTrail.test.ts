import { expect, it } from 'vitest';
import { FixTrail } from '../../../../server/tracking/fences/fixTrail.ts';

const fixAt = (atMs: number) => ({ atMs, xM: atMs / 10, yM: -atMs, sigmaM: 5 });
const numbersOf = (...timesMs: number[]): number[] =>
  timesMs.flatMap((atMs) => [atMs, atMs / 10, -atMs, 5]);

it('keeps the newest fixes in their order, however often it goes around', () => {
  const trail = new FixTrail(24);
  const kept: ReturnType<typeof fixAt>[] = [];
  for (let atMs = 0; atMs < 500; atMs++) {
    const { xM, yM, sigmaM } = fixAt(atMs);
    trail.push(atMs, xM, yM, sigmaM);
    kept.push(fixAt(atMs));
    if (kept.length > 24) kept.shift();
    // so that it grows while its oldest is anywhere
    for (let drops = atMs % 7 === 0 ? 3 : 0; drops > 0; drops--) {
      trail.dropFirst();
      kept.shift();
    }
    expect(trail.fixes()).toEqual(kept);
    expect(trail.length).toBe(kept.length);
  }
});

it('grows with its oldest in the middle', () => {
  const trail = new FixTrail(24, numbersOf(0, 1, 2, 3));
  trail.dropFirst();
  trail.push(4, 0.4, -4, 5);
  trail.push(5, 0.5, -5, 5);
  expect(trail.fixes()).toEqual([1, 2, 3, 4, 5].map(fixAt));
  expect(trail.numbers()).toEqual(numbersOf(1, 2, 3, 4, 5));
});

it('says that there is nothing where there is nothing', () => {
  const trail = new FixTrail(4, numbersOf(7));
  expect(trail.atMs(0)).toBe(7);
  expect(trail.atMs(1)).toBeNaN();
  expect(trail.xM(-1)).toBeNaN();
  trail.clear();
  expect(trail.atMs(0)).toBeNaN();
  trail.dropFirst();
  expect(trail.length).toBe(0);
});

it('moves all of its fixes with the middle of their plane', () => {
  const trail = new FixTrail(4, numbersOf(1, 2, 3, 4, 5));
  trail.moveBy(10, -1);
  expect(trail.fixes()).toEqual(
    [2, 3, 4, 5].map((atMs) => ({ ...fixAt(atMs), xM: atMs / 10 + 10, yM: -atMs - 1 })),
  );
});
