/* What a ping costs against the fences of the country, what an edit costs, and the memory that it takes. */
import { crc32 } from 'node:zlib';
import type { FixedShape, LonLat } from '../../server/domain/fence.ts';
import { FenceEngine } from '../../server/tracking/fences/fenceEngine.ts';
import { FenceIndex } from '../../server/tracking/fences/fenceIndex.ts';
import { readSnapshot, writeSnapshot } from '../../server/tracking/fences/fenceSnapshot.ts';
import { planeAt } from '../../server/tracking/fences/localPlane.ts';
import { NearFences } from '../../server/tracking/fences/nearFences.ts';
import { SafeDiscs } from '../../server/tracking/fences/safeDiscs.ts';
import { seededRandom, seededUniform } from '../fixtures/seededRandom.ts';
import { printResult, quantile, timeRounds } from './measure.ts';
import { noiseModels, noisyReceiver } from './noise/receiverNoise.ts';

const seed = 20_241_127;
const marginM = 100;
const units = 10_000;
const steps = 120;
const stepS = 5;
/** Positions that are made, and then taken and timed, at once. */
const batch = 250;
const startMs = Date.UTC(2024, 10, 27);
const nowhere = { xM: 0, yM: 0, accuracyM: undefined };
const anyFence = {
  name: 'TPS',
  version: 1,
  fenceClass: 'site',
  conditions: {},
  watch: {},
} as const;

export function benchFences(): void {
  for (const [circles, polygons] of [
    [985, 15],
    [9_850, 150],
    [98_500, 1_500],
    [435_000, 7_000],
  ] as const) {
    const random = seededUniform(seed);
    const villages = makeVillages(random);
    const beganMs = performance.now();
    const index = new FenceIndex();
    const shapes: FixedShape[] = [];
    for (let i = 0; i < circles; i++) shapes.push(circleIn(random, villages, i));
    for (let i = 0; i < polygons; i++) shapes.push(polygonOf(random, villages));
    for (const [key, shape] of shapes.entries()) index.put(key, 1, shape);
    const buildMs = Math.round(performance.now() - beganMs);
    const places = tracks(random, villages, amongOf(villages, circles));
    printResult('fences', {
      seed,
      circles,
      polygons,
      buildMs,
      memoryMiB: Math.round(index.memoryBytes / 2 ** 20),
      ...pings(index, places),
      ...takes(index, shapes, places),
      ...edits(index, random, villages, circles),
      ...snapshot(index),
    });
  }
}

/** Tracks of parked, walking and driving units, everyone's next step before anyone's second: caches stay cold. */
function tracks(random: () => number, villages: Villages, among: number): Float64Array {
  const places = new Float64Array(2 * units * steps);
  for (let unit = 0; unit < units; unit++) {
    let [lon, lat] = placeOf(random, villages, among);
    const kind = random();
    const speedMps = kind < 0.3 ? 0 : kind < 0.6 ? 1.4 : 5 + 15 * random();
    let course = 2 * Math.PI * random();
    for (let step = 0; step < steps; step++) {
      const wanderM = speedMps === 0 ? 2 * (random() - 0.5) : 0;
      course += 0.3 * (random() - 0.5);
      const way = (speedMps * stepS + wanderM) / 111_000;
      lon += way * Math.sin(course);
      lat += way * Math.cos(course);
      places[2 * (step * units + unit)] = lon;
      places[2 * (step * units + unit) + 1] = lat;
    }
  }
  return places;
}

/** What a ping costs that is only looked up. */
function pings(index: FenceIndex, places: Float64Array) {
  const near = new NearFences();
  let lookups = 0;
  let found = 0;
  const track = () => {
    const discs = new SafeDiscs(index.edits);
    lookups = 0;
    found = 0;
    for (let ping = 0, at = 0; ping < units * steps; ping++, at += 2) {
      const unit = ping % units;
      const lon = places[at] ?? 0;
      const lat = places[at + 1] ?? 0;
      if (discs.holds(unit, lon, lat)) continue;
      discs.keep(unit, lon, lat, index.locate(lon, lat, marginM, near), marginM);
      lookups++;
      found += near.count;
    }
  };
  const lookUpAll = () => {
    for (let at = 0; at < places.length; at += 2) {
      index.locate(places[at] ?? 0, places[at + 1] ?? 0, marginM, near);
    }
  };
  const nsOf = (ms: number) => Math.round((ms * 1e6) / (units * steps));
  return {
    nsPerPing: nsOf(timeRounds(5, track).median),
    lookupShare: Math.round((1000 * lookups) / (units * steps)) / 1000,
    nearPerLookup: Math.round((100 * found) / lookups) / 100,
    nsPerLookup: nsOf(timeRounds(3, lookUpAll).median),
  };
}

