import { isInScope, type Scope } from '../domain/access.ts';
import { type Alarm, isStale, isUnacknowledged } from '../domain/alarm.ts';
import { minuteMs } from '../domain/durations.ts';
import { type Priority, priorities } from '../domain/rule.ts';
import {
  type AlarmHistory,
  type CallColumns,
  exerciseFlag,
  historyMs,
  type LoadPlace,
} from './alarmHistory.ts';

/** Over so long alarms are counted for one operator, ms [EEMUA 191; ANSI/ISA-18.2-2016, 16.5]. */
export const loadWindowMs = 10 * minuteMs;
/** A flood begins with so many in the window, and is over with fewer than so many [ISA-18.2, 16.5.3]. */
export const floodBegins = 10;
export const floodEndsBelow = 5;
/** Longest lists of places, rules and offenders. */
const maxListed = 10;
/** How alarms should be spread over priorities, percent [ISA-18.2, 16.5.8]. SOS are apart. */
const targetPct: Readonly<Record<Priority, number | null>> = {
  low: 80,
  medium: 15,
  high: 5,
  sos: null,
};

/** Whose load is asked for. */
export type LoadQuestion = {
  readonly scope: Scope;
  readonly nowMs: number;
  /** How many people handle alarms there now; 0 counts as one. */
  readonly operators: number;
  /** undefined: alarms of exercises and others. */
  readonly isExercise?: boolean | undefined;
};

/** The load in short, for every screen. Alarms are counted as often as they called for somebody. */
export type BriefLoad = {
  readonly last10Min: number;
  readonly perOperator10Min: number;
  readonly isFlood: boolean;
  readonly floodSinceMs: number | null;
};

export type Counted<Of> = Of & { readonly count: number };

/** The load of a control room. Shares are parts of 1. */
export type AlarmLoad = BriefLoad & {
  readonly last24H: number;
  /** Of the flood with what led to it, or of the last ten minutes: where and by which rules, the most first. */
  readonly byPlace: readonly Counted<{ readonly place: LoadPlace }>[];
  readonly byRule: readonly Counted<{ readonly ruleId: string }>[];
  /** Of the last 24 h: what calls most often, and which share of all calls that is. */
  readonly topOffenders: readonly Counted<{
    readonly place: LoadPlace;
    readonly ruleId: string;
    readonly share: number;
  }>[];
  /** From the call until somebody took it, of the last 24 h; null: nobody took any. */
  readonly timeToAcknowledge: {
    readonly count: number;
    readonly medianMs: number | null;
    readonly p95Ms: number | null;
  };
  /** Of the last 24 h. The share is among low, medium and high; null for SOS. */
  readonly priorities: readonly {
    readonly priority: Priority;
    readonly count: number;
    readonly share: number | null;
    readonly targetPct: number | null;
  }[];
  /** Of those that are open now and not suppressed. */
  readonly open: number;
  readonly unacknowledged: number;
  readonly chattering: number;
  readonly stale: number;
};

/**
 * Calls of the last ten minutes, and whether there is a flood. Reads back only as far as the flood
 * goes, so that it can be asked for with every change.
 */
export function briefLoad(history: AlarmHistory, question: LoadQuestion): BriefLoad {
  const { nowMs, operators } = question;
  const columns = history.columns();
  const { atMs: times, start, end } = columns;
  const isMeant = meantBy(question, columns);
  let last10Min = 0;
  let floodSinceMs: number | null = null;
  /** Of the newest that were read, at their number modulo 16. */
  const later = new Float64Array(16);
  for (let at = end - 1, count = 0; at >= start; at--) {
    const atMs = times[at] ?? 0;
    if (atMs > nowMs || !isMeant(at)) continue;
    if (nowMs - atMs < loadWindowMs) last10Min += 1;
    later[count & 15] = atMs;
    count += 1;
    const tenthMs = later[(count - floodBegins) & 15] ?? 0;
    if (count >= floodBegins && tenthMs - atMs < loadWindowMs) floodSinceMs = tenthMs;
    if (count < floodEndsBelow) continue;
    // where this one had left the window before the next but four came, any flood was over by then
    const next = count - 1 - floodEndsBelow;
    const nextMs = next < 0 ? nowMs : (later[next & 15] ?? nowMs);
    if (nextMs - atMs >= loadWindowMs) break;
  }
  return {
    last10Min,
    perOperator10Min: last10Min / Math.max(1, operators),
    isFlood: floodSinceMs !== null,
    floodSinceMs,
  };
}

