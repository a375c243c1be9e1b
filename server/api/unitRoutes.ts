import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isInScope, type Scope, scopeOf } from '../domain/access.ts';
import type { RosterEntry } from '../domain/unit.ts';
import {
  type UnitCondition,
  type UnitDetails,
  unitDetailsSchema,
  unitListSchema,
} from '../domain/unitDetails.ts';
import { drivingTrack } from '../tracking/drivingTrack.ts';
import type { Roster } from '../tracking/roster.ts';
import type { Tracks } from '../tracking/tracks.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

const defaultPage = 500;
const maxPage = 5_000;

/** `GET /units` and `GET /units/{id}`: who is registered and where each is, of the caller's scope. */
export function unitRoutes(
  roster: Roster,
  tracks: Tracks,
  stateOf: (unitKey: number) => UnitCondition,
): FastifyPluginCallbackTypebox {
  const detailsOf = (entry: RosterEntry, showsPeople: Scope): UnitDetails => {
    const { trackerId, ...unit } = entry;
    const bearer = isInScope(showsPeople, roster.regionsOf(entry))
      ? roster.bearerOf(entry.key)
      : undefined;
    const track = drivingTrack(roster.trackersOf(entry.key), entry.kind, (key) => tracks.get(key));
    const position =
      track?.newest === undefined || track.newestReceivedAtMs === undefined
        ? null
        : { ...track.newest, receivedAtMs: track.newestReceivedAtMs };
    return {
      unit: { ...unit, ...(bearer !== undefined && { bearer }) },
      trackerId,
      position,
      ...stateOf(entry.key),
    };
  };

  const canSee = (request: FastifyRequest): ((entry: RosterEntry) => boolean) => {
    const scope = scopeOf(accessOf(request).grants, 'units.view');
    return (entry) => isInScope(scope, roster.regionsOf(entry));
  };

  const peopleOf = (request: FastifyRequest): Scope =>
    scopeOf(accessOf(request).grants, 'people.view');

  return (app, _options, done) => {
    app.get(
      '/units',
      {
        config: { access: 'units.view' },
        schema: {
          querystring: Type.Object({
            cursor: Type.Optional(Type.Integer({ minimum: 0 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
          }),
          response: { 200: unitListSchema },
        },
      },
      (request) => {
        // a cursor is the key of the page before's last unit: keys are never used again
        const { cursor = 0, limit = defaultPage } = request.query;
        const isSeen = canSee(request);
        const rest = roster.entries.filter((entry) => entry.key > cursor && isSeen(entry));
        const page = rest.slice(0, limit);
        const last = page.at(-1);
        return {
          units: page.map((entry) => detailsOf(entry, peopleOf(request))),
          nextCursor: rest.length > limit && last !== undefined ? String(last.key) : null,
        };
      },
    );

    app.get(
      '/units/:id',
      {
        config: { access: 'units.view' },
        schema: {
          params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
          response: { 200: unitDetailsSchema },
        },
      },
      (request) => {
        const entry = roster.unitById(request.params.id);
        // of a unit of others not even its existence is told
        if (entry === undefined || !canSee(request)(entry))
          throw new ProblemError('unit_not_found', request.params.id);
        return detailsOf(entry, peopleOf(request));
      },
    );
    done();
  };
}
