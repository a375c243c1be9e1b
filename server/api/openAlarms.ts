import { isInScope, type Scope } from '../domain/access.ts';
import { type Alarm, type AlarmState, isStale } from '../domain/alarm.ts';
import { everywhere, includesRegion } from '../domain/region.ts';
import type { Priority } from '../domain/rule.ts';

/** Which alarms are asked for; whatever is missing does not restrict them. */
export type AlarmFilter = {
  readonly priority?: Priority | undefined;
  readonly ruleId?: string | undefined;
  readonly unitId?: string | undefined;
  readonly siteId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly operationId?: string | undefined;
  readonly region?: string | undefined;
  /** In names and texts of either language, callsign and names of places. */
  readonly search?: string | undefined;
  /** When they were raised, epoch ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly isStale?: boolean | undefined;
};

/** A page of alarms, the newest first. */
export type AlarmPage = {
  readonly alarms: readonly Alarm[];
  /** Undefined: there are no more. */
  readonly nextCursor: string | undefined;
};

/**
 * The open alarms of a scope, from memory: they are there while the database is away.
 *
 * @param state undefined: all that are not closed
 * @param cursor time and id of the page before's last one
 */
export function openPage(
  open: Iterable<Alarm>,
  scope: Scope,
  { state, ...filter }: AlarmFilter & { readonly state?: AlarmState | undefined },
  { cursor, limit, nowMs }: { cursor: string | undefined; limit: number; nowMs: number },
): AlarmPage {
  const before = cursor === undefined ? undefined : placeOfCursor(cursor);
  const found: Alarm[] = [];
  // they come in this order but where a clock went back: one comparison each
  const oldestFirst = [...open].sort((a, b) => a.raisedAtMs - b.raisedAtMs);
  for (const alarm of oldestFirst.reverse()) {
    const isEnough = found.length > limit && found.at(-1)?.raisedAtMs !== alarm.raisedAtMs;
    if (isEnough) break;
    if (before !== undefined && newestFirst(before, alarm) >= 0) continue;
    if (state !== undefined && alarm.state !== state) continue;
    if (isInScope(scope, alarm.regions) && fits(alarm, filter, nowMs)) found.push(alarm);
  }
  // of the same millisecond by their ids
  found.sort(newestFirst);
  const alarms = found.slice(0, limit);
  const last = alarms.at(-1);
  return {
    alarms,
    nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : undefined,
  };
}

type Placed = Pick<Alarm, 'raisedAtMs' | 'id'>;

function newestFirst(a: Placed, b: Placed): number {
  if (a.raisedAtMs !== b.raisedAtMs) return b.raisedAtMs - a.raisedAtMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? 1 : -1;
}

function cursorOf({ raisedAtMs, id }: Placed): string {
  return `${raisedAtMs}_${id}`;
}

function placeOfCursor(cursor: string): Placed {
  const [raisedAtMs, id = ''] = cursor.split('_');
  return { raisedAtMs: Number(raisedAtMs), id };
}

function fits(alarm: Alarm, filter: AlarmFilter, nowMs: number): boolean {
  const { subject, regions } = alarm;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filter;
  const same = <Value>(asked: Value | undefined, own: Value | undefined): boolean =>
    asked === undefined || asked === own;
  return (
    same(filter.priority, alarm.priority) &&
    same(filter.ruleId, alarm.ruleId) &&
    same(filter.unitId, subject.unitId) &&
    same(filter.siteId, subject.siteId) &&
    same(filter.incidentId, alarm.incidentId) &&
    same(filter.operationId, alarm.operationId) &&
    alarm.raisedAtMs >= fromMs &&
    alarm.raisedAtMs < toMs &&
    isOfRegion(regions, filter.region) &&
    (filter.isStale === undefined || isStale(alarm, nowMs) === filter.isStale) &&
    (filter.search === undefined || hasText(alarm, filter.search.toLowerCase()))
  );
}

function isOfRegion(regions: readonly string[], asked: string | undefined): boolean {
  if (asked === undefined || asked === everywhere) return true;
  return regions.some((region) => includesRegion(asked, region));
}

function hasText({ name, text, subject }: Alarm, lowerCase: string): boolean {
  const { callsign, unitId, siteId, siteName, fenceName } = subject;
  const texts = [name.id, name.en, text.id, text.en, callsign, unitId, siteId, siteName, fenceName];
  return texts.some((each) => each?.toLowerCase().includes(lowerCase) === true);
}
