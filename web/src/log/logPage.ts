import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';

/** A deed as the log shows it. */
export type LoggedDeed = {
  readonly sequence: number;
  /** UTC epoch ms. */
  readonly happenedAtMs: number;
  /** Null: the server by itself. */
  readonly actor: string | null;
  readonly action: string;
  readonly subject: string | null;
  readonly region: string | null;
  readonly data: Readonly<Record<string, unknown>>;
};

/** A page of the log, newest first. */
export type LogPage = {
  readonly entries: readonly LoggedDeed[];
  /** Where the next page begins, for `before`; null on the last one. */
  readonly nextCursor: string | number | null;
};

/** Reads the answer of `GET /audit`. */
export function readLogPage(json: unknown): LogPage | undefined {
  const fields = fieldsOf(json);
  const entries = listOf(fields['entries'], readDeed);
  const cursor = textOf(fields['nextCursor']) ?? numberOf(fields['nextCursor']) ?? null;
  return entries === undefined ? undefined : { entries, nextCursor: cursor };
}

function readDeed(json: unknown): LoggedDeed | undefined {
  const fields = fieldsOf(json);
  const sequence = numberOf(fields['sequence']);
  const happenedAtMs = numberOf(fields['happenedAtMs']);
  const action = textOf(fields['action']);
  if (sequence === undefined || happenedAtMs === undefined || action === undefined) {
    return undefined;
  }
  return {
    sequence,
    happenedAtMs,
    actor: textOf(fields['actor']) ?? null,
    action,
    subject: textOf(fields['subject']) ?? null,
    region: textOf(fields['region']) ?? null,
    data: fieldsOf(fields['data']),
  };
}
