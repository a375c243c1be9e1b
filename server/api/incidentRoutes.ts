import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { isInScope, scopeOf } from '../domain/access.ts';
import { commandIn } from '../domain/commandIn.ts';
import {
  commands,
  type Incident,
  type IncidentAction,
  type IncidentOrder,
  type IncidentRefusal,
  type IncidentResult,
} from '../domain/incident.ts';
import {
  decisionSchema,
  incidentActionSchema,
  incidentDetails,
  incidentDetailsSchema,
  incidentEventDetails,
  incidentListSchema,
  incidentLogSchema,
  openIncidentSchema,
} from '../domain/incidentDetails.ts';
import { maxIncidentTextLength, maxPhotoBytes, uuidPattern } from '../domain/incidentFields.ts';
import { includesRegion } from '../domain/region.ts';
import { addPhoto, findPhoto, removePhoto } from '../storage/incidentPhotos.ts';
import { findIncident, listIncidentEvents, listIncidents } from '../storage/incidentStore.ts';
import type { Roster } from '../tracking/roster.ts';
import { within } from './alarmLoadRoute.ts';
import { anyRegionSchema, demand, operationIdSchema, searchSchema } from './placeParts.ts';
import { type ProblemCode, ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { type AlarmLookup, alarmToHandle } from './seenAlarm.ts';
import { seenUnit } from './seenPlaces.ts';
import { readTime } from './timeQuery.ts';

export type IncidentParts = AlarmLookup & {
  readonly pool: Pool;
  readonly roster: Roster;
  /** Incidents as they stand after the newest record. */
  readonly incidents: {
    /** One that is open, or was closed lately. */
    readonly find: (id: string) => Incident | undefined;
    readonly open: () => Iterable<Incident>;
  };
  /** The id that the incident of an order gets. */
  readonly incidentIdOf: (orderId: string) => string;
  /** Has an order carried out at its place in the order of events; undefined: nothing came back. */
  readonly orderIncident: (order: IncidentOrder) => Promise<IncidentResult | undefined>;
};

const uuidSchema = Type.String({ pattern: uuidPattern });
const params = Type.Object({ id: uuidSchema });
const closed = { additionalProperties: false };
/** Made by whoever asks, so that the same asked twice is done once. */
const orderId = Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' }));
/** What the person has seen: with another the answer is `incident_changed`. */
const version = Type.Optional(Type.Integer({ minimum: 1 }));
const defaultPage = 100;
const photoTypes = ['image/jpeg', 'image/png', 'image/webp'];

const querystring = Type.Object({
  /** `open`, as it is left out: from memory, also while the database is away. */
  state: Type.Optional(Type.Enum(['open', 'closed', 'all'])),
  region: Type.Optional(anyRegionSchema),
  operation: Type.Optional(operationIdSchema),
  /** In the title. */
  search: Type.Optional(searchSchema),
  /** When they were opened: ISO 8601 with a zone. */
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,14}_[0-9a-f-]{36}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
});
const { kind: _open, ...openFields } = openIncidentSchema.properties;
const resultSchema = Type.Object({
  incident: incidentDetailsSchema,
  /** False: it was so already. */
  isDone: Type.Boolean(),
});

const problemOf: Readonly<Record<IncidentRefusal, ProblemCode>> = {
  not_found: 'incident_not_found',
  changed: 'incident_changed',
  not_now: 'incident_not_now',
  no_authority: 'no_authority',
  bad: 'bad_request',
  too_many: 'too_many',
};

