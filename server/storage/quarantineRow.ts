import type { Codec } from '../domain/decoded.ts';
import type { Fix } from '../domain/fix.ts';
import { storable, storableAttributes } from './positionRow.ts';

/** Something that has no place in the history, or that the door did not let in, to be kept aside. */
export type Quarantined = {
  /** The journal record it came from (a UUID and a whole number below 2^53) ... */
  readonly journalId: string;
  readonly sequence: number;
  /** ... and which fix or fault of that, 0 to 32767: together its identity. */
  readonly part: number;
  /** Whose it is, where that is known. */
  readonly trackerId: string | undefined;
  /** Of what came by MQTT. */
  readonly topic?: string | undefined;
  /** Only of what the door refused. */
  readonly address?: string | undefined;
  readonly receivedAtMs: number;
  /** A code of setAsideReasons. */
  readonly reason: string;
  readonly detail: string;
  /** A message as it came, or a fix that was not believed. The door refuses without asking for a form. */
  readonly content:
    | { readonly kind: 'message'; readonly codec: Codec | undefined; readonly raw: Uint8Array }
    | { readonly kind: 'fix'; readonly fix: Fix };
};

/** What the table has room for, in characters; the door lets nothing longer in. */
const maxTopic = 1_024;
const maxAddress = 64;

/** About what an entry takes beside what came from outside, bytes. */
export const quarantineEntryBytes = 256;

/** About how many bytes an entry takes. */
export function quarantinedBytes({ content, detail, topic }: Quarantined): number {
  const ofContent =
    content.kind === 'message' ? content.raw.byteLength : fixText(content.fix).length;
  return quarantineEntryBytes + ofContent + detail.length + (topic?.length ?? 0);
}

/** The columns of the table `quarantine`, but for its key: each an array with one entry a row. */
export function quarantineColumns(quarantined: readonly Quarantined[]): readonly unknown[][] {
  return [
    quarantined.map(({ journalId }) => journalId),
    quarantined.map(({ sequence }) => sequence),
    quarantined.map(({ part }) => part),
    quarantined.map(({ trackerId }) => trackerId ?? null),
    quarantined.map(({ receivedAtMs }) => receivedAtMs),
    quarantined.map(({ reason }) => reason),
    quarantined.map(({ detail }) => storable(detail)),
    quarantined.map(({ content }) => (content.kind === 'message' ? (content.codec ?? null) : null)),
    quarantined.map(({ content }) =>
      content.kind === 'message' ? Buffer.from(content.raw).toString('base64') : null,
    ),
    quarantined.map(({ content }) => (content.kind === 'fix' ? fixText(content.fix) : null)),
    quarantined.map(({ topic }) => cut(topic, maxTopic)),
    quarantined.map(({ address }) => cut(address, maxAddress)),
  ];
}

function cut(text: string | undefined, maxLength: number): string | null {
  return text === undefined ? null : storable(text.slice(0, maxLength));
}

function fixText({ attributes, ...fix }: Fix): string {
  return JSON.stringify(
    attributes === undefined ? fix : { ...fix, attributes: storableAttributes(attributes) },
  );
}
