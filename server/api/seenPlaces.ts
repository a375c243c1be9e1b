import type { FastifyRequest } from 'fastify';
import { isInScope, type Scope, scopeOf } from '../domain/access.ts';
import type { NamedSite, NamedUnit } from '../domain/boardDetails.ts';
import type { Site } from '../domain/site.ts';
import type { RosterEntry } from '../domain/unit.ts';
import type { PlaceView } from '../tracking/placeView.ts';
import type { Roster } from '../tracking/roster.ts';
import { isSeen } from './placeParts.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

/**
 * A site in force that the caller sees, without the database: the live state goes on while that is away.
 *
 * @throws ProblemError where there is none: of those of others not even their existence is told
 */
export function seenSite(places: PlaceView, request: FastifyRequest, id: string): Site {
  for (const site of places.sites()) {
    if (site.id === id && isSeen(accessOf(request), site.region)) return site;
  }
  throw new ProblemError('site_not_found', id);
}

/** Where the caller sees units. */
export function unitScope(request: FastifyRequest): Scope {
  return scopeOf(accessOf(request).grants, 'units.view');
}

/** A unit, if the caller sees it. */
export function findSeenUnit(
  roster: Roster,
  request: FastifyRequest,
  id: string,
): RosterEntry | undefined {
  const entry = roster.unitById(id);
  const isSeen = entry !== undefined && isInScope(unitScope(request), roster.regionsOf(entry));
  return isSeen ? entry : undefined;
}

/**
 * A unit that the caller sees.
 *
 * @throws ProblemError where there is none: of those of others not even their existence is told
 */
export function seenUnit(roster: Roster, request: FastifyRequest, id: string): RosterEntry {
  const entry = findSeenUnit(roster, request, id);
  if (entry !== undefined) return entry;
  throw new ProblemError('unit_not_found', id);
}

/** What lists of others say of a site. */
export function namedSite({ id, name, kind, siteClass, region, place }: Site): NamedSite {
  return { id, name, kind, class: siteClass, region, place: [...place] };
}

/** What lists of others say of a unit: never a person. */
export function namedUnit({ id, callsign, kind, agency, region }: RosterEntry): NamedUnit {
  return { id, callsign, kind, agency, region };
}
