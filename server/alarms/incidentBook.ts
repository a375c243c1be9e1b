import type { LonLat } from '../domain/fence.ts';
import type {
  Incident,
  IncidentAction,
  IncidentEvent,
  IncidentOrder,
  IncidentResult,
} from '../domain/incident.ts';
import { checkIncidentAction } from '../domain/incidentFields.ts';
import { longestLostAfterMs } from '../domain/presence.ts';
import { uuidOf } from '../domain/uuid5.ts';
import {
  effectOf,
  type IncidentLimits,
  isContested,
  isForClosed,
  type LaterAction,
} from './incidentActions.ts';
import type { UnitPlace } from './incidentArea.ts';
import {
  type ArrivalsCheckpoint,
  type Distance,
  IncidentArrivals,
  isOfRegency,
  type RegionsOf,
} from './incidentArrivals.ts';
import { type IncidentNews, nextEvent, unopenedIncident } from './incidentEvent.ts';
import { type NamedUnit, named, withArrived, withLeft } from './incidentUnits.ts';
import type { Moment } from './moment.ts';

export type IncidentBounds = IncidentLimits & {
  /** Open at one time. */
  readonly open: number;
  /** Closed ones that can still be added to and opened again: the newest. */
  readonly closed: number;
  /** Orders that are known when they come again: the newest. */
  readonly orders: number;
};

const usualBounds: IncidentBounds = {
  ...{ open: 200, closed: 200, orders: 10_000 },
  ...{ units: 2_000, alarms: 1_000, crowds: 100 },
};

export type IncidentBookParts = {
  /** Takes what happened, in order. */
  readonly onEvent: (event: IncidentEvent) => void;
  /** Undefined: there is no such unit any more. */
  readonly unitOf: (unitKey: number) => NamedUnit | undefined;
  readonly unitById: (unitId: string) => NamedUnit | undefined;
  readonly regionsOf: RegionsOf;
  /** All units whose newest place, however old, is within so many metres. */
  readonly unitsNear: (
    place: LonLat,
    radiusM: number,
  ) => Iterable<UnitPlace & { readonly unitKey: number }>;
  readonly distanceM: Distance;
  readonly bounds?: Partial<IncidentBounds> | undefined;
};

/** An incident with what is known of it beside. */
type Kept = {
  readonly incident: Incident;
  /** Records up to this one have been taken by it before it was read from the database. */
  readonly afterSequence: number;
};

/** What became of an order, without the incident, which goes on. */
type Answer =
  | { readonly incidentId: string; readonly isDone: boolean }
  | Pick<Extract<IncidentResult, { ok: false }>, 'reason' | 'detail'>;

/** All that is known of incidents: plain data. */
export type IncidentCheckpoint = {
  readonly version: 1;
  readonly open: readonly Kept[];
  readonly closed: readonly Kept[];
  readonly answers: readonly (readonly [orderId: string, answer: Answer])[];
  readonly arrivals: ArrivalsCheckpoint;
  readonly unitsLeftOut: number;
};

/** Counters for the health page. */
export type IncidentCounts = {
  readonly open: number;
  /** Closed ones that are remembered. */
  readonly closed: number;
  /** Units that are in an area, or may be. */
  readonly watchedUnits: number;
  /** Arrivals that are on no list, since their incident holds no more units. */
  readonly unitsLeftOut: number;
};

/** Of an older place nobody can say that its unit is there now. */
const freshMs = longestLostAfterMs;
/** Beyond the radius: farther out there is no doubt that a unit has gone. */
const beyondM = 300;

/** The id of the incident that an order opens. */
export function incidentIdOf(orderId: string): string {
  return uuidOf(`incident/${orderId}`);
}

/**
 * The incidents: orders of people and positions of units go in, in the order of the journal, and every
 * change comes out as an event. It reads no clock; the same input gives the same events with the same ids.
 */
