import { AlarmDesk, type DeskCheckpoint } from './alarms/alarmDesk.ts';
import { type AlarmLoad, alarmLoad, briefLoad } from './alarms/alarmLoad.ts';
import { IncidentBook, type IncidentCheckpoint } from './alarms/incidentBook.ts';
import type { Moment } from './alarms/moment.ts';
import type { Scope } from './domain/access.ts';
import type { Alarm, AlarmEvent, AlarmOrder, AlarmResult } from './domain/alarm.ts';
import type { CoreRecord } from './domain/coreRecord.ts';
import type { LonLat } from './domain/fence.ts';
import type { Incident, IncidentEvent, IncidentOrder, IncidentResult } from './domain/incident.ts';
import type { JournalInput } from './domain/journalRecord.ts';
import type { PlaceEvent } from './domain/placeEvent.ts';
import type { Position } from './domain/position.ts';
import type { Rule } from './domain/rule.ts';
import type { Stay } from './domain/transition.ts';
import { eventId } from './eventId.ts';
import type { LiveHub } from './live/liveHub.ts';
import { Orders } from './orders.ts';
import type { Origin, TrackerEvent } from './pipeline.ts';
import { distanceM } from './tracking/fences/localPlane.ts';
import type { PlaceWatch } from './tracking/placeWatch.ts';
import type { Roster } from './tracking/roster.ts';
import type { Track } from './tracking/track.ts';

export type AlarmCoreParts = {
  /** Of the journal that is followed. */
  readonly journalId: string;
  readonly roster: Roster;
  readonly places: () => PlaceWatch;
  /** The track that drives a unit. */
  readonly driverOf: (unitKey: number) => Track | undefined;
  readonly hub: LiveHub;
  readonly append: (input: JournalInput) => Promise<boolean>;
  /** Take what happened, in order: to be written, and sent on. */
  readonly onAlarm: (event: AlarmEvent) => void;
  readonly onIncident: (event: IncidentEvent) => void;
  readonly nowMs: () => number;
};

/** All that is known of alarms and incidents, as plain data. */
export type KeptAlarms = { readonly desk: DeskCheckpoint; readonly incidents: IncidentCheckpoint };

/** What a start without a kept state goes on from: rules in force, and what is open, from the database. */
export type AdoptedAlarms = {
  readonly rules: readonly Rule[];
  readonly alarms: readonly Alarm[];
  readonly incidents: readonly Incident[];
};

/** Records that are the alarms' own. */
export type AlarmInput = Exclude<
  CoreRecord,
  { type: 'places_changed' | 'checked_in' | 'checked_out' }
>;

/** Whose load: alarms that are seen in these regions. */
export type LoadOf = {
  readonly scope: Scope;
  readonly isExercise?: boolean | undefined;
};

/**
 * Alarms and incidents over the live core: hands them all that moves them, in the order of the journal,
 * shows what comes of it, and has people's orders carried out.
 */
export class AlarmCore {
  readonly #parts: AlarmCoreParts;
  readonly #desk: AlarmDesk;
  readonly #incidents: IncidentBook;
  readonly #alarmOrders: Orders<AlarmResult>;
  readonly #incidentOrders: Orders<IncidentResult>;