/** `/incidents`: a place, its level, who decided what, and what happened there. */
export function incidentRoutes(parts: IncidentParts): FastifyPluginCallbackTypebox {
  const { pool, roster, incidents, incidentIdOf, orderIncident } = parts;

  /** An incident that the caller sees; of those of others not even their existence is told. */
  const findSeen = async (request: FastifyRequest, id: string): Promise<Incident> => {
    const incident = incidents.find(id) ?? (await findIncident(pool, id));
    const scope = scopeOf(accessOf(request).grants, 'alarms.view');
    if (incident !== undefined && isInScope(scope, [incident.region])) return incident;
    throw new ProblemError('incident_not_found', id);
  };

  const carryOut = async (
    request: FastifyRequest,
    region: string,
    order: Pick<IncidentOrder, 'orderId' | 'incidentId' | 'seenVersion' | 'action'>,
  ) => {
    const { grants, actor } = accessOf(request);
    const result = await orderIncident({
      ...order,
      actor,
      authority: commandIn(grants, region),
    });
    if (result === undefined) throw new ProblemError('not_stored');
    if (result.ok) return { incident: incidentDetails(result.incident), isDone: result.isDone };
    const { incident } = result;
    const members = incident === undefined ? {} : { incident: incidentDetails(incident) };
    throw new ProblemError(problemOf[result.reason], result.detail, members);
  };

  /**
   * What joins an incident is shown to all who see that: only what its leader may handle, or sees.
   *
   * @throws ProblemError for an alarm or a unit of others
   */
  const checkJoined = async (request: FastifyRequest, action: IncidentAction): Promise<void> => {
    if (action.kind === 'add_unit') seenUnit(roster, request, action.unitId);
    if (action.kind !== 'open' && action.kind !== 'link_alarm') return;
    if (action.alarmId === undefined) return;
    await alarmToHandle(parts, request, action.alarmId, 'alarms.handle');
  };

  /** Writes into an incident that the caller leads. */
  const write = async (
    request: FastifyRequest,
    incidentId: string,
    body: { readonly orderId?: string; readonly version?: number },
    action: Exclude<IncidentAction, { kind: 'open' }>,
  ) => {
    const { region } = await findSeen(request, incidentId);
    demand(request, action.kind === 'decide' ? 'incidents.command' : 'incidents.manage', region);
    await checkJoined(request, action);
    const order = { orderId: body.orderId ?? randomUUID(), seenVersion: body.version };
    return carryOut(request, region, { ...order, incidentId, action });
  };

  return (app, _options, done) => {
    app.addContentTypeParser(photoTypes, { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );

    app.get(
      '/incidents',
      {
        config: { access: 'alarms.view' },
        schema: { querystring, response: { 200: incidentListSchema } },
      },
      async (request) => {
        const { state = 'open', region, operation, search, from, to } = request.query;
        const { cursor, limit = defaultPage } = request.query;
        const scope = scopeOf(accessOf(request).grants, 'alarms.view');
        if (state === 'open' && (from ?? to ?? search ?? cursor) === undefined) {
          const open = [...incidents.open()].filter(
            (each) =>
              isInScope(scope, [each.region]) &&
              (region === undefined || includesRegion(region, each.region)) &&
              (operation === undefined || each.operationId === operation),
          );
          return { incidents: open.toReversed().map(incidentDetails), nextCursor: null };
        }
        const found = await listIncidents(
          pool,
          {
            regions: within(scope, region),
            ...(state !== 'all' && { isOpen: state === 'open' }),
            ...{ operationId: operation, text: search },
            fromMs: from === undefined ? undefined : readTime('from', from),
            toMs: to === undefined ? undefined : readTime('to', to),
          },
          limit,
          cursor,
        );
        return {
          incidents: found.incidents.map(incidentDetails),
          nextCursor: found.nextCursor ?? null,
        };
      },
    );

    app.post(
      '/incidents',
      {
        config: { access: 'incidents.manage' },
        schema: {
          body: Type.Object({ orderId, ...openFields }, closed),
          response: { 201: resultSchema },
        },
      },
      async (request, reply) => {
        const { orderId: given = randomUUID(), ...fields } = request.body;
        demand(request, 'incidents.manage', fields.region);
        const { place, ...rest } = fields;
        const action = { kind: 'open', ...rest, place: [place[0], place[1]] } as const;
        await checkJoined(request, action);
        const incidentId = incidentIdOf(given);
        const opened = await carryOut(request, fields.region, {
          orderId: given,
          incidentId,
          action,
        });
        return reply.code(201).send(opened);
      },
    );

    app.get(
      '/incidents/:id',
      {
        config: { access: 'alarms.view' },
        schema: { params, response: { 200: incidentDetailsSchema } },
      },
      async (request) => incidentDetails(await findSeen(request, request.params.id)),
    );

    app.get(
      '/incidents/:id/log',
      {
        config: { access: 'alarms.view' },
        schema: {
          params,
          querystring: Type.Object({
            /** The version of the page before's last line. */
            cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
          }),
          response: { 200: incidentLogSchema },
        },
      },
      async (request) => {
        const { cursor, limit = defaultPage } = request.query;
        const { id } = await findSeen(request, request.params.id);
        const before = cursor === undefined ? undefined : Number(cursor);
        const events = await listIncidentEvents(pool, id, before, limit);
        const last = events.length < limit ? undefined : events.at(-1);
        return {
          events: events.map(incidentEventDetails),
          nextCursor: last === undefined ? null : `${last.version}`,
        };
      },
    );

    app.post(
      '/incidents/:id/log',
      {
        config: { access: 'incidents.manage' },
        schema: {
          params,
          body: Type.Object({ orderId, version, action: incidentActionSchema }, closed),
          response: { 200: resultSchema },
        },
      },
      async (request) => {
        const { action } = request.body;
        if (action.kind === 'decide') {
          throw new ProblemError('bad_request', 'decisions go to /incidents/{id}/level');
        }
        if (action.kind === 'photo') {
          throw new ProblemError('bad_request', 'photos themselves go to /incidents/{id}/photos');
        }
        return write(request, request.params.id, request.body, action);
      },
    );

    app.post(
      '/incidents/:id/level',
      {
        config: { access: 'incidents.command' },
        schema: {
          params,
          body: Type.Object(
            {
              ...{ orderId, version },
              decision: decisionSchema,
              reason: Type.String({ minLength: 1, maxLength: maxIncidentTextLength }),
              /** As whom; left out: as the highest that the person is there. */
              command: Type.Optional(Type.Enum([...commands])),
            },
            closed,
          ),
          response: { 200: resultSchema },
        },
      },
      async (request) => {
        const { decision, reason, command } = request.body;
        const { region } = await findSeen(request, request.params.id);
        const own = commandIn(accessOf(request).grants, region);
        if (own === undefined) throw new ProblemError('no_authority', region);
        const action = { kind: 'decide', decision, reason, command: command ?? own } as const;
        return write(request, request.params.id, request.body, action);
      },
    );

    app.post(
      '/incidents/:id/photos',
      {
        config: { access: 'incidents.manage' },
        bodyLimit: maxPhotoBytes,
        schema: {
          params,
          querystring: Type.Object({
            text: Type.Optional(Type.String({ maxLength: maxIncidentTextLength })),
          }),
          response: { 201: resultSchema },
        },
      },
      async (request, reply) => {
        const { id: incidentId } = request.params;
        const { region } = await findSeen(request, incidentId);
        demand(request, 'incidents.manage', region);
        const { body } = request;
        const mediaType = body instanceof Buffer ? mediaTypeOf(body) : undefined;
        if (!(body instanceof Buffer) || mediaType === undefined) {
          throw new ProblemError('bad_request', `a photo is one of ${photoTypes.join(', ')}`);
        }
        const photoId = randomUUID();
        const { actor } = accessOf(request);
        const added = await addPhoto(pool, {
          ...{ id: photoId, incidentId, mediaType, bytes: body, addedBy: actor },
        });
        if (!added.ok) throw new ProblemError(added.reason, added.detail);
        const { text = '' } = request.query;
        const action = { kind: 'photo', photoId, sha256: added.value, text } as const;
        try {
          return await reply.code(201).send(await write(request, incidentId, {}, action));
        } catch (error) {
          // an order that may still be carried out will tell of it
          const isRefused = error instanceof ProblemError && error.code !== 'not_stored';
          if (isRefused) await removePhoto(pool, photoId);
          throw error;
        }
      },
    );

    app.get(
      '/incidents/:id/photos/:photoId',
      {
        config: { access: 'alarms.view' },
        schema: { params: Type.Object({ id: uuidSchema, photoId: uuidSchema }) },
      },
      async (request, reply) => {
        const { id, photoId } = request.params;
        await findSeen(request, id);
        const photo = await findPhoto(pool, id, photoId);
        if (photo === undefined) throw new ProblemError('photo_not_found', photoId);
        return reply
          .type(photo.mediaType)
          .header('cache-control', 'private, max-age=31536000, immutable')
          .header('x-content-type-options', 'nosniff')
          .send(Buffer.from(photo.bytes));
      },
    );
    done();
  };
}

/** By its first bytes: what a browser is told to show is never what an uploader says it is. */
function mediaTypeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (bytes.subarray(0, 8).equals(Buffer.from(png))) return 'image/png';
  const isRiff = bytes.toString('latin1', 0, 4) === 'RIFF';
  return isRiff && bytes.toString('latin1', 8, 12) === 'WEBP' ? 'image/webp' : undefined;
}
