import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fence } from '../../server/domain/fence.ts';
import type { Position } from '../../server/domain/position.ts';
import type { Transition } from '../../server/domain/transition.ts';
import { FenceEngine } from '../../server/tracking/fences/fenceEngine.ts';
import { placeAt, ring } from '../unit/tracking/fences/engineRig.ts';

/** What may come, in the order of the journal. */
type Input =
  | { readonly kind: 'fix'; readonly unitKey: number; readonly position: Position }
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'put'; readonly fence: Fence; readonly atMs: number }
  | { readonly kind: 'remove'; readonly key: number; readonly atMs: number };

const watch = { isUrgent: true, dwellMs: 120_000, lostInsideMs: 90_000, speedLimitMps: 8 };
const fenceOf = (key: number, xM: number, radiusM: number, version: number): Fence => {
  const { lon, lat } = placeAt(xM);
  return ring({ key, version, watch, shape: { kind: 'circle', center: [lon, lat], radiusM } });
};
/** Stories begin on a Thursday at 00:16:40: twenty minutes on and ten off. */
const weekly = Array.from({ length: 8 }, (_, nth) => {
  const fromMinute = 15 + 30 * nth;
  return { fromDay: 3, fromMinute, toDay: 3, toMinute: fromMinute + 20 };
});
const ofHours = { ...fenceOf(4, 40, 120, 1), conditions: { weekly, timeZone: 'Africa/Abidjan' } };
const first = [
  ...[fenceOf(1, 0, 100, 1), fenceOf(2, 180, 60, 1), fenceOf(3, -900, 300, 1)],
  ofHours,
];

/** What a unit does next: wander, drive, leap, say something late, or fall silent. */
const deed = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('step'), x: metres(40), y: metres(40) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('drive'), x: metres(400), y: metres(60) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('stand'), x: metres(8), y: metres(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leap'), x: metres(700), y: metres(150) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('late'), x: metres(200), y: metres(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('silence'), x: metres(300), y: metres(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit'), x: metres(100), y: metres(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), x: metres(1), y: metres(1) }) },
);
const story = fc.array(
  fc.record({ unit: fc.integer({ min: 1, max: 3 }), deed, times: fc.integer({ min: 1, max: 12 }) }),
  {
    minLength: 15,
    maxLength: 60,
  },
);

function metres(max: number): fc.Arbitrary<number> {
  return fc.double({ min: -max, max, noNaN: true });
}

/** Makes inputs of a story: repeated deeds, so that units get somewhere and stand somewhere. */
function inputsOf(
  story: readonly { unit: number; deed: { do: string; x: number; y: number }; times: number }[],
): Input[] {
  const inputs: Input[] = [];
  const places = new Map<number, [number, number]>();
  let atMs = 1_000_000;
  let version = 1;
  for (const { unit, deed: act, times } of story) {
    const place = places.get(unit) ?? [-150, 0];
    places.set(unit, place);
    const isDrive = act.do === 'drive';
    const strides = Math.ceil(Math.hypot(act.x - place[0], act.y - place[1]) / 45);
    const stride = [(act.x - place[0]) / strides, (act.y - place[1]) / strides] as const;
    const isRepeated = act.do === 'step' || act.do === 'stand';
    const repeats = isDrive ? strides : isRepeated ? times : 1;
    for (let i = 0; i < repeats; i++) {
      atMs += act.do === 'silence' ? 400_000 : 5_000;
      inputs.push({ kind: 'tick', atMs });
      if (act.do === 'edit') {
        version += 1;
        inputs.push({
          kind: 'put',
          fence: fenceOf(1 + (version % 3), act.x, 20 + Math.abs(act.y), version),
          atMs,
        });
        continue;
      }
      if (act.do === 'remove') {
        inputs.push({ kind: 'remove', key: 1 + (times % 4), atMs });
        continue;
      }
      const isLate = act.do === 'late';
      const isFixed = act.do === 'stand';
      if (!isLate && !isFixed) {
        place[0] += isDrive ? stride[0] : act.x;
        place[1] += isDrive ? stride[1] : act.y;
      }
      const shake = isFixed || isLate ? [act.x * ((i % 3) - 1), act.y] : [0, 0];
      const { lon, lat } = placeAt(place[0] + (shake[0] ?? 0), place[1] + (shake[1] ?? 0));
      const fixedAtMs = isLate ? atMs - times * 2_700 : atMs;
      inputs.push({
        kind: 'fix',
        unitKey: unit,
        position: {
          trackerKey: unit,
          fix: { fixedAtMs, lon, lat },
          receivedAtMs: atMs,
          verdict: isLate ? 'delayed' : 'live',
        },
      });
    }
  }
  return inputs;
}

