import type { FastifyPluginCallback } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import type { PastParts } from './admitToPast.ts';
import { type AlarmLoadParts, alarmLoadRoute } from './alarmLoadRoute.ts';
import { type AlarmParts, alarmRoutes } from './alarmRoutes.ts';
import { auditRoutes } from './auditRoutes.ts';
import { type CapParts, capRoutes } from './capRoutes.ts';
import { checkInRoutes } from './checkInRoutes.ts';
import { type CoverageParts, coverageRoute } from './coverageRoute.ts';
import { type DeadLetterParts, deadLetterRoutes } from './deadLetterRoutes.ts';
import { fenceEditRoute } from './fenceEditRoute.ts';
import { type FenceParts, fenceRoutes } from './fenceRoutes.ts';
import { gatewayRoutes } from './gatewayRoutes.ts';
import { type IncidentParts, incidentRoutes } from './incidentRoutes.ts';
import { type NearestUnitsParts, nearestUnitsRoute } from './nearestUnitsRoute.ts';
import { operationRoutes } from './operationRoutes.ts';
import { ownAccountRoutes } from './ownAccountRoutes.ts';
import { type ProximityParts, proximityRoutes } from './proximityRoutes.ts';
import { type RuleParts, ruleRoutes } from './ruleRoutes.ts';
import { sessionRoutes } from './sessionRoutes.ts';
import { setupRoutes } from './setupRoutes.ts';
import { type SiteImportParts, siteImportRoute } from './siteImportRoute.ts';
import { siteRoutes } from './siteRoutes.ts';
import { tokenRoutes } from './tokenRoutes.ts';
import { trackerRoutes } from './trackerRoutes.ts';
import { trackRoutes } from './trackRoutes.ts';
import { transitionRoute } from './transitionRoute.ts';
import { unitRoutes } from './unitRoutes.ts';
import { userRoutes } from './userRoutes.ts';
import { type WaitingParts, waitingRoutes } from './waitingRoutes.ts';
import { type WebhookParts, webhookRoutes } from './webhookRoutes.ts';

export type ApiParts = PastParts &
  WaitingParts &
  DeadLetterParts &
  FenceParts &
  SiteImportParts &
  CoverageParts &
  NearestUnitsParts &
  AlarmParts &
  AlarmLoadParts &
  IncidentParts &
  RuleParts &
  WebhookParts &
  CapParts &
  ProximityParts & { readonly accounts: Accounts };

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
    nearestUnitsRoute(parts),
    proximityRoutes(parts),
    coverageRoute(parts),
    trackRoutes(parts),
    transitionRoute(parts),
    trackerRoutes(parts),
    gatewayRoutes(parts.pool),
    waitingRoutes(parts),
    deadLetterRoutes(parts),
    operationRoutes(parts),
    siteRoutes(parts),
    siteImportRoute(parts),
    checkInRoutes(parts),
    fenceRoutes(parts),
    fenceEditRoute(),
    alarmRoutes(parts),
    alarmLoadRoute(parts),
    ruleRoutes(parts),
    incidentRoutes(parts),
    webhookRoutes(parts),
    capRoutes(parts),
  ];
}
