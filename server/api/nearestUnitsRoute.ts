import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { nearestUnitsSchema } from '../domain/boardDetails.ts';
import type { LonLat } from '../domain/fence.ts';
import { agencies, unitKinds } from '../domain/unit.ts';
import {
  type Candidate,
  maxResponders,
  nearestResponders,
} from '../tracking/coverage/responders.ts';
import type { PlaceView } from '../tracking/placeView.ts';
import {
  isAtPlace,
  nearestFirst,
  type PlacedUnit,
  placedUnit,
  placedUnits,
  type UnitParts,
  whereaboutsOf,
} from './placedUnits.ts';
import { siteParams } from './placeParts.ts';
import { ProblemError } from './problem.ts';
import { namedUnit, seenSite, seenUnit, unitScope } from './seenPlaces.ts';

export type NearestUnitsParts = UnitParts & { readonly places: PlaceView };

const defaultCount = 10;
const kindSchema = Type.Enum([...unitKinds]);
const agencySchema = Type.Enum([...agencies]);
const querystring = Type.Object({
  /** What they are to be near to: a point, a site, or a unit, which is then not among them. */
  lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  site: Type.Optional(siteParams.properties.id),
  unit: Type.Optional(Type.String({ maxLength: 64 })),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: maxResponders })),
  /** Once or several times. */
  kind: Type.Optional(
    Type.Union([kindSchema, Type.Array(kindSchema, { maxItems: unitKinds.length })]),
  ),
  agency: Type.Optional(
    Type.Union([agencySchema, Type.Array(agencySchema, { maxItems: agencies.length })]),
  ),
  /** Also those without contact, by where they were last. */
  includeLost: Type.Optional(Type.Boolean()),
});

/** `GET /units/nearest`: who of the caller's scope could come to a place, a site or a unit. */
export function nearestUnitsRoute(parts: NearestUnitsParts): FastifyPluginCallbackTypebox {
  const { roster, places, stateOf, nowMs } = parts;

  /** The place that is asked about, and the unit that it is of. */
  const readGoal = (
    request: FastifyRequest,
    { lon, lat, site, unit }: Static<typeof querystring>,
  ): { readonly place: LonLat; readonly unitKey?: number } => {
    const isPoint = lon !== undefined && lat !== undefined;
    const given = [lon ?? lat, site, unit].filter((each) => each !== undefined);
    if (given.length !== 1 || (lon === undefined) !== (lat === undefined)) {
      throw new ProblemError('bad_request', 'ask for "lon" and "lat", or "site", or "unit"');
    }
    if (isPoint) return { place: [lon, lat] };
    if (site !== undefined) return { place: seenSite(places, request, site).place };
    const entry = seenUnit(roster, request, unit ?? '');
    const placed = placedUnit(parts, entry);
    if (placed === undefined) throw new ProblemError('unit_without_place', entry.id);
    return { place: [placed.fix.lon, placed.fix.lat], unitKey: entry.key };
  };

  return (app, _options, done) => {
    app.get(
      '/units/nearest',
      {
        config: { access: 'units.view' },
        schema: { querystring, response: { 200: nearestUnitsSchema } },
      },
      (request): Static<typeof nearestUnitsSchema> => {
        const { count = defaultCount, kind, agency, includeLost = false } = request.query;
        const { place, unitKey } = readGoal(request, request.query);
        const wanted = {
          scope: unitScope(request),
          kinds: listOf(kind),
          agencies: listOf(agency),
        };
        // who is seen, and is asked for, before anybody is counted
        const near = new Map<number, PlacedUnit>();
        const candidates: Candidate[] = [];
        for (const placed of nearestFirst(placedUnits(parts, wanted), place)) {
          if (candidates.length === count) break;
          const { entry, fix } = placed;
          const { presence } = stateOf(entry.key);
          if (entry.key === unitKey || !isAtPlace(presence, includeLost)) continue;
          near.set(entry.key, placed);
          const { lon, lat, fixedAtMs } = fix;
          const { key, kind: unitKind, agency: unitAgency } = entry;
          candidates.push({
            ...{ unitKey: key, kind: unitKind, agency: unitAgency },
            ...{ presence, lon, lat, fixedAtMs },
          });
        }
        const found = nearestResponders(candidates, { place, count, includesLost: includeLost });
        return {
          place: [...place],
          units: found.flatMap(({ unitKey: key, presence, distanceM, bearingDeg, estimatedS }) => {
            const placed = near.get(key);
            if (placed === undefined) return [];
            return {
              unit: namedUnit(placed.entry),
              presence,
              ...whereaboutsOf(placed, nowMs()),
              ...{ distanceM, bearingDeg, estimatedS },
            };
          }),
        };
      },
    );
    done();
  };
}

/** What a query has once or several times; undefined: not at all. */
function listOf<Value extends string>(
  given: Value | readonly Value[] | undefined,
): readonly Value[] | undefined {
  if (given === undefined) return undefined;
  return typeof given === 'string' ? [given] : given;
}
