/*
 * The way of a ping, top to bottom (design.md section 4). Each step is a function that can be read
 * and tested alone; this file only says in which order they come. What comes before it, admission,
 * happens in the ingest thread.
 */
import type { Decode } from './domain/decoded.ts';
import type { Fix } from './domain/fix.ts';
import type { Position } from './domain/position.ts';
import { messagesOf, type RawBatch, type RawMessage } from './domain/rawBatch.ts';
import type { SetAsideReason } from './domain/setAside.ts';
import { acceptFix } from './tracking/acceptFix.ts';
import { advance, measuredAtMs, type Track } from './tracking/track.ts';
import type { Tracks } from './tracking/tracks.ts';

/** What the pipeline hands on to. None of it may block: a ping waits for nobody. */
export type PipelineParts = {
  readonly decode: Decode;
  readonly tracks: Tracks;
  /** Shows a unit at its newest fix, measured at `atMs`. */
  readonly show: (unitKey: number, fix: Fix, atMs: number) => void;
  /** Keeps a position. */
  readonly store: (position: Position) => void;
  /** Counts what goes no further. */
  readonly setAside: (
    reason: SetAsideReason,
    detail: string,
    trackerKey: number,
    atMs: number,
  ) => void;
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

/** The pipeline over its parts. `take` works off one batch of raw messages in order. */
export function createPipeline(parts: PipelineParts): {
  readonly take: (batch: RawBatch) => void;
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

  function take(batch: RawBatch): void {
    for (const message of messagesOf(batch)) takeMessage(message);
  }

  function takeMessage(message: RawMessage): void {
    const { trackerKey, receivedAtMs } = message;
    const decoded = parts.decode(message.codec, message.raw);
    for (const { reason, detail } of decoded.refused) {
      parts.setAside(reason, detail, trackerKey, receivedAtMs);
    }
    for (const { detail } of decoded.ignoredFields) {
      parts.setAside('field_ignored', detail, trackerKey, receivedAtMs);
    }
    if (decoded.isNotALocation) counts.notALocation += 1;
    for (const fix of decoded.fixes) takeFix(fix, message);
  }

  function takeFix(fix: Fix, { trackerKey, receivedAtMs }: RawMessage): void {
    const track = parts.tracks.get(trackerKey);
    if (track === undefined) {
      // it was removed between the door and here
      parts.setAside('unknown_tracker', 'removed a moment ago', trackerKey, receivedAtMs);
      return;
    }
    const position = acceptFix(fix, track, receivedAtMs);
    counts[position.verdict] += 1;
    switch (position.verdict) {
      case 'live':
        moveUnit(track, position);
        parts.store(position);
        return;
      case 'delayed':
        parts.store(position);
        return;
      case 'duplicate':
        return;
      case 'implausible':
      case 'quarantined':
        if (position.reason === undefined) throw new Error(`${position.verdict} without a reason`);
        parts.setAside(position.reason, describe(position), trackerKey, receivedAtMs);
        return;
    }
  }

  function moveUnit(track: Track, position: Position): void {
    parts.tracks.set(advance(track, position));
    const { fix, receivedAtMs } = position;
    parts.show(track.unitKey, fix, measuredAtMs(fix, receivedAtMs));
  }

  return { take, counts };
}

function describe({ fix, receivedAtMs }: Position): string {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return `place ${fix.lon} ${fix.lat}, fixed at ${iso(fix.fixedAtMs)}, received at ${iso(receivedAtMs)}`;
}
