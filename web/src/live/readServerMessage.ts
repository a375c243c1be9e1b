import type { ServerMessage } from '../../../server/domain/liveMessage.ts';
import { presences } from '../../../server/domain/presence.ts';
import type { Result } from '../../../server/domain/result.ts';
import { agencies, type RosterEntry, unitKinds } from '../../../server/domain/unit.ts';
import { readAlarm, readLoad } from '../alarms/readAlarm.ts';
import { listOf } from '../api/jsonFields.ts';
import { readIncident } from '../incidents/readIncident.ts';

/** Why a text is not a server message. */
export type ServerMessageReason = 'not_json' | 'wrong_form';

/**
 * Reads a text message of the live socket. A message of a type that this page does not know is
 * `undefined`, so that a newer server may say more within posko.v1; a unit of an unknown kind or
 * agency is shown as `other` for the same reason.
 */
export function readServerMessage(
  text: string,
): Result<ServerMessage | undefined, ServerMessageReason> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: 'not_json', detail: String(error).slice(0, 80) };
  }
  if (!isRecord(json) || typeof json['type'] !== 'string') return wrong('type');
  if (json['type'] === 'hello') return readHello(json);
  if (json['type'] === 'units') return readUnits(json);
  if (json['type'] === 'presence') return readPresence(json);
  if (json['type'] === 'alarms') return readAlarms(json);
  if (json['type'] === 'incidents') return readIncidents(json);
  return { ok: true, value: undefined };
}

type Fields = Readonly<Record<string, unknown>>;

function readHello(json: Fields): Result<ServerMessage, ServerMessageReason> {
  const { version, serverTimeMs, tickMs, mode, mqttPort } = json;
  if (typeof version !== 'string') return wrong('hello.version');
  if (!isNumber(serverTimeMs)) return wrong('hello.serverTimeMs');
  if (!isNumber(tickMs)) return wrong('hello.tickMs');
  if (mqttPort !== null && !isNumber(mqttPort)) return wrong('hello.mqttPort');
  if (mode !== 'live' && mode !== 'demo') return wrong('hello.mode');
  return { ok: true, value: { type: 'hello', version, serverTimeMs, tickMs, mode, mqttPort } };
}

function readUnits(json: Fields): Result<ServerMessage, ServerMessageReason> {
  const { rosterVersion, complete, units } = json;
  if (!isNumber(rosterVersion)) return wrong('units.rosterVersion');
  if (typeof complete !== 'boolean') return wrong('units.complete');
  if (!Array.isArray(units)) return wrong('units.units');
  const entries: RosterEntry[] = [];
  for (const [i, unit] of units.entries()) {
    const entry = readEntry(unit);
    if (entry === undefined) return wrong(`units.units[${i}]`);
    entries.push(entry);
  }
  return { ok: true, value: { type: 'units', rosterVersion, complete, units: entries } };
}

/** A presence that this page does not know yet is left out, as a message of an unknown type is. */
function readPresence(json: Fields): Result<ServerMessage, ServerMessageReason> {
  const { rosterVersion, complete, units } = json;
  if (!isNumber(rosterVersion)) return wrong('presence.rosterVersion');
  if (typeof complete !== 'boolean') return wrong('presence.complete');
  if (!Array.isArray(units)) return wrong('presence.units');
  const known: [number, number][] = [];
  for (const [i, unit] of units.entries()) {
    const [key, number]: unknown[] = Array.isArray(unit) ? unit : [];
    if (!isNumber(key) || !isNumber(number)) return wrong(`presence.units[${i}]`);
    if (presences[number] !== undefined) known.push([key, number]);
  }
  return { ok: true, value: { type: 'presence', rosterVersion, complete, units: known } };
}

/** Alarms are read whole: a field that a newer server has more does no harm. */
function readAlarms(json: Fields): Result<ServerMessage, ServerMessageReason> {
  const { complete, omitted } = json;
  if (typeof complete !== 'boolean') return wrong('alarms.complete');
  if (!isNumber(omitted)) return wrong('alarms.omitted');
  const load = readLoad(json['load']);
  if (load === undefined) return wrong('alarms.load');
  const alarms = listOf(json['alarms'], readAlarm);
  if (alarms === undefined) return wrong('alarms.alarms');
  return { ok: true, value: { type: 'alarms', complete, alarms, omitted, load } };
}

function readIncidents(json: Fields): Result<ServerMessage, ServerMessageReason> {
  const { complete } = json;
  if (typeof complete !== 'boolean') return wrong('incidents.complete');
  const incidents = listOf(json['incidents'], readIncident);
  if (incidents === undefined) return wrong('incidents.incidents');
  return { ok: true, value: { type: 'incidents', complete, incidents } };
}

function readEntry(json: unknown): RosterEntry | undefined {
  if (!isRecord(json)) return undefined;
  const { key, id, callsign, region, trackerId, strength } = json;
  if (!isNumber(key) || typeof id !== 'string' || typeof callsign !== 'string') return undefined;
  if (typeof region !== 'string' || typeof trackerId !== 'string') return undefined;
  if (!isNumber(strength)) return undefined;
  const kind = unitKinds.find((name) => name === json['kind']) ?? 'other';
  const agency = agencies.find((name) => name === json['agency']) ?? 'other';
  return { key, id, callsign, kind, agency, region, strength, trackerId };
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function wrong(field: string): { ok: false; reason: 'wrong_form'; detail: string } {
  return {
    ok: false,
    reason: 'wrong_form',
    detail: `field ${field} is missing or of a wrong type`,
  };
}
