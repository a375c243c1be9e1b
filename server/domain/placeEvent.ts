import type { ConvergenceTransition, RoamingTransition, SiteTransition } from './siteTransition.ts';
import type { Transition } from './transition.ts';

/** Whatever was found out about units and places: of a unit at a fence, of a site, of units among themselves. */
export type PlaceEvent = Transition | SiteTransition | ConvergenceTransition | RoamingTransition;
