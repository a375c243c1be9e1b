import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { siteProximitiesSchema, unitProximitiesSchema } from '../domain/boardDetails.ts';
import type { Site } from '../domain/site.ts';
import type { SiteProximity } from '../tracking/coverage/siteProximities.ts';
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
import { isSeen, siteParams } from './placeParts.ts';
import { accessOf } from './routeAccess.ts';
import { namedSite, namedUnit, seenSite, seenUnit, unitScope } from './seenPlaces.ts';

export type ProximityParts = UnitParts & { readonly places: PlaceView };

/** One sigma where neither the tracker's noise is known nor its fix says any: a phone in a street, metres. */
const usualAccuracyM = 15;
const defaultCount = 100;
const maxCount = 1_000;

const querystring = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxCount })),
});

/** `GET /units/{id}/proximities` and `GET /sites/{id}/proximities`: how near units and sites are to each other. */
export function proximityRoutes(parts: ProximityParts): FastifyPluginCallbackTypebox {
  const { roster, places, stateOf, nowMs } = parts;

  const accuracyOf = ({ entry, fix }: PlacedUnit): number =>
    places.sigmaOf(entry.key) ?? fix.accuracyM ?? usualAccuracyM;

  const positionOf = (placed: PlacedUnit) => ({
    ...whereaboutsOf(placed, nowMs()),
    accuracyM: accuracyOf(placed),
    isUnreliable: places.isUnreliable(placed.entry.key),
  });

  /** The sites of these keys. */
  const sitesOf = (near: readonly SiteProximity[]): ReadonlyMap<number, Site> => {
    const keys = new Set(near.map(({ siteKey }) => siteKey));
    const found = new Map<number, Site>();
    for (const site of places.sites()) if (keys.has(site.key)) found.set(site.key, site);
    return found;
  };

  const proximitiesOf = (placed: PlacedUnit): readonly SiteProximity[] => {
    const { lon, lat } = placed.fix;
    return places.proximitiesOf(lon, lat, accuracyOf(placed));
  };

  return (app, _options, done) => {
    app.get(
      '/units/:id/proximities',
      {
        config: { access: 'units.view' },
        schema: {
          params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
          querystring,
          response: { 200: unitProximitiesSchema },
        },
      },
      (request) => {
        const { limit = defaultCount } = request.query;
        const entry = seenUnit(roster, request, request.params.id);
        const placed = placedUnit(parts, entry);
        if (placed === undefined) return { unitId: entry.id, position: null, sites: [] };
        const near = proximitiesOf(placed);
        const sites = sitesOf(near);
        const seen = near.flatMap((proximity) => {
          const site = sites.get(proximity.siteKey);
          if (site === undefined || !isSeen(accessOf(request), site.region)) return [];
          return [{ site: namedSite(site), ...scoreOf(proximity) }];
        });
        return { unitId: entry.id, position: positionOf(placed), sites: seen.slice(0, limit) };
      },
    );

    app.get(
      '/sites/:id/proximities',
      {
        config: { access: 'sites.view' },
        schema: {
          params: siteParams,
          querystring: Type.Object({
            ...querystring.properties,
            /** Also those without contact, by where they were last. */
            includeLost: Type.Optional(Type.Boolean()),
          }),
          response: { 200: siteProximitiesSchema },
        },
      },
      (request) => {
        const { limit = defaultCount, includeLost = false } = request.query;
        const site = seenSite(places, request, request.params.id);
        const seen = placedUnits(parts, { scope: unitScope(request) });
        const units = [];
        for (const placed of nearestFirst(seen, site.place)) {
          // its ring is a circle around it: when one is too far away, so are all after it
          const proximity = proximitiesOf(placed).find(({ siteKey }) => siteKey === site.key);
          if (proximity === undefined || units.length === limit) break;
          const { presence } = stateOf(placed.entry.key);
          if (!isAtPlace(presence, includeLost)) continue;
          units.push({
            unit: namedUnit(placed.entry),
            presence,
            ...positionOf(placed),
            ...scoreOf(proximity),
          });
        }
        return { siteId: site.id, units };
      },
    );
    done();
  };
}

function scoreOf({ signedDistanceM, probabilityInside, score }: SiteProximity) {
  return { signedDistanceM, probabilityInside, score };
}
