import type { UnitPlace } from '../../../server/alarms/incidentArea.ts';
import {
  IncidentBook,
  type IncidentBookParts,
  incidentIdOf,
} from '../../../server/alarms/incidentBook.ts';
import type { NamedUnit } from '../../../server/alarms/incidentUnits.ts';
import type {
  Command,
  Decision,
  IncidentAction,
  IncidentEvent,
  IncidentResult,
} from '../../../server/domain/incident.ts';
import { distanceM } from '../../../server/tracking/fences/localPlane.ts';
import { placeAt } from '../tracking/fences/engineRig.ts';

/** Of the area of incidents of these tests, metres. */
export const areaRadiusM = 200;

export const opening = {
  ...{ kind: 'open', title: 'Unjuk rasa di KPU', region: '64.08', isExercise: false },
  ...{ radiusM: areaRadiusM, place: [placeAt(0).lon, placeAt(0).lat] },
} as const satisfies IncidentAction;

/** Units 1 to 9, called alpha-1 to alpha-9. */
export const units: readonly NamedUnit[] = Array.from({ length: 9 }, (_, i) => ({
  ...{ key: i + 1, id: `alpha-${i + 1}`, callsign: `Alpha ${i + 1}` },
}));

/** A book with what it told, and a clock that goes on by a second with each order. */
export function incidentRig(parts: Partial<IncidentBookParts> = {}) {
  const told: IncidentEvent[] = [];
  /** Newest places of units. */
  const newest = new Map<number, UnitPlace>();
  const book = new IncidentBook({
    onEvent: (event) => told.push(event),
    unitOf: (unitKey) => units.find(({ key }) => key === unitKey),
    regionsOf: () => ['64.08'],
    unitById: (unitId) => units.find(({ id }) => id === unitId),
    unitsNear: ([lon, lat], radiusM) =>
      [...newest].flatMap(([unitKey, place]) =>
        distanceM(lon, lat, place.lon, place.lat) <= radiusM ? [{ unitKey, ...place }] : [],
      ),
    distanceM,
    ...parts,
  });
  let orders = 0;
  let sequence = 0;
  const moment = (atS: number) => ({ atMs: atS * 1000, sequence: ++sequence });
  const open = (changes: Partial<typeof opening> = {}, atS = 1_000): string => {
    const orderId = `open-${++orders}`;
    const incidentId = incidentIdOf(orderId);
    const action: IncidentAction = { ...opening, ...changes };
    const result = book.order({ orderId, incidentId, actor: 'rina', action }, moment(atS));
    if (!result.ok) throw new Error(result.detail);
    return incidentId;
  };
  const act = (
    incidentId: string,
    action: IncidentAction,
    more: {
      readonly seenVersion?: number;
      readonly authority?: Command;
      readonly actor?: string;
    } = {},
  ): IncidentResult => {
    const order = { orderId: `act-${++orders}`, incidentId, actor: 'rina', ...more, action };
    return book.order(order, moment(1_000 + orders));
  };
  const decide = (incidentId: string, decision: Decision, command: Command): IncidentResult => {
    const action = { kind: 'decide', decision, reason: 'karena', command } as const;
    return act(incidentId, action, { authority: command });
  };
  /** A unit is so many metres east of the middle, at a second. */
  const at = (unitKey: number, atS: number, xM: number, accuracyM?: number, yM = 0): void => {
    const place = { ...placeAt(xM, yM), accuracyM, fixedAtMs: atS * 1000 };
    newest.set(unitKey, place);
    book.takePosition(unitKey, place, moment(atS));
  };
  const kinds = (): string[] => told.map(({ kind }) => kind);
  return { book, told, kinds, open, act, decide, at, moment, newest };
}

/** The incident of a result that must be good. */
export function done(result: IncidentResult) {
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result;
}
