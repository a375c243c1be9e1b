import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { type Scope, scopeOf } from '../domain/access.ts';
import {
  type Alarm,
  type AlarmAction,
  type AlarmOrder,
  type AlarmResult,
  type Assignee,
  alarmStates,
  type OrderRefusal,
} from '../domain/alarm.ts';
import {
  alarmActionSchemas,
  alarmDetails,
  alarmDetailsSchema,
  alarmEventSchema,
} from '../domain/alarmDetails.ts';
import type { Permission } from '../domain/permission.ts';
import { priorities } from '../domain/rule.ts';
import { listAlarms, readAlarmEvents } from '../storage/alarmStore.ts';
import { isDatabaseAway } from '../storage/isDatabaseAway.ts';
import type { Roster } from '../tracking/roster.ts';
import { openPage } from './openAlarms.ts';
import { anyRegionSchema, operationIdSchema, searchSchema, siteParams } from './placeParts.ts';
import { type ProblemCode, ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { alarmToHandle, seenAlarm } from './seenAlarm.ts';
import { findSeenUnit } from './seenPlaces.ts';
import { readTime } from './timeQuery.ts';

export type AlarmParts = {
  readonly pool: Pool;
  readonly roster: Roster;
  /** Alarms as they stand after the newest record. */
  readonly alarms: {
    /** One that is open, or was closed lately. */
    readonly find: (id: string) => Alarm | undefined;
    readonly open: () => Iterable<Alarm>;
  };
  /** Has an order carried out at its place in the order of events; undefined: nothing came back. */
  readonly orderAlarm: (order: AlarmOrder) => Promise<AlarmResult | undefined>;
  /** Whether there is such a person; true while nobody can say: alarms are handled without a database. */
  readonly hasUser: (name: string) => Promise<boolean>;
  readonly nowMs: () => number;
};

const uuidSchema = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});
export const alarmParams = Type.Object({ id: uuidSchema });
const defaultPage = 100;

const querystring = Type.Object({
  /**
   * `open`, as it is left out: all that are not closed, from memory, also while the database is away;
   * `all` and `closed` from the database.
   */
  state: Type.Optional(Type.Enum([...alarmStates, 'open', 'all'])),
  priority: Type.Optional(Type.Enum([...priorities])),
  rule: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' })),
  unit: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
  site: Type.Optional(siteParams.properties.id),
  incident: Type.Optional(uuidSchema),
  operation: Type.Optional(operationIdSchema),
  region: Type.Optional(anyRegionSchema),
  /** Not closed, and raised more than a day ago. */
  stale: Type.Optional(Type.Boolean()),
  search: Type.Optional(searchSchema),
  /** When they were raised: ISO 8601 with a zone. */
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,14}_[0-9a-f-]{36}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
});