/**
 * What a ping costs with all that follows from it: motion, noise, transitions. The places are as good
 * receivers tell them. A batch is made just before it is taken, as ingest does it.
 */
function takes(index: FenceIndex, shapes: readonly FixedShape[], places: Float64Array) {
  const engine = new FenceEngine(index);
  engine.setFences(
    shapes.map((shape, key) => ({ ...anyFence, key, id: `fence-${key}`, shape })),
    0,
  );
  const receivers = Array.from({ length: units }, (_, unit) =>
    noisyReceiver(noiseModels.good, stepS, seededRandom(seed + unit)),
  );
  const nsPerTake: number[] = [];
  let told = 0;
  let allMs = 0;
  for (let from = 0; from < units * steps; from += batch) {
    const positions = Array.from({ length: batch }, (_, i) => {
      const unitKey = (from + i) % units;
      const { xM, yM, accuracyM } = receivers[unitKey]?.(0, 0) ?? nowhere;
      const lon = (places[2 * (from + i)] ?? 0) + xM / 111_000;
      const lat = (places[2 * (from + i) + 1] ?? 0) + yM / 111_000;
      const atMs = startMs + Math.floor((from + i) / units) * stepS * 1000;
      const fix = { fixedAtMs: atMs, lon, lat, accuracyM };
      return { trackerKey: unitKey, fix, receivedAtMs: atMs, verdict: 'live' } as const;
    });
    const beforeMs = performance.now();
    for (const position of positions) {
      const unit = { unitKey: position.trackerKey, kind: 'handheld', agency: 'polri' } as const;
      told += engine.take(unit, position).length;
    }
    const ms = performance.now() - beforeMs;
    // by then the code is compiled, and all units are known
    if (from < (units * steps) / 3) continue;
    nsPerTake.push((ms * 1e6) / batch);
    allMs += ms;
  }
  return {
    nsPerTake: Math.round(quantile(nsPerTake, 0.5)),
    nsPerTakeP10: Math.round(quantile(nsPerTake, 0.1)),
    // with the pauses of the collector, and of whatever else ran
    nsPerTakeMean: Math.round((allMs * 1e6) / (nsPerTake.length * batch)),
    settledShare: Math.round((1000 * engine.counts.settled) / engine.counts.taken) / 1000,
    told,
  };
}

function edits(index: FenceIndex, random: () => number, villages: Villages, circles: number) {
  const circleUs = microseconds(3_000, (i) => {
    const shape = circleOf(random, villages, circles);
    return () => index.put(1_000_000 + i, 1, shape);
  });
  const moveUs = microseconds(3_000, () => {
    const key = Math.floor(random() * circles);
    const shape = circleOf(random, villages, circles);
    return () => index.put(key, 2, shape);
  });
  const removeUs = microseconds(3_000, (i) => {
    index.put(1_000_000 + i, 1, circleOf(random, villages, circles));
    return () => index.remove(1_000_000 + i);
  });
  const polygonAddUs = microseconds(60, (i) => {
    const shape = polygonOf(random, villages);
    return () => index.put(2_000_000 + i, 1, shape);
  });
  const polygonMoveUs = microseconds(60, (i) => {
    const shape = polygonOf(random, villages);
    return () => index.put(2_000_000 + i, 2, shape);
  });
  const polygonRemoveUs = microseconds(60, (i) => () => index.remove(2_000_000 + i));
  return { circleUs, moveUs, removeUs, polygonAddUs, polygonMoveUs, polygonRemoveUs };
}

/**
 * Mean, median and 99th percentile of the microseconds that single edits take; what `prepare` does is
 * not counted. Half of the edits go before, until the code is compiled again: all was asked so far.
 */
