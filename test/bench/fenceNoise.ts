/*
 * What noise makes of fences: a unit that is parked near an edge should tell nothing, one that
 * drives through should be told soon, and none that stays should be missed. Our rule against the
 * naive one, under models of real receivers (noise/receiverNoise.ts). Seeds are fixed.
 */

import { seededRandom } from '../fixtures/seededRandom.ts';
import { printResult, quantile } from './measure.ts';
import { type NoiseModel, noiseModels, noisyReceiver } from './noise/receiverNoise.ts';
import { radiusM, studyUnit } from './noise/studyUnit.ts';

const stepS = 5;
const parkedS = 8 * 3600;
/** Shorter stays, or shallower ones, may be missed. */
const stayS = 30;
const stayDepthM = 20;
/** A drive begins and ends this far out, after standing there for ten minutes. */
const farM = 600;
const standingS = 600;

/** @param units parked ones for each model and distance; five times as many drives */
export function benchFenceNoise(units = 200): void {
  for (const model of Object.values(noiseModels)) {
    describe(model);
    for (const atM of [60, 90, 110]) park(model, atM, units);
    if (model.name === 'worst') continue;
    for (const kind of ['through', 'stop', 'park'] as const) drive(model, kind, 5 * units);
  }
}

/** What the generator gives: that the models are what they are called. */
function describe(model: NoiseModel): void {
  const radii: number[] = [];
  let squares = 0;
  const lags = Array.from({ length: 81 }, () => 0);
  const receivers = 40;
  for (let seed = 1; seed <= receivers; seed++) {
    const measure = noisyReceiver(model, stepS, seededRandom(seed));
    const xs = Array.from({ length: parkedS / stepS }, () => {
      const { xM, yM } = measure(0, 0);
      radii.push(Math.hypot(xM, yM));
      squares += (xM * xM + yM * yM) / 2;
      return xM;
    });
    for (const [lag, sum] of lags.entries()) {
      const products = xs.slice(lag).reduce((all, x, i) => all + x * (xs[i] ?? 0), 0);
      lags[lag] = sum + products / (xs.length - lag);
    }
  }
  const correlated = lags.findIndex((each) => each < (lags[0] ?? 0) / Math.E);
  printResult('fenceNoise', {
    model: model.name,
    sigmaM: round(Math.sqrt(squares / radii.length)),
    correlationS: correlated * stepS,
    r99ByR50: round(quantile(radii, 0.99) / quantile(radii, 0.5)),
    jumpsPerH: model.jumpsPerH,
    wanderShare: model.wanderShare,
  });
}

function park(model: NoiseModel, atM: number, units: number): void {
  let told = 0;
  let naive = 0;
  let unitsWithOne = 0;
  let unreliableFixes = 0;
  const flaggedAtS: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    const measure = noisyReceiver(model, stepS, seededRandom(unit * 7_919 + atM));
    const study = studyUnit();
    let flaggedS: number | undefined;
    for (let atS = 0; atS < parkedS; atS += stepS) {
      study.take(atS * 1000, measure(atM, 0));
      if (!study.isUnreliable()) continue;
      unreliableFixes += 1;
      flaggedS ??= atS;
    }
    told += study.told.length;
    naive += study.naiveMs.length;
    if (study.told.length > 0) unitsWithOne += 1;
    if (flaggedS !== undefined) flaggedAtS.push(flaggedS);
  }
  printResult('fenceNoise', {
    model: model.name,
    parkedAtM: atM,
    units,
    falsePerUnit: round(told / units),
    naivePerUnit: round(naive / units),
    unitsWithAny: unitsWithOne,
    unreliablePct: round((100 * unreliableFixes * stepS) / (parkedS * units)),
    ...(model.name === 'worst' && {
      flaggedWithin10MinPct: round((100 * flaggedAtS.filter((s) => s <= 600).length) / units),
      flaggedAtMedianS: quantile(flaggedAtS, 0.5),
      flaggedAtP99S: quantile(flaggedAtS, 0.99),
      flaggedPct: round((100 * flaggedAtS.length) / units),
    }),
  });
}

/** Drives through, with a stop of 20 to 120 s inside, or parked inside for 20 minutes. */
function drive(model: NoiseModel, kind: 'through' | 'stop' | 'park', drives: number): void {
  const delaysS: number[] = [];
  const crossedOffS: number[] = [];
  let stays = 0;
  let missed = 0;
  let shallow = 0;
  let shallowMissed = 0;
  let shallowToldAsCross = 0;
  let deepestMissedM = 0;
  let extra = 0;
  for (let each = 0; each < drives; each++) {
    const random = seededRandom(each * 104_729 + 17);
    const measure = noisyReceiver(model, stepS, random);
    const study = studyUnit();
    const mps = (5 + 55 * random.uniform()) / 3.6;
    const passM = 90 * random.uniform();
    const halfM = Math.sqrt(radiusM ** 2 - passM ** 2);
    const stopS = kind === 'through' ? 0 : kind === 'park' ? 1_200 : 20 + 100 * random.uniform();
    const stopM = (2 * random.uniform() - 1) * halfM;
    const stopFromS = standingS + (stopM + farM) / mps;
    const placeM = (atS: number): number => {
      if (atS < standingS) return -farM;
      if (atS < stopFromS) return -farM + mps * (atS - standingS);
      return stopM + mps * Math.max(0, atS - stopFromS - stopS);
    };
    const inS = standingS + (farM - halfM) / mps;
    const outS = stopFromS + stopS + (halfM - stopM) / mps;
    let deepS = 0;
    for (let atS = stepS * random.uniform(); atS < outS + 500 / mps; atS += stepS) {
      const xM = placeM(atS);
      const depthM = radiusM - Math.hypot(xM, passM);
      if (depthM > stayDepthM) deepS += stepS;
      study.take(atS * 1000, measure(xM, passM));
    }
    const sides = study.told.filter(({ kind: of }) => of === 'enter' || of === 'exit');
    const enter = sides.find((t) => t.kind === 'enter');
    const exit = sides.findLast((t) => t.kind === 'exit');
    const isMissed = enter === undefined || enter.confirmedAtMs / 1000 > outS + stepS;
    if (deepS >= stayS) {
      stays += 1;
      if (isMissed) missed += 1;
    } else if (outS - inS >= stayS) {
      shallow += 1;
      if (isMissed) {
        shallowMissed += 1;
        if (study.told.some(({ kind: of }) => of === 'cross')) shallowToldAsCross += 1;
        const restM = kind === 'through' ? 0 : stopM;
        deepestMissedM = Math.max(deepestMissedM, radiusM - Math.hypot(restM, passM));
      }
    }
    for (const [told, trueS] of [
      [enter, inS],
      [exit, outS],
    ] as const) {
      if (told === undefined) continue;
      delaysS.push(told.confirmedAtMs / 1000 - trueS);
      crossedOffS.push(Math.abs(told.crossedAtMs / 1000 - trueS));
    }
    extra += Math.max(0, sides.length - 2);
  }
  printResult('fenceNoise', {
    model: model.name,
    drives,
    kind,
    stays,
    missed,
    shallowStays: shallow,
    shallowMissed,
    shallowMissedWithin: { ofEdgeM: round(deepestMissedM), toldAsCross: shallowToldAsCross },
    falsePerDrive: round(extra / drives),
    confirmDelayMedianS: round(quantile(delaysS, 0.5)),
    confirmDelayP90S: round(quantile(delaysS, 0.9)),
    crossedAtOffMedianS: round(quantile(crossedOffS, 0.5)),
  });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