const listSchema = Type.Object({
  alarms: Type.Array(alarmDetailsSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
const resultSchema = Type.Object({
  alarm: alarmDetailsSchema,
  /** False: it was so already; the alarm says by whom. */
  isDone: Type.Boolean(),
});
type Body = { readonly orderId?: string; readonly version?: number };

const problemOf: Readonly<Record<OrderRefusal, ProblemCode>> = {
  not_found: 'alarm_not_found',
  changed: 'alarm_changed',
  not_now: 'alarm_not_now',
  bad: 'bad_request',
};

/** `/alarms`: what is wrong, what was, and what people do about it. */
export function alarmRoutes(parts: AlarmParts): FastifyPluginCallbackTypebox {
  const { pool, roster, alarms, orderAlarm, hasUser, nowMs } = parts;

  const scopeOfRequest = (request: FastifyRequest): Scope =>
    scopeOf(accessOf(request).grants, 'alarms.view');

  /** What happened to an alarm; undefined: the database, which alone has it, is away. */
  const eventsOf = (id: string) =>
    readAlarmEvents(pool, id).catch((error: unknown) => {
      if (isDatabaseAway(error)) return undefined;
      throw error;
    });

  const carryOut = async (
    request: FastifyRequest,
    alarmId: string,
    { orderId = randomUUID(), version }: Body,
    action: AlarmAction,
    permission: Permission = 'alarms.handle',
  ) => {
    await alarmToHandle(parts, request, alarmId, permission);
    const { actor } = accessOf(request);
    const result = await orderAlarm({ orderId, alarmId, seenVersion: version, actor, action });
    if (result === undefined) throw new ProblemError('not_stored');
    if (result.ok) return { alarm: alarmDetails(result.alarm), isDone: result.isDone };
    const { alarm } = result;
    const members = alarm === undefined ? {} : { alarm: alarmDetails(alarm) };
    throw new ProblemError(problemOf[result.reason], result.detail, members);
  };

  /** @throws ProblemError where there is nobody to give it to */
  const mustKnow = async (request: FastifyRequest, to: Assignee | null): Promise<void> => {
    if (to === null) return;
    if (to.kind === 'unit') {
      if (findSeenUnit(roster, request, to.unitId) !== undefined) return;
      throw new ProblemError('unit_not_found', to.unitId);
    }
    if (await hasUser(to.name)) return;
    throw new ProblemError('bad_request', `there is nobody with the user name ${to.name}`);
  };

  return (app, _options, done) => {
    app.get(
      '/alarms',
      {
        config: { access: 'alarms.view' },
        schema: { querystring, response: { 200: listSchema } },
      },
      async (request) => {
        const { query } = request;
        const { state = 'open', cursor, limit = defaultPage } = query;
        const scope = scopeOfRequest(request);
        const filter = {
          ...{ priority: query.priority, ruleId: query.rule, unitId: query.unit },
          ...{ siteId: query.site, incidentId: query.incident, operationId: query.operation },
          ...{ region: query.region, search: query.search, isStale: query.stale },
          fromMs: query.from === undefined ? undefined : readTime('from', query.from),
          toMs: query.to === undefined ? undefined : readTime('to', query.to),
        };
        const page =
          state === 'all' || state === 'closed'
            ? await listAlarms(
                pool,
                { ...filter, state, regions: scope.includes('*') ? undefined : scope },
                { cursor, limit, nowMs: nowMs() },
              )
            : openPage(
                alarms.open(),
                scope,
                { ...filter, state: state === 'open' ? undefined : state },
                { cursor, limit, nowMs: nowMs() },
              );
        return { alarms: page.alarms.map(alarmDetails), nextCursor: page.nextCursor ?? null };
      },
    );

    app.get(
      '/alarms/:id',
      {
        config: { access: 'alarms.view' },
        schema: {
          params: alarmParams,
          response: {
            200: Type.Object({
              alarm: alarmDetailsSchema,
              /** Oldest first: what the database has of it. */
              events: Type.Array(alarmEventSchema),
              /** True: there are none here, since the database is away. */
              eventsAway: Type.Boolean(),
            }),
          },
        },
      },
      async (request) => {
        const alarm = await seenAlarm(parts, request, request.params.id);
        const events = await eventsOf(alarm.id);
        return {
          alarm: alarmDetails(alarm),
          eventsAway: events === undefined,
          events: (events ?? []).map(({ id, version, kind, atMs, actor, state, data }) => ({
            ...{ id, version, kind, atMs, actor, state },
            data: { ...data },
          })),
        };
      },
    );

    const answers = { params: alarmParams, response: { 200: resultSchema } };
    const handled = { access: 'alarms.handle' } as const;
    const serviced = { access: 'alarms.service' } as const;
    const bodies = alarmActionSchemas;

    app.post(
      '/alarms/:id/acknowledge',
      { config: handled, schema: { ...answers, body: bodies.acknowledge } },
      (request) => carryOut(request, request.params.id, request.body, { kind: 'acknowledge' }),
    );
    app.post(
      '/alarms/:id/shelve',
      { config: handled, schema: { ...answers, body: bodies.shelve } },
      (request) => {
        const { reason, untilMs } = request.body;
        const action = { kind: 'shelve', reason, untilMs } as const;
        return carryOut(request, request.params.id, request.body, action);
      },
    );
    app.post(
      '/alarms/:id/unshelve',
      { config: handled, schema: { ...answers, body: bodies.unshelve } },
      (request) => carryOut(request, request.params.id, request.body, { kind: 'unshelve' }),
    );
    app.post(
      '/alarms/:id/assign',
      { config: handled, schema: { ...answers, body: bodies.assign } },
      async (request) => {
        const { to } = request.body;
        await mustKnow(request, to);
        return carryOut(request, request.params.id, request.body, { kind: 'assign', to });
      },
    );
    app.post(
      '/alarms/:id/comment',
      { config: handled, schema: { ...answers, body: bodies.comment } },
      (request) => {
        const action = { kind: 'comment', text: request.body.text } as const;
        return carryOut(request, request.params.id, request.body, action);
      },
    );
    app.post(
      '/alarms/:id/step',
      { config: handled, schema: { ...answers, body: bodies.step } },
      (request) => {
        const { step, isDone } = request.body;
        const action = { kind: 'answer_step', step, isDone } as const;
        return carryOut(request, request.params.id, request.body, action);
      },
    );
    app.post(
      '/alarms/:id/close',
      { config: handled, schema: { ...answers, body: bodies.close } },
      (request) => {
        const { outcome, text } = request.body;
        const action = { kind: 'close', outcome, text } as const;
        return carryOut(request, request.params.id, request.body, action);
      },
    );
    app.post(
      '/alarms/:id/out-of-service',
      { config: serviced, schema: { ...answers, body: bodies['out-of-service'] } },
      (request) => {
        const action = { kind: 'put_out_of_service', reason: request.body.reason } as const;
        const { params, body } = request;
        return carryOut(request, params.id, body, action, 'alarms.service');
      },
    );
    app.post(
      '/alarms/:id/in-service',
      { config: serviced, schema: { ...answers, body: bodies['in-service'] } },
      (request) => {
        const { params, body } = request;
        const action = { kind: 'return_to_service' } as const;
        return carryOut(request, params.id, body, action, 'alarms.service');
      },
    );
    done();
  };
}
