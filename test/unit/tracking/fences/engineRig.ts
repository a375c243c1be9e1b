import type { Fence } from '../../../../server/domain/fence.ts';
import type { Fix } from '../../../../server/domain/fix.ts';
import type { Stay, Transition } from '../../../../server/domain/transition.ts';
import { FenceEngine } from '../../../../server/tracking/fences/fenceEngine.ts';
import { FenceIndex } from '../../../../server/tracking/fences/fenceIndex.ts';
import { planeAt } from '../../../../server/tracking/fences/localPlane.ts';

/** Middle of the ring that most tests are about. */
export const center = { lon: 117.5279, lat: 0.5049 };
const plane = planeAt(center.lat);

/** A circle of 100 m, unless told otherwise. */
export function ring(changes: Partial<Fence> = {}): Fence {
  return {
    key: 1,
    id: 'ring',
    name: 'Ring',
    version: 1,
    fenceClass: 'site',
    shape: { kind: 'circle', center: [center.lon, center.lat], radiusM: 100 },
    conditions: {},
    watch: {},
    ...changes,
  };
}

/** A place so many metres east and north of the middle. */
export function placeAt(xM: number, yM = 0): { lon: number; lat: number } {
  return { lon: center.lon + xM / plane.eastM, lat: center.lat + yM / plane.northM };
}

/** An engine with what it told. */
export function engineRig(fences: readonly Fence[] = [ring()]) {
  const stays: Stay[] = [];
  const told: Transition[] = [];
  const engine = new FenceEngine(new FenceIndex(), (stay) => stays.push(stay));
  engine.setFences(fences, 0);
  /** A unit is at a place, at a second. */
  const at = (atS: number, xM: number, yM = 0, of: Of = {}): readonly Transition[] => {
    const { unitKey = 7, receivedS = atS, kind = 'handheld', agency = 'polri', ...fix } = of;
    const news = engine.take(
      { unitKey, kind, agency },
      {
        trackerKey: unitKey,
        fix: { fixedAtMs: atS * 1000, ...placeAt(xM, yM), ...fix },
        receivedAtMs: receivedS * 1000,
        verdict: receivedS === atS ? 'live' : 'delayed',
      },
    );
    told.push(...news);
    return news;
  };
  const tick = (atS: number): readonly Transition[] => {
    const news = engine.tick(atS * 1000);
    told.push(...news);
    return news;
  };
  /** Drives along the x axis at a speed, a fix every 5 s; the second at which it ends. */
  const drive = (fromS: number, fromM: number, toM: number, mps: number, of: Of = {}): number => {
    const seconds = Math.abs(toM - fromM) / mps;
    for (let s = 0; s <= seconds; s += 5) {
      at(fromS + s, fromM + Math.sign(toM - fromM) * mps * s, 0, of);
    }
    return fromS + Math.floor(seconds / 5) * 5 + 5;
  };
  const kinds = (): string[] => told.map(({ kind }) => kind);
  return { engine, at, tick, drive, told, kinds, stays };
}

type Of = Partial<Omit<Fix, 'fixedAtMs' | 'lon' | 'lat'>> & {
  readonly unitKey?: number;
  readonly receivedS?: number;
  readonly kind?: 'handheld' | 'drone';
  readonly agency?: 'polri' | 'tni';
};
