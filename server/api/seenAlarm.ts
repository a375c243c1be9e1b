import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { isInScope, mayIn, scopeOf } from '../domain/access.ts';
import type { Alarm } from '../domain/alarm.ts';
import type { Permission } from '../domain/permission.ts';
import { readAlarm } from '../storage/alarmStore.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

export type AlarmLookup = {
  readonly pool: Pool;
  readonly alarms: {
    /** One that is open, or was closed lately. */
    readonly find: (id: string) => Alarm | undefined;
  };
};

/**
 * An alarm that the caller sees.
 *
 * @throws ProblemError where there is none: of those of others not even their existence is told
 */
export async function seenAlarm(
  { pool, alarms }: AlarmLookup,
  request: FastifyRequest,
  id: string,
): Promise<Alarm> {
  const alarm = alarms.find(id) ?? (await readAlarm(pool, id));
  const scope = scopeOf(accessOf(request).grants, 'alarms.view');
  if (alarm !== undefined && isInScope(scope, alarm.regions)) return alarm;
  throw new ProblemError('alarm_not_found', id);
}

/**
 * An alarm to which the caller may do something in one of its regions.
 *
 * @throws ProblemError where they do not see it, or may not
 */
export async function alarmToHandle(
  lookup: AlarmLookup,
  request: FastifyRequest,
  id: string,
  permission: Permission,
): Promise<Alarm> {
  const alarm = await seenAlarm(lookup, request, id);
  const { regions } = alarm;
  const { grants } = accessOf(request);
  if (regions.some((region) => mayIn(grants, permission, region))) return alarm;
  throw new ProblemError('forbidden', `this takes ${permission} in ${regions.join(' or ')}`);
}