  constructor(parts: AlarmCoreParts) {
    this.#parts = parts;
    const { roster, places, hub, append, driverOf } = parts;
    this.#alarmOrders = new Orders(append);
    this.#incidentOrders = new Orders(append);
    this.#desk = new AlarmDesk({
      facts: {
        unitOf: (unitKey) => roster.unitOf(unitKey),
        unitById: (unitId) => roster.unitById(unitId),
        fenceOf: (fenceKey) => places().fenceOf(fenceKey),
        siteOf: (siteKey) => places().siteOf(siteKey),
        operations: () => places().operations,
        operationsOf: (unitKey) => roster.operationsOf(unitKey),
        placeOf: (unitKey) => placeOf(driverOf(unitKey)),
        sitesNear: ([lon, lat], withinM) => places().sitesNear(lon, lat, withinM),
        distanceM,
        isAtSite: ([lon, lat]) => places().isAtSite(lon, lat),
        coverageOf: (siteKey) => places().coverageOf(siteKey),
      },
      onEvent: (event) => {
        hub.showAlarm(event.alarm);
        parts.onAlarm(event);
      },
      onEncounterRules: (rules) => places().setEncounterRules(rules),
    });
    this.#incidents = new IncidentBook({
      onEvent: (event) => {
        hub.showIncident(event.incident);
        parts.onIncident(event);
        this.#linkAlarm(event);
      },
      unitOf: (unitKey) => roster.unitOf(unitKey),
      unitById: (unitId) => roster.unitById(unitId),
      regionsOf: (unitKey) => {
        const unit = roster.unitOf(unitKey);
        return unit === undefined ? [] : roster.regionsOf(unit);
      },
      unitsNear: (place, radiusM) => this.#unitsNear(place, radiusM),
      distanceM,
    });
    hub.setAlarmView({
      openAlarms: () => this.#desk.open(),
      openIncidents: () => this.#incidents.open(),
      loadOf: (scope) => ({ ...briefLoad(this.#desk.history, this.#question({ scope })) }),
    });
  }

  /** True while there is something that time could change. */
  get isWaiting(): boolean {
    return this.#desk.isWaiting;
  }

  get rules(): readonly Rule[] {
    return this.#desk.rules;
  }

  /** The newest version that was seen of each rule, also of those that were removed lately. */
  get ruleVersions(): ReadonlyMap<string, number> {
    return this.#desk.ruleVersions;
  }

  findAlarm(id: string): Alarm | undefined {
    return this.#desk.find(id);
  }

  openAlarms(): Iterable<Alarm> {
    return this.#desk.open();
  }

  findIncident(id: string): Incident | undefined {
    return this.#incidents.find(id);
  }

  openIncidents(): Iterable<Incident> {
    return this.#incidents.open();
  }

  /** The load of a control room. */
  loadOf(asked: LoadOf): AlarmLoad {
    return alarmLoad(this.#desk.history, this.#desk.open(), this.#question(asked));
  }

  counts() {
    return { alarms: this.#desk.counts(), incidents: this.#incidents.counts };
  }

  /** Has an order carried out at its place in the order of events; undefined: nothing came back. */
  orderAlarm(order: AlarmOrder): Promise<AlarmResult | undefined> {
    return this.#alarmOrders.ask({ type: 'alarm_ordered', order });
  }

  orderIncident(order: IncidentOrder): Promise<IncidentResult | undefined> {
    return this.#incidentOrders.ask({ type: 'incident_ordered', order });
  }

  takePlaceEvent(event: PlaceEvent, moment: Moment): void {
    this.#desk.takePlaceEvent(event, moment);
  }

  takeSilentStay(stay: Stay, moment: Moment): void {
    this.#desk.takeSilentStay(stay, moment);
  }

  /** A tracker of a unit said something beside its place. */
  takeTrackerEvent(unitKey: number, trackerEvent: TrackerEvent, origin: Origin): void {
    const { trackerKey, event, happenedAtMs } = trackerEvent;
    const { message, part } = origin;
    const moment = { atMs: message.atMs, sequence: message.sequence };
    if (event.kind === 'sos') {
      const { lon, lat, text } = event;
      const { trackerId } = message;
      const id = this.#eventId(message.sequence, message.atMs, part, trackerId);
      this.#desk.takeSos({ id, unitKey, trackerId, happenedAtMs, lon, lat, text }, moment);
      return;
    }
    const { batteryPct } = event;
    if (batteryPct === undefined) return;
    this.#desk.takeStatus({ unitKey, trackerKey, batteryPct, happenedAtMs }, moment);
  }

  /** Takes a live or delayed position of one of a unit's trackers. */
  takePosition(position: Position, track: Track, moment: Moment): void {
    const { unitKey, trackerKey, clock } = track;
    const isDriving = this.#parts.driverOf(unitKey)?.trackerKey === trackerKey;
    this.#desk.takePosition({ unitKey, position, isDriving, clock }, moment);
    if (isDriving && position.verdict === 'live') {
      this.#incidents.takePosition(unitKey, position.fix, moment);
    }
  }

  /** The clock of a tracker is seen with other eyes; where its unit has no other that drives, it is that unit's. */
  takeClock({ unitKey, trackerKey, clock }: Track, moment: Moment): void {
    const driving = this.#parts.driverOf(unitKey)?.trackerKey ?? trackerKey;
    if (driving === trackerKey) this.#desk.takeClock({ unitKey, trackerKey, ...clock }, moment);
  }

  heard(unitKey: number, moment: Moment): void {
    this.#desk.heard(unitKey, moment);
  }

  /** A rule was changed, or somebody ordered something. */
  takeRecord(record: AlarmInput, moment: Moment): void {
    switch (record.type) {
      case 'rule_set':
      case 'rule_removed':
        this.#desk.takeRule(record, moment);
        return;
      case 'alarm_ordered': {
        const { order } = record;
        this.#alarmOrders.settle(order, this.#desk.order(order, moment));
        return;
      }
      case 'incident_ordered': {
        const { order } = record;
        this.#incidentOrders.settle(order, this.#incidents.order(order, moment));
        return;
      }
    }
  }

  /** Time went on. */
  tick(moment: Moment): void {
    this.#desk.tick(moment);
  }

  unitsChanged(): void {
    this.#desk.unitsChanged();
  }

  /** A change of places counts from here on. */
  placesChanged(moment: Moment): void {
    this.#desk.placesChanged(moment);
  }

  keep(): KeptAlarms {
    return { desk: this.#desk.checkpoint(), incidents: this.#incidents.checkpoint() };
  }

  /** Goes on from what was kept. Units, places and tracks of then are known before. */
  restore({ desk, incidents }: KeptAlarms): void {
    this.#desk.restore(desk);
    this.#incidents.restore(incidents);
  }

  /** Goes on from what the database has, where nothing was kept. */
  adopt({ rules, alarms, incidents }: AdoptedAlarms): void {
    this.#desk.setRules(rules);
    this.#desk.adopt(alarms);
    this.#incidents.adopt(incidents);
  }

  /**
   * Takes over open ones of the database that what was kept lacks: of records that the journal could
   * not take. To be called before the journal is read on, and once more after it.
   */
  adoptMissing({ alarms, incidents }: Pick<AdoptedAlarms, 'alarms' | 'incidents'>): void {
    this.#desk.adopt(alarms.filter(({ id }) => this.#desk.find(id) === undefined));
    this.#incidents.adopt(incidents.filter(({ id }) => this.#incidents.find(id) === undefined));
  }

  #question({ scope, isExercise }: LoadOf) {
    const { hub, nowMs } = this.#parts;
    return { scope, isExercise, nowMs: nowMs(), operators: hub.operatorsIn(scope) };
  }

  /** An alarm that an incident takes up knows of it. */
  #linkAlarm({ id, kind, actor, atMs, data, incidentId, incident }: IncidentEvent): void {
    const alarmId = kind === 'open' || kind === 'link_alarm' ? data['alarmId'] : undefined;
    if (typeof alarmId !== 'string') return;
    const action = { kind: 'add_to_incident', incidentId } as const;
    // nobody else can have used it: no id that a person may give has a slash
    const order = { orderId: `incident/${id}`, alarmId, actor: actor ?? incident.openedBy, action };
    this.#desk.order(order, { atMs, sequence: incident.sequence });
  }

  *#unitsNear([lon, lat]: LonLat, radiusM: number) {
    for (const { key: unitKey } of this.#parts.roster.entries) {
      const newest = this.#parts.driverOf(unitKey)?.newest;
      if (newest === undefined) continue;
      if (distanceM(lon, lat, newest.lon, newest.lat) <= radiusM) yield { unitKey, ...newest };
    }
  }

  /** What cannot be stored has no place in the journal; it is told apart by when it came. */
  #eventId(sequence: number, atMs: number, part: number, trackerId: string): string {
    const { journalId } = this.#parts;
    if (sequence > 0) return eventId(journalId, sequence, part);
    return eventId(`${journalId}/${trackerId}`, atMs, part);
  }
}

function placeOf(track: Track | undefined): LonLat | undefined {
  const newest = track?.newest;
  return newest === undefined ? undefined : [newest.lon, newest.lat];
}
