import { describe, expect, it } from 'vitest';
import { admit } from '../../../ingest/admission.ts';
import { indexPrincipals, type Speaker } from '../../../ingest/principals.ts';
import { defaultDoorLimits } from '../../../server/domain/doorLimits.ts';

const known = indexPrincipals({
  trackers: [
    {
      key: 7,
      id: 'hp-07',
      region: '64.08',
      unitKey: 70,
      role: 'primary',
      isWeak: false,
      networks: [],
    },
  ],
  gateways: [],
  secretVersions: new Map(),
  certificatesFromMs: new Map(),
});
const tracker: Speaker = { kind: 'tracker', id: 'hp-07' };

// who may publish where is tested over the wire, in test/integration/door.test.ts
describe('admission', () => {
  it.each([
    ['posko/64.08/hp-07/fix', 'native_fix'],
    ['posko/64.08/hp-07/sos', 'native_sos'],
    ['posko/64.08/hp-07/status', 'native_status'],
    ['owntracks/hp-07/phone', 'owntracks'],
    ['owntracks/hp-07/Pixel 8', 'owntracks'],
  ])('lets %s in, from its tracker and from a broker of others', (topic, codec) => {
    for (const speaker of [tracker, undefined]) {
      expect(admit(topic, speaker, known, defaultDoorLimits)).toEqual({
        ok: true,
        value: { trackerId: 'hp-07', codec },
      });
    }
  });

  it.each([
    ['', 'unknown_topic'],
    ['weather/sangatta', 'unknown_topic'],
    ['posko', 'unknown_topic'],
    ['posko/64.08/hp-07', 'unknown_topic'],
    ['posko/64.08/hp-07/fix/extra', 'unknown_topic'],
    ['posko/64.08/hp-07/position', 'unknown_topic'],
    ['posko/64.08/hp-07/constructor', 'unknown_topic'],
    ['posko/kutim/hp-07/fix', 'unknown_topic'],
    ['posko/64.08.04/hp-07/fix', 'unknown_topic'],
    ['posko/64.08/hp 07/fix', 'unknown_topic'],
    ['/posko/64.08/hp-07/fix', 'unknown_topic'],
    ['owntracks/hp-07', 'unknown_topic'],
    ['owntracks/hp-07/', 'unknown_topic'],
    ['owntracks/hp-07/phone/other', 'unknown_topic'],
    ['posko/64.08/out/fix', 'topic_refused'],
    ['$SYS/broker/clients', 'topic_refused'],
    ['owntracks/hp-07/phone/event', 'topic_not_supported'],
    ['posko/64.08/hp-08/fix', 'unknown_tracker'],
    ['owntracks/constructor/phone', 'unknown_tracker'],
    ['posko/62.07/hp-07/fix', 'wrong_region'],
    [`owntracks/hp-07/${'\u00e9'.repeat(125)}`, 'topic_too_long'],
    ['a/b/c/d/e/f/g/h/i', 'topic_too_long'],
  ])('sets %s of a broker of others aside as %s, with a sentence', (topic, reason) => {
    const admitted = admit(topic, undefined, known, defaultDoorLimits);
    expect(admitted).toMatchObject({ ok: false, reason });
    if (!admitted.ok) expect(admitted.detail.length).toBeGreaterThan(10);
  });

  it('says how to register the tracker that it does not know', () => {
    expect(admit('posko/64.08/hp-08/fix', undefined, known, defaultDoorLimits)).toMatchObject({
      detail: expect.stringContaining('tracker add hp-08 --region 64.08'),
      claim: { trackerId: 'hp-08', region: '64.08' },
    });
  });
});
