import type { FastifyPluginCallback } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import type { UnitCondition } from '../domain/unitDetails.ts';
import type { Tracks } from '../tracking/tracks.ts';
import { auditRoutes } from './auditRoutes.ts';
import { type DeadLetterParts, deadLetterRoutes } from './deadLetterRoutes.ts';
import { gatewayRoutes } from './gatewayRoutes.ts';
import { ownAccountRoutes } from './ownAccountRoutes.ts';
import { sessionRoutes } from './sessionRoutes.ts';
import { setupRoutes } from './setupRoutes.ts';
import { tokenRoutes } from './tokenRoutes.ts';
import { trackerRoutes } from './trackerRoutes.ts';
import { type TrackParts, trackRoutes } from './trackRoutes.ts';
import { unitRoutes } from './unitRoutes.ts';
import { userRoutes } from './userRoutes.ts';
import { type WaitingParts, waitingRoutes } from './waitingRoutes.ts';

export type ApiParts = TrackParts &
  WaitingParts &
  DeadLetterParts & {
    readonly accounts: Accounts;
    readonly tracks: Tracks;
    /** How a unit is, beside its place. */
    readonly stateOf: (unitKey: number) => UnitCondition;
  };

/** All routes under /api/v1 but those that httpServer.ts adds by itself. */
export function apiRoutes(parts: ApiParts): readonly FastifyPluginCallback[] {
  const { accounts, roster, tracks } = parts;
  return [
    setupRoutes(accounts.setUp),
    sessionRoutes(accounts),
    ownAccountRoutes(accounts),
    userRoutes(accounts.users),
    tokenRoutes(accounts.tokens),
    auditRoutes(accounts),
    unitRoutes(roster, tracks, parts.stateOf),
    trackRoutes(parts),
    trackerRoutes(parts),
    gatewayRoutes(parts.pool),
    waitingRoutes(parts),
    deadLetterRoutes(parts),
  ];
}
