import { Readable } from 'node:stream';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { dayMs } from '../domain/durations.ts';
import { type TrackDetails, trackSchema } from '../domain/trackDetails.ts';
import type { RosterEntry } from '../domain/unit.ts';
import { unknownSmallint } from '../storage/queries/packedColumns.ts';
import type { TimeWindow } from '../storage/queries/timeWindow.ts';
import { type UnitTrack, unitTrack } from '../storage/queries/unitTrack.ts';
import { admitToPast, type PastParts } from './admitToPast.ts';
import { ProblemError } from './problem.ts';
import { readTime } from './timeQuery.ts';

/** Longest window of one answer. */
const maxWindowMs = 31 * dayMs;
/** Fixes that a screen shows unless it asks for more. */
const defaultPoints = 5_000;

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const window = {
  /** ISO 8601, with a zone. */
  from: Type.String({ maxLength: 40 }),
  to: Type.String({ maxLength: 40 }),
  /** Goes into the log. */
  reason: Type.Optional(Type.String({ maxLength: 500 })),
};
const viewQuery = Type.Object({
  ...window,
  maxPoints: Type.Optional(Type.Integer({ minimum: 2, maximum: 100_000 })),
});
const exportQuery = Type.Object(window);

/**
 * `GET /units/{id}/track` and `GET /units/{id}/track.geojson`: where a unit was. Where people were
 * is about them, so a reason is needed, and the log has it before the answer goes out.
 */
export function trackRoutes(parts: PastParts): FastifyPluginCallbackTypebox {
  const { pool } = parts;

  const admit = (
    request: FastifyRequest,
    unitId: string,
    { from, to, reason }: Static<typeof exportQuery>,
    permission: 'tracks.view' | 'tracks.export',
  ) =>
    admitToPast(parts, request, {
      ...{ unitId, reason, permission, data: { from, to } },
      window: readWindow({ from, to }),
      action: permission === 'tracks.view' ? 'track.viewed' : 'track.exported',
    });

  /** One track a stretch; up to the first that has more fixes than one answer holds. */
  async function readTracks(
    unitKey: number,
    windows: readonly TimeWindow[],
    maxPoints: number | undefined,
  ): Promise<readonly UnitTrack[]> {
    const tracks: UnitTrack[] = [];
    for (const part of windows) {
      const query = { unitKey, ...part, ...(maxPoints !== undefined && { maxPoints }) };
      const track = await unitTrack(pool, query);
      tracks.push(track);
      if (track.wholeUntilMs < part.toMs) break;
    }
    return tracks;
  }

  return (app, _options, done) => {
    app.get(
      '/units/:id/track',
      {
        config: { access: 'tracks.view', rate: 'history' },
        schema: { params, querystring: viewQuery, response: { 200: trackSchema } },
      },
      async (request) => {
        const { unit, windows } = await admit(
          request,
          request.params.id,
          request.query,
          'tracks.view',
        );
        const maxPoints = request.query.maxPoints ?? defaultPoints;
        return columnsOf(unit.id, await readTracks(unit.key, windows, maxPoints));
      },
    );

    app.get(
      '/units/:id/track.geojson',
      {
        config: { access: 'tracks.export', rate: 'export' },
        schema: { params, querystring: exportQuery },
      },
      async (request, reply) => {
        const { unit, windows } = await admit(
          request,
          request.params.id,
          request.query,
          'tracks.export',
        );
        const tracks = await readTracks(unit.key, windows, undefined);
        return reply
          .type('application/geo+json')
          .header('content-disposition', `attachment; filename="${unit.id}.geojson"`)
          .send(Readable.from(writeGeoJson(unit, columnsOf(unit.id, tracks))));
      },
    );
    done();
  };
}

function readWindow({ from, to }: Static<typeof exportQuery>): TimeWindow {
  const [fromMs, toMs] = [readTime('from', from), readTime('to', to)];
  if (toMs <= fromMs) throw new ProblemError('bad_request', '"to" must be after "from"');
  if (toMs - fromMs > maxWindowMs) {
    throw new ProblemError('bad_request', `at most ${maxWindowMs / dayMs} days at once`);
  }
  return { fromMs, toMs };
}

function columnsOf(unitId: string, tracks: readonly UnitTrack[]): TrackDetails {
  const all = <Value>(column: (track: UnitTrack, row: number) => Value): Value[] =>
    tracks.flatMap((track) =>
      Array.from({ length: track.positions.count }, (_, row) => column(track, row)),
    );
  const known = (value: number | undefined, unit: number): number | null =>
    value === undefined || value === unknownSmallint ? null : value / unit;
  return {
    unitId,
    fixedAtMs: all(({ positions }, row) => positions.fixedAtMs[row] ?? 0),
    receivedAtMs: all(
      ({ positions }, row) =>
        (positions.fixedAtMs[row] ?? 0) + (positions.receiveDelayMs[row] ?? 0),
    ),
    lon: all(({ positions }, row) => (positions.lonMicrodeg[row] ?? 0) / 1e6),
    lat: all(({ positions }, row) => (positions.latMicrodeg[row] ?? 0) / 1e6),
    speedMps: all(({ positions }, row) => known(positions.speedCmps[row], 100)),
    courseDeg: all(({ positions }, row) => known(positions.courseDecideg[row], 10)),
    accuracyM: all(({ positions }, row) => known(positions.accuracyDm[row], 10)),
    isAfterGap: all(({ isAfterGap }, row) => isAfterGap[row] === 1),
    fixCount: tracks.reduce((sum, { fixCount }) => sum + fixCount, 0),
    wholeUntilMs: tracks.at(-1)?.wholeUntilMs ?? 0,
  };
}

/** Fixes that are written at once: some milliseconds, between which everything else goes on. */
const sliceLength = 1_000;

/** RFC 7946: a point for each fix, since a line would lose the times. In slices. */
function* writeGeoJson(
  { id, callsign, kind, agency }: RosterEntry,
  track: TrackDetails,
): Generator<string> {
  yield '{"type":"FeatureCollection","features":[';
  for (let from = 0; from < track.fixedAtMs.length; from += sliceLength) {
    const features = track.fixedAtMs.slice(from, from + sliceLength).map((fixedAtMs, i) => {
      const row = from + i;
      return JSON.stringify({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [track.lon[row], track.lat[row]] },
        properties: {
          unitId: id,
          callsign,
          kind,
          agency,
          fixedAt: new Date(fixedAtMs).toISOString(),
          receivedAt: new Date(track.receivedAtMs[row] ?? fixedAtMs).toISOString(),
          speedMps: track.speedMps[row],
          courseDeg: track.courseDeg[row],
          accuracyM: track.accuracyM[row],
        },
      });
    });
    yield `${from === 0 ? '' : ','}${features.join(',')}`;
  }
  yield ']}';
}
