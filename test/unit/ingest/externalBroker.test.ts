import { describe, expect, it } from 'vitest';
import { readBrokerAddress } from '../../../ingest/mqtt/externalBrokerAddress.ts';
import { connectionTrouble, refusalTrouble } from '../../../ingest/mqtt/externalBrokerTrouble.ts';

describe('the address of a broker of others', () => {
  it.each([
    ['mqtt://broker', 'broker', 1883, false, undefined, undefined, 'mqtt://broker:1883'],
    ['mqtts://broker', 'broker', 8883, true, undefined, undefined, 'mqtts://broker:8883'],
    ['mqtt://a:b@10.0.0.1:99', '10.0.0.1', 99, false, 'a', 'b', 'mqtt://10.0.0.1:99'],
    ['mqtts://a%40x:p%3A%2F@[::1]:1', '::1', 1, true, 'a@x', 'p:/', 'mqtts://[::1]:1'],
    ['mqtt://a:100%@h', 'h', 1883, false, 'a', '100%', 'mqtt://h:1883'],
  ])('%s', (url, host, port, isTls, user, password, shown) => {
    expect(readBrokerAddress(url)).toEqual({ host, port, isTls, user, password, shown });
  });
});

describe('why a broker of others cannot be used', () => {
  const address = readBrokerAddress('mqtts://posko:secret@broker.example');
  const coded = (code: string): Error => Object.assign(new Error('said'), { code });

  it.each([
    ['ENOTFOUND', /^the name "broker.example" is not known here: check the host/],
    ['EAI_AGAIN', /is not known here/],
    ['ECONNREFUSED', /^nothing listens at broker.example:8883: start the broker/],
    ['EHOSTUNREACH', /cannot be reached: check the network/],
    ['ECONNRESET', /closed the connection before it answered: check that it speaks MQTT/],
    ['CERT_HAS_EXPIRED', /has expired: renew it/],
    ['CERT_NOT_YET_VALID', /not valid yet: check the clocks/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /is for another host: use the name/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /name the file of its CA in POSKO_TLS_CA/],
    ['EPROTO', /does not speak TLS: use its TLS port/],
    ['ESOMETHING', /^TLS with broker.example:8883 failed: said$/],
  ])('%s', (code, said) => {
    expect(connectionTrouble(coded(code), 'connecting', address)).toMatch(said);
  });

  // [MQTT-3.1.1, 3.2.2.3] and [MQTT-5.0, 3.2.2.2]
  it.each([
    [0x01, /speaks neither MQTT 5 nor MQTT 3.1.1/],
    [0x02, /refuses the client id "me": allow it there/],
    [0x03, /takes nobody in at the moment/],
    [0x04, /does not know user "posko" with this password: check both in POSKO_BROKER_URL/],
    [0x05, /does not let user "posko" in: check user name and password/],
    [0x84, /speaks neither/],
    [0x85, /refuses the client id/],
    [0x86, /does not know user "posko" with this password/],
    [0x87, /does not let user "posko" in/],
    [0x89, /takes nobody in at the moment/],
    [0x8a, /has banned user "posko"/],
    [0x9d, /put its successor into POSKO_BROKER_URL/],
    [0xff, /with code 0xff: look into the broker's log \(it says: x{159}…\)$/],
  ])('code %i of its CONNACK', (code, said) => {
    const sentence = refusalTrouble(
      code,
      address,
      'me',
      code === 0xff ? 'x'.repeat(500) : undefined,
    );
    expect(sentence).toMatch(said);
    expect(sentence).not.toContain('secret');
  });
});
