import type { SeededRandom } from '../../fixtures/seededRandom.ts';

/** How wrong a receiver's places are. */
export type NoiseModel = {
  readonly name: string;
  /** Of the part without jumps, one axis, metres. */
  readonly bodySigmaM: number;
  readonly correlationS: number;
  /** Share of the body's variance that wanders slowly, and how slowly. */
  readonly wanderShare: number;
  readonly wanderS: number;
  /** Deviation of the logarithm by which the body swells and shrinks: makes the tails. */
  readonly swell: number;
  /** Jumps an hour, and how long each lasts: median, deviation of the logarithm, longest. */
  readonly jumpsPerH: number;
  readonly jumpMedianS: number;
  readonly jumpSpread: number;
  readonly jumpMaxS: number;
  /** How far: median, deviation of the logarithm. */
  readonly jumpM: number;
  readonly jumpMSpread: number;
  /** Share of receivers that hold a still place until they are this far off, then snap. */
  readonly holdShare: number;
  readonly holdM: number;
  /** True: two thirds say nothing of their accuracy, and of the others half too little. */
  readonly isAccuracyVaried: boolean;
};

const simple = {
  correlationS: 60,
  wanderShare: 0,
  wanderS: 1,
  swell: 0,
  // one fix in 200 at 5 s
  jumpsPerH: 3.6,
  jumpMedianS: 0,
  jumpSpread: 0,
  jumpMaxS: 0,
  jumpM: 60,
  jumpMSpread: 0,
  holdShare: 0,
  holdM: 0,
  isAccuracyVaried: false,
};

const real = {
  wanderShare: 0.25,
  wanderS: 900,
  jumpMedianS: 15,
  jumpSpread: 0.6,
  jumpMaxS: 50,
  jumpMSpread: 0.5,
  holdShare: 0.2,
  isAccuracyVaried: true,
};

/**
 * The models of the study. The body's deviation is what makes the whole, jumps included, the figure
 * that was measured over receivers parked for 68 h: 1.9, 5.3, 11.9 and 59 m.
 */
export const noiseModels = {
  simple5: { ...simple, name: 'simple5', bodySigmaM: 5 },
  simple15: { ...simple, name: 'simple15', bodySigmaM: 15 },
  good: {
    ...real,
    name: 'good',
    bodySigmaM: 1.75,
    correlationS: 165,
    swell: 0.5,
    jumpsPerH: 0.25,
    jumpM: 30,
    holdM: 8,
  },
  fair: {
    ...real,
    name: 'fair',
    bodySigmaM: 4.6,
    correlationS: 165,
    swell: 0.5,
    jumpsPerH: 0.7,
    jumpM: 50,
    holdM: 12,
  },
  poor: {
    ...real,
    name: 'poor',
    bodySigmaM: 10,
    correlationS: 115,
    swell: 0.35,
    jumpsPerH: 17,
    jumpM: 25,
    holdM: 20,
  },
  worst: {
    ...real,
    name: 'worst',
    bodySigmaM: 43,
    correlationS: 240,
    swell: 0.5,
    jumpsPerH: 49,
    jumpSpread: 1,
    jumpMaxS: 693,
    jumpM: 85,
    holdM: 40,
  },
} as const satisfies Record<string, NoiseModel>;

/** A measured place: metres east and north of a fixed point, and the accuracy that the receiver claims. */
export type Measured = { xM: number; yM: number; accuracyM: number | undefined };

/** A receiver: turns where it truly is into what it says, one fix every `stepS`. */
export function noisyReceiver(
  model: NoiseModel,
  stepS: number,
  random: SeededRandom,
): (trueXM: number, trueYM: number) => Measured {
  const { uniform, normal } = random;
  const fastM = model.bodySigmaM * Math.sqrt(1 - model.wanderShare);
  const slowM = model.bodySigmaM * Math.sqrt(model.wanderShare);
  // between 10 and 20 min, each receiver its own
  const wanderS = model.wanderShare > 0 ? 600 + 600 * uniform() : 1;
  const fast = wander(Math.exp(-stepS / model.correlationS), fastM, random);
  const slow = wander(Math.exp(-stepS / wanderS), slowM, random);
  const swelling = wander(Math.exp(-stepS / 600), model.swell, random);
  // so that the mean square stays what it is without it
  const meanSquare = Math.exp(2 * model.swell * model.swell);
  const holds = uniform() < model.holdShare;
  const claim = claimOf(model, random);
  let jumpLeftS = -1;
  let jumpX = 0;
  let jumpY = 0;
  let isScattered = false;
  let heldX = Number.NaN;
  let heldY = Number.NaN;

  const leap = (): void => {
    const lengthM = model.jumpM * Math.exp(model.jumpMSpread * normal());
    const angle = 2 * Math.PI * uniform();
    jumpX = lengthM * Math.cos(angle);
    jumpY = lengthM * Math.sin(angle);
  };

  return (trueXM, trueYM) => {
    const [fastX, fastY] = fast();
    const [slowX, slowY] = slow();
    const factor = Math.exp(swelling()[0]) / Math.sqrt(meanSquare);
    let xM = trueXM + (fastX + slowX) * factor;
    let yM = trueYM + (fastY + slowY) * factor;
    if (jumpLeftS < 0 && uniform() < (model.jumpsPerH * stepS) / 3600) {
      const lastsS = model.jumpMedianS * Math.exp(model.jumpSpread * normal());
      jumpLeftS = Math.min(model.jumpMaxS, lastsS);
      // some jump to one wrong place and stay there, some to another with each fix
      isScattered = uniform() < 0.3;
      leap();
    }
    if (jumpLeftS >= 0) {
      jumpLeftS -= stepS;
      if (isScattered) leap();
      xM += jumpX * (1 + 0.1 * normal());
      yM += jumpY * (1 + 0.1 * normal());
    }
    if (holds) {
      if (!(Math.hypot(xM - heldX, yM - heldY) <= model.holdM)) {
        heldX = xM;
        heldY = yM;
      }
      xM = heldX;
      yM = heldY;
    }
    return { xM, yM, accuracyM: claim() };
  };
}

/** Ornstein-Uhlenbeck on two axes, stationary from the start. */
function wander(
  keep: number,
  sigma: number,
  { normal }: SeededRandom,
): () => readonly [number, number] {
  const push = Math.sqrt(1 - keep * keep);
  const place: [number, number] = [sigma * normal(), sigma * normal()];
  return () => {
    place[0] = keep * place[0] + push * sigma * normal();
    place[1] = keep * place[1] + push * sigma * normal();
    return place;
  };
}

function claimOf(model: NoiseModel, { uniform, normal }: SeededRandom): () => number | undefined {
  if (!model.isAccuracyVaried || uniform() < 2 / 3) return () => undefined;
  const share = uniform() < 0.5 ? 0.3 : 1;
  return () => share * model.bodySigmaM * Math.exp(0.3 * normal());
}
