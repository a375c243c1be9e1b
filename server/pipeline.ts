/*
 * The way of a ping, top to bottom (design.md section 4), from the journal on: what comes before it,
 * admission and the journal itself, happens in the ingest thread. Each step is a function that can
 * be read and tested alone; this file only says in which order they come.
 *
 * It runs twice over the same records, each time with tracks of its own: live, for the screens, and
 * in the recorder, which follows the journal at the pace of the database.
 */
import type { Decode } from './domain/decoded.ts';
import type { DeviceEvent } from './domain/deviceEvent.ts';
import type { Fix } from './domain/fix.ts';
import {
  type JournalChunk,
  type JournalRecord,
  receivedAtOf,
  recordsOf,
} from './domain/journalRecord.ts';
import type { Position } from './domain/position.ts';
import type { SetAsideReason } from './domain/setAside.ts';
import { acceptFix, newestTime, type Receipt } from './tracking/acceptFix.ts';
import { eventTime } from './tracking/eventTime.ts';
import type { JudgedTracker } from './tracking/roster.ts';
import { advance, type Track } from './tracking/track.ts';
import { hasChanged } from './tracking/trackerClock.ts';
import type { Tracks } from './tracking/tracks.ts';

/** A message of a tracker, as the journal has it. */
export type RawMessage = Extract<JournalRecord, { kind: 'raw_message' }>;
/** A message that the door did not let in. */
export type RefusedMessage = Extract<JournalRecord, { kind: 'refused_message' }>;

/** What moves the live core beside messages. */
export type Input = Extract<
  JournalRecord,
  { kind: 'operator_action' | 'versioned_change' | 'clock_tick' }
>;

/** Where a position, an event or a refusal comes from: a message, and which part of it. */
export type Origin = { readonly message: RawMessage; readonly part: number };

/** What a tracker said beside its place, with the time that can be believed. */
export type TrackerEvent = {
  readonly trackerKey: number;
  readonly event: DeviceEvent;
  readonly happenedAtMs: number;
  readonly receivedAtMs: number;
};

/** What goes no further, and why. */
export type Refused = {
  readonly reason: SetAsideReason;
  readonly detail: string;
  /** The fix that was not believed; undefined where there is none. */
  readonly fix: Fix | undefined;
  /** True when only an optional field was left out and its fix is kept. */
  readonly isOnlyAField: boolean;
};

/** What the pipeline asks and hands on to. None of it may block: a ping waits for nobody. */
export type PipelineParts = {
  readonly decode: Decode;
  readonly tracks: Tracks;
  /** Undefined when no such tracker is registered any more. */
  readonly trackerOf: (trackerId: string) => JudgedTracker | undefined;
  /** Fixes older than this at their receipt come from a wrong clock, milliseconds. */
  readonly retentionMs: number;
  /** Takes a live or delayed position with the track as it is after it. */
  readonly onPosition: (position: Position, track: Track, origin: Origin) => void;
  readonly onRefused: (refused: Refused, origin: Origin) => void;
  /** Takes what a tracker said beside its place. An SOS always comes here, once for each message with one. */
  readonly onEvent: (event: TrackerEvent, origin: Origin) => void;
  /** Takes a track whose tracker's clock is seen with other eyes; before the position that showed it. */
  readonly onClock?: ((track: Track, origin: Origin) => void) | undefined;
  /** A tracker was heard: any message but word that it has gone. Before what the message says. */
  readonly onHeard?: ((trackerKey: number, message: RawMessage) => void) | undefined;
  /** Takes what the door refused; nothing is made of it. */
  readonly onRefusedMessage?: ((message: RefusedMessage) => void) | undefined;
  /** Takes what is no message: changes of places, what people did, time. */
  readonly onInput?: ((input: Input) => void) | undefined;
};

/** How many positions got which verdict since the start. */
export type PipelineCounts = {
  live: number;
  delayed: number;
  duplicate: number;
  implausible: number;
  quarantined: number;
  notALocation: number;
};