function feed(engine: FenceEngine, inputs: readonly Input[]): Transition[] {
  return inputs.flatMap((input) => [...feedOne(engine, input)]);
}

function feedOne(engine: FenceEngine, input: Input): readonly Transition[] {
  switch (input.kind) {
    case 'fix': {
      const unit = { unitKey: input.unitKey, kind: 'handheld', agency: 'polri' } as const;
      return engine.take(unit, input.position);
    }
    case 'tick':
      return engine.tick(input.atMs);
    case 'put':
      engine.putFence(input.fence, input.atMs);
      return [];
    case 'remove':
      engine.removeFence(input.key, input.atMs);
      return [];
  }
}

function freshEngine(fences: readonly Fence[] = first, atMs = 0): FenceEngine {
  const engine = new FenceEngine();
  engine.setFences(fences, atMs);
  return engine;
}

it('tells at most one exit for each enter and none before it, whatever comes, and each once', () => {
  let enters = 0;
  fc.assert(
    fc.property(story, (told) => {
      const transitions = feed(freshEngine(), inputsOf(told));
      expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
      const inside = new Map<string, boolean>();
      for (const { kind, unitKey, fenceKey, isCorrection } of transitions) {
        if (isCorrection) continue;
        const pair = `${unitKey}.${fenceKey}`;
        if (kind === 'exit') expect(inside.get(pair)).toBe(true);
        if (kind === 'enter' || kind === 'exit') inside.set(pair, kind === 'enter');
        if (kind === 'enter') enters += 1;
      }
    }),
    { numRuns: 500 },
  );
  // or nothing was put to the test
  expect(enters).toBeGreaterThan(100);
});

it('tells the same of the same input, and goes on from a checkpoint as if nothing had happened', () => {
  fc.assert(
    fc.property(story, fc.double({ min: 0, max: 1, noNaN: true }), (told, share) => {
      const inputs = inputsOf(told);
      const whole = feed(freshEngine(), inputs);
      expect(feed(freshEngine(), inputs)).toEqual(whole);
      const cut = Math.floor(share * inputs.length);
      const before = freshEngine();
      const start = feed(before, inputs.slice(0, cut));
      const checkpoint = JSON.parse(JSON.stringify(before.checkpoint(cut)));
      const after = freshEngine(inForce(inputs.slice(0, cut)), checkpoint.atMs);
      after.restore(checkpoint);
      expect([...start, ...feed(after, inputs.slice(cut))]).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

it('never lets a unit that fell silent leave', () => {
  fc.assert(
    fc.property(story, (told) => {
      const engine = freshEngine();
      const inputs = inputsOf(told);
      feed(engine, inputs);
      const inside = [1, 2, 3].map((key) => engine.insideOf(key));
      const later = feed(
        engine,
        Array.from({ length: 50 }, (_, i) => ({ kind: 'tick', atMs: 10 ** 9 + i * 600_000 })),
      );
      expect(later.filter(({ kind }) => kind === 'exit' || kind === 'enter')).toEqual([]);
      expect([1, 2, 3].map((key) => engine.insideOf(key))).toEqual(inside);
    }),
    { numRuns: 200 },
  );
});

/** The fences after some inputs. */
function inForce(inputs: readonly Input[]): Fence[] {
  const fences = new Map(first.map((fence) => [fence.key, fence]));
  for (const input of inputs) {
    if (input.kind === 'put') fences.set(input.fence.key, input.fence);
    if (input.kind === 'remove') fences.delete(input.key);
  }
  return [...fences.values()];
}
