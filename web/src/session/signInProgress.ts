import type { Answer, Problem } from '../api/problem.ts';
import type { SessionInfo } from './sessionInfo.ts';

/** What a person typed to sign in. */
export type TypedSignIn = {
  readonly name: string;
  readonly password: string;
  /** Of the authenticator app, or a recovery code; empty in the first step. */
  readonly code: string;
};

/** How far signing in has come. */
export type SignInProgress = {
  readonly step: 'password' | 'code';
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  /** Too many failures: what was sent has not been looked at, and may be sent again then. Page time, epoch ms. */
  readonly wait: { readonly untilMs: number; readonly sent: TypedSignIn } | undefined;
};

export const signInBegins: SignInProgress = {
  step: 'password',
  isBusy: false,
  problem: undefined,
  wait: undefined,
};

/** Waits for the server's answer to what was sent. */
export function signInSent(before: SignInProgress): SignInProgress {
  return { ...before, isBusy: true, problem: undefined, wait: undefined };
}

/** How it goes on after a refusal; `waitMs` of a refusal for too many failures is 1 s where it is not said. */
export function signInRefused(
  before: SignInProgress,
  sent: TypedSignIn,
  { problem }: Extract<Answer<SessionInfo>, { ok: false }>,
  nowMs: number,
): SignInProgress {
  const idle = { ...before, isBusy: false, problem: undefined, wait: undefined };
  if (problem.code === 'wait' || problem.code === 'too_many_requests') {
    return { ...idle, wait: { untilMs: nowMs + (problem.waitMs ?? 1000), sent } };
  }
  // the first time it is the next step, not a failure
  if (problem.code === 'code_needed' && before.step === 'password') {
    return { ...idle, step: 'code' };
  }
  return { ...idle, problem };
}

/** True when nothing was changed since it was sent: only then may it be sent again without a word. */
export function isSame(a: TypedSignIn, b: TypedSignIn): boolean {
  return a.name === b.name && a.password === b.password && a.code === b.code;
}
