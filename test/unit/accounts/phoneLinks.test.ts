import { describe, expect, it } from 'vitest';
import { type DoorSettings, phoneLinks, phoneReach } from '../../../server/accounts/phoneLinks.ts';

const tls = { certFile: '/c', keyFile: '/k' };
const open: DoorSettings = {
  http: {
    host: '0.0.0.0',
    port: 8443,
    tls,
    names: ['posko.example.id', 'other.id'],
    trustedProxies: [],
  },
  mqtt: { host: '0.0.0.0', port: 1883, tls: { port: 8883 } },
  broker: undefined,
};

describe('how phones reach an installation', () => {
  it('is by the first name and TLS where there is some', () => {
    expect(phoneReach(open)).toEqual({
      host: 'posko.example.id',
      mqtt: { port: 8883, isTls: true },
      http: { port: 8443, isTls: true },
    });
    expect(phoneReach(open, '10.0.0.5')?.host).toBe('10.0.0.5');
    expect(phoneReach({ ...open, mqtt: { ...open.mqtt, tls: undefined } })?.mqtt).toEqual({
      port: 1883,
      isTls: false,
    });
  });

  it('is unknown without a name', () => {
    expect(phoneReach({ ...open, http: { ...open.http, names: [] } })).toBeUndefined();
  });

  it.each([
    ['the broker stays on this machine', { mqtt: { ...open.mqtt, host: '127.0.0.1' } }],
    ['the broker is that of others', { broker: { url: 'mqtts://broker.example.id' } }],
    ['there is no MQTT', { mqtt: { ...open.mqtt, port: undefined, tls: undefined } }],
  ])('is not by MQTT where %s', (_, change) => {
    expect(phoneReach({ ...open, ...change })?.mqtt).toBeUndefined();
  });

  it('is by the port of browsers behind a proxy', () => {
    const http = { ...open.http, tls: undefined, trustedProxies: ['10.0.0.1'] };
    expect(phoneReach({ ...open, http })?.http).toEqual({ port: 443, isTls: true });
  });
});

describe('what a phone is set up with', () => {
  const reach = {
    host: 'posko.example.id',
    mqtt: { port: 8883, isTls: true },
    http: { port: 8443, isTls: true },
  };
  const credentials = { id: 'hp-07', secret: 'a b&c+d?ü' };

  it('holds all that OwnTracks needs for MQTT', () => {
    const { ownTracksUrl } = phoneLinks(reach, credentials);
    expect(ownTracksUrl).toMatch(/^owntracks:\/\/\/config\?inline=[A-Za-z0-9%]+$/);
    expect(configurationIn(ownTracksUrl)).toEqual({
      _type: 'configuration',
      mode: 0,
      host: 'posko.example.id',
      port: 8883,
      tls: true,
      auth: true,
      username: 'hp-07',
      password: credentials.secret,
      deviceId: 'phone',
      tid: '07',
    });
  });

  it('sets OwnTracks up for HTTP where MQTT cannot be reached', () => {
    const { ownTracksUrl } = phoneLinks({ ...reach, mqtt: undefined }, credentials);
    const configuration = configurationIn(ownTracksUrl);
    expect(configuration).toMatchObject({
      mode: 3,
      url: 'https://posko.example.id:8443/in/owntracks',
      username: 'hp-07',
    });
    expect(configuration).not.toHaveProperty('host');
  });

  it('gives Traccar Client its URL whole, also by a code', () => {
    const { osmandUrl, traccarUrl } = phoneLinks(reach, credentials);
    const url = new URL(osmandUrl);
    expect(url.origin + url.pathname).toBe('https://posko.example.id:8443/in/osmand');
    expect(url.searchParams.get('secret')).toBe(credentials.secret);
    const link = new URL(traccarUrl);
    expect(link.protocol).toBe('org.traccar.client:');
    expect(link.searchParams.get('url')).toBe(osmandUrl);
    expect(link.searchParams.get('id')).toBe('hp-07');
  });

  it.each([
    ['10.0.0.5', { port: 443, isTls: true }, 'https://10.0.0.5/in/'],
    ['fd00::5', { port: 8080, isTls: false }, 'http://[fd00::5]:8080/in/'],
    ['posko', { port: 80, isTls: false }, 'http://posko/in/'],
  ])('names %s and its port as URLs do', (host, http, start) => {
    expect(phoneLinks({ ...reach, host, http }, credentials).osmandUrl.startsWith(start)).toBe(
      true,
    );
  });
});

function configurationIn(url: string): unknown {
  const inline = new URL(url).searchParams.get('inline') ?? '';
  return JSON.parse(Buffer.from(inline, 'base64').toString());
}
