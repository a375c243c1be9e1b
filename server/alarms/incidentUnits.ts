import type { IncidentUnit } from '../domain/incident.ts';
import type { Unit } from '../domain/unit.ts';

/** A unit as incidents name it. */
export type NamedUnit = Pick<Unit, 'key' | 'id' | 'callsign'>;

type Units = readonly IncidentUnit[];

/** A unit as lines of the log name it. */
export function named({ key, id, callsign }: NamedUnit) {
  return { unitKey: key, unitId: id, callsign };
}

/**
 * Somebody added a unit.
 *
 * @returns the same list where it was added before; undefined: there is no room
 */
export function withAdded(units: Units, unit: NamedUnit, limit: number): Units | undefined {
  const known = units.find(({ unitKey }) => unitKey === unit.key);
  if (known?.isAdded === true) return units;
  return withUnit(units, { isThere: false, ...known, ...named(unit), isAdded: true }, limit);
}

/** Somebody took a unit off that was added. One that was there stays: that is history. */
export function withoutAdded(units: Units, unit: IncidentUnit): Units {
  if (unit.arrivedAtMs === undefined) return units.filter((each) => each !== unit);
  return units.map((each) => (each === unit ? { ...unit, isAdded: false } : each));
}

/**
 * A unit is there now.
 *
 * @returns undefined: there is no room
 */
export function withArrived(
  units: Units,
  unit: NamedUnit,
  arrivedAtMs: number,
  limit: number,
): Units | undefined {
  const isAdded = units.find(({ unitKey }) => unitKey === unit.key)?.isAdded ?? false;
  return withUnit(units, { ...named(unit), isAdded, isThere: true, arrivedAtMs }, limit);
}

/** A unit of the list has gone. */
export function withLeft(units: Units, unit: IncidentUnit, leftAtMs: number): Units {
  return units.map((each) => (each === unit ? { ...unit, isThere: false, leftAtMs } : each));
}

/**
 * A list with one more, or one changed. Where there is no room, the unit that left longest ago, and
 * that nobody added, makes room: the log still has it.
 */
function withUnit(units: Units, unit: IncidentUnit, limit: number): Units | undefined {
  const at = units.findIndex(({ unitKey }) => unitKey === unit.unitKey);
  if (at >= 0) return units.with(at, unit);
  if (units.length < limit) return [...units, unit];
  const [oldest] = units
    .filter(({ isAdded, isThere }) => !isAdded && !isThere)
    .sort((a, b) => (a.leftAtMs ?? 0) - (b.leftAtMs ?? 0) || a.unitKey - b.unitKey);
  if (oldest === undefined) return undefined;
  return [...units.filter((each) => each !== oldest), unit];
}
