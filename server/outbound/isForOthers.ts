import type { AlarmEvent } from '../domain/alarm.ts';

/**
 * False for what is shown to nobody: an alarm that is suppressed by design. That it became suppressed
 * is told, since it was shown until then.
 */
export function isForOthers({ kind, state }: Pick<AlarmEvent, 'kind' | 'state'>): boolean {
  return state !== 'suppressed' || kind === 'suppressed';
}
