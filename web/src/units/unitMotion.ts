import {
  decodeAccuracy,
  decodeCourse,
  decodeIsStored,
  decodeSpeed,
  unknownAccuracy,
  unknownCourse,
  unknownSpeed,
} from '../../../server/domain/liveFrame.ts';
import type { UnitTable } from '../live/unitTable.ts';

/** What the live frames say of one unit's newest fix. Unknown numbers are undefined. */
export type UnitMotion = {
  readonly lon: number;
  readonly lat: number;
  readonly fixedAtMs: number;
  readonly ageMs: number;
  readonly speedMps: number | undefined;
  readonly courseDeg: number | undefined;
  readonly accuracyM: number | undefined;
  /** False when the server shows it and cannot store it. */
  readonly isStored: boolean;
};

/** Reads a unit's row, or undefined when it has no place yet. */
export function unitMotion(
  table: UnitTable,
  unitKey: number,
  serverNowMs: number,
): UnitMotion | undefined {
  const row = table.index.get(unitKey);
  if (row === undefined) return undefined;
  const fixedAtMs = table.fixedAtMs[row] ?? 0;
  return {
    lon: table.lonLat[row * 2] ?? 0,
    lat: table.lonLat[row * 2 + 1] ?? 0,
    fixedAtMs,
    ageMs: serverNowMs - fixedAtMs,
    speedMps: decodeSpeed(table.speedCmps[row] ?? unknownSpeed),
    courseDeg: decodeCourse(table.course[row] ?? unknownCourse),
    accuracyM: decodeAccuracy(table.accuracy[row] ?? unknownAccuracy),
    isStored: decodeIsStored(table.course[row] ?? unknownCourse),
  };
}
