/*
 * The way of a ping, top to bottom (design.md section 4), from the journal on: what comes before it,
 * admission and the journal itself, happens in the ingest thread. Each step is a function that can
 * be read and tested alone; this file only says in which order they come.
 *
 * It runs twice over the same records, each time with tracks of its own: live, for the screens, and
 * in the recorder, which follows the journal at the pace of the database.
 */
import type { Decode } from './domain/decoded.ts';
import type { Fix } from './domain/fix.ts';
import { type JournalChunk, type JournalRecord, recordsOf } from './domain/journalRecord.ts';
import type { Position } from './domain/position.ts';
import type { SetAsideReason } from './domain/setAside.ts';
import { acceptFix } from './tracking/acceptFix.ts';
import { advance, type Track } from './tracking/track.ts';
import type { Tracks } from './tracking/tracks.ts';

/** A message of a tracker, as the journal has it. */
export type RawMessage = Extract<JournalRecord, { kind: 'raw_message' }>;

/** Where a position or a refusal comes from: a message, and which fix or fault of it. */
export type Origin = { readonly message: RawMessage; readonly part: number };

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
  readonly trackerKeyOf: (trackerId: string) => number | undefined;
  /** Fixes older than this at their receipt come from a wrong clock, milliseconds. */
  readonly retentionMs: number;
  /** Takes a live or delayed position with the track as it is after it. */
  readonly onPosition: (position: Position, track: Track, origin: Origin) => void;
  readonly onRefused: (refused: Refused, origin: Origin) => void;
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
        case 'operator_action':
        case 'versioned_change':
        case 'clock_tick':
          // nothing here depends on them yet
          break;
      }
    }
  }

  function takeMessage(message: RawMessage, isStored: boolean): void {
    const decoded = parts.decode(message.codec, message.payload);
    let part = 0;
    const origin = (): Origin => ({ message, part: part++ });
    for (const { reason, detail } of decoded.refused) {
      parts.onRefused({ reason, detail, fix: undefined, isOnlyAField: false }, origin());
    }
    for (const { detail } of decoded.ignoredFields) {
      const refused = { reason: 'field_ignored', detail, fix: undefined } as const;
      parts.onRefused({ ...refused, isOnlyAField: true }, origin());
    }
    if (decoded.isNotALocation) counts.notALocation += 1;
    for (const fix of decoded.fixes) takeFix(fix, origin(), isStored);
  }

  function takeFix(fix: Fix, origin: Origin, isStored: boolean): void {
    const { trackerId, atMs } = origin.message;
    const refuse = (reason: SetAsideReason, detail: string): void => {
      parts.onRefused({ reason, detail, fix, isOnlyAField: false }, origin);
    };
    const trackerKey = parts.trackerKeyOf(trackerId);
    const track = trackerKey === undefined ? undefined : parts.tracks.get(trackerKey);
    if (track === undefined) {
      // it was removed between the door and here
      refuse('unknown_tracker', 'removed since it sent this');
      return;
    }
    const position = acceptFix(fix, track, atMs, parts.retentionMs);
    counts[position.verdict] += 1;
    switch (position.verdict) {
      case 'live':
      case 'delayed': {
        const moved = advance(track, position, isStored);
        parts.tracks.set(moved);
        parts.onPosition(position, moved, origin);
        return;
      }
      case 'duplicate':
        return;
      case 'implausible':
      case 'quarantined':
        if (position.reason === undefined) throw new Error(`${position.verdict} without a reason`);
        refuse(position.reason, describe(position));
        return;
    }
  }

  return { take, counts };
}

function describe({ fix, receivedAtMs }: Position): string {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return `place ${fix.lon} ${fix.lat}, fixed at ${iso(fix.fixedAtMs)}, received at ${iso(receivedAtMs)}`;
}