/** The load whole. */
export function alarmLoad(
  history: AlarmHistory,
  openAlarms: Iterable<Alarm>,
  question: LoadQuestion,
): AlarmLoad {
  const { scope, nowMs, isExercise } = question;
  const brief = briefLoad(history, question);
  const columns = history.columns();
  const recentMs = (brief.floodSinceMs ?? nowMs) - loadWindowMs;
  const byPlace = new Map<number, number>();
  const byRule = new Map<number, number>();
  const offenders = new Map<number, number>();
  const byPriority = priorities.map(() => 0);
  const taken: number[] = [];
  const isMeant = meantBy(question, columns);
  for (let at = columns.start; at < columns.end; at++) {
    const atMs = columns.atMs[at] ?? 0;
    if (atMs <= nowMs - historyMs || atMs > nowMs || !isMeant(at)) continue;
    const place = columns.places[at] ?? 0;
    const rule = columns.rules[at] ?? 0;
    const priority = (columns.flags[at] ?? 0) & ~exerciseFlag;
    const takenMs = columns.takenMs[at] ?? Number.NaN;
    byPriority[priority] = (byPriority[priority] ?? 0) + 1;
    add(offenders, rule * placesPerRule + place);
    if (!Number.isNaN(takenMs)) taken.push(takenMs);
    if (atMs <= recentMs) continue;
    add(byPlace, place);
    add(byRule, rule);
  }
  const last24H = byPriority.reduce((sum, count) => sum + count, 0);
  const placeOf = (index: number) => columns.placeNames[index] ?? nowhere;
  const ruleOf = (index: number) => columns.ruleIds[index] ?? '';
  const shown = [...openAlarms].filter(
    (alarm) =>
      alarm.state !== 'suppressed' &&
      isInScope(scope, alarm.regions) &&
      (isExercise === undefined || alarm.isExercise === isExercise),
  );
  return {
    ...brief,
    last24H,
    byPlace: mostOf(byPlace).map(([index, count]) => ({ place: placeOf(index), count })),
    byRule: mostOf(byRule).map(([index, count]) => ({ ruleId: ruleOf(index), count })),
    topOffenders: mostOf(offenders).map(([index, count]) => ({
      place: placeOf(index % placesPerRule),
      ruleId: ruleOf(Math.floor(index / placesPerRule)),
      ...{ count, share: count / last24H },
    })),
    timeToAcknowledge: timeToAcknowledge(taken),
    priorities: spread(byPriority),
    open: shown.length,
    unacknowledged: shown.filter(({ state }) => isUnacknowledged(state)).length,
    chattering: shown.filter(({ isChattering }) => isChattering).length,
    stale: shown.filter((alarm) => isStale(alarm, nowMs)).length,
  };
}

/** A rule and a place as one number: there are fewer places than calls. */
const placesPerRule = 2 ** 20;
const nowhere: LoadPlace = { kind: 'none', id: '', name: '' };

/** Whether the question is about a call. */
function meantBy(
  { scope, isExercise }: LoadQuestion,
  { regions, regionLists, flags }: CallColumns,
): (at: number) => boolean {
  const inScope = Uint8Array.from(regionLists, (list) => (isInScope(scope, list) ? 1 : 0));
  const flag = isExercise === true ? exerciseFlag : 0;
  return (at) =>
    inScope[regions[at] ?? 0] === 1 &&
    (isExercise === undefined || ((flags[at] ?? 0) & exerciseFlag) === flag);
}

function add(counts: Map<number, number>, index: number): void {
  counts.set(index, (counts.get(index) ?? 0) + 1);
}

/** The largest, the largest first; those that are as large in the order in which they came first. */
function mostOf(counts: ReadonlyMap<number, number>): readonly (readonly [number, number])[] {
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, maxListed);
}

function timeToAcknowledge(times: readonly number[]): AlarmLoad['timeToAcknowledge'] {
  const sorted = Float64Array.from(times).sort();
  return { count: times.length, medianMs: rankedAt(sorted, 0.5), p95Ms: rankedAt(sorted, 0.95) };
}

/** The smallest value that is not below a share of all: nearest rank. */
function rankedAt(sorted: Float64Array, share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function spread(counts: readonly number[]): AlarmLoad['priorities'] {
  const ranked = priorities.reduce(
    (sum, priority, index) => sum + (priority === 'sos' ? 0 : (counts[index] ?? 0)),
    0,
  );
  return priorities.map((priority, index) => {
    const count = counts[index] ?? 0;
    const share = priority === 'sos' || ranked === 0 ? null : count / ranked;
    return { priority, count, share, targetPct: targetPct[priority] };
  });
}