function microseconds(rounds: number, prepare: (round: number) => () => void) {
  for (let round = 0; round < rounds; round++) prepare(rounds + round)();
  const times = Array.from({ length: rounds }, (_, round) => {
    const edit = prepare(round);
    const beganMs = performance.now();
    edit();
    return (performance.now() - beganMs) * 1000;
  });
  const mean = times.reduce((sum, time) => sum + time, 0) / rounds;
  return {
    mean: Math.round(mean * 10) / 10,
    median: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

function snapshot(index: FenceIndex) {
  let bytes = writeSnapshot(index, crc32);
  const writeMs = timeRounds(1, () => {
    bytes = writeSnapshot(index, crc32);
  }).median;
  const readMs = timeRounds(3, () => {
    const read = readSnapshot(bytes, crc32);
    if (!read.ok) throw new Error(read.detail);
  }).median;
  return { snapshotMiB: Math.round(bytes.length / 2 ** 20), writeMs, readMs };
}

type Villages = readonly LonLat[];

/** West, south, east, north, and the share of the people: Java, Sumatra, Kalimantan, Sulawesi, the east. */
const islands = [
  [105.2, -8.4, 114.4, -6.2, 0.56],
  [95.3, -5.8, 105.8, 5.5, 0.22],
  [109, -3.8, 117.9, 3.9, 0.07],
  [119, -5.5, 124.8, 1.6, 0.08],
  [115.1, -10.2, 140.9, -1, 0.07],
] as const;

export function makeVillages(random: () => number): Villages {
  return Array.from({ length: 84_000 }, () => {
    let share = random();
    const island = islands.find(([, , , , people]) => {
      share -= people;
      return share < 0;
    });
    const [west, south, east, north] = island ?? islands[0];
    return [west + (east - west) * random(), south + (north - south) * random()];
  });
}

function placeOf(random: () => number, villages: Villages, among = villages.length): LonLat {
  return placeAround(random, villages[Math.floor(random() * among)] ?? [117.5, 0.5]);
}

function placeAround(random: () => number, [lon, lat]: LonLat): LonLat {
  return [lon + 0.02 * (random() - 0.5), lat + 0.02 * (random() - 0.5)];
}

function circleOf(random: () => number, villages: Villages, circles: number): FixedShape {
  const center = placeOf(random, villages, amongOf(villages, circles));
  return { kind: 'circle', center, radiusM: 100 };
}

/** Fewer fences are those of fewer villages, as dense as the others, and units are where fences are. */
function amongOf(villages: Villages, circles: number): number {
  return Math.max(1, Math.round((villages.length * circles) / 435_000));
}

/** Lists of polling stations go village by village, about five in each. */
export function circleIn(random: () => number, villages: Villages, number: number): FixedShape {
  const village = villages[Math.floor((number * villages.length) / 435_000)] ?? [117.5, 0.5];
  return { kind: 'circle', center: placeAround(random, village), radiusM: 100 };
}

/** As large as subdistricts: all of them would cover the island about once. With the wriggles of rivers. */
export function polygonOf(random: () => number, villages: Villages): FixedShape {
  const [lon, lat] = placeOf(random, villages);
  const { eastM, northM } = planeAt(lat);
  const [west, south, east, north, people] =
    islands.find(([w, s, e, n]) => lon >= w && lon <= e && lat >= s && lat <= n) ?? islands[0];
  // about half of what lies between these degrees is sea
  const islandM2 = 0.5 * (east - west) * eastM * (north - south) * northM;
  const middleM = Math.sqrt(islandM2 / (Math.PI * 7_000 * people));
  const waves = Array.from({ length: 6 }, (_, i) => [2 + 5 * i, random() / (2 + 5 * i), random()]);
  const ring = Array.from({ length: 1_000 }, (_, i): LonLat => {
    const angle = (2 * Math.PI * i) / 1_000;
    const wriggle = waves.reduce(
      (sum, [often = 0, high = 0, from = 0]) => sum + high * Math.sin(often * angle + 6 * from),
      1,
    );
    const radiusM = middleM * wriggle;
    return [lon + (radiusM * Math.cos(angle)) / eastM, lat + (radiusM * Math.sin(angle)) / northM];
  });
  return { kind: 'polygon', polygons: [[ring]] };
}