export class IncidentBook {
  readonly #parts: IncidentBookParts;
  readonly #bounds: IncidentBounds;
  /** By id, in the order in which they were opened. */
  #open = new Map<string, Kept>();
  /** By id, the one that was closed first first. */
  #closed = new Map<string, Kept>();
  #answers = new Map<string, Answer>();
  readonly #arrivals: IncidentArrivals;
  #unitsLeftOut = 0;

  constructor(parts: IncidentBookParts) {
    this.#parts = parts;
    this.#bounds = { ...usualBounds, ...parts.bounds };
    this.#arrivals = new IncidentArrivals(parts.distanceM, parts.regionsOf);
  }

  /** Carries out what somebody asked for; the same order again changes nothing and gets the same answer. */
  order(order: IncidentOrder, moment: Moment): IncidentResult {
    if (this.#isOfAnother(order)) {
      const detail = `the order ${order.orderId} was for another incident: give each order an id of its own`;
      return { ok: false, reason: 'bad', detail };
    }
    const known = this.#answers.get(order.orderId);
    if (known !== undefined) return this.#resultOf(known, order.incidentId);
    const answer = this.#carryOut(order, moment);
    this.#answers.set(order.orderId, answer);
    dropOldest(this.#answers, this.#bounds.orders);
    return this.#resultOf(answer, order.incidentId);
  }

  /** Takes a live position of a unit, by the tracker that drives it. */
  takePosition(unitKey: number, place: UnitPlace, moment: Moment): void {
    for (const crossing of this.#arrivals.take(unitKey, place, moment.sequence)) {
      const { incidentId, isThere, sinceMs } = crossing;
      if (isThere) this.#arrived(incidentId, unitKey, sinceMs, moment);
      else this.#left(incidentId, unitKey, sinceMs, moment);
    }
  }

  /** One that is open, or was closed lately. */
  find(incidentId: string): Incident | undefined {
    return this.#keptOf(incidentId)?.incident;
  }

  /** In the order in which they were opened. */
  *open(): Generator<Incident> {
    for (const { incident } of this.#open.values()) yield incident;
  }

  get counts(): IncidentCounts {
    return {
      open: this.#open.size,
      closed: this.#closed.size,
      watchedUnits: this.#arrivals.watched,
      unitsLeftOut: this.#unitsLeftOut,
    };
  }

  /**
   * Takes over incidents from the database, where nothing else was kept. Records of the journal that
   * they have taken already do nothing to them.
   */
  adopt(incidents: Iterable<Incident>): void {
    for (const incident of incidents) {
      const { id, sequence, units } = incident;
      this.#keep({ incident, afterSequence: sequence });
      if (incident.closedAtMs !== undefined) continue;
      for (const { unitKey, isThere } of units) {
        if (isThere) this.#arrivals.set(id, unitKey, true, Number.NEGATIVE_INFINITY);
      }
    }
  }

  checkpoint(): IncidentCheckpoint {
    return {
      version: 1,
      open: [...this.#open.values()],
      closed: [...this.#closed.values()],
      answers: [...this.#answers],
      arrivals: this.#arrivals.checkpoint(),
      unitsLeftOut: this.#unitsLeftOut,
    };
  }

  /** Into an empty book. */
  restore({ open, closed, answers, arrivals, unitsLeftOut }: IncidentCheckpoint): void {
    for (const kept of [...open, ...closed]) this.#keep(kept);
    this.#answers = new Map(answers);
    this.#arrivals.restore(arrivals);
    this.#unitsLeftOut = unitsLeftOut;
  }

  /** True where the id of an order was used for something else: nobody is told of an incident that they did not name. */
  #isOfAnother({ orderId, incidentId, action }: IncidentOrder): boolean {
    const known = this.#answers.get(orderId);
    if (known !== undefined && 'incidentId' in known && known.incidentId !== incidentId)
      return true;
    // what an order opens is found by the order's id alone
    if (action.kind !== 'open') return false;
    const opened = this.find(incidentId);
    return opened !== undefined && opened.region !== action.region;
  }

  #carryOut(order: IncidentOrder, moment: Moment): Answer {
    const checked = checkIncidentAction(order.action);
    if (!checked.ok) return { reason: 'bad', detail: checked.detail };
    const action = checked.value;
    const kept = this.#keptOf(order.incidentId);
    if (kept !== undefined && isTaken(kept, moment)) {
      return { incidentId: order.incidentId, isDone: true };
    }
    if (action.kind === 'open') return this.#begin(order, action, moment);
    if (kept === undefined) {
      const detail = `there is no incident ${order.incidentId} that is open or was closed lately`;
      return { reason: 'not_found', detail };
    }
    return this.#change(kept, order, action, moment);
  }

  #begin(
    order: IncidentOrder,
    action: Extract<IncidentAction, { kind: 'open' }>,
    moment: Moment,
  ): Answer {
    const { orderId, incidentId, actor } = order;
    if (incidentId !== incidentIdOf(orderId)) {
      const detail = `an incident that order ${orderId} opens has the id ${incidentIdOf(orderId)}`;
      return { reason: 'bad', detail };
    }
    // its order was forgotten, the incident was not
    if (this.#keptOf(incidentId) !== undefined) return { incidentId, isDone: true };
    if (this.#open.size >= this.#bounds.open) {
      const detail = `at most ${this.#bounds.open} incidents are open at one time: close one first`;
      return { reason: 'too_many', detail };
    }
    const { kind, ...data } = action;
    const incident = unopenedIncident(order, action, moment);
    this.#tell({ incident, afterSequence: 0 }, { kind, actor, changes: {}, data }, moment);
    this.#lookAround(incidentId, moment);
    return { incidentId, isDone: true };
  }

  #change(kept: Kept, order: IncidentOrder, action: LaterAction, moment: Moment): Answer {
    const { incident } = kept;
    const { id: incidentId, decided, closedAtMs } = incident;
    const { actor, seenVersion = decided.version } = order;
    const effect = effectOf(incident, order, action, moment.atMs, {
      limits: this.#bounds,
      unitById: this.#parts.unitById,
    });
    if (effect.ok && effect.changes === undefined) return { incidentId, isDone: false };
    if (isContested(action.kind) && seenVersion < decided.version) {
      const detail = `${decided.by} was first; look at the incident as it is now and decide again`;
      return { reason: 'changed', detail };
    }
    if (closedAtMs !== undefined && !isForClosed(action.kind)) {
      const detail = 'the incident is closed: reopen it, or add a note, message or photo';
      return { reason: 'not_now', detail };
    }
    if (!effect.ok) return { reason: effect.reason, detail: effect.detail };
    const isOpening = action.kind === 'reopen';
    if (isOpening && this.#open.size >= this.#bounds.open) {
      const detail = `at most ${this.#bounds.open} incidents are open at one time: close one first`;
      return { reason: 'too_many', detail };
    }
    const { changes, data } = effect;
    this.#tell(kept, { kind: action.kind, actor, changes, data }, moment);
    if (isOpening || action.kind === 'move') this.#lookAround(incidentId, moment);
    return { incidentId, isDone: true };
  }

  /** Says who is in an area that is new, by the newest places of all units. */
  #lookAround(incidentId: string, moment: Moment): void {
    const incident = this.find(incidentId);
    if (incident === undefined) return;
    const { place, radiusM, region, units } = incident;
    const near = new Map(
      [...this.#parts.unitsNear(place, radiusM + beyondM)].map((each) => [each.unitKey, each]),
    );
    const there = units.flatMap(({ unitKey, isThere }) => (isThere ? [unitKey] : []));
    for (const unitKey of there) {
      const newest = near.get(unitKey);
      const hasGone =
        newest === undefined || this.#arrivals.lookAt(incidentId, newest) === 'outside';
      const lastMs = newest?.fixedAtMs ?? moment.atMs;
      this.#arrivals.set(incidentId, unitKey, !hasGone, lastMs);
      if (hasGone) this.#left(incidentId, unitKey, moment.atMs, moment);
    }
    const known = new Set(there);
    for (const [unitKey, newest] of [...near].sort(([a], [b]) => a - b)) {
      if (known.has(unitKey) || newest.fixedAtMs < moment.atMs - freshMs) continue;
      if (this.#arrivals.lookAt(incidentId, newest) !== 'inside') continue;
      if (!isOfRegency(region, this.#parts.regionsOf(unitKey))) continue;
      this.#arrivals.set(incidentId, unitKey, true, newest.fixedAtMs);
      this.#arrived(incidentId, unitKey, moment.atMs, moment);
    }
  }

  #arrived(incidentId: string, unitKey: number, sinceMs: number, moment: Moment): void {
    const kept = this.#open.get(incidentId);
    const unit = this.#parts.unitOf(unitKey);
    if (kept === undefined || unit === undefined) return;
    const units = withArrived(kept.incident.units, unit, sinceMs, this.#bounds.units);
    if (units === undefined) {
      this.#unitsLeftOut += 1;
      return;
    }
    const data = { ...named(unit), sinceMs };
    this.#tell(kept, { kind: 'unit_arrived', actor: null, changes: { units }, data }, moment);
  }

  #left(incidentId: string, unitKey: number, fixedAtMs: number, moment: Moment): void {
    const kept = this.#open.get(incidentId);
    const unit = kept?.incident.units.find((each) => each.unitKey === unitKey);
    // one that had no room on the list
    if (kept === undefined || unit?.isThere !== true) return;
    const { unitId, callsign, arrivedAtMs = fixedAtMs } = unit;
    // a fix of before the opening may come after it
    const sinceMs = Math.max(fixedAtMs, arrivedAtMs);
    const units = withLeft(kept.incident.units, unit, sinceMs);
    const data = { unitKey, unitId, callsign, sinceMs };
    this.#tell(kept, { kind: 'unit_left', actor: null, changes: { units }, data }, moment);
  }

  #tell({ incident: before, afterSequence }: Kept, news: IncidentNews, moment: Moment): void {
    const event = nextEvent(before, news, moment);
    this.#keep({ incident: event.incident, afterSequence });
    this.#parts.onEvent(event);
  }

  #keep(kept: Kept): void {
    const { incident, afterSequence } = kept;
    const { id, place, radiusM, closedAtMs } = incident;
    if (closedAtMs === undefined) {
      const before = this.#open.get(id)?.incident;
      this.#closed.delete(id);
      this.#open.set(id, kept);
      const isSameGround = before?.place === place && before.radiusM === radiusM;
      if (!isSameGround) this.#arrivals.watch(incident, afterSequence);
      return;
    }
    if (this.#open.delete(id)) this.#arrivals.forget(id);
    this.#closed.set(id, kept);
    dropOldest(this.#closed, this.#bounds.closed);
  }

  #keptOf(incidentId: string): Kept | undefined {
    return this.#open.get(incidentId) ?? this.#closed.get(incidentId);
  }

  #resultOf(answer: Answer, incidentId: string): IncidentResult {
    const incident = this.find(incidentId);
    if ('reason' in answer) return { ok: false, ...answer, incident };
    if (incident !== undefined) return { ok: true, incident, isDone: answer.isDone };
    const detail = `incident ${incidentId} was closed long ago`;
    return { ok: false, reason: 'not_found', detail };
  }
}

/** True for a record that came before the incident was read as it is. */
function isTaken({ afterSequence }: Kept, { sequence }: Moment): boolean {
  return sequence > 0 && sequence <= afterSequence;
}

function dropOldest<Key>(entries: Map<Key, unknown>, limit: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= limit) return;
    entries.delete(key);
  }
}
