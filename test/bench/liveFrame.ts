/* How long a frame of many units takes to write and to read. */
import {
  decodeFrame,
  encodeFrame,
  snapshotKind,
  type UnitState,
} from '../../server/domain/liveFrame.ts';
import { printResult, timeRounds } from './measure.ts';

const serverTimeMs = 1_732_666_503_000;

export function benchLiveFrame(): void {
  for (const count of [10_000, 100_000]) {
    const units: UnitState[] = Array.from({ length: count }, (_, i) => ({
      unitKey: i,
      isStored: true,
      lon: 95 + (i % 46),
      lat: -11 + (i % 17),
      fixedAtMs: serverTimeMs - (i % 60_000),
      speedMps: i % 30,
      courseDeg: i % 360,
      accuracyM: i % 50,
    }));
    const header = { kind: snapshotKind, sequence: 1, serverTimeMs, rosterVersion: 1 } as const;
    const frame = encodeFrame(header, units);
    const json = JSON.stringify(units);
    printResult('liveFrame', {
      units: count,
      bytes: frame.byteLength,
      jsonBytes: json.length,
      encodeMs: timeRounds(20, () => encodeFrame(header, units)),
      decodeMs: timeRounds(20, () => readAll(frame)),
      jsonEncodeMs: timeRounds(5, () => JSON.stringify(units)),
      jsonDecodeMs: timeRounds(5, () => JSON.parse(json)),
    });
  }
}

/** Reads a frame and every longitude in it, so that nothing is left out as unused. */
function readAll(bytes: Uint8Array<ArrayBuffer>): number {
  const frame = decodeFrame(bytes);
  if (!frame.ok) throw new Error(frame.detail);
  return frame.value.lonMicrodeg.reduce((sum, lon) => sum + lon, 0);
}
