import type { Codec } from '../domain/decoded.ts';
import type { Fix } from '../domain/fix.ts';
import { storable, storableAttributes } from './positionRow.ts';

/** Something that the door let in and that has no place in the history, to be kept aside. */
export type Quarantined = {
  /** The journal record it came from (a UUID and a whole number below 2^53) ... */
  readonly journalId: string;
  readonly sequence: number;
  /** ... and which fix or fault of that, 0 to 32767: together its identity. */
  readonly part: number;
  readonly trackerId: string;
  readonly receivedAtMs: number;
  /** A code of setAsideReasons. */
  readonly reason: string;
  readonly detail: string;
  /** An undecodable message as it came, or a fix that was not believed. */
  readonly content:
    | { readonly kind: 'message'; readonly codec: Codec; readonly raw: Uint8Array }
    | { readonly kind: 'fix'; readonly fix: Fix };
};

/** The columns of the table `quarantine`, but for its key: each an array with one entry a row. */
export function quarantineColumns(quarantined: readonly Quarantined[]): readonly unknown[][] {
  return [
    quarantined.map(({ journalId }) => journalId),
    quarantined.map(({ sequence }) => sequence),
    quarantined.map(({ part }) => part),
    quarantined.map(({ trackerId }) => trackerId),
    quarantined.map(({ receivedAtMs }) => receivedAtMs),
    quarantined.map(({ reason }) => reason),
    quarantined.map(({ detail }) => storable(detail)),
    quarantined.map(({ content }) => (content.kind === 'message' ? content.codec : null)),
    quarantined.map(({ content }) =>
      content.kind === 'message' ? Buffer.from(content.raw).toString('base64') : null,
    ),
    quarantined.map(({ content }) => (content.kind === 'fix' ? fixText(content.fix) : null)),
  ];
}

function fixText({ attributes, ...fix }: Fix): string {
  return JSON.stringify(
    attributes === undefined ? fix : { ...fix, attributes: storableAttributes(attributes) },
  );
}
