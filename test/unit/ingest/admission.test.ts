import { describe, expect, it } from 'vitest';
import { admit } from '../../../ingest/admission.ts';

const known = new Map([
  ['hp-07', { key: 7, id: 'hp-07', region: '64.08', unitKey: 70, role: 'primary' as const }],
]);

describe('admission', () => {
  it.each([
    ['posko/64.08/hp-07/fix', 'native_fix'],
    ['owntracks/hp-07/phone', 'owntracks'],
    ['owntracks/hp-07/Pixel 8', 'owntracks'],
  ])('lets %s in', (topic, codec) => {
    expect(admit(topic, known)).toEqual({ ok: true, value: { trackerId: 'hp-07', codec } });
  });

  it.each([
    ['', 'unknown_topic'],
    ['weather/sangatta', 'unknown_topic'],
    ['posko', 'unknown_topic'],
    ['posko/64.08/hp-07', 'unknown_topic'],
    ['posko/64.08/hp-07/fix/extra', 'unknown_topic'],
    ['posko/64.08/hp-07/position', 'unknown_topic'],
    ['posko/kutim/hp-07/fix', 'unknown_topic'],
    ['posko/64.08.04/hp-07/fix', 'unknown_topic'],
    ['posko/64.08/out/fix', 'unknown_topic'],
    ['posko/64.08/hp 07/fix', 'unknown_topic'],
    ['/posko/64.08/hp-07/fix', 'unknown_topic'],
    ['owntracks/hp-07', 'unknown_topic'],
    ['owntracks/hp-07/', 'unknown_topic'],
    ['owntracks/hp-07/phone/other', 'unknown_topic'],
    ['$SYS/broker/clients', 'unknown_topic'],
    ['posko/64.08/hp-07/sos', 'topic_not_supported'],
    ['posko/64.08/hp-07/status', 'topic_not_supported'],
    ['owntracks/hp-07/phone/event', 'topic_not_supported'],
    ['posko/64.08/hp-08/fix', 'unknown_tracker'],
    ['owntracks/constructor/phone', 'unknown_tracker'],
    ['posko/62.07/hp-07/fix', 'wrong_region'],
  ])('sets %s aside as %s, with a sentence', (topic, reason) => {
    const admitted = admit(topic, known);
    expect(admitted).toMatchObject({ ok: false, reason });
    if (!admitted.ok) expect(admitted.detail.length).toBeGreaterThan(10);
  });

  it('says how to register the tracker that it does not know', () => {
    expect(admit('posko/64.08/hp-08/fix', known)).toMatchObject({
      detail: expect.stringContaining('tracker add hp-08 --region 64.08'),
    });
  });
});
