/** What one check found. */
export type Finding = {
  /** Which check: a word or two that stay the same. */
  readonly check: string;
  /** `problem`: Posko does not start or loses something. `warning`: it works less well than it could. */
  readonly level: 'ok' | 'warning' | 'problem';
  /** What is so, and where. */
  readonly detail: string;
  /** What to do about it. */
  readonly todo?: string;
};

export function ok(check: string, detail: string): Finding {
  return { check, level: 'ok', detail };
}

export function warning(check: string, detail: string, todo: string): Finding {
  return { check, level: 'warning', detail, todo };
}

export function problem(check: string, detail: string, todo: string): Finding {
  return { check, level: 'problem', detail, todo };
}

/** A problem whose sentence an error brings along, what to do included. */
export function problemOf(check: string, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  return { check, level: 'problem', detail: detail.replace(/\.$/, '') };
}

/** A finding as a line for a terminal. */
export function describeFinding({ check, level, detail, todo }: Finding): string {
  const line = `${level.padEnd(7)}  ${check}: ${detail}`;
  return todo === undefined ? line : `${line}. To do: ${todo}`;
}

/** Bytes for people: `3.2 GB`. */
export function describeBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.round(bytes / 1e6)} MB`;
}
