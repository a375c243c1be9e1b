import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import {
  type EncounterRules,
  Encounters,
} from '../../../../server/tracking/coverage/encounters.ts';
import { placeAt } from '../fences/engineRig.ts';

const gathering = { key: 1, units: 2, radiusM: 100, withinMs: 60_000 };
const pair = { key: 2, unitKeys: [1, 3], sense: 'nearer', limitM: 200 } as const;
const rules: EncounterRules = { convergences: [gathering], roamings: [pair], counts: () => true };
const unitOf = (unitKey: number) => ({ unitKey, kind: 'handheld', agency: 'polri' }) as const;

function rig(of = rules) {
  const encounters = new Encounters();
  encounters.set(of);
  const at = (atS: number, unitKey: number, xM: number): string[] =>
    encounters
      .take(unitOf(unitKey), { fixedAtMs: atS * 1000, ...placeAt(xM) }, atS * 1000)
      .map(({ kind, edge }) => `${kind} ${edge}`);
  return { encounters, at };
}

describe('units among themselves', () => {
  it('are watched by every rule at once', () => {
    const { encounters, at } = rig();
    expect(at(0, 1, 0)).toEqual([]);
    expect(at(1, 2, 50)).toEqual(['convergence began']);
    for (let s = 2; s < 30; s += 5) at(s, 3, 150);
    expect(at(30, 3, 150)).toEqual([]);
    expect(encounters.checkpoint().roamings[0]?.state.beyondSinceMs).toBe(2_000);
    expect(encounters.tick(200_000).map(({ edge }) => edge)).toEqual(['ended']);
  });

  it('count for a convergence only where the rule says so', () => {
    const { at } = rig({ ...rules, counts: (_, unitKey) => unitKey !== 2 });
    at(0, 1, 0);
    expect(at(1, 2, 50)).toEqual([]);
  });

  it('go on while their rule stays, and begin anew where it is another', () => {
    const { encounters, at } = rig();
    at(0, 1, 0);
    encounters.set({ ...rules, roamings: [] });
    expect(at(1, 2, 50)).toEqual(['convergence began']);
    encounters.set({ ...rules, convergences: [{ ...gathering, radiusM: 120 }] });
    expect(at(2, 2, 50)).toEqual([]);
    expect(at(3, 1, 0)).toEqual(['convergence began']);
    encounters.set({ ...rules, convergences: [], roamings: [] });
    expect(encounters.isWatching).toBe(false);
  });

  it('go on from a checkpoint', () => {
    const { encounters, at } = rig();
    at(0, 1, 0);
    const kept = deserialize(serialize(encounters.checkpoint()));
    const after = rig({ ...rules, convergences: [] });
    after.encounters.restore(kept);
    after.encounters.set(rules);
    expect(after.at(1, 2, 50)).toEqual(['convergence began']);
  });

  it('forget places of the future, and keep what was told', () => {
    const { encounters, at } = rig();
    at(0, 1, 0);
    at(100, 2, 50);
    encounters.set(rules);
    encounters.forgetFuture(50_000);
    expect(encounters.checkpoint().convergences[0]?.fixes.map(({ unitKey }) => unitKey)).toEqual([
      1,
    ]);
    expect(at(51, 2, 50)).toEqual(['convergence began']);
  });
});
