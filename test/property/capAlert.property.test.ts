import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capAlert } from '../../server/outbound/cap/capAlert.ts';
import { anAlarm, anAlarmEvent } from '../fixtures/anAlarm.ts';
import { capFaults, xmllintMissing, xpath } from '../unit/outbound/xmllint.ts';

/** What people and devices may have written, lone halves of surrogate pairs included. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    ']]>',
    '<![CDATA[',
    '</alert>',
    '<!ENTITY x "y">&x;',
    '&#0;',
    '\u0000\u0008\u000b\ufffe\uffff',
    '\r\n\t',
    '"\'',
  ),
);
const both = fc.record({ id: hostile, en: hostile });

describe.skipIf(xmllintMissing !== undefined)('CAP with hostile texts', () => {
  it('is always valid', () => {
    const texts = fc.record({
      name: both,
      text: both,
      step: both,
      answers: both,
      site: hostile,
      unit: hostile,
      sender: hostile,
    });
    const documents = fc.sample(texts, { numRuns: 1_000, seed: 7 }).map((each) => {
      const alarm = anAlarm({
        name: each.name,
        text: each.text,
        procedure: [{ text: each.step, answers: each.answers }],
        subject: { siteName: each.site, unitId: each.unit, place: [117.55, -0.51] },
      });
      return capAlert(alarm, anAlarmEvent(alarm), {
        sender: each.sender,
        isTest: false,
        earlier: [{ version: 0, atMs: 0 }],
      });
    });
    expect(capFaults(documents)).toBe('');
  });

  it('is read as it was written', () => {
    for (const text of ['a ]]> b', '<b>&amp;"\'', 'garis\nbaru\rlagi', '\u{1f6a8} bahaya']) {
      const alarm = anAlarm({ text: { id: text, en: '' } });
      const document = capAlert(alarm, anAlarmEvent(alarm), {
        sender: 'posko',
        isTest: false,
        earlier: [],
      });
      expect(xpath(document, 'string((//*[local-name()="description"])[1])')).toBe(`${text}\n`);
    }
  });
});
