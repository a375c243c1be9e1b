import { createHash } from 'node:crypto';

/** Of Posko's device events, made once at random [RFC 9562, 5.5]. */
const namespace = Buffer.from('5c1c7b0e6f4e4f6e9a3b2d0f8c6f1a57', 'hex');

/**
 * Id of what a device said: a UUID of version 5 of the message's place in the journal. Not of what
 * the device says of the event: two SOS of one second are two.
 *
 * @param part which part of the message, 0 to 32767
 */
export function eventId(journalId: string, sequence: number, part: number): string {
  const hash = createHash('sha1').update(namespace).update(`${journalId}/${sequence}/${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [8, 12, 16, 20, 32]
    .map((end, i, ends) => hex.slice(i === 0 ? 0 : ends[i - 1], end))
    .join('-');
}
