import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAccuracy,
  decodeCourse,
  decodeFrame,
  decodeIsStored,
  decodeSpeed,
  deltaKind,
  encodeAccuracy,
  encodeFrame,
  frameBytesPerUnit,
  frameHeaderBytes,
  nextSequence,
  snapshotKind,
  type UnitState,
  unknownAccuracy,
} from '../../server/domain/liveFrame.ts';

const nowMs = 1_732_666_503_000;

const unitState: fc.Arbitrary<UnitState> = fc.record({
  unitKey: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  fixedAtMs: fc.integer({ min: nowMs - 2 ** 31 + 1, max: nowMs + 600_000 }),
  isStored: fc.boolean(),
  speedMps: fc.option(fc.double({ min: 0, max: 655.34, noNaN: true }), { nil: undefined }),
  courseDeg: fc.option(fc.double({ min: 0, max: 359.999, noNaN: true }), { nil: undefined }),
  accuracyM: fc.option(fc.double({ min: 0, max: 180_000, noNaN: true }), { nil: undefined }),
});

describe('live frame', () => {
  it('gives back every unit within its rounding', () => {
    fc.assert(
      fc.property(
        fc.array(unitState, { maxLength: 60 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.constantFrom(snapshotKind, deltaKind),
        (units, sequence, kind) => {
          const bytes = encodeFrame(
            { kind, sequence, serverTimeMs: nowMs, rosterVersion: 7 },
            units,
          );
          expect(bytes.byteLength).toBe(frameHeaderBytes + units.length * frameBytesPerUnit);
          const decoded = decodeFrame(bytes);
          if (!decoded.ok) throw new Error(decoded.detail);
          const frame = decoded.value;
          expect(frame).toMatchObject({ kind, sequence, serverTimeMs: nowMs, rosterVersion: 7 });
          expect(frame.count).toBe(units.length);
          units.forEach((unit, i) => {
            expect(frame.unitKey[i]).toBe(unit.unitKey);
            expect(Math.abs((frame.lonMicrodeg[i] ?? 0) / 1e6 - unit.lon)).toBeLessThanOrEqual(
              6e-7,
            );
            expect(Math.abs((frame.latMicrodeg[i] ?? 0) / 1e6 - unit.lat)).toBeLessThanOrEqual(
              6e-7,
            );
            expect(nowMs - (frame.ageMs[i] ?? 0)).toBe(unit.fixedAtMs);
            closeOrBothUnknown(decodeSpeed(frame.speedCmps[i] ?? 0), unit.speedMps, 0.0051);
            const course = decodeCourse(frame.course[i] ?? 0);
            expect(decodeIsStored(frame.course[i] ?? 0)).toBe(unit.isStored);
            if (unit.courseDeg === undefined) expect(course).toBeUndefined();
            else {
              const turn = Math.abs((course ?? Number.NaN) - unit.courseDeg);
              expect(Math.min(turn, 360 - turn)).toBeLessThanOrEqual(0.5);
              expect(course).toBeLessThan(360);
            }
            const accuracyM = decodeAccuracy(frame.accuracy[i] ?? 0);
            if (unit.accuracyM === undefined) expect(accuracyM).toBeUndefined();
            else {
              // never better than it was, at most a metre or five percent worse
              expect(accuracyM).toBeGreaterThanOrEqual(unit.accuracyM * (1 - 1e-9));
              expect(accuracyM).toBeLessThanOrEqual(
                Math.max(unit.accuracyM + 1, unit.accuracyM * 1.0501),
              );
            }
          });
        },
      ),
    );
  });

  it('keeps every accuracy code through decoding and encoding', () => {
    for (let code = 0; code < unknownAccuracy; code++) {
      expect(encodeAccuracy(decodeAccuracy(code))).toBe(code);
    }
  });

  it('saturates instead of wrapping', () => {
    const bytes = encodeFrame(
      { kind: deltaKind, sequence: 1, serverTimeMs: nowMs, rosterVersion: 1 },
      [
        {
          unitKey: 1,
          lon: 117,
          lat: 0,
          fixedAtMs: 0,
          speedMps: 9_999,
          accuracyM: 1e9,
          isStored: true,
        },
      ],
    );
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) throw new Error(decoded.detail);
    expect(decoded.value.ageMs[0]).toBe(2 ** 31 - 1);
    expect(decodeSpeed(decoded.value.speedCmps[0] ?? 0)).toBe(655.34);
    expect(decodeAccuracy(decoded.value.accuracy[0] ?? 0)).toBeGreaterThan(180_000);
  });

  it('reads any bytes without throwing and takes none that are not a frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeFrame(new Uint8Array(bytes));
        if (decoded.ok) {
          expect(bytes.byteLength).toBe(frameHeaderBytes + decoded.value.count * frameBytesPerUnit);
        } else {
          expect(decoded.detail).not.toBe('');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a frame that lost its last byte', () => {
    const bytes = encodeFrame(
      { kind: deltaKind, sequence: 1, serverTimeMs: nowMs, rosterVersion: 1 },
      [{ unitKey: 1, lon: 117, lat: 0, fixedAtMs: nowMs, isStored: true }],
    );
    expect(decodeFrame(bytes.slice(0, -1))).toMatchObject({ ok: false, reason: 'wrong_length' });
  });

  it('wraps the sequence at 32 bits', () => {
    expect(nextSequence(2 ** 32 - 1)).toBe(0);
  });
});

function closeOrBothUnknown(
  got: number | undefined,
  sent: number | undefined,
  within: number,
): void {
  if (sent === undefined) expect(got).toBeUndefined();
  else expect(Math.abs((got ?? Number.NaN) - sent)).toBeLessThanOrEqual(within);
}
