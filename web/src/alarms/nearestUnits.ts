import type { LonLat } from '../../../server/domain/fence.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import type { UnitTable } from '../live/unitTable.ts';

/** A unit, and how far it is; undefined: nobody knows where it is. */
export type UnitAway = { readonly unit: RosterEntry; readonly awayM: number | undefined };

/** Metres of a degree of latitude, IUGG mean radius 6,371,008.8 m. */
const degreeM = 111_195;

/**
 * All units, the nearest to a place first, those without a place last, by callsign. Distances are of a
 * flat earth: right to a percent within 200 km, which is enough to say who is near.
 */
export function nearestUnits(table: UnitTable, place: LonLat | undefined): readonly UnitAway[] {
  const away = [...table.roster.values()].map((unit) => ({
    unit,
    awayM: place === undefined ? undefined : distanceM(table, unit.key, place),
  }));
  return away.sort(
    (a, b) =>
      (a.awayM ?? Number.POSITIVE_INFINITY) - (b.awayM ?? Number.POSITIVE_INFINITY) ||
      a.unit.callsign.localeCompare(b.unit.callsign, 'id', { numeric: true }),
  );
}

function distanceM(table: UnitTable, unitKey: number, [lon, lat]: LonLat): number | undefined {
  const row = table.index.get(unitKey);
  if (row === undefined) return undefined;
  const eastDeg = (table.lonLat[row * 2] ?? 0) - lon;
  const northDeg = (table.lonLat[row * 2 + 1] ?? 0) - lat;
  return degreeM * Math.hypot(northDeg, eastDeg * Math.cos((lat * Math.PI) / 180));
}
