import type { LonLat } from './fence.ts';

/** Levels of an incident [Perkap 16/2006]: orderly, disorderly, riot. */
export const levels = ['hijau', 'kuning', 'merah'] as const;
export type Level = (typeof levels)[number];

/** Who stands before the crowd: Dalmas awal without special kit, Dalmas lanjut equipped, PHH Brimob. */
export const forces = ['dalmas_awal', 'dalmas_lanjut', 'phh_brimob'] as const;
export type Force = (typeof forces)[number];

/** Who commands, upward: each is the commander of a region of so many parts (`64.08.04`, `64.08`, `64`). */
export const commands = ['kapolsek', 'kapolres', 'kapolda'] as const;
export type Command = (typeof commands)[number];

/** A decision that needs authority, each with its reason. */
export type Decision =
  | { readonly kind: 'set_level'; readonly level: Level }
  /** Lapis ganti: Dalmas awal gives way to Dalmas lanjut. */
  | { readonly kind: 'lapis_ganti' }
  /**
   * Lintas ganti: Dalmas lanjut gives way to PHH Brimob; asked of the Kapolda by a Kapolres, who says
   * in `approvedBy` (1 to 200 characters) who gave it and how. The Kapolda needs none.
   */
  | { readonly kind: 'lintas_ganti'; readonly approvedBy?: string | undefined }
  /** Alih kendali: command passes to another. */
  | { readonly kind: 'alih_kendali'; readonly to: Command };

/** What people do to an incident. Texts are 1 to 1,000 characters, titles 1 to 200. */
export type IncidentAction =
  | {
      readonly kind: 'open';
      readonly title: string;
      readonly place: LonLat;
      /** Of the regency that it is in. */
      readonly region: string;
      /** Units within it are there, metres, 20 to 20,000. */
      readonly radiusM: number;
      readonly operationId?: string | undefined;
      readonly isExercise: boolean;
      /** From which it was opened. */
      readonly alarmId?: string | undefined;
    }
  | { readonly kind: 'rename'; readonly title: string }
  | { readonly kind: 'move'; readonly place: LonLat; readonly radiusM: number }
  | {
      readonly kind: 'decide';
      readonly decision: Decision;
      readonly reason: string;
      readonly command: Command;
    }
  | { readonly kind: 'note'; readonly text: string }
  /** What was heard or said, by radio or telephone. */
  | { readonly kind: 'message'; readonly from: string; readonly to: string; readonly text: string }
  | {
      readonly kind: 'photo';
      readonly photoId: string;
      readonly sha256: string;
      readonly text: string;
    }
  | { readonly kind: 'check'; readonly item: string; readonly isDone: boolean }
  | { readonly kind: 'link_alarm' | 'unlink_alarm'; readonly alarmId: string }
  | { readonly kind: 'add_unit' | 'remove_unit'; readonly unitId: string }
  /** People whom nobody tracks: a crowd of about so many, as an observer says. */
  | { readonly kind: 'crowd'; readonly place: LonLat; readonly size: number; readonly text: string }
  | { readonly kind: 'close'; readonly text: string }
  | { readonly kind: 'reopen'; readonly reason: string };
export type IncidentActionKind = IncidentAction['kind'];

/** Kinds of lines of a log: what people do, and what the server sees. */
export const incidentEventKinds = [
  'open',
  'rename',
  'move',
  'decide',
  'note',
  'message',
  'photo',
  'check',
  'link_alarm',
  'unlink_alarm',
  'add_unit',
  'remove_unit',
  'crowd',
  'close',
  'reopen',
  'unit_arrived',
  'unit_left',
] as const satisfies readonly (IncidentActionKind | 'unit_arrived' | 'unit_left')[];
export type IncidentEventKind = (typeof incidentEventKinds)[number];

/** A unit that works on it, or is there. */
export type IncidentUnit = {
  readonly unitKey: number;
  readonly unitId: string;
  readonly callsign: string;
  /** A person added it; else it is here because it came there. */
  readonly isAdded: boolean;
  /** It is within the area now. */
  readonly isThere: boolean;
  readonly arrivedAtMs?: number | undefined;
  readonly leftAtMs?: number | undefined;
};

/** An incident as it stands. Times UTC epoch ms, by the journal. */
export type Incident = {
  readonly id: string;
  /** From 1, one more with each event. */
  readonly version: number;
  /**
   * Its newest opening, rename, move, decision, close or reopening: an order for one of these by somebody
   * who has seen an older version is refused as `changed`.
   */
  readonly decided: { readonly version: number; readonly by: string };
  readonly title: string;
  readonly region: string;
  readonly operationId?: string | undefined;
  readonly isExercise: boolean;
  readonly place: LonLat;
  readonly radiusM: number;
  readonly level: Level;
  readonly force: Force;
  readonly command: Command;
  readonly openedAtMs: number;
  readonly openedBy: string;
  readonly changedAtMs: number;
  readonly closedAtMs?: number | undefined;
  readonly alarmIds: readonly string[];
  readonly units: readonly IncidentUnit[];
  /** Items of the checklist that are done, by their ids. */
  readonly checked: readonly {
    readonly item: string;
    readonly by: string;
    readonly atMs: number;
  }[];
  /** Newest crowds, as observers said. */
  readonly crowds: readonly {
    readonly place: LonLat;
    readonly size: number;
    readonly text: string;
    readonly atMs: number;
  }[];
  /** Newest record of the journal by which it changed; one that could not be stored leaves it as it is. */
  readonly sequence: number;
};

/** One line of its log. */
export type IncidentEvent = {
  /** UUID of version 5 of the incident's id and version. */
  readonly id: string;
  readonly incidentId: string;
  readonly version: number;
  readonly kind: IncidentEventKind;
  readonly atMs: number;
  /** null: the server. */
  readonly actor: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** After it, whole. */
  readonly incident: Incident;
};

export type IncidentOrder = {
  /** Made by whoever asks; the same id again does nothing again. */
  readonly orderId: string;
  /** Of a new one: its id is made of the order's. */
  readonly incidentId: string;
  readonly seenVersion?: number | undefined;
  readonly actor: string;
  /** Highest command of the actor in the incident's region; undefined: none. Checked when it was asked for. */
  readonly authority?: Command | undefined;
  readonly action: IncidentAction;
};
export type IncidentRecord = { readonly type: 'incident_ordered'; readonly order: IncidentOrder };

/**
 * Why it was not done: `not_found`, `changed` (somebody was first), `not_now` (the state does not
 * allow it), `no_authority` (it takes a higher command), `bad`, `too_many`.
 */
export type IncidentRefusal =
  | 'not_found'
  | 'changed'
  | 'not_now'
  | 'no_authority'
  | 'bad'
  | 'too_many';
export type IncidentResult =
  | { readonly ok: true; readonly incident: Incident; readonly isDone: boolean }
  | {
      readonly ok: false;
      readonly reason: IncidentRefusal;
      readonly detail: string;
      readonly incident?: Incident | undefined;
    };
