import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecs } from '../../../server/domain/decoded.ts';
import {
  frameHeaderBytes,
  frameLength,
  type JournalInput,
  recordsOf,
  writeFrame,
} from '../../../server/domain/journalRecord.ts';

/** What is read back from one frame of it. */
function roundTrip(inputs: readonly JournalInput[]): unknown[] {
  const bytes = new Uint8Array(inputs.reduce((sum, input) => sum + frameLength(input), 0));
  let at = 0;
  for (const input of inputs) at = writeFrame(bytes, at, 1_700_000_000_000, input);
  expect(at).toBe(bytes.byteLength);
  return [...recordsOf(bytes)].map(({ sequence: _, atMs: __, ...rest }) => rest);
}

const rawMessages = fc.record(
  {
    kind: fc.constant('raw_message' as const),
    codec: fc.constantFrom(...codecs),
    trackerId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    topic: fc.string({ unit: 'grapheme', maxLength: 300 }),
    firstReceivedAtMs: fc.double({ min: 0, max: 8.64e15, noNaN: true }),
    payload: fc.uint8Array({ maxLength: 300 }),
  },
  { requiredKeys: ['kind', 'codec', 'trackerId', 'payload'] },
);

describe('a frame of the journal', () => {
  it('gives a message back as it came, with its topic and first receipt or without', () => {
    fc.assert(
      fc.property(fc.array(rawMessages, { maxLength: 5 }), (messages) => {
        // a lone surrogate has no form in UTF-8, and MQTT lets none in
        const sent = messages.map((message) =>
          message.topic === undefined
            ? message
            : { ...message, topic: message.topic.toWellFormed() },
        );
        expect(roundTrip(sent)).toEqual(sent);
      }),
    );
  });

  it('gives the other kinds back', () => {
    const refused = {
      kind: 'refused_message',
      reason: 'unknown_tracker',
      detail: 'nobody knows "hp-07"',
      topic: 'posko/64.08/hp-07/fix',
      address: '10.0.0.7',
      trackerId: 'hp-07',
      codec: 'osmand',
      payload: Uint8Array.of(1, 2, 3),
    } as const;
    const inputs: JournalInput[] = [
      { kind: 'operator_action', json: '{"why":"é"}' },
      { kind: 'clock_tick' },
      refused,
      { kind: 'versioned_change', json: '{}' },
    ];
    expect(roundTrip(inputs)).toEqual(inputs);
  });

  it('reads messages that were written before topics were', () => {
    const payload = Buffer.from('payload');
    const body = Buffer.concat([Buffer.of(0, 5), Buffer.from('hp-07'), payload]);
    const bytes = new Uint8Array(frameHeaderBytes + body.length);
    new DataView(bytes.buffer).setUint32(4, body.length, true);
    bytes.set(body, frameHeaderBytes);
    const [record] = recordsOf(bytes);
    expect(record).toMatchObject({ kind: 'raw_message', codec: codecs[0], trackerId: 'hp-07' });
    expect(record).not.toHaveProperty('topic');
    if (record?.kind === 'raw_message') expect(Buffer.from(record.payload)).toEqual(payload);
  });
});
