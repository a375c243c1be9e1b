/* What the coverage of a province and of the country costs: nearest TPS, one tick, scores. */

import type { Site } from '../../server/domain/site.ts';
import type { Agency } from '../../server/domain/unit.ts';
import { usualWatchRadiiM } from '../../server/domain/watchRadii.ts';
import { Coverage } from '../../server/tracking/coverage/coverage.ts';
import {
  indexPlaces,
  type KeyedPlace,
  nearestByScan,
  nearestSite,
  type PlaceIndex,
} from '../../server/tracking/coverage/nearestSites.ts';
import { siteProximities } from '../../server/tracking/coverage/siteProximities.ts';
import { distanceM } from '../../server/tracking/fences/localPlane.ts';
import { seededUniform } from '../fixtures/seededRandom.ts';
import { printResult, timeRounds } from './measure.ts';

/** East Java 2024 and the country in 2024. */
const provinceTps = 60_751;
const countryTps = 823_220;
const ringM = 100;
const startMs = Date.UTC(2024, 10, 27, 0, 0, 0);

export function benchCoverage(): void {
  for (const [count, box] of [
    [provinceTps, eastJava],
    [countryTps, indonesia],
  ] as const) {
    benchNearest(towns(count, box, seededUniform(6)), box);
  }
  benchScan();
  benchTick();
  benchScores();
}

type Box = {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
};
const eastJava: Box = { west: 111, east: 114.6, south: -8.8, north: -6.8 };
const indonesia: Box = { west: 95, east: 141, south: -11, north: 6 };

function benchNearest(places: readonly KeyedPlace[], box: Box): void {
  let index: PlaceIndex = indexPlaces([]);
  const buildMs = timeRounds(2, () => {
    index = indexPlaces(places);
  });
  const random = seededUniform(7);
  const near = queries(200_000, () => {
    const at = places[Math.floor(random() * places.length)]?.place ?? [0, 0];
    return [at[0] + (random() - 0.5) * 0.01, at[1] + (random() - 0.5) * 0.01];
  });
  const anywhere = queries(20_000, () => [
    box.west + random() * (box.east - box.west),
    box.south + random() * (box.north - box.south),
  ]);
  printResult('nearestTps', {
    places: places.length,
    buildMs,
    megabytes: Math.round(places.length * 20) / 1e6,
    nsPerQuery: perItem(
      timeRounds(5, () => ask(index, near)),
      200_000,
    ),
    /** Sea and forest included. */
    nsPerQueryAnywhere: perItem(
      timeRounds(5, () => ask(index, anywhere)),
      20_000,
    ),
  });
}

function benchScan(): void {
  // one office for each regency, city and province
  const offices = towns(514 + 38, indonesia, seededUniform(8));
  const places = queries(2_000, () => [106.8, -6.2]);
  printResult('nearestKpu', {
    places: offices.length,
    nsPerQuery: perItem(
      timeRounds(5, () => {
        for (let i = 0; i < places.length; i += 2) {
          nearestByScan(offices, places[i] ?? 0, places[i + 1] ?? 0);
        }
      }),
      2_000,
    ),
  });
}

