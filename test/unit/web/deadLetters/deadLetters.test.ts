import type { TFunction } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  readDeadLetterContent,
  readDeadLetterPage,
  readReplayed,
} from '../../../../web/src/deadLetters/deadLetters.ts';
import { hexLines, printable } from '../../../../web/src/deadLetters/rawText.ts';
import { leftText, reasonText, remedyText } from '../../../../web/src/deadLetters/reasonText.ts';
import { indonesian } from '../indonesian.ts';

let t: TFunction;
beforeAll(async () => {
  t = await indonesian();
});

const letter = {
  key: 7,
  kind: 'message',
  trackerId: null,
  region: null,
  topic: 'posko/64.08/hp-07/fix',
  address: '10.0.0.7',
  receivedAtMs: 5,
  reason: 'not_json',
  detail: 'Unexpected end of input',
  codec: null,
  bytes: 3,
  recoveredAtMs: null,
  replayedAtMs: null,
};

describe('a dead letter', () => {
  it('is read with what it holds', () => {
    const read = readDeadLetterContent({ deadLetter: letter, start: btoa('{"l'), fix: null });
    expect(read?.deadLetter).toMatchObject({ key: 7, trackerId: undefined, sentAtMs: undefined });
    expect(read?.start).toEqual(new Uint8Array([0x7b, 0x22, 0x6c]));
    expect(read?.fix).toBeUndefined();
    const fix = readDeadLetterContent({ deadLetter: letter, start: null, fix: { lon: 0 } });
    expect(fix?.fix).toBe('{\n  "lon": 0\n}');
    const broken = readDeadLetterContent({ deadLetter: letter, start: '!', fix: null });
    expect(broken?.start).toBeUndefined();
  });

  it('was sent again when either its message or its fix was', () => {
    const page = readDeadLetterPage({
      deadLetters: [
        { ...letter, replayedAtMs: 8 },
        { ...letter, kind: 'fix', recoveredAtMs: 9 },
      ],
      nextCursor: null,
    });
    expect(page?.deadLetters.map(({ sentAtMs }) => sentAtMs)).toEqual([8, 9]);
    expect(page?.nextCursor).toBeUndefined();
  });

  it('is explained in words, with what to do; a reason of a newer server stays its code', () => {
    expect(reasonText('not_json', t)).toBe('Bukan JSON');
    expect(remedyText('not_json', t)).toMatch(/^Isi pesan harus JSON/);
    expect(reasonText('moon_phase', t)).toBe('moon_phase');
    expect(remedyText('moon_phase', t)).toBeUndefined();
  });

  it('says what became of it when it was sent again', () => {
    const results = readReplayed({
      results: [
        { key: 1, outcome: 'sent' },
        { key: 2, outcome: 'left', reason: 'sent_before', detail: 'it was sent before' },
        { key: 3, outcome: 'left', reason: 'refused', detail: 'unknown_tracker: hp-9' },
        { key: 4, outcome: 'left', reason: 'not_json' },
      ],
    });
    expect(results?.map((result) => leftText(result, t))).toEqual([
      '',
      'sudah pernah dikirim ulang',
      'unknown_tracker: hp-9',
      'Bukan JSON',
    ]);
    expect(readReplayed({ results: [{ key: 1, outcome: 'eaten' }] })).toBeUndefined();
  });
});

describe('raw bytes', () => {
  it('are lines of offset, hexadecimal and ASCII', () => {
    const bytes = new TextEncoder().encode('{"lat":0.5049}\u0000\u00e9!');
    expect(hexLines(bytes)).toEqual([
      '0000  7b 22 6c 61 74 22 3a 30 2e 35 30 34 39 7d 00 c3  {"lat":0.5049}··',
      `0010  a9 21${' '.repeat(44)}·!`,
    ]);
    expect(hexLines(new Uint8Array())).toEqual([]);
  });

  it('are shown as text without anything that could move the text around it', () => {
    const bytes = new Uint8Array([0x68, 0x69, 0x1b, 0x5b, 0x0a, 0xff, 0xe2, 0x80, 0xae]);
    expect(printable(bytes)).toBe('hi·[\n··');
  });
});
