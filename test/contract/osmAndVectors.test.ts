import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeOsmAnd } from '../../devices/protocols/osmAnd.ts';

/** Messages of real apps with their values, kept beside the checkout (see docs/protocols.md). */
const vectorFile = new URL('../../../shared/vectors/osmand.jsonl', import.meta.url);
const isThere = existsSync(vectorFile);
const receivedAtMs = Date.UTC(2026, 0, 1);

type Vector = {
  readonly source: string;
  /** A request: method, path, and the query or, of JSON, the body. */
  readonly raw: string;
  readonly expect: {
    readonly lat: number;
    readonly lon: number;
    readonly time?: string;
    readonly speed_kmh?: number;
    readonly course?: number;
    readonly altitude_m?: number;
    readonly accuracy_m?: number;
    readonly battery_pct?: number;
    readonly motion?: boolean;
    readonly event?: string;
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
    ? 'OsmAnd reference messages'
    : 'OsmAnd reference messages (skipped: ../shared/vectors is not beside the checkout)',
  () => {
    it('are there', () => {
      expect(vectors.length).toBeGreaterThan(5);
    });

    it.each(
      vectors.map((vector, i) => [i, vector.source, vector] as const),
    )('%i: %s', (_i, _source, { raw, expect: want }) => {
      const payload = raw.replace(/^(GET \/\?|POST \/ )/, '');
      const { fixes, refused, ignoredFields } = decodeOsmAnd(Buffer.from(payload), {
        timeZone: undefined,
        receivedAtMs,
      });
      expect([refused, ignoredFields]).toEqual([[], []]);
      const fix = fixes[0];
      if (fix === undefined) throw new Error('no fix');
      expect([fix.lat, fix.lon]).toEqual([want.lat, want.lon]);
      // some sources state whole seconds of a time that has more
      const isWhole = want.time?.includes('.') === false;
      const fixedAtMs = isWhole ? Math.floor(fix.fixedAtMs / 1000) * 1000 : fix.fixedAtMs;
      expect(fixedAtMs).toBe(want.time === undefined ? receivedAtMs : Date.parse(want.time));
      if (want.speed_kmh === undefined) expect(fix.speedMps).toBeUndefined();
      else expect(fix.speedMps).toBeCloseTo(want.speed_kmh / 3.6, 9);
      expect(fix.courseDeg).toBe(want.course);
      expect(fix.altitudeM).toBe(want.altitude_m);
      expect(fix.accuracyM).toBe(want.accuracy_m);
      expect(fix.batteryPct).toBe(want.battery_pct);
      expect(fix.attributes?.['isMoving']).toBe(want.motion);
      expect(fix.attributes?.['event']).toBe(want.event);
    });
  },
);
