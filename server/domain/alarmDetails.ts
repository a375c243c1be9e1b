import { type Static, Type } from 'typebox';
import {
  type Alarm,
  alarmEventKinds,
  alarmStates,
  maxRemarkLength,
  outcomes,
  personOutcomes,
} from './alarm.ts';
import { placeSchema } from './placeDetails.ts';
import { audiences, priorities, ruleKinds } from './rule.ts';
import { agencies } from './unit.ts';

/*
 * What `/alarms` answers and takes, and what the live socket says of alarms. Times are UTC epoch
 * milliseconds, places [longitude, latitude] in WGS84 degrees. Null: there is none.
 */

const closed = { additionalProperties: false };
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** In Indonesian and English. */
export const textSchema = Type.Object({ id: Type.String(), en: Type.String() }, closed);

/** Who did something, and when. */
const doneSchema = Type.Union([
  Type.Object({ by: Type.String(), atMs: Type.Number() }, closed),
  Type.Null(),
]);

/** To whom an alarm is given: a user's name, or a unit. */
export const assigneeSchema = Type.Union([
  Type.Object(
    { kind: Type.Literal('person'), name: Type.String({ minLength: 1, maxLength: 64 }) },
    closed,
  ),
  Type.Object(
    { kind: Type.Literal('unit'), unitId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) },
    closed,
  ),
]);

/** An alarm as it stands (alarm.ts says what each field means). */
export const alarmDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  state: Type.Enum([...alarmStates]),
  priority: Type.Enum([...priorities]),
  ruleId: Type.String(),
  ruleKind: Type.Enum([...ruleKinds]),
  name: textSchema,
  text: textSchema,
  operationId: textOrNull,
  isExercise: Type.Boolean(),
  regions: Type.Array(Type.String()),
  unitId: textOrNull,
  callsign: textOrNull,
  siteId: textOrNull,
  siteName: textOrNull,
  fenceId: textOrNull,
  fenceName: textOrNull,
  agency: Type.Union([Type.Enum([...agencies]), Type.Null()]),
  place: Type.Union([placeSchema, Type.Null()]),
  isActive: Type.Boolean(),
  isLatching: Type.Boolean(),
  needsOutcome: Type.Boolean(),
  happenedAtMs: Type.Number(),
  raisedAtMs: Type.Number(),
  changedAtMs: Type.Number(),
  returnedAtMs: numberOrNull,
  occurrences: Type.Integer(),
  lastOccurredAtMs: Type.Number(),
  isChattering: Type.Boolean(),
  acknowledged: doneSchema,
  shelf: Type.Union([
    Type.Object(
      { untilMs: Type.Number(), reason: Type.String(), by: Type.String(), atMs: Type.Number() },
      closed,
    ),
    Type.Null(),
  ]),
  service: Type.Union([
    Type.Object({ reason: Type.String(), by: Type.String(), atMs: Type.Number() }, closed),
    Type.Null(),
  ]),
  closed: Type.Union([
    Type.Object(
      {
        by: textOrNull,
        atMs: Type.Number(),
        outcome: Type.Enum([...outcomes]),
        text: textOrNull,
      },
      closed,
    ),
    Type.Null(),
  ]),
  assignee: Type.Union([assigneeSchema, Type.Null()]),
  procedure: Type.Array(
    Type.Object({ text: textSchema, answers: textSchema, done: doneSchema }, closed),
  ),
  told: Type.Array(Type.Enum([...audiences])),
  escalations: Type.Integer(),
  incidentId: textOrNull,
  comments: Type.Integer(),
});
export type AlarmDetails = Static<typeof alarmDetailsSchema>;

/** One thing that happened to an alarm. */
export const alarmEventSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  kind: Type.Enum([...alarmEventKinds]),
  atMs: Type.Number(),
  /** Null: the server, by a rule or by time. */
  actor: textOrNull,
  state: Type.Enum([...alarmStates]),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type AlarmEventDetails = Static<typeof alarmEventSchema>;

/** The alarms of a control room against what people can bear [EEMUA 191; ANSI/ISA-18.2-2016, 16]. */
export const alarmLoadSchema = Type.Object({
  /** Raised in the last ten minutes. */
  last10Min: Type.Integer(),
  /** The same for each of those who handle alarms now; of one where nobody does. */
  perOperator10Min: Type.Number(),
  /** Ten or more in ten minutes, until fewer than five. */
  isFlood: Type.Boolean(),
  floodSinceMs: numberOrNull,
});
export type AlarmLoadDetails = Static<typeof alarmLoadSchema>;

const loadPlaceSchema = Type.Object({
  kind: Type.Enum(['site', 'fence', 'unit', 'none']),
  id: Type.String(),
  name: Type.String(),
});

