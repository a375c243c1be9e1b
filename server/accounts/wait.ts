/** Nothing was checked: try again then. */
export type Wait = {
  readonly ok: false;
  readonly reason: 'wait';
  readonly retryAfterMs: number;
  readonly detail: string;
};

/** Passwords of others wait to be checked; this is how long all of them may take. */
export const busyWaitMs = 3_000;

export function wait(retryAfterMs: number): Wait {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return { ok: false, reason: 'wait', retryAfterMs, detail: `try again in ${seconds} s` };
}
