import { isInScope, type Scope } from '../../../server/domain/access.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import {
  incidentRadiusBounds,
  incidentRegionPattern,
  maxTitleLength,
} from '../../../server/domain/incidentFields.ts';
import { everywhere } from '../../../server/domain/region.ts';
import type { UnitTable } from '../live/unitTable.ts';

/** An incident that is about to be opened, as the form has it. */
export type IncidentDraft = {
  /** Sent with it, so that a second click opens no second one. */
  readonly orderId: string;
  readonly title: string;
  readonly place: LonLat;
  /** As typed, metres. */
  readonly radius: string;
  readonly region: string;
  readonly isExercise: boolean;
  readonly operationId: string | undefined;
  readonly alarmId: string | undefined;
};

/** A crowd before a building and those who face it fit into it, metres. */
const usualRadius = '300';
/** A unit this near gives a place its name, metres. */
const nearM = 500;

/** A draft from an alarm that has a place; undefined: it has none. */
export function draftFromAlarm(
  alarm: AlarmDetails,
  scope: Scope,
  words: { readonly name: string; readonly time: string; readonly orderId: string },
): IncidentDraft | undefined {
  if (alarm.place === null) return undefined;
  const where = alarm.siteName ?? alarm.fenceName ?? alarm.callsign;
  const named = where === null ? words.name : `${words.name} – ${where}`;
  return {
    orderId: words.orderId,
    title: titleOf(named, words.time),
    place: [alarm.place[0], alarm.place[1]],
    radius: usualRadius,
    region: regionOf(alarm.regions, scope),
    isExercise: alarm.isExercise,
    operationId: alarm.operationId ?? undefined,
    alarmId: alarm.id,
  };
}

/** A draft from a point of the map. */
export function draftFromPoint(
  place: LonLat,
  table: UnitTable,
  scope: Scope,
  words: {
    readonly near: (callsign: string) => string;
    readonly at: string;
    readonly time: string;
    readonly orderId: string;
    readonly isExercise: boolean;
  },
): IncidentDraft {
  const nearest = nearestUnit(place, table);
  const unit = nearest === undefined ? undefined : table.roster.get(nearest.unitKey);
  const isNear = nearest !== undefined && nearest.distanceM <= nearM;
  const where = isNear && unit !== undefined ? words.near(unit.callsign) : words.at;
  return {
    orderId: words.orderId,
    title: titleOf(where, words.time),
    place,
    radius: usualRadius,
    region: regionOf(unit === undefined ? [] : [unit.region], scope),
    isExercise: words.isExercise,
    operationId: undefined,
    alarmId: undefined,
  };
}

/** Which fields the server would refuse. */
export type DraftFaults = {
  readonly title?: boolean;
  readonly radius?: boolean;
  readonly region?: 'wrong' | 'notYours' | undefined;
};

export function draftFaults(draft: IncidentDraft, scope: Scope): DraftFaults {
  const { min, max } = incidentRadiusBounds;
  const radiusM = radiusOf(draft);
  const region = draft.region.trim();
  const isCode = new RegExp(incidentRegionPattern).test(region);
  return {
    title: draft.title.trim() === '' || draft.title.length > maxTitleLength,
    radius: !(radiusM >= min && radiusM <= max),
    region: isCode ? (isInScope(scope, [region]) ? undefined : 'notYours') : 'wrong',
  };
}

/** What is sent. */
export function draftBody(draft: IncidentDraft): object {
  const { orderId, title, place, region, isExercise, operationId, alarmId } = draft;
  return {
    ...{ orderId, title: title.trim(), place, radiusM: radiusOf(draft) },
    ...{ region: region.trim(), isExercise, operationId, alarmId },
  };
}

/** Metres; NaN where something else was typed. */
export function radiusOf({ radius }: Pick<IncidentDraft, 'radius'>): number {
  return radius.trim() === '' ? Number.NaN : Number(radius.replace(',', '.'));
}

function titleOf(where: string, time: string): string {
  const end = ` · ${time}`;
  return `${where.slice(0, maxTitleLength - end.length)}${end}`;
}

/** The finest regency or district that is known and that the person leads; else their own; else nothing. */
function regionOf(known: readonly string[], scope: Scope): string {
  // a district is eight characters of a village's code
  const codes = known
    .map((code) => code.slice(0, 8))
    .filter((code) => new RegExp(incidentRegionPattern).test(code) && isInScope(scope, [code]))
    .sort((a, b) => b.length - a.length);
  const own = scope.find((code) => code !== everywhere && code.length >= 5);
  return codes[0] ?? own?.slice(0, 8) ?? '';
}

/** On the plane of the place: units are near, and the nearest is all that is asked. */
function nearestUnit(
  [lon, lat]: LonLat,
  table: UnitTable,
): { readonly unitKey: number; readonly distanceM: number } | undefined {
  const metresPerDegree = 111_195;
  const eastward = Math.cos((lat * Math.PI) / 180);
  let nearest: { readonly unitKey: number; readonly distanceM: number } | undefined;
  for (let row = 0; row < table.count; row += 1) {
    const east = ((table.lonLat[row * 2] ?? 0) - lon) * eastward;
    const north = (table.lonLat[row * 2 + 1] ?? 0) - lat;
    const distanceM = Math.hypot(east, north) * metresPerDegree;
    if (nearest !== undefined && nearest.distanceM <= distanceM) continue;
    nearest = { unitKey: table.unitKey[row] ?? 0, distanceM };
  }
  return nearest;
}
