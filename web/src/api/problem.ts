import type { PasswordWeakness } from '../../../server/domain/account.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';

/** Why the server did not do what was asked, for the page to show. */
export type Problem = {
  /** A code of the server's problem documents, or one of the page's own: `unreachable`, `unexpected`. */
  readonly code: string;
  /** Of the answer (HTTP); undefined when there was none. */
  readonly status: number | undefined;
  /** What happened and what to do next, in the language of the page; empty for the page's own codes. */
  readonly title: string;
  /** What exactly, when the server says it. */
  readonly detail: string | undefined;
  /** How long to wait before it makes sense to ask again, ms. */
  readonly waitMs: number | undefined;
  /** What is wrong with a password that cannot be had. */
  readonly weakness?: PasswordWeakness | undefined;
  /** Of an action on an alarm that was refused: how the alarm is now. */
  readonly alarm?: AlarmDetails | undefined;
};

/** What came of a question. Nothing that the server or the network can do throws. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** The server could not be asked, or what came is not an answer of this program. */
export function ownProblem(
  code: 'unreachable' | 'unexpected',
  detail: string,
  status: number | undefined,
): Problem {
  return { code, status, title: '', detail, waitMs: undefined };
}

/** Codes behind which there is nothing that a person could do but wait. */
const passingCodes = [
  'unreachable',
  'unexpected',
  'internal',
  'database_away',
  'too_many_requests',
] as const;

/** True when the same question may well be answered a moment later. */
export function isPassing({ code }: Problem): boolean {
  return passingCodes.some((passing) => passing === code);
}