/** The same whole: what `GET /alarms/load` answers. Shares are parts of 1. */
export const alarmLoadWholeSchema = Type.Object({
  ...alarmLoadSchema.properties,
  last24H: Type.Integer(),
  /** Of the flood with what led to it, or of the last ten minutes, the most first. */
  byPlace: Type.Array(Type.Object({ place: loadPlaceSchema, count: Type.Integer() })),
  byRule: Type.Array(Type.Object({ ruleId: Type.String(), count: Type.Integer() })),
  /** Of the last 24 h, with their shares of all. */
  topOffenders: Type.Array(
    Type.Object({
      place: loadPlaceSchema,
      ruleId: Type.String(),
      count: Type.Integer(),
      share: Type.Number(),
    }),
  ),
  /** Of the last 24 h; null: nobody took any. */
  timeToAcknowledge: Type.Object({
    count: Type.Integer(),
    medianMs: numberOrNull,
    p95Ms: numberOrNull,
  }),
  /** Of the last 24 h, against what they should be, percent; null of SOS, which stands apart. */
  priorities: Type.Array(
    Type.Object({
      priority: Type.Enum([...priorities]),
      count: Type.Integer(),
      share: numberOrNull,
      targetPct: numberOrNull,
    }),
  ),
  /** Open now, those that are suppressed left out. */
  open: Type.Integer(),
  unacknowledged: Type.Integer(),
  chattering: Type.Integer(),
  stale: Type.Integer(),
});
export type AlarmLoadWhole = Static<typeof alarmLoadWholeSchema>;

const remarkSchema = Type.String({ minLength: 1, maxLength: maxRemarkLength });

/** In every action: made by whoever asks, so that the same asked twice is done once; and what they have seen. */
const order = {
  orderId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' })),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
};

/** Bodies of `POST /alarms/{id}/{action}`. */
export const alarmActionSchemas = {
  acknowledge: Type.Object({ ...order }, closed),
  shelve: Type.Object({ ...order, reason: remarkSchema, untilMs: Type.Integer() }, closed),
  unshelve: Type.Object({ ...order }, closed),
  'out-of-service': Type.Object({ ...order, reason: remarkSchema }, closed),
  'in-service': Type.Object({ ...order }, closed),
  assign: Type.Object({ ...order, to: Type.Union([assigneeSchema, Type.Null()]) }, closed),
  comment: Type.Object({ ...order, text: remarkSchema }, closed),
  step: Type.Object(
    { ...order, step: Type.Integer({ minimum: 0, maximum: 19 }), isDone: Type.Boolean() },
    closed,
  ),
  close: Type.Object(
    { ...order, outcome: Type.Enum([...personOutcomes]), text: Type.Optional(remarkSchema) },
    closed,
  ),
} as const;

/** Ids in the place of keys, which nobody outside the database needs. */
export function alarmDetails(alarm: Alarm): AlarmDetails {
  const { subject, acknowledged, shelf, service, assignee, closed: end } = alarm;
  const { id, version, state, priority, ruleId, ruleKind, isExercise } = alarm;
  const { isActive, isLatching, needsOutcome, happenedAtMs, raisedAtMs, changedAtMs } = alarm;
  const { occurrences, lastOccurredAtMs, isChattering, escalations, comments } = alarm;
  return {
    ...{ id, version, state, priority, ruleId, ruleKind, isExercise },
    ...{ isActive, isLatching, needsOutcome, happenedAtMs, raisedAtMs, changedAtMs },
    ...{ occurrences, lastOccurredAtMs, isChattering, escalations, comments },
    name: { ...alarm.name },
    text: { ...alarm.text },
    operationId: alarm.operationId ?? null,
    regions: [...alarm.regions],
    unitId: subject.unitId ?? null,
    callsign: subject.callsign ?? null,
    siteId: subject.siteId ?? null,
    siteName: subject.siteName ?? null,
    fenceId: subject.fenceId ?? null,
    fenceName: subject.fenceName ?? null,
    agency: subject.agency ?? null,
    place: subject.place === undefined ? null : [subject.place[0], subject.place[1]],
    returnedAtMs: alarm.returnedAtMs ?? null,
    acknowledged: acknowledged === undefined ? null : { ...acknowledged },
    shelf: shelf === undefined ? null : { ...shelf },
    service: service === undefined ? null : { ...service },
    closed: end === undefined ? null : { ...end, text: end.text ?? null },
    assignee: assignee === undefined ? null : { ...assignee },
    procedure: alarm.procedure.map(({ text, answers, done }) => ({
      text: { ...text },
      answers: { ...answers },
      done: done === undefined ? null : { ...done },
    })),
    told: [...alarm.told],
    incidentId: alarm.incidentId ?? null,
  };
}
