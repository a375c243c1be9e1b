import type {
  Incident,
  IncidentAction,
  IncidentEventKind,
  IncidentOrder,
  IncidentRefusal,
} from '../domain/incident.ts';
import { decide, isBelow } from '../domain/incidentLifecycle.ts';
import { type NamedUnit, named, withAdded, withoutAdded } from './incidentUnits.ts';

/** Most of each that one incident holds. */
export type IncidentLimits = {
  readonly units: number;
  readonly alarms: number;
  /** Of crowds the newest stay; all of them are in the log. */
  readonly crowds: number;
};

/** What an action makes of an incident that there is. */
export type Effect =
  | {
      readonly ok: true;
      readonly changes: Partial<Incident>;
      /** For the log. */
      readonly data: Readonly<Record<string, unknown>>;
    }
  /** It is so already. */
  | { readonly ok: true; readonly changes: undefined }
  | { readonly ok: false; readonly reason: IncidentRefusal; readonly detail: string };

/** An action on an incident that was opened. */
export type LaterAction = Exclude<IncidentAction, { kind: 'open' }>;

/**
 * True for what two people can want differently: an order for it by somebody who has not seen the other's
 * is refused as `changed`. Whatever else is asked for can be done in any order, and twice.
 */
export function isContested(kind: IncidentEventKind): boolean {
  return kinds[kind].isContested;
}

/** True for what is also done to an incident that is closed: the log goes on. */
export function isForClosed(kind: IncidentAction['kind']): boolean {
  return kinds[kind].isForClosed;
}

const contested = { isContested: true, isForClosed: false };
const added = { isContested: false, isForClosed: false };
const logged = { isContested: false, isForClosed: true };
const kinds: Readonly<
  Record<IncidentEventKind, { readonly isContested: boolean; readonly isForClosed: boolean }>
> = {
  ...{ open: contested, rename: contested, move: contested, decide: contested },
  ...{ close: { isContested: true, isForClosed: true } },
  ...{ reopen: { isContested: true, isForClosed: true } },
  ...{ note: logged, message: logged, photo: logged },
  ...{ check: added, link_alarm: added, unlink_alarm: added },
  ...{ add_unit: added, remove_unit: added, crowd: added },
  ...{ unit_arrived: added, unit_left: added },
};

const unchanged: Effect = { ok: true, changes: undefined };

/**
 * Works out an action whose fields were checked (domain/incidentFields.ts).
 *
 * @param atMs by the journal, epoch ms
 */
export function effectOf(
  incident: Incident,
  { actor, authority }: Pick<IncidentOrder, 'actor' | 'authority'>,
  action: LaterAction,
  atMs: number,
  parts: {
    readonly limits: IncidentLimits;
    readonly unitById: (unitId: string) => NamedUnit | undefined;
  },
): Effect {
  const { limits } = parts;
  switch (action.kind) {
    case 'rename':
      if (action.title === incident.title) return unchanged;
      return changed({ title: action.title }, { title: action.title, was: incident.title });
    case 'move': {
      const { place, radiusM } = action;
      const isSame =
        place[0] === incident.place[0] &&
        place[1] === incident.place[1] &&
        radiusM === incident.radiusM;
      return isSame ? unchanged : changed({ place, radiusM }, { place, radiusM });
    }
    case 'decide':
      return effectOfDecision(incident, authority, action);
    case 'note':
      return changed({}, { text: action.text });
    case 'message': {
      const { from, to, text } = action;
      return changed({}, { from, to, text });
    }
    case 'photo': {
      const { photoId, sha256, text } = action;
      return changed({}, { photoId, sha256, text });
    }
    case 'check': {
      const { item, isDone } = action;
      if (incident.checked.some((each) => each.item === item) === isDone) return unchanged;
      const others = incident.checked.filter((each) => each.item !== item);
      const checked = isDone ? [...others, { item, by: actor, atMs }] : others;
      return changed({ checked }, { item, isDone });
    }
    case 'link_alarm': {
      const { alarmId } = action;
      if (incident.alarmIds.includes(alarmId)) return unchanged;
      if (incident.alarmIds.length >= limits.alarms) return tooMany(limits.alarms, 'alarms');
      return changed({ alarmIds: [...incident.alarmIds, alarmId] }, { alarmId });
    }
    case 'unlink_alarm': {
      const { alarmId } = action;
      if (!incident.alarmIds.includes(alarmId)) return unchanged;
      return changed({ alarmIds: incident.alarmIds.filter((id) => id !== alarmId) }, { alarmId });
    }
    case 'add_unit': {
      const unit = parts.unitById(action.unitId);
      if (unit === undefined) return bad(`there is no unit ${action.unitId}`);
      const units = withAdded(incident.units, unit, limits.units);
      if (units === undefined) return tooMany(limits.units, 'units');
      return units === incident.units ? unchanged : changed({ units }, named(unit));
    }
    case 'remove_unit': {
      const unit = incident.units.find(({ unitId }) => unitId === action.unitId);
      if (unit?.isAdded !== true) return unchanged;
      const { unitKey: key, unitId: id, callsign } = unit;
      const units = withoutAdded(incident.units, unit);
      return changed({ units }, named({ key, id, callsign }));
    }
    case 'crowd': {
      const { place, size, text } = action;
      const crowds = [...incident.crowds, { place, size, text, atMs }].slice(-limits.crowds);
      return changed({ crowds }, { place, size, text });
    }
    case 'close':
      if (incident.closedAtMs !== undefined) return unchanged;
      if (incident.level !== 'hijau') {
        const detail = `the incident is at ${incident.level}: whoever commands lowers it to hijau before it is closed`;
        return { ok: false, reason: 'not_now', detail };
      }
      return changed({ closedAtMs: atMs }, { text: action.text });
    case 'reopen':
      if (incident.closedAtMs === undefined) return unchanged;
      return changed({ closedAtMs: undefined }, { reason: action.reason });
  }
}

function effectOfDecision(
  incident: Incident,
  authority: IncidentOrder['authority'],
  { decision, reason, command }: Extract<LaterAction, { kind: 'decide' }>,
): Effect {
  if (authority === undefined || isBelow(authority, command)) {
    const detail = `nobody decides as ${command} who is not, or above it, in ${incident.region}: the decision is for who commands there`;
    return { ok: false, reason: 'no_authority', detail };
  }
  const decided = decide(incident, decision, command);
  if (!decided.ok) return decided;
  if (!decided.isChange) return unchanged;
  const { level, force, command: next } = decided.stand;
  return changed(
    { level, force, command: next },
    {
      ...{ decision, reason, command },
      before: { level: incident.level, force: incident.force, command: incident.command },
    },
  );
}

function changed(changes: Partial<Incident>, data: Readonly<Record<string, unknown>>): Effect {
  return { ok: true, changes, data };
}

function tooMany(limit: number, what: string): Effect {
  const detail = `an incident holds at most ${limit} ${what}: remove some first`;
  return { ok: false, reason: 'too_many', detail };
}

function bad(detail: string): Effect {
  return { ok: false, reason: 'bad', detail };
}
