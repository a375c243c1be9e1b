import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { deedOnTracker, deedsOnAssignment, deedsOnTrackerChange } from '../accounts/deeds.ts';
import { makeTrackerSecret } from '../accounts/trackerSecrets.ts';
import { type Access, isInScope, mayIn, scopeOf } from '../domain/access.ts';
import {
  type TrackerDetails,
  type TrackerSecretDetails,
  trackerDetailsSchema,
  trackerListSchema,
  trackerSecretSchema,
} from '../domain/doorDetails.ts';
import { trackerRoles } from '../domain/unit.ts';
import { assignTracker } from '../storage/assignTracker.ts';
import {
  addTracker,
  changeTracker,
  findTracker,
  listTrackers,
  setTrackerSecret,
  type TrackerWithUnit,
} from '../storage/trackerStore.ts';
import { type PhoneReachOf, phoneOf } from './phoneOf.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { idParams, regionSchema, trackerFields } from './trackerSchemas.ts';

export type TrackerParts = { readonly pool: Pool; readonly phoneReach: PhoneReachOf };

const defaultPage = 500;
const maxPage = 5_000;
/** The last moment of the year 9999: what PostgreSQL and ISO 8601 write with four digits. */
const maxTimeMs = 253_402_300_799_999;
const config = { access: 'trackers.manage' } as const;
/** What changes the unit that carries a tracker too. */
const unitFields = new Set(['region', 'callsign', 'kind', 'agency', 'strength', 'bearer']);

