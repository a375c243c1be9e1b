import { describe, expect, it } from 'vitest';
import {
  advanceMotion,
  anchorSigmaM,
  freshMotion,
} from '../../../../server/tracking/fences/trackerMotion.ts';
import { correlationS, sigmaM } from '../../../../server/tracking/fences/trackerNoise.ts';
import { noiseModels, noisyReceiver } from '../../../bench/noise/receiverNoise.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** A unit that stood for so long, 5 s a fix, with an error that goes around by 3 m. */
function standing(seconds: number) {
  const motion = freshMotion();
  for (let s = 0; s < seconds; s += 5) {
    advanceMotion(motion, s * 1000, 3 * Math.sin(s / 20), 3 * Math.cos(s / 20), undefined);
  }
  return motion;
}

describe('a unit that stands', () => {
  it('is known to after a minute, and where', () => {
    const motion = standing(70);
    expect(motion.isStill).toBe(true);
    expect(Math.hypot(motion.anchorXM, motion.anchorYM)).toBeLessThan(3);
  });

  it('is known better the longer it stands', () => {
    expect(anchorSigmaM(standing(7_200))).toBeLessThan(anchorSigmaM(standing(70)) / 2);
  });

  it('does not follow a jump of 50 s, whether to one place or to many', () => {
    const motion = standing(3_600);
    const states = [];
    for (let s = 3_600; s < 3_650; s += 5)
      states.push(advanceMotion(motion, s * 1000, 60, 20, undefined));
    for (let s = 3_650; s < 3_700; s += 5) {
      states.push(advanceMotion(motion, s * 1000, s % 2 ? 70 : -50, s % 3 ? 40 : -30, undefined));
    }
    expect(new Set(states)).toEqual(new Set(['doubtful']));
    expect(advanceMotion(motion, 3_700_000, 1, 1, undefined)).toBe('anchored');
    expect(Math.hypot(motion.anchorXM, motion.anchorYM)).toBeLessThan(3);
  });

  it('sets off with the third step one way, and what was doubted counts again', () => {
    const motion = standing(3_600);
    const states = [20, 60, 100].map((xM, i) =>
      advanceMotion(motion, 3_600_000 + i * 5_000, xM, 0, undefined),
    );
    expect(states).toEqual(['doubtful', 'doubtful', 'set_off']);
    expect(motion.recent.fixes().map(({ xM }) => xM)).toEqual([20, 60, 100]);
  });

  it('stands elsewhere when it stays there for longer than jumps last', () => {
    const motion = standing(3_600);
    for (let s = 3_600; s <= 3_700; s += 5) advanceMotion(motion, s * 1000, 200, 5, undefined);
    expect(motion.isStill).toBe(true);
    expect(motion.anchorXM).toBeCloseTo(200, 0);
  });
});

describe('noise', () => {
  it.each([
    'good',
    'fair',
    'poor',
  ] as const)('of a %s receiver is learned in four hours', (name) => {
    const model = noiseModels[name];
    const learned = Array.from({ length: 20 }, (_, seed) => {
      const motion = freshMotion();
      const measure = noisyReceiver(model, 5, seededRandom(seed + 1));
      for (let s = 0; s < 4 * 3_600; s += 5) {
        const { xM, yM, accuracyM } = measure(0, 0);
        advanceMotion(motion, s * 1000, xM, yM, accuracyM);
      }
      return motion.noise;
    });
    const meanM = learned.reduce((sum, noise) => sum + sigmaM(noise), 0) / learned.length;
    expect(meanM / model.bodySigmaM).toBeGreaterThan(0.7);
    expect(meanM / model.bodySigmaM).toBeLessThan(1.6);
    expect(learned.every((noise) => correlationS(noise) > 20)).toBe(true);
  });

  it('is not believed to be as small as a receiver claims', () => {
    const honest = noisyReceiver(noiseModels.fair, 5, seededRandom(3));
    const motion = freshMotion();
    for (let s = 0; s < 2 * 3_600; s += 5) {
      const { xM, yM } = honest(0, 0);
      advanceMotion(motion, s * 1000, xM, yM, 1);
    }
    expect(sigmaM(motion.noise)).toBeGreaterThan(2.5);
  });

  it('of the worst receivers is called unreliable within ten minutes', () => {
    let flagged = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const motion = freshMotion();
      const measure = noisyReceiver(noiseModels.worst, 5, seededRandom(seed));
      let isFlagged = false;
      for (let s = 0; s < 600; s += 5) {
        const { xM, yM } = measure(0, 0);
        advanceMotion(motion, s * 1000, xM, yM, undefined);
        isFlagged ||= motion.noise.isUnreliable;
      }
      if (isFlagged) flagged += 1;
    }
    expect(flagged).toBeGreaterThanOrEqual(59);
  });

  it.each([
    ['good', 0],
    ['fair', 0.002],
    ['poor', 0.01],
  ] as const)('of a %s receiver is not called unreliable for more than %d of the time', (name, share) => {
    let unreliable = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const motion = freshMotion();
      const measure = noisyReceiver(noiseModels[name], 5, seededRandom(seed));
      for (let s = 0; s < 4 * 3_600; s += 5) {
        const { xM, yM, accuracyM } = measure(0, 0);
        advanceMotion(motion, s * 1000, xM, yM, accuracyM);
        if (motion.noise.isUnreliable) unreliable += 5;
      }
    }
    expect(unreliable / (30 * 4 * 3_600)).toBeLessThanOrEqual(share);
  });

  it('shows in leaps there and back, of which a tracker that is new may make fewer', () => {
    const leaps = (fromS: number, count: number) => {
      const motion = standing(fromS);
      for (let i = 0; i < count; i++) {
        const atMs = (fromS + 60 * i) * 1000;
        advanceMotion(motion, atMs, 90, 0, undefined);
        for (let s = 5; s < 60; s += 5) advanceMotion(motion, atMs + s * 1000, 0, 0, undefined);
      }
      return motion.noise.isUnreliable;
    };
    expect(leaps(180, 1)).toBe(false);
    expect(leaps(180, 3)).toBe(true);
    expect(leaps(7_200, 3)).toBe(false);
  });

  it('is not seen in a car that drives in circles', () => {
    const motion = freshMotion();
    for (let s = 0; s < 1_200; s += 5) {
      const angle = (s * 6) / 80;
      advanceMotion(motion, s * 1000, 80 * Math.cos(angle), 80 * Math.sin(angle), undefined);
    }
    expect(motion.isStill).toBe(false);
    expect(motion.noise.isUnreliable).toBe(false);
  });
});
