import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';

/** What was refused, could not be read, or was not believed. Times are UTC epoch ms. */
export type ListedDeadLetter = {
  readonly key: number;
  /** A message as it came, or a fix that could be read. */
  readonly kind: 'message' | 'fix';
  readonly trackerId: string | undefined;
  readonly region: string | undefined;
  readonly topic: string | undefined;
  readonly address: string | undefined;
  readonly receivedAtMs: number;
  /** A code, see reasonText. */
  readonly reason: string;
  readonly detail: string;
  readonly bytes: number | undefined;
  /** When it was taken into the history, or sent through the door once more. */
  readonly sentAtMs: number | undefined;
};

/** A page of them, newest first. */
export type DeadLetterPage = {
  readonly deadLetters: readonly ListedDeadLetter[];
  readonly nextCursor: string | undefined;
};

/** One of them with what it holds. */
export type DeadLetterContent = {
  readonly deadLetter: ListedDeadLetter;
  /** The beginning of a message. */
  readonly start: Uint8Array | undefined;
  /** The fix, as JSON. */
  readonly fix: string | undefined;
};

/** What became of one that was sent again. */
export type Replayed = {
  readonly key: number;
  readonly outcome: 'sent' | 'recovered' | 'left';
  /** Only with `left`: a code, and what the server says of it. */
  readonly reason: string | undefined;
  readonly detail: string | undefined;
};

/** Reads the answer of `GET /deadletters`. */
export function readDeadLetterPage(json: unknown): DeadLetterPage | undefined {
  const fields = fieldsOf(json);
  const deadLetters = listOf(fields['deadLetters'], readDeadLetter);
  return deadLetters && { deadLetters, nextCursor: textOf(fields['nextCursor']) };
}

/** Reads the answer of `GET /deadletters/{key}`. */
export function readDeadLetterContent(json: unknown): DeadLetterContent | undefined {
  const fields = fieldsOf(json);
  const deadLetter = readDeadLetter(fields['deadLetter']);
  const start = textOf(fields['start']);
  const { fix } = fields;
  return (
    deadLetter && {
      deadLetter,
      start: start === undefined ? undefined : bytesOf(start),
      fix: fix === null || fix === undefined ? undefined : JSON.stringify(fix, undefined, 2),
    }
  );
}

/** Reads the answer of `POST /deadletters/replay`. */
export function readReplayed(json: unknown): readonly Replayed[] | undefined {
  return listOf(fieldsOf(json)['results'], (entry) => {
    const fields = fieldsOf(entry);
    const key = numberOf(fields['key']);
    const { outcome } = fields;
    if (key === undefined) return undefined;
    if (outcome !== 'sent' && outcome !== 'recovered' && outcome !== 'left') return undefined;
    return { key, outcome, reason: textOf(fields['reason']), detail: textOf(fields['detail']) };
  });
}

function readDeadLetter(json: unknown): ListedDeadLetter | undefined {
  const fields = fieldsOf(json);
  const key = numberOf(fields['key']);
  const receivedAtMs = numberOf(fields['receivedAtMs']);
  const reason = textOf(fields['reason']);
  if (key === undefined || receivedAtMs === undefined || reason === undefined) return undefined;
  return {
    key,
    kind: fields['kind'] === 'fix' ? 'fix' : 'message',
    trackerId: textOf(fields['trackerId']),
    region: textOf(fields['region']),
    topic: textOf(fields['topic']),
    address: textOf(fields['address']),
    receivedAtMs,
    reason,
    detail: textOf(fields['detail']) ?? '',
    bytes: numberOf(fields['bytes']),
    sentAtMs: numberOf(fields['replayedAtMs']) ?? numberOf(fields['recoveredAtMs']),
  };
}

/** Undefined for what is no base64. */
function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    // the rest of the answer can still be shown
    return undefined;
  }
}
