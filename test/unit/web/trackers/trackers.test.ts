import { describe, expect, it } from 'vitest';
import { createApiClient } from '../../../../web/src/api/apiClient.ts';
import {
  gatewayBody,
  gatewayFaults,
  typedGatewayOf,
} from '../../../../web/src/gateways/typedGateway.ts';
import { readGatewaySecret, readTrackerSecret } from '../../../../web/src/trackers/madeSecret.ts';
import { readAllTrackers } from '../../../../web/src/trackers/readAllTrackers.ts';
import { identityOf, readTracker } from '../../../../web/src/trackers/trackers.ts';
import {
  beginTracker,
  doorBody,
  isFine,
  trackerFaults,
  typedOf,
  unitBody,
} from '../../../../web/src/trackers/typedTracker.ts';

const tracker = (id: string) => ({
  id,
  region: '64.08',
  role: 'primary',
  unit: { id, callsign: 'Alpha 1', kind: 'drone', agency: 'tni', strength: 5, region: '64.08' },
  hasSecret: true,
  isWeak: false,
  networks: [],
  timeZone: null,
});

describe('a tracker that is typed', () => {
  const fine = { ...beginTracker(['64.08']), id: 'hp-07', callsign: 'Alpha 7' };

  it('begins in the own regency, and in none when there are several', () => {
    expect(beginTracker(['64.08']).region).toBe('64.08');
    expect(beginTracker(['64']).region).toBe('');
    expect(beginTracker(['64.08', '64.72']).region).toBe('');
  });

  it.each([
    ['id', { id: 'out' }, { id: true }],
    ['id', { id: 'HP 07' }, { id: true }],
    ['callsign', { callsign: ' ' }, { callsign: true }],
    ['region', { region: '64' }, { region: 'wrong' }],
    ['region', { region: '64.72' }, { region: 'notYours' }],
    ['networks', { networks: '10.0.0.0/8, localhost' }, { networks: true }],
  ])('is told what is wrong with its %s', (_field, typed, fault) => {
    const faults = trackerFaults({ ...fine, ...typed }, ['64.08']);
    expect(faults).toMatchObject(fault);
    expect(isFine(faults)).toBe(false);
    expect(isFine(trackerFaults(fine, ['64.08']))).toBe(true);
  });

  it('keeps its networks only while it may speak without a secret', () => {
    const typed = { ...fine, networks: '10.20.0.0/16\n2001:db8::/32;192.0.2.1' };
    const networks = ['10.20.0.0/16', '2001:db8::/32', '192.0.2.1'];
    expect(isFine(trackerFaults(typed, ['64.08']))).toBe(true);
    expect(doorBody({ ...typed, isWeak: true })).toEqual({ isWeak: true, networks });
    expect(doorBody(typed)).toEqual({ isWeak: false, networks: [] });
  });

  it('is sent as it was, when nothing was typed over', () => {
    const read = readTracker({ ...tracker('hp-07'), isWeak: true, networks: ['10.0.0.0/8'] });
    if (read === undefined) throw new Error('not read');
    const { id: _id, ...unit } = tracker('hp-07').unit;
    expect(unitBody(typedOf(read))).toEqual(unit);
    expect(doorBody(typedOf(read))).toEqual({ isWeak: true, networks: ['10.0.0.0/8'] });
  });
});

describe('trackers', () => {
  it.each([
    [true, false, 'secret'],
    [true, true, 'both'],
    [false, true, 'weak'],
    [false, false, 'none'],
  ])('say who they are: secret %s, weak %s', (hasSecret, isWeak, identity) => {
    const read = readTracker({ ...tracker('hp-07'), hasSecret, isWeak });
    expect(read && identityOf(read)).toBe(identity);
  });

  it('are read page after page', async () => {
    const asked: string[] = [];
    const pages: Record<string, object> = {
      '': { trackers: [tracker('a'), tracker('b')], nextCursor: 'b' },
      b: { trackers: [tracker('c')], nextCursor: null },
    };
    const api = createApiClient({
      fetch: async (path) => {
        asked.push(path);
        const cursor = new URL(path, 'http://posko').searchParams.get('cursor') ?? '';
        return Response.json(pages[cursor]);
      },
      language: () => 'id',
      onSignedOut: () => {},
    });
    const answer = await readAllTrackers(api, new AbortController().signal);
    expect(answer.ok && answer.value.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(asked).toHaveLength(2);
  });
});

describe('a new secret', () => {
  const phone = { ownTracksUrl: null, osmandUrl: 'https://p/in', traccarUrl: 'org.traccar://p' };

  it('is read with the links that set a phone up', () => {
    expect(readTrackerSecret({ tracker: { id: 'hp-07' }, secret: 's', phone })).toEqual({
      id: 'hp-07',
      secret: 's',
      phone: { ...phone, ownTracksUrl: undefined },
    });
  });

  it('may be none, and a gateway has no phone', () => {
    const kept = { id: 'hp-07', secret: undefined, phone: undefined };
    expect(readTrackerSecret({ tracker: { id: 'hp-07' }, secret: null, phone: null })).toEqual(
      kept,
    );
    expect(readGatewaySecret({ gateway: { id: 'gw-1' }, secret: 's' })).toEqual({
      id: 'gw-1',
      secret: 's',
      phone: undefined,
    });
    expect(readGatewaySecret({ tracker: { id: 'gw-1' } })).toBeUndefined();
  });
});

describe('a gateway that is typed', () => {
  const gateway = {
    id: 'gw-1',
    name: 'LoRa',
    region: '64.08',
    topics: ['application/a b/+/up', 'posko/64.08/+/fix'],
    trackerIds: ['hp-01', 'hp-02'],
    hasSecret: true,
  };

  it('is sent as it was, when nothing was typed over', () => {
    const { id: _id, hasSecret: _hasSecret, ...body } = gateway;
    const typed = typedGatewayOf(gateway);
    expect(gatewayBody(typed)).toEqual(body);
    expect(isFine(gatewayFaults(typed, ['64']))).toBe(true);
  });

  it.each([
    ['topics', { topics: 'posko/64.08/+/fix\n#' }, { topics: true }],
    ['topics', { topics: '$SYS/broker' }, { topics: true }],
    ['trackers', { trackerIds: 'hp-01 hp/02' }, { trackerIds: true }],
    ['name', { name: '' }, { name: true }],
    ['region', { region: '31.71' }, { region: 'notYours' }],
  ])('is told what is wrong with its %s', (_field, typed, fault) => {
    const faults = gatewayFaults({ ...typedGatewayOf(gateway), ...typed }, ['64.08']);
    expect(faults).toMatchObject(fault);
    expect(isFine(faults)).toBe(false);
  });
});
