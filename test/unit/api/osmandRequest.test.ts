import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOsmAnd } from '../../../devices/protocols/osmAnd.ts';
import { readOsmand } from '../../../server/api/osmandRequest.ts';

const read = (query: string, body = '') => {
  const { trackerId, payload } = readOsmand(query, Buffer.from(body));
  return { trackerId, text: Buffer.from(payload).toString() };
};
const heard = (query: string, body: string) => {
  const { payload } = readOsmand(query, Buffer.from(body));
  return decodeOsmAnd(payload, { timeZone: undefined, receivedAtMs: 0 });
};

describe('a request of the OsmAnd protocol', () => {
  it('is its query without the secret where there is no body', () => {
    expect(read('id=a&secret=b&lat=1&lon=2')).toEqual({ trackerId: 'a', text: 'id=a&lat=1&lon=2' });
  });

  it('is its body where the query says only who it is', () => {
    const json = '{"location":{"coords":{"latitude":1,"longitude":2}},"device_id":"a"}';
    expect(read('secret=b', json)).toEqual({ trackerId: 'a', text: json });
    expect(read('secret=b', 'id=a&lat=1&secret=c&lon=2').text).toBe('id=a&lat=1&lon=2');
  });

  it.each([
    '\n',
    'x',
    '{}',
    '[]',
    '{',
    '{"a":1}',
    '[1,2]',
    'a=b',
  ])('is its query where the body (%j) says nothing', (body) => {
    expect(read('id=a&secret=b&lat=1&lon=2&alarm=sos', body)).toEqual({
      trackerId: 'a',
      text: 'id=a&lat=1&lon=2&alarm=sos',
    });
  });

  it('is both where both say something, and the body counts where they differ', () => {
    const { fixes, events } = heard('id=a&lat=5&alarm=sos', 'lat=1&lon=2');
    expect([fixes[0]?.lat, fixes[0]?.lon, events[0]?.kind]).toEqual([1, 2, 'sos']);
    const json = '{"location":{"coords":{"latitude":1,"longitude":2}}}';
    const both = heard('id=a&alarm=sos', json);
    expect([both.fixes[0]?.lat, both.events[0]?.kind]).toEqual([1, 'sos']);
  });

  it('is kept where neither says anything, so that somebody can look', () => {
    expect(read('id=a&secret=b', 'halo').text).toBe('halo&id=a');
    expect(heard('id=a&secret=b', 'halo').refused).toMatchObject([{ reason: 'missing_field' }]);
  });

  it('never keeps a secret of its query or form, and never loses an SOS of its query', () => {
    fc.assert(
      fc.property(fc.string(), (body) => {
        const { text } = read('id=a&secret=geheim-77&alarm=sos', body);
        expect(text).not.toContain('geheim-77');
        expect(heard('id=a&secret=geheim-77&alarm=sos', body).events).toMatchObject([
          { kind: 'sos' },
        ]);
      }),
      {
        examples: [
          ['alarm=none'],
          ['alarm'],
          ['{"location":{"extras":{"alarm":"none"}}}'],
          ['{"sos'],
          ['{"location":7}'],
        ],
      },
    );
  });
});