/** The pipeline over its parts. `take` works off one chunk of the journal in order. */
export function createPipeline(parts: PipelineParts): {
  readonly take: (chunk: JournalChunk) => void;
  readonly counts: Readonly<PipelineCounts>;
} {
  const counts: PipelineCounts = {
    live: 0,
    delayed: 0,
    duplicate: 0,
    implausible: 0,
    quarantined: 0,
    notALocation: 0,
  };

  function take({ bytes, lastSequence }: JournalChunk): void {
    const isStored = lastSequence > 0;
    for (const record of recordsOf(bytes)) {
      switch (record.kind) {
        case 'raw_message':
          takeMessage(record, isStored);
          break;
        case 'refused_message':
          parts.onRefusedMessage?.(record);
          break;
        case 'operator_action':
        case 'versioned_change':
        case 'clock_tick':
          parts.onInput?.(record);
          break;
      }
    }
  }

  function takeMessage(message: RawMessage, isStored: boolean): void {
    const { trackerId } = message;
    const tracker = parts.trackerOf(trackerId);
    const context = { timeZone: tracker?.timeZone, receivedAtMs: receivedAtOf(message) };
    const decoded = parts.decode(message.codec, message.payload, context);
    let part = 0;
    const origin = (): Origin => ({ message, part: part++ });
    for (const { reason, detail } of decoded.refused) {
      parts.onRefused({ reason, detail, fix: undefined, isOnlyAField: false }, origin());
    }
    if (decoded.isNotALocation) counts.notALocation += 1;
    const { fixes, events } = decoded;
    // before the fixes: nobody waits for a thousand stored places to hear an SOS
    for (const event of events) takeEvent(event, tracker, origin());
    // what somebody sends once more is no word of the tracker
    const isOfNow = message.firstReceivedAtMs === undefined && !events.some(isFarewell);
    if (tracker !== undefined && isOfNow) parts.onHeard?.(tracker.key, message);
    const last = fixes.at(-1);
    const offsetMs = tracker === undefined ? 0 : parts.tracks.get(tracker.key)?.clock.offsetMs;
    const newestOfMessageMs = newestTime(fixes, offsetMs ?? 0, receivedAtOf(message));
    for (const fix of fixes) {
      takeFix(fix, tracker, origin(), {
        isStored,
        isLastOfMessage: fix === last,
        newestOfMessageMs,
      });
    }
    // last: they are only counted, and there can be more of them than a part's number holds
    for (const { detail } of decoded.ignoredFields) {
      const refused = { reason: 'field_ignored', detail, fix: undefined } as const;
      parts.onRefused({ ...refused, isOnlyAField: true }, origin());
    }
  }

  function takeEvent(event: DeviceEvent, tracker: JudgedTracker | undefined, origin: Origin): void {
    const track = tracker === undefined ? undefined : parts.tracks.get(tracker.key);
    if (track === undefined) {
      parts.onRefused({ ...removed, fix: undefined }, origin);
      return;
    }
    const { trackerKey, clock } = track;
    const receivedAtMs = receivedAtOf(origin.message);
    const happenedAtMs = eventTime(event, clock, receivedAtMs, parts.retentionMs);
    parts.onEvent({ trackerKey, event, happenedAtMs, receivedAtMs }, origin);
  }

  function takeFix(
    fix: Fix,
    tracker: JudgedTracker | undefined,
    origin: Origin,
    more: Pick<Receipt, 'isStored' | 'isLastOfMessage' | 'newestOfMessageMs'>,
  ): void {
    const track = tracker === undefined ? undefined : parts.tracks.get(tracker.key);
    if (tracker === undefined || track === undefined) {
      parts.onRefused({ ...removed, fix }, origin);
      return;
    }
    const judged = acceptFix(fix, track, {
      receivedAtMs: receivedAtOf(origin.message),
      retentionMs: parts.retentionMs,
      kind: tracker.kind,
      ...more,
    });
    const { position } = judged;
    counts[position.verdict] += 1;
    // what came before and is read only now shows nothing of how the clock is since
    const isOfNow = origin.message.firstReceivedAtMs === undefined;
    const learned = isOfNow ? judged : { ...judged, clock: track.clock };
    const moved = advance(track, learned, more.isStored);
    if (moved !== track) parts.tracks.set(moved);
    if (hasChanged(track.clock, moved.clock)) parts.onClock?.(moved, origin);
    switch (position.verdict) {
      case 'live':
      case 'delayed':
        parts.onPosition(position, moved, origin);
        return;
      case 'duplicate':
        return;
      case 'implausible':
      case 'quarantined': {
        const { reason } = position;
        if (reason === undefined) throw new Error(`${position.verdict} without a reason`);
        const refused = { reason, detail: describe(position), isOnlyAField: false };
        parts.onRefused({ ...refused, fix: position.fix }, origin);
        return;
      }
    }
  }

  return { take, counts };
}

/** It was registered when the door let its message in. */
const removed = {
  reason: 'unknown_tracker',
  detail: 'removed since it sent this',
  isOnlyAField: false,
} as const;

/** True for word that a tracker has gone, which usually another says for it: the broker. */
function isFarewell({ kind, online }: DeviceEvent): boolean {
  return kind === 'status' && online === false;
}

function describe({ fix, receivedAtMs }: Position): string {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return `place ${fix.lon} ${fix.lat}, fixed at ${iso(fix.fixedAtMs)}, received at ${iso(receivedAtMs)}`;
}
