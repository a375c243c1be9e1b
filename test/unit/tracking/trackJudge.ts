import type { Fix } from '../../../server/domain/fix.ts';
import type { Verdict } from '../../../server/domain/position.ts';
import { acceptFix, type Receipt } from '../../../server/tracking/acceptFix.ts';
import { advance, emptyTrack, type Judged, type Track } from '../../../server/tracking/track.ts';

export const startMs = Date.UTC(2024, 10, 27, 0, 15, 3);
export const retentionMs = 366 * 24 * 3_600_000;

export const fixAt = (fixedAtMs: number, lon = 117.5279, lat = 0.5049): Fix => ({
  fixedAtMs,
  lon,
  lat,
});

/** One tracker that is judged fix by fix. */
export class TrackJudge {
  track: Track = emptyTrack(7, 70);

  /** Judges a fix without taking it over. */
  judge(fix: Fix, receivedAtMs: number, more: Partial<Receipt> = {}): Judged {
    return acceptFix(fix, this.track, {
      receivedAtMs,
      retentionMs,
      kind: 'patrol_car',
      isStored: true,
      isLastOfMessage: true,
      newestOfMessageMs: fix.fixedAtMs,
      ...more,
    });
  }

  /** Judges a fix and goes on from there. */
  take(fix: Fix, receivedAtMs = fix.fixedAtMs, more: Partial<Receipt> = {}): Verdict | string {
    const judged = this.judge(fix, receivedAtMs, more);
    this.track = advance(this.track, judged, more.isStored ?? true);
    return judged.position.reason ?? judged.position.verdict;
  }
}
