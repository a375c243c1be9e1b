import { useEffect, useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import { useSecondsLeft } from '../forms/useSecondsLeft.ts';
import { readSession, type SessionInfo } from './sessionInfo.ts';
import {
  isSame,
  type SignInProgress,
  signInBegins,
  signInRefused,
  signInSent,
  type TypedSignIn,
} from './signInProgress.ts';

export type SignIn = SignInProgress & {
  readonly typed: TypedSignIn;
  readonly type: (typed: TypedSignIn) => void;
  readonly send: () => void;
  /** Whole seconds until it may be tried again; 0 when it may. */
  readonly secondsLeft: number;
  /** True when it will be sent again by itself after the wait: nothing was changed since. */
  readonly goesOn: boolean;
  /** From the second step to the first, with what was typed there. */
  readonly back: () => void;
};

const pageNowMs = (): number => performance.now();

/** Signs a person in, over as many attempts as it takes. */
export function useSignIn(name: string, onSession: (session: SessionInfo) => void): SignIn {
  const api = useApi();
  const [typed, setTyped] = useState<TypedSignIn>({ name, password: '', code: '' });
  const [progress, setProgress] = useState(signInBegins);
  const { wait } = progress;
  const secondsLeft = useSecondsLeft(wait?.untilMs, pageNowMs);
  const goesOn = wait !== undefined && isSame(wait.sent, typed);

  const send = async (): Promise<void> => {
    const sent = progress.step === 'password' ? { ...typed, code: '' } : typed;
    setProgress(signInSent(progress));
    const { code, ...first } = sent;
    const answer = await api.send('POST', '/session', code === '' ? first : sent, readSession);
    if (answer.ok) onSession(answer.value);
    else setProgress((before) => signInRefused(before, sent, answer, pageNowMs()));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of the wait is the reason to send, nothing else
  useEffect(() => {
    if (wait === undefined) return;
    // the first look at a wait comes before its seconds are counted
    const isOver = secondsLeft === 0 && pageNowMs() >= wait.untilMs;
    if (!isOver) return;
    if (goesOn) void send();
    else setProgress((before) => ({ ...before, wait: undefined }));
  }, [wait, secondsLeft]);

  return {
    ...progress,
    typed,
    type: setTyped,
    send: () => {
      if (!progress.isBusy && wait === undefined) void send();
    },
    secondsLeft,
    goesOn,
    back: () => {
      setTyped({ ...typed, code: '' });
      setProgress(signInBegins);
    },
  };
}
