import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';

/** Where one is signed in. Times are UTC epoch ms. */
export type OwnSession = {
  readonly key: number;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  readonly expiresAtMs: number;
  readonly address: string;
  readonly userAgent: string;
  /** The one that asks. */
  readonly isThis: boolean;
};

/** When a session ends if nobody uses it any more, UTC epoch ms. `idleMs`: undefined where nobody says it. */
export function idleEndMs(
  { seenAtMs, expiresAtMs }: OwnSession,
  idleMs: number | undefined,
): number {
  return idleMs === undefined ? expiresAtMs : Math.min(seenAtMs + idleMs, expiresAtMs);
}

/** Reads the answer of `GET /sessions`. */
export function readSessions(json: unknown): readonly OwnSession[] | undefined {
  return listOf(fieldsOf(json)['sessions'], (entry) => {
    const fields = fieldsOf(entry);
    const key = numberOf(fields['key']);
    const createdAtMs = numberOf(fields['createdAtMs']);
    const seenAtMs = numberOf(fields['seenAtMs']);
    const expiresAtMs = numberOf(fields['expiresAtMs']);
    if (key === undefined || createdAtMs === undefined) return undefined;
    if (seenAtMs === undefined || expiresAtMs === undefined) return undefined;
    return {
      key,
      createdAtMs,
      seenAtMs,
      expiresAtMs,
      address: textOf(fields['address']) ?? '',
      userAgent: textOf(fields['userAgent']) ?? '',
      isThis: fields['isThis'] === true,
    };
  });
}
