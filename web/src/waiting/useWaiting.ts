import { type Asked, useAnswer } from '../api/useAnswer.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { readWaiting, type WaitingTracker } from './waiting.ts';

/** The waiting room is no alarm: nobody waits for long, and a question every few seconds costs nothing. */
const askEveryMs = 5_000;

/** Who waits at the door, for those who may let them in: nobody else asks. */
export function useWaiting(session: SessionInfo): Asked<readonly WaitingTracker[]> {
  const path = mayAdmit(session) ? '/waiting' : undefined;
  return useAnswer(path, readWaiting, askEveryMs);
}

/** True for a person who may let trackers in; a wall screen has nobody before it who would. */
export function mayAdmit({ kind, permissions }: SessionInfo): boolean {
  return kind === 'person' && permissions.includes('trackers.admit');
}
