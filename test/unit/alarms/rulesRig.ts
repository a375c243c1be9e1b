import { AlarmDesk } from '../../../server/alarms/alarmDesk.ts';
import type { AlarmEvent, AlarmOrder } from '../../../server/domain/alarm.ts';
import type { Fix } from '../../../server/domain/fix.ts';
import type { Operation } from '../../../server/domain/operation.ts';
import type { Places } from '../../../server/domain/places.ts';
import type { Rule } from '../../../server/domain/rule.ts';
import type { Unit } from '../../../server/domain/unit.ts';
import { factsOfPlaces } from '../../../server/ruleTrial.ts';
import { distanceM } from '../../../server/tracking/fences/localPlane.ts';
import { PlaceWatch } from '../../../server/tracking/placeWatch.ts';
import { placeAt } from '../tracking/fences/engineRig.ts';
import { operation } from '../tracking/placeRig.ts';

export const drill: Operation = {
  ...{ ...operation, key: 2, id: 'latihan', name: 'Sispamkota', isExercise: true, phases: [] },
};

export function unitOf(key: number, changes: Partial<Unit> = {}): Unit {
  const named = { key, id: `unit-${key}`, callsign: `Elang ${key}`, region: '64.08', strength: 2 };
  return { ...named, kind: 'handheld', agency: 'polri', ...changes };
}

/** A rule that is switched on. */
export function ruleOf(condition: Rule['condition'], changes: Partial<Rule> = {}): Rule {
  return {
    ...{ id: 'rule', version: 1, isDefault: false, isEnabled: true, condition },
    ...{ where: {}, who: {}, during: {}, priority: condition.kind === 'sos' ? 'sos' : 'medium' },
    name: { id: 'Aturan', en: 'Rule' },
    text: { id: '{unit} di {place}: {value}', en: '{unit} at {place}: {value}' },
    ...{ procedure: [], tell: ['dispatchers'], escalation: [], delayMs: 0 },
    ...{ suppressedPhases: [], needsOutcome: false },
    ...changes,
  };
}

/** A watch of places and a desk, fed as the live core feeds them. Units 1 to 5 work for the operation. */
export function rulesRig(rules: readonly Rule[], places: Places) {
  const events: AlarmEvent[] = [];
  const units = new Map([1, 2, 3, 4, 5].map((key) => [key, unitOf(key)]));
  const operationsOf = new Map([...units.keys()].map((key) => [key, [1]]));
  const newest = new Map<number, Fix>();
  let sequence = 0;
  let nowMs = 0;
  const moment = () => ({ atMs: nowMs, sequence });
  const watch = new PlaceWatch({
    unitOf: (unitKey) => units.get(unitKey),
    onEvent: (event) => desk.takePlaceEvent(event, moment()),
    onSilentStay: (stay) => desk.takeSilentStay(stay, moment()),
  });
  const desk: AlarmDesk = new AlarmDesk({
    facts: {
      unitOf: (unitKey) => units.get(unitKey),
      unitById: (id) => [...units.values()].find((unit) => unit.id === id),
      operationsOf: (unitKey) => operationsOf.get(unitKey) ?? [],
      placeOf: (unitKey) => {
        const fix = newest.get(unitKey);
        return fix === undefined ? undefined : [fix.lon, fix.lat];
      },
      distanceM,
      ...factsOfPlaces(watch),
    },
    onEvent: (event) => events.push(event),
    onEncounterRules: (encounters) => watch.setEncounterRules(encounters),
  });
  watch.setPlaces(places, 0);
  desk.setRules(rules);
  const turn = (atS: number): void => {
    nowMs = atS * 1000;
    sequence += 1;
  };
  const tick = (atS: number): void => {
    turn(atS);
    watch.tick(nowMs);
    desk.tick(moment());
  };
  const heard = (atS: number, unitKey: number): void => {
    turn(atS);
    watch.heard(unitKey, nowMs);
    desk.heard(unitKey, moment());
  };
  const at = (atS: number, unitKey: number, xM: number, yM = 0, more: Partial<Fix> = {}): void => {
    heard(atS, unitKey);
    const fix = { fixedAtMs: nowMs, ...placeAt(xM, yM), ...more };
    const position = {
      trackerKey: 10 * unitKey,
      fix,
      receivedAtMs: nowMs,
      verdict: 'live',
    } as const;
    newest.set(unitKey, fix);
    watch.takePosition(unitKey, position);
    const clock = { state: 'right', offsetMs: 0 } as const;
    desk.takePosition({ unitKey, position, isDriving: true, clock }, moment());
  };
  /** Stands somewhere for some time, a fix and a tick every 5 s; the second at which it ends. */
  const stand = (fromS: number, seconds: number, unitKey: number, xM: number): number => {
    for (let s = fromS; s < fromS + seconds; s += 5) {
      at(s, unitKey, xM);
      tick(s);
    }
    return fromS + seconds;
  };
  /** Drives along the x axis at 8 m/s, a fix and a tick every 5 s; the second at which it ends. */
  const drive = (fromS: number, unitKey: number, fromM: number, toM: number): number => {
    const steps = Math.ceil(Math.abs(toM - fromM) / 40);
    for (let i = 0; i < steps; i++) {
      stand(fromS + 5 * i, 5, unitKey, fromM + ((toM - fromM) * i) / steps);
    }
    return fromS + 5 * steps;
  };
  const wait = (fromS: number, seconds: number): number => {
    for (let s = fromS; s < fromS + seconds; s += 5) tick(s);
    return fromS + seconds;
  };
  const order = (action: AlarmOrder['action'], alarmId: string) => {
    sequence += 1;
    const orderId = `order-${sequence}`;
    return desk.order({ orderId, alarmId, actor: 'budi', action }, moment());
  };
  const kinds = (): string[] => events.map(({ kind }) => kind);
  const texts = (): string[] =>
    events.flatMap(({ kind, alarm }) => (kind === 'raised' ? [alarm.text.id] : []));
  return {
    ...{ watch, desk, events, units, operationsOf, moment, turn, tick, heard, at, stand, drive },
    ...{ wait, order, kinds, texts },
  };
}
