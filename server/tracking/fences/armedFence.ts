import type { Fence, FixedShape } from '../../domain/fence.ts';
import { type Confirmation, confirmations } from './confirmation.ts';

/** A fence with what its engine keeps of it. */
export type ArmedFence = {
  readonly fence: Fence;
  readonly key: number;
  /**
   * It stays where it is, counts for everybody at every height, and watches no speed: as most do, and
   * nothing more of it has to be fetched to know so.
   */
  readonly isSimple: boolean;
  readonly rules: Confirmation;
  /** See `depthMOf`; NaN: nobody asked yet. */
  knownDepthM: number;
  /** Where it is in the index; -1: it is not, or moves. */
  slot: number;
  /** It is in force; since when, epoch ms. */
  isArmed: boolean;
  armedAtMs: number;
  /** When its hours are looked at again, epoch ms. */
  lookAtMs: number;
};

export function freshArmedFence(fence: Fence): ArmedFence {
  return {
    fence,
    key: fence.key,
    isSimple: isSimple(fence),
    rules: confirmations[fence.fenceClass],
    knownDepthM: Number.NaN,
    slot: -1,
    isArmed: false,
    armedAtMs: Number.MIN_SAFE_INTEGER,
    lookAtMs: Number.MIN_SAFE_INTEGER,
  };
}

/**
 * How deep inside its deepest point can be at least, metres. Worked out when a unit is near: a start
 * with the country's districts would look at each of their points.
 */
export function depthMOf(armed: ArmedFence): number {
  if (Number.isNaN(armed.knownDepthM)) armed.knownDepthM = depthOf(armed.fence);
  return armed.knownDepthM;
}

function isSimple({ shape, conditions, watch }: Fence): boolean {
  const { unitKinds, agencies, floorM, ceilingM } = conditions;
  const isForSome = (unitKinds ?? agencies ?? floorM ?? ceilingM) !== undefined;
  return shape.kind !== 'moving' && !isForSome && watch.speedLimitMps === undefined;
}

function depthOf({ shape }: Fence): number {
  switch (shape.kind) {
    case 'circle':
    case 'moving':
      return shape.radiusM;
    case 'corridor':
      return shape.halfWidthM;
    case 'polygon':
      return polygonDepthM(shape);
  }
}

/** Metres to a degree, near enough for a bound. */
const degreeM = 110_574;

/** Half the shorter side of the box around it: nothing in it is deeper. */
function polygonDepthM({ polygons }: Extract<FixedShape, { kind: 'polygon' }>): number {
  let deepestM = 0;
  for (const [outer = []] of polygons) {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [lon, lat] of outer) {
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
    const cos = Math.cos((((south + north) / 2) * Math.PI) / 180);
    deepestM = Math.max(deepestM, (degreeM * Math.min((east - west) * cos, north - south)) / 2);
  }
  return deepestM;
}
