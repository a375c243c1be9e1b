import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { isInScope, scopeOf } from '../domain/access.ts';
import type { Permission } from '../domain/permission.ts';
import type { PlaceEvent } from '../domain/placeEvent.ts';
import type { UnitFix } from '../domain/siteTransition.ts';
import {
  placeEventKinds,
  type TransitionDetails,
  transitionListSchema,
} from '../domain/transitionDetails.ts';
import { type KnownTransition, listTransitions } from '../storage/transitionStore.ts';
import { admitToPast, type PastParts } from './admitToPast.ts';
import { fenceParams, siteParams } from './placeParts.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { readTime } from './timeQuery.ts';

export type TransitionParts = PastParts & { readonly nowMs: () => number };

const defaultPage = 100;
const querystring = Type.Object({
  /** When it happened: ISO 8601 with a zone. */
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
  unit: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
  /** With `unit`: goes into the log. */
  reason: Type.Optional(Type.String({ maxLength: 500 })),
  fence: Type.Optional(fenceParams.properties.id),
  site: Type.Optional(siteParams.properties.id),
  kind: Type.Optional(Type.Enum([...placeEventKinds])),
  /** Time and number of the page before's last one; the time is one that the database has. */
  cursor: Type.Optional(Type.String({ pattern: '^-?[0-9]{1,14}([.][0-9]{1,6})?_[0-9]{1,16}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
});

/**
 * `GET /transitions`: what was found out at fences and sites, newest first. Of sites whoever sees them;
 * of units who may see where they were (`tracks.view`), and of one by itself only for a reason.
 */
export function transitionRoute(parts: TransitionParts): FastifyPluginCallbackTypebox {
  const { pool, roster, nowMs } = parts;

  const admit = async (
    request: FastifyRequest,
    { unit: unitId, reason, from, to }: Static<typeof querystring>,
    window: { readonly fromMs: number | undefined; readonly toMs: number | undefined },
  ): Promise<void> => {
    if (unitId === undefined) return;
    const { fromMs = 0, toMs = Math.max(fromMs, nowMs()) + 1 } = window;
    await admitToPast(parts, request, {
      ...{ unitId, reason, permission: 'tracks.view', window: { fromMs, toMs } },
      ...{ action: 'unit.transitions_viewed', data: { from: from ?? null, to: to ?? null } },
    });
  };

  return (app, _options, done) => {
    app.get(
      '/transitions',
      {
        config: { access: 'sites.view', rate: 'history' },
        schema: { querystring, response: { 200: transitionListSchema } },
      },
      async (request) => {
        const { unit, fence, site, kind, cursor, limit = defaultPage } = request.query;
        const window = readWindow(request.query);
        await admit(request, request.query, window);
        const found = await listTransitions(
          pool,
          {
            ...{ ...window, unitId: unit, fenceId: fence, siteId: site, kind },
            regions: regionsOf(request, 'sites.view'),
            unitRegions: regionsOf(request, 'tracks.view'),
          },
          limit,
          cursor,
        );
        // who counted at a site is where units were, too
        const seesUnits = scopeOf(accessOf(request).grants, 'tracks.view');
        const isSeen = (unitId: string): boolean => {
          const entry = roster.unitById(unitId);
          return entry !== undefined && isInScope(seesUnits, roster.regionsOf(entry));
        };
        return {
          transitions: found.transitions.map((each) => shown(each, isSeen)),
          nextCursor: found.nextCursor ?? null,
        };
      },
    );
    done();
  };
}

function readWindow({ from, to }: Static<typeof querystring>) {
  const fromMs = from === undefined ? undefined : readTime('from', from);
  const toMs = to === undefined ? undefined : readTime('to', to);
  if (fromMs === undefined || toMs === undefined || fromMs < toMs) return { fromMs, toMs };
  throw new ProblemError('bad_request', '"to" must be after "from"');
}

/** Where somebody may do something; undefined: everywhere. */
function regionsOf(request: FastifyRequest, permission: Permission): readonly string[] | undefined {
  const scope = scopeOf(accessOf(request).grants, permission);
  return scope.includes('*') ? undefined : scope;
}

/** A transition by ids in the place of keys, which nobody outside the database needs. */
function shown(
  { event, happenedAtMs, region, unitId, fenceId, siteId, unitIds }: KnownTransition,
  isSeen: (unitId: string) => boolean,
): TransitionDetails {
  const seen = new Map([...unitIds].filter(([, id]) => isSeen(id)));
  return {
    ...{ id: event.id, kind: event.kind, happenedAtMs, confirmedAtMs: event.confirmedAtMs },
    edge: 'edge' in event ? event.edge : null,
    isCorrection: 'isCorrection' in event && event.isCorrection,
    region: region ?? null,
    unitId: unitId ?? null,
    fenceId: fenceId ?? null,
    siteId: siteId ?? null,
    unitIds: [...seen.values()],
    ...evidenceOf(event, seen),
  };
}

function evidenceOf(
  event: PlaceEvent,
  unitIds: ReadonlyMap<number, string>,
): Pick<TransitionDetails, 'crossing' | 'shortage' | 'encounter'> {
  const nothing = { crossing: null, shortage: null, encounter: null };
  if ('fenceKey' in event) {
    const { fenceVersion, rule, probability, accuracyM, signedDistanceM, fixedAtMs } = event;
    const how = { fenceVersion, rule, probability, accuracyM, signedDistanceM };
    return { ...nothing, crossing: { ...how, fixedAtMs: [...fixedAtMs] } };
  }
  if ('evidence' in event) {
    const { agency = null, afterMs, evidence } = event;
    const { phase = null, windowMs, checkInIds, agencies } = evidence;
    const known = { agency, afterMs, phase, windowMs };
    const who = { checkInIds: [...checkInIds], agencies: [...agencies] };
    return { ...nothing, shortage: { ...known, ...who } };
  }
  const fixes = shownFixes(event.fixes, unitIds);
  if (event.kind === 'convergence') {
    const [lon, lat] = event.place;
    const none = { sense: null, distanceM: null, accuracyM: null, probability: null };
    return { ...nothing, encounter: { ...none, place: [lon, lat], limitM: event.radiusM, fixes } };
  }
  const { sense, limitM, distanceM, accuracyM, probability } = event;
  const how = { sense, limitM, distanceM, accuracyM, probability };
  return { ...nothing, encounter: { ...how, place: null, fixes } };
}

/** Those of units that the caller sees. */
function shownFixes(fixes: readonly UnitFix[], unitIds: ReadonlyMap<number, string>) {
  return fixes.flatMap(({ unitKey, fixedAtMs, lon, lat }) => {
    const unitId = unitIds.get(unitKey);
    const place: [number, number] = [lon, lat];
    return unitId === undefined ? [] : [{ unitId, fixedAtMs, place }];
  });
}