/** East Java on voting day: an officer to two TPS with a tracker, Linmas by radio, some sites nobody reports on. */
function benchTick(): void {
  const random = seededUniform(9);
  const sites = towns(provinceTps, eastJava, random).map(
    ({ key, place }): Site => ({
      key,
      id: `tps-${key}`,
      name: `TPS ${key}`,
      kind: 'tps',
      siteClass: random() < 0.01 ? 'rawan' : 'kurang_rawan',
      region: '35.13',
      place,
      operationKey: 1,
      required: { voting: { polri: 1, linmas: 2 } },
    }),
  );
  const crew = { agency: 'polri' satisfies Agency as Agency, strength: 1, lastPlaceMs: startMs };
  const questions = {
    crewOf: () => ({ ...crew, lastPlaceMs: nowMs }),
    phaseOf: () => 'voting',
  };
  let nowMs = startMs;
  const coverage = new Coverage();
  coverage.setSites(sites);
  for (const { key } of sites) {
    if (random() < 0.1) continue;
    if (random() < 0.9) coverage.entered(key, Math.ceil(key / 2), startMs);
    if (random() < 0.5) continue;
    coverage.checkIn({
      id: `c${key}`,
      siteKey: key,
      agency: 'linmas',
      strength: 2,
      means: 'radio',
      who: 'Linmas',
      fromMs: startMs,
      untilMs: startMs + 12 * 3_600_000,
    });
  }
  let told = 0;
  let largest = 0;
  const tickMs = timeRounds(240, () => {
    nowMs += 10_000;
    const transitions = coverage.tick(nowMs, questions).length;
    told += transitions;
    largest = Math.max(largest, transitions);
  });
  let bytes = 0;
  const checkpointMs = timeRounds(3, () => {
    bytes = JSON.stringify(coverage.checkpoint()).length;
  });
  printResult('coverageTick', {
    sites: sites.length,
    tickMs,
    told,
    mostToldByOneTick: largest,
    checkpointMs,
    checkpointMegabytes: Math.round(bytes / 1e5) / 10,
  });
}

function benchScores(): void {
  const random = seededUniform(10);
  const places = towns(provinceTps, eastJava, random);
  const index = indexPlaces(places);
  const placeOf = new Map(places.map(({ key, place }) => [key, place]));
  const watched = {
    index,
    watchRadiusM: usualWatchRadiiM.tps,
    largestRingM: ringM,
    signedDistanceM: (key: number, lon: number, lat: number) => {
      const place = placeOf.get(key);
      return place === undefined ? undefined : distanceM(lon, lat, place[0], place[1]) - ringM;
    },
  };
  const units = 2_000;
  const at = queries(units, () => {
    const place = places[Math.floor(random() * places.length)]?.place ?? [0, 0];
    return [place[0] + (random() - 0.5) * 0.004, place[1] + (random() - 0.5) * 0.004];
  });
  let scores = 0;
  const allMs = timeRounds(10, () => {
    scores = 0;
    for (let i = 0; i < at.length; i += 2) {
      scores += siteProximities(watched, at[i] ?? 0, at[i + 1] ?? 0, 8).length;
    }
  });
  printResult('proximityScores', { units, scores, allMs, nsPerScore: perItem(allMs, scores) });
}

/** Places as people live: most of them in towns of very different size, around their middle. */
function towns(count: number, box: Box, random: () => number): KeyedPlace[] {
  const centres = Array.from({ length: Math.ceil(count / 400) }, () => [
    box.west + random() * (box.east - box.west),
    box.south + random() * (box.north - box.south),
    0.005 + 0.08 * random() ** 3,
  ]);
  return Array.from({ length: count }, (_, i) => {
    // the square makes the first towns large ones
    const [lon = 0, lat = 0, sizeDeg = 0] =
      centres[Math.floor(random() ** 2 * centres.length)] ?? [];
    const far = sizeDeg * Math.sqrt(-2 * Math.log(1 - random()));
    const turn = 2 * Math.PI * random();
    return { key: i + 1, place: [lon + far * Math.cos(turn), lat + far * Math.sin(turn)] };
  });
}

/** Longitudes and latitudes by turns. */
function queries(count: number, each: () => readonly [number, number]): Float64Array {
  const all = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) all.set(each(), 2 * i);
  return all;
}

function ask(index: PlaceIndex, at: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < at.length; i += 2) {
    sum += nearestSite(index, at[i] ?? 0, at[i + 1] ?? 0)?.distanceM ?? 0;
  }
  return sum;
}

function perItem(ms: { min: number; median: number; max: number }, items: number) {
  const ns = (each: number): number => Math.round((each * 1e6) / items);
  return { min: ns(ms.min), median: ns(ms.median), max: ns(ms.max) };
}
