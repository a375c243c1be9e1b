/** Nothing was checked: try again then. */
export type Wait = {
  readonly ok: false;
  readonly reason: 'wait';
  readonly retryAfterMs: number;
  /** What has to wait: an account or an address after failures, or everybody while the server is busy. */
  readonly waiting: 'account' | 'address' | 'server';
  readonly detail: string;
};

/** Passwords of others wait to be checked; this is how long all of them may take. */
export const busyWaitMs = 3_000;

const why = {
  account: 'too many attempts at this account failed',
  address: 'too many attempts from this address failed',
  server: 'too many passwords wait to be checked',
} as const;

export function wait(retryAfterMs: number, waiting: Wait['waiting']): Wait {
  const detail = `${why[waiting]}: try again in ${Math.ceil(retryAfterMs / 1_000)} s`;
  return { ok: false, reason: 'wait', retryAfterMs, waiting, detail };
}