/** `/trackers`: who may speak at the door, of the regions in which one may manage that. */
export function trackerRoutes({ pool, phoneReach }: TrackerParts): FastifyPluginCallbackTypebox {
  const find = async (request: FastifyRequest, id: string): Promise<TrackerWithUnit> => {
    const found = await findTracker(pool, id);
    if (found !== undefined && isManaged(accessOf(request), found)) return found;
    throw notFound(id);
  };

  return (app, _options, done) => {
    app.get(
      '/trackers',
      {
        config,
        schema: {
          querystring: Type.Object({
            /** The id of the page before's last tracker. */
            cursor: Type.Optional(Type.String({ maxLength: 64 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
          }),
          response: { 200: trackerListSchema },
        },
      },
      async (request) => {
        const { cursor = '', limit = defaultPage } = request.query;
        const managed = (await listTrackers(pool))
          .filter((each) => isManaged(accessOf(request), each))
          .toSorted((a, b) => (a.tracker.id < b.tracker.id ? -1 : 1))
          .filter(({ tracker }) => tracker.id > cursor);
        const page = managed.slice(0, limit);
        const last = page.at(-1);
        return {
          trackers: page.map(shownTracker),
          nextCursor: managed.length > limit && last !== undefined ? last.tracker.id : null,
        };
      },
    );

    app.post(
      '/trackers',
      {
        config,
        schema: {
          body: Type.Object(
            {
              id: Type.String({ maxLength: 64 }),
              region: regionSchema,
              ...trackerFields,
              bearer: Type.Optional(Type.String({ maxLength: 64 })),
              timeZone: Type.Optional(Type.String({ maxLength: 64 })),
              /** False: it has none and can only speak by its id, where that is allowed. */
              makesSecret: Type.Optional(Type.Boolean()),
            },
            { additionalProperties: false },
          ),
          response: { 201: trackerSecretSchema },
        },
      },
      async (request, reply) => {
        const access = accessOf(request);
        const { id, region, callsign, kind, agency, makesSecret, ...more } = request.body;
        if (!mayIn(access.grants, 'trackers.manage', region)) throw new ProblemError('forbidden');
        const made = makesSecret === false ? undefined : await makeTrackerSecret();
        const added = await addTracker(
          pool,
          {
            ...more,
            id,
            region,
            callsign: callsign ?? id.slice(0, 32),
            kind: kind ?? 'handheld',
            agency: agency ?? 'polri',
            secretHash: made?.hash,
          },
          deedOnTracker(access.actor, 'tracker.added', { id, region }),
        );
        if (!added.ok) {
          const code = added.reason === 'id_taken' ? 'id_taken' : 'bad_request';
          throw new ProblemError(code, added.detail);
        }
        return reply.code(201).send(withSecret(request, added.value, made?.secret));
      },
    );

    app.get(
      '/trackers/:id',
      { config, schema: { params: idParams, response: { 200: trackerDetailsSchema } } },
      async (request) => shownTracker(await find(request, request.params.id)),
    );

    app.patch(
      '/trackers/:id',
      {
        config,
        schema: {
          params: idParams,
          body: Type.Object(
            {
              region: Type.Optional(regionSchema),
              ...trackerFields,
              bearer: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
              timeZone: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
            },
            { additionalProperties: false, minProperties: 1 },
          ),
          response: { 200: trackerDetailsSchema },
        },
      },
      async (request) => {
        const access = accessOf(request);
        const { id } = request.params;
        const { region, callsign, kind, agency, ...more } = request.body;
        const isOfUnit = Object.keys(request.body).some((name) => unitFields.has(name));
        const mayChange = (found: TrackerWithUnit): boolean =>
          // a unit of elsewhere may carry it
          !isOfUnit || mayIn(access.grants, 'trackers.manage', found.unit.region);
        if (!mayChange(await find(request, id))) throw new ProblemError('forbidden');
        if (region !== undefined && !mayIn(access.grants, 'trackers.manage', region)) {
          throw new ProblemError('forbidden');
        }
        const changed = await changeTracker(
          pool,
          id,
          { region, callsign, kind, agency, ...more },
          (found) => {
            if (!isManaged(access, found) || !mayChange(found)) return undefined;
            return deedsOnTrackerChange(access.actor, found.tracker, request.body);
          },
        );
        if (!changed.ok) throw refusal(id, changed);
        return shownTracker(await find(request, id));
      },
    );

    app.post(
      '/trackers/:id/assignment',
      {
        config,
        schema: {
          params: idParams,
          body: Type.Object(
            {
              unitId: Type.String({ maxLength: 64 }),
              role: Type.Optional(Type.Enum([...trackerRoles])),
              /** Since when, UTC epoch milliseconds; left out: now. */
              fromMs: Type.Optional(Type.Integer({ minimum: 0, maximum: maxTimeMs })),
            },
            { additionalProperties: false },
          ),
          response: { 200: trackerDetailsSchema },
        },
      },
      async (request) => {
        const { grants, actor } = accessOf(request);
        const { id } = request.params;
        const { unitId, role = 'primary', fromMs } = request.body;
        const assignment = { trackerId: id, unitId, role, fromMs };
        const isMine = (each: { readonly region: string } | undefined): boolean =>
          each !== undefined && mayIn(grants, 'trackers.manage', each.region);
        let problem = notFound(id);
        const assigned = await assignTracker(pool, assignment, (found) => {
          const { tracker, unit, carrier, primary } = found;
          if (!isMine(tracker)) return undefined;
          // one of others cannot be told from one that does not exist
          problem = new ProblemError('unit_not_found', unitId);
          if (!isMine(unit)) return undefined;
          problem = new ProblemError('forbidden');
          // it is taken from somebody as well as given to somebody
          const losing = [carrier, role === 'primary' ? primary : undefined];
          if (losing.some((each) => each !== undefined && !isMine(each))) return undefined;
          return deedsOnAssignment(actor, found, assignment);
        });
        if (!assigned.ok) {
          const isDated =
            assigned.reason === 'in_the_future' || assigned.reason === 'later_assignment';
          throw isDated ? new ProblemError('bad_request', assigned.detail) : problem;
        }
        const after = await findTracker(pool, id);
        if (after === undefined) throw notFound(id);
        return shownTracker(after);
      },
    );

    app.post(
      '/trackers/:id/secret',
      { config, schema: { params: idParams, response: { 200: trackerSecretSchema } } },
      async (request) => {
        const access = accessOf(request);
        const { id } = request.params;
        const found = await find(request, id);
        const { secret, hash } = await makeTrackerSecret();
        const set = await setTrackerSecret(pool, id, hash, ({ tracker, unit, ...rest }) =>
          isManaged(access, { tracker, unit, ...rest })
            ? [deedOnTracker(access.actor, 'tracker.secret_set', tracker)]
            : undefined,
        );
        if (!set.ok) throw refusal(id, set);
        return withSecret(request, { ...found, hasSecret: true }, secret);
      },
    );
    done();
  };

  function withSecret(
    request: FastifyRequest,
    tracker: TrackerWithUnit,
    secret: string | undefined,
  ): TrackerSecretDetails {
    return {
      tracker: shownTracker(tracker),
      secret: secret ?? null,
      phone: phoneOf(phoneReach, request, tracker.tracker.id, secret),
    };
  }
}

function isManaged({ grants }: Access, { tracker }: TrackerWithUnit): boolean {
  return isInScope(scopeOf(grants, 'trackers.manage'), [tracker.region]);
}

// of a tracker of others not even its existence is told
function notFound(id: string): ProblemError {
  return new ProblemError('tracker_not_found', id);
}

function refusal(
  id: string,
  { reason, detail }: { readonly reason: string; readonly detail: string },
): ProblemError {
  return reason === 'unknown_tracker' || reason === 'not_allowed'
    ? notFound(id)
    : new ProblemError('bad_request', detail);
}

/** A tracker without the keys, which nobody outside the database needs. */
export function shownTracker({ tracker, unit, hasSecret }: TrackerWithUnit): TrackerDetails {
  const { id, region, role, isWeak, networks, timeZone } = tracker;
  return {
    id,
    region,
    role,
    unit: {
      id: unit.id,
      callsign: unit.callsign,
      kind: unit.kind,
      agency: unit.agency,
      strength: unit.strength,
      region: unit.region,
    },
    hasSecret,
    isWeak,
    networks: [...networks],
    timeZone: timeZone ?? null,
  };
}
