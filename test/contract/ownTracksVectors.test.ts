import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeOwnTracks } from '../../devices/protocols/ownTracks.ts';

/** Messages of real apps with their values, kept beside the checkout (see docs/protocols.md). */
const vectorFile = new URL('../../../shared/vectors/owntracks.jsonl', import.meta.url);
const isThere = existsSync(vectorFile);

type Vector = {
  readonly source: string;
  readonly encoding: string;
  readonly raw: string;
  readonly expect: {
    readonly _type?: string;
    readonly position?: null;
    readonly lat?: number;
    readonly lon?: number;
    readonly time?: string;
    readonly speed_kmh?: number;
    readonly course?: number;
    readonly altitude_m?: number;
    readonly accuracy_m?: number;
    readonly battery_pct?: number;
  };
};

const vectors: Vector[] = isThere
  ? readFileSync(vectorFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  : [];

describe.skipIf(!isThere)(
  isThere
    ? 'OwnTracks reference messages'
    : 'OwnTracks reference messages (skipped: ../shared/vectors is not beside the checkout)',
  () => {
    it('are there', () => {
      expect(vectors.length).toBeGreaterThan(5);
    });

    it.each(
      vectors.map((vector, i) => [i, vector.source, vector] as const),
    )('%i: %s', (_i, _source, vector) => {
      const { fixes, refused } = decodeOwnTracks(Buffer.from(vector.raw));
      const want = vector.expect;
      const isLocation = JSON.parse(vector.raw)._type === 'location' && want.position !== null;
      if (!isLocation || want.lat === undefined) {
        expect(fixes).toEqual([]);
        return;
      }
      expect(refused).toEqual([]);
      const fix = fixes[0];
      if (fix === undefined) throw new Error('no fix');
      expect(fix.lat).toBe(want.lat);
      expect(fix.lon).toBe(want.lon);
      if (want.time !== undefined) expect(fix.fixedAtMs).toBe(Date.parse(want.time));
      if (want.speed_kmh !== undefined) expect(fix.speedMps).toBeCloseTo(want.speed_kmh / 3.6, 9);
      if (want.course !== undefined) expect(fix.courseDeg).toBe(want.course);
      if (want.altitude_m !== undefined) expect(fix.altitudeM).toBe(want.altitude_m);
      if (want.accuracy_m !== undefined) expect(fix.accuracyM).toBe(want.accuracy_m);
      if (want.battery_pct !== undefined) expect(fix.batteryPct).toBe(want.battery_pct);
    });
  },
);
