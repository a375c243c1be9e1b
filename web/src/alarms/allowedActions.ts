import type { Grant } from '../../../server/domain/access.ts';
import { mayIn } from '../../../server/domain/access.ts';
import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { Permission } from '../../../server/domain/permission.ts';
import type { AlarmOrderAsked } from './alarmOrders.ts';

type Action = AlarmOrderAsked['path'];

/** What its state allows, whoever asks [docs/alarms.md, transitions]. */
export function actionsOfState(alarm: AlarmDetails): ReadonlySet<Action> {
  const { state, isLatching } = alarm;
  const actions = new Set<Action>();
  if (state === 'closed') return actions;
  actions.add('assign').add('comment').add('step');
  if (isUnacknowledged(state)) actions.add('acknowledge');
  const isOff = state === 'suppressed' || state === 'out_of_service';
  // whoever asks for help is never put aside
  const isCalling = state === 'unacknowledged' || state === 'acknowledged';
  if (!isOff && !(isLatching && isCalling)) actions.add('shelve');
  if (state === 'shelved') actions.add('unshelve');
  if (state !== 'suppressed' && !(isLatching && state === 'unacknowledged')) actions.add('close');
  actions.add(state === 'out_of_service' ? 'in-service' : 'out-of-service');
  return actions;
}

const permissionOf = (action: Action): Permission =>
  action === 'out-of-service' || action === 'in-service' ? 'alarms.service' : 'alarms.handle';

/** What somebody with these grants may do to it now. */
export function allowedActions(alarm: AlarmDetails, grants: readonly Grant[]): ReadonlySet<Action> {
  const may = (permission: Permission): boolean =>
    alarm.regions.some((region) => mayIn(grants, permission, region));
  return new Set([...actionsOfState(alarm)].filter((action) => may(permissionOf(action))));
}
