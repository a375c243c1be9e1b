import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblems, loadConfig, projectRoot } from '../../server/config.ts';
import { defaultDoorLimits } from '../../server/domain/doorLimits.ts';

const tls = path.join(projectRoot, 'test/fixtures/tls');
const certificate = {
  POSKO_TLS_CERT: 'test/fixtures/tls/cert.pem',
  POSKO_TLS_KEY: path.join(tls, 'key.pem'),
};

function load(env: Record<string, string>) {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.config;
}

function problemsOf(env: Record<string, string>): string {
  const loaded = loadConfig(env);
  if (loaded.ok) throw new Error('taken');
  return describeProblems(loaded.problems);
}

describe('the settings of the door', () => {
  it('listen for TLS with the certificate of the page, and for client certificates of a CA', () => {
    const { mqtt } = load({ ...certificate, POSKO_MQTTS_PORT: '8883', POSKO_TLS_CA: 'tls/ca.pem' });
    expect(mqtt).toEqual({
      host: '127.0.0.1',
      port: 1883,
      tls: {
        port: 8883,
        certFile: path.join(tls, 'cert.pem'),
        keyFile: path.join(tls, 'key.pem'),
        caFile: path.join(projectRoot, 'tls/ca.pem'),
      },
    });
  });

  it('switch plain MQTT off', () => {
    const set = { ...certificate, POSKO_MQTTS_PORT: '0', POSKO_MQTT_PORT: 'off' };
    expect(load(set).mqtt.port).toBeUndefined();
  });

  it('take an explicit host, now that trackers have secrets', () => {
    expect(load({ POSKO_MQTT_HOST: '0.0.0.0' }).mqtt.host).toBe('0.0.0.0');
  });

  it.each([
    [{ POSKO_MQTT_PORT: 'off' }, /POSKO_MQTT_PORT .*no tracker could connect/],
    [{ POSKO_MQTTS_PORT: '8883' }, /POSKO_MQTTS_PORT needs a certificate/],
    [{ POSKO_TLS_CA: 'ca.pem' }, /POSKO_TLS_CA .*set POSKO_MQTTS_PORT/],
    [{ ...certificate, POSKO_MQTTS_PORT: '1883' }, /POSKO_MQTTS_PORT is 1883.*must differ/],
    [{ ...certificate, POSKO_MQTTS_PORT: '8080' }, /POSKO_MQTTS_PORT is 8080.*must differ/],
    [{ ...certificate, POSKO_MQTTS_PORT: 'x' }, /POSKO_MQTTS_PORT is "x"/],
    [{ POSKO_BROKER_URL: 'http://broker' }, /POSKO_BROKER_URL must look like mqtt:/],
    [{ POSKO_BROKER_URL: 'broker:1883' }, /POSKO_BROKER_URL must look like mqtt:/],
  ])('say what is wrong with %o', (env, problem) => {
    expect(problemsOf(env)).toMatch(problem);
  });

  it('never show the password of a broker', () => {
    expect(problemsOf({ POSKO_BROKER_URL: 'amqp://posko:rahasia@broker' })).not.toContain(
      'rahasia',
    );
  });

  it('take a broker instead of listening, with the CA of its certificate', () => {
    const url = 'mqtts://posko:rahasia@broker.example.id:8883';
    const set = { POSKO_BROKER_URL: url, POSKO_TLS_CA: '/etc/posko/ca.pem' };
    const { broker } = load({ ...set, POSKO_MQTT_PORT: 'off' });
    expect(broker).toEqual({ url, caFile: '/etc/posko/ca.pem' });
  });

  it('change the limits that are named and leave the others', () => {
    const set = { POSKO_DOOR_LIMITS: 'messagesPerSecond=50, packetBytes=131072' };
    expect(load(set).doorLimits).toEqual({
      ...defaultDoorLimits,
      messagesPerSecond: 50,
      packetBytes: 131_072,
    });
  });

  it.each([
    ['messagePerSecond=50', /"messagePerSecond=50".*messagesPerSecond/],
    ['packetBytes=10', /packetBytes=10; it must be a whole number from 1024 to 1000000/],
    ['packetBytes', /packetBytes=; it must be a whole number/],
    ['toString=5', /"toString=5"/],
  ])('refuse the limit %s', (limits, problem) => {
    expect(problemsOf({ POSKO_DOOR_LIMITS: limits })).toMatch(problem);
  });
});
