import type { Fence } from '../../../server/domain/fence.ts';
import type { Transition } from '../../../server/domain/transition.ts';
import { FenceEngine } from '../../../server/tracking/fences/fenceEngine.ts';
import { planeAt } from '../../../server/tracking/fences/localPlane.ts';
import type { Measured } from './receiverNoise.ts';

/** The one fence of the study: a circle, as a site has it. */
export const radiusM = 100;
const center = { lon: 117.5279, lat: 0.5049 };
const plane = planeAt(center.lat);
const fence: Fence = {
  key: 1,
  id: 'ring',
  name: 'Ring',
  version: 1,
  fenceClass: 'site',
  shape: { kind: 'circle', center: [center.lon, center.lat], radiusM },
  conditions: {},
  watch: {},
};

/** One unit by two rules: ours, and the raw point against the last raw point. */
export type StudyUnit = {
  readonly take: (atMs: number, measured: Measured) => void;
  /** What our rule told, and the times at which the naive one changed sides. */
  readonly told: readonly Transition[];
  readonly naiveMs: readonly number[];
  readonly isUnreliable: () => boolean;
};

export function studyUnit(): StudyUnit {
  const engine = new FenceEngine();
  engine.putFence(fence, 0);
  const told: Transition[] = [];
  const naiveMs: number[] = [];
  let wasInside: boolean | undefined;
  return {
    told,
    naiveMs,
    isUnreliable: () => engine.isUnreliable(1),
    take: (atMs, { xM, yM, accuracyM }) => {
      const lon = center.lon + xM / plane.eastM;
      const lat = center.lat + yM / plane.northM;
      const fix = { fixedAtMs: atMs, lon, lat, accuracyM };
      const position = { trackerKey: 1, fix, receivedAtMs: atMs, verdict: 'live' } as const;
      told.push(...engine.take({ unitKey: 1, kind: 'handheld', agency: 'polri' }, position));
      const isInside = Math.hypot(xM, yM) <= radiusM;
      if (wasInside !== undefined && isInside !== wasInside) naiveMs.push(atMs);
      wasInside = isInside;
    },
  };
}
