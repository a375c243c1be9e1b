import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { Priority } from '../../../server/domain/rule.ts';
import { isAside, placeOf } from '../alarms/alarmWords.ts';
import { createProjection, type View } from './webMercator.ts';

/** An alarm on the map. */
export type AlarmMark = {
  readonly id: string;
  readonly place: LonLat;
  readonly priority: Priority;
  /** Nobody has taken it: its sign flashes. */
  readonly isWaiting: boolean;
};

/** Signs are drawn this far above their place, so that the unit that is there stays in sight. CSS pixels. */
export const signAbovePx = 24;
/** A click this near to the middle of a sign means it. */
const reachPx = 15;
/** What of these alarms is drawn: those with a place that are not put aside; the least urgent first, under the others. */
export function alarmMarks(alarms: readonly AlarmDetails[]): readonly AlarmMark[] {
  const marks: AlarmMark[] = [];
  for (const alarm of alarms.toReversed()) {
    const { id, priority, state } = alarm;
    const place = placeOf(alarm);
    if (place === undefined || isAside(alarm)) continue;
    marks.push({ id, place, priority, isWaiting: isUnacknowledged(state) });
  }
  return marks;
}

/** The uppermost sign under a point of the screen. */
export function findAlarmAt(
  marks: readonly AlarmMark[],
  view: View,
  xPx: number,
  yPx: number,
): string | undefined {
  const project = createProjection(view);
  return marks.findLast(({ place: [lon, lat] }) => {
    const [x, y] = project(lon, lat);
    return Math.hypot(x - xPx, y - signAbovePx - yPx) <= reachPx;
  })?.id;
}
