import { type Static, Type } from 'typebox';
import {
  commands,
  forces,
  type Incident,
  type IncidentEvent,
  incidentEventKinds,
  levels,
} from './incident.ts';
import {
  incidentRadiusBounds,
  incidentRegionPattern,
  maxApprovalLength,
  maxCrowd,
  maxIncidentTextLength,
  maxSpeakerLength,
  maxTitleLength,
  operationIdPattern,
  sha256Pattern,
  uuidPattern,
} from './incidentFields.ts';
import { placeSchema } from './placeDetails.ts';

/*
 * What `/incidents` answers and takes, and what the live socket says of incidents. Times are UTC epoch
 * milliseconds, places [longitude, latitude] in WGS84 degrees, distances metres. Null: there is none.
 */

const closed = { additionalProperties: false };
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const levelSchema = Type.Enum([...levels]);
const forceSchema = Type.Enum([...forces]);
const commandSchema = Type.Enum([...commands]);

/** An incident as it stands (incident.ts says what each field means). */
export const incidentDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  title: Type.String(),
  region: Type.String(),
  operationId: textOrNull,
  isExercise: Type.Boolean(),
  place: placeSchema,
  radiusM: Type.Number(),
  level: levelSchema,
  force: forceSchema,
  command: commandSchema,
  openedAtMs: Type.Number(),
  openedBy: Type.String(),
  changedAtMs: Type.Number(),
  closedAtMs: numberOrNull,
  alarmIds: Type.Array(Type.String()),
  units: Type.Array(
    Type.Object(
      {
        unitId: Type.String(),
        callsign: Type.String(),
        isAdded: Type.Boolean(),
        isThere: Type.Boolean(),
        arrivedAtMs: numberOrNull,
        leftAtMs: numberOrNull,
      },
      closed,
    ),
  ),
  checked: Type.Array(
    Type.Object({ item: Type.String(), by: Type.String(), atMs: Type.Number() }, closed),
  ),
  crowds: Type.Array(
    Type.Object(
      { place: placeSchema, size: Type.Integer(), text: Type.String(), atMs: Type.Number() },
      closed,
    ),
  ),
});
export type IncidentDetails = Static<typeof incidentDetailsSchema>;

/** Incidents, newest first. */
export const incidentListSchema = Type.Object({
  incidents: Type.Array(incidentDetailsSchema),
  nextCursor: textOrNull,
});

/** One line of the log of an incident. */
export const incidentEventSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  kind: Type.Enum([...incidentEventKinds]),
  atMs: Type.Number(),
  /** Null: the server, by what it saw. */
  actor: textOrNull,
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type IncidentEventDetails = Static<typeof incidentEventSchema>;

export const incidentLogSchema = Type.Object({
  events: Type.Array(incidentEventSchema),
  nextCursor: textOrNull,
});

const proseSchema = Type.String({ minLength: 1, maxLength: maxIncidentTextLength });
const captionSchema = Type.String({ maxLength: maxIncidentTextLength });
const speakerSchema = Type.String({ minLength: 1, maxLength: maxSpeakerLength });
const titleSchema = Type.String({ minLength: 1, maxLength: maxTitleLength });
const uuidSchema = Type.String({ pattern: uuidPattern });
const unitIdSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
const ground = {
  place: placeSchema,
  radiusM: Type.Number({
    minimum: incidentRadiusBounds.min,
    maximum: incidentRadiusBounds.max,
  }),
};

/** A decision that needs authority. */
export const decisionSchema = Type.Union([
  Type.Object({ kind: Type.Literal('set_level'), level: levelSchema }, closed),
  Type.Object({ kind: Type.Literal('lapis_ganti') }, closed),
  Type.Object(
    {
      kind: Type.Literal('lintas_ganti'),
      /** Of a Kapolres: who at the Polda approved it, and how. */
      approvedBy: Type.Optional(Type.String({ minLength: 1, maxLength: maxApprovalLength })),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('alih_kendali'), to: commandSchema }, closed),
]);

/** How an incident begins. */
export const openIncidentSchema = Type.Object(
  {
    kind: Type.Literal('open'),
    title: titleSchema,
    ...ground,
    region: Type.String({ pattern: incidentRegionPattern }),
    operationId: Type.Optional(Type.String({ pattern: operationIdPattern })),
    isExercise: Type.Boolean(),
    alarmId: Type.Optional(uuidSchema),
  },
  closed,
);

/** What can be done to an incident that there is. */
export const incidentActionSchema = Type.Union([
  Type.Object({ kind: Type.Literal('rename'), title: titleSchema }, closed),
  Type.Object({ kind: Type.Literal('move'), ...ground }, closed),
  Type.Object(
    {
      kind: Type.Literal('decide'),
      decision: decisionSchema,
      reason: proseSchema,
      /** As whom. */
      command: commandSchema,
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('note'), text: proseSchema }, closed),
  Type.Object(
    { kind: Type.Literal('message'), from: speakerSchema, to: speakerSchema, text: proseSchema },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('photo'),
      photoId: uuidSchema,
      sha256: Type.String({ pattern: sha256Pattern }),
      text: captionSchema,
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('check'),
      item: Type.String({ maxLength: 64 }),
      isDone: Type.Boolean(),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('link_alarm'), alarmId: uuidSchema }, closed),
  Type.Object({ kind: Type.Literal('unlink_alarm'), alarmId: uuidSchema }, closed),
  Type.Object({ kind: Type.Literal('add_unit'), unitId: unitIdSchema }, closed),
  Type.Object({ kind: Type.Literal('remove_unit'), unitId: unitIdSchema }, closed),
  Type.Object(
    {
      kind: Type.Literal('crowd'),
      place: placeSchema,
      size: Type.Integer({ minimum: 0, maximum: maxCrowd }),
      text: captionSchema,
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('close'), text: proseSchema }, closed),
  Type.Object({ kind: Type.Literal('reopen'), reason: proseSchema }, closed),
]);

/** Ids in the place of keys, which nobody outside the database needs. */
export function incidentDetails(incident: Incident): IncidentDetails {
  const { id, version, title, region, isExercise, radiusM } = incident;
  const { level, force, command, openedAtMs, openedBy, changedAtMs } = incident;
  return {
    ...{ id, version, title, region, isExercise, radiusM },
    ...{ level, force, command, openedAtMs, openedBy, changedAtMs },
    operationId: incident.operationId ?? null,
    place: [incident.place[0], incident.place[1]],
    closedAtMs: incident.closedAtMs ?? null,
    alarmIds: [...incident.alarmIds],
    units: incident.units.map(
      ({ unitId, callsign, isAdded, isThere, arrivedAtMs = null, leftAtMs = null }) => ({
        ...{ unitId, callsign, isAdded, isThere, arrivedAtMs, leftAtMs },
      }),
    ),
    checked: incident.checked.map((each) => ({ ...each })),
    crowds: incident.crowds.map(({ place: [lon, lat], size, text, atMs }) => ({
      ...{ place: [lon, lat], size, text, atMs },
    })),
  };
}

/** A line of the log without the incident, which comes by itself. */
export function incidentEventDetails({
  id,
  version,
  kind,
  atMs,
  actor,
  data,
}: Omit<IncidentEvent, 'incident'>): IncidentEventDetails {
  return { id, version, kind, atMs, actor, data: { ...data } };
}
