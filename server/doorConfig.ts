import path from 'node:path';
import type { Complain, Read } from './config.ts';
import { type DoorLimits, defaultDoorLimits, doorLimitBounds } from './domain/doorLimits.ts';

/** Where trackers connect. */
export type MqttConfig = {
  readonly host: string;
  /** 0 = any free port; undefined: no plain MQTT. */
  readonly port: number | undefined;
  readonly tls: MqttTlsConfig | undefined;
};

/** MQTT over TLS; files are PEM, absolute. */
export type MqttTlsConfig = {
  /** 0 = any free port. */
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  /** Whose client certificates count; undefined: none do. */
  readonly caFile: string | undefined;
};

/** The files of POSKO_TLS_CERT and POSKO_TLS_KEY, absolute. */
type CertificateFiles = { readonly certFile: string; readonly keyFile: string };

/** Reads POSKO_MQTT_HOST, POSKO_MQTT_PORT (`off` = none), POSKO_MQTTS_PORT and POSKO_TLS_CA. */
export function readMqtt(
  files: CertificateFiles | undefined,
  root: string,
  read: Read,
  complain: Complain,
): MqttConfig {
  const host = read('POSKO_MQTT_HOST') ?? '127.0.0.1';
  const tls = readMqttTls(files, root, read, complain);
  const plain = read('POSKO_MQTT_PORT') ?? '1883';
  const port = plain === 'off' ? undefined : portOf('POSKO_MQTT_PORT', plain, complain);
  if (port === undefined && tls === undefined && read('POSKO_BROKER_URL') === undefined) {
    complain('POSKO_MQTT_PORT', 'is "off", and no tracker could connect: set POSKO_MQTTS_PORT');
  }
  if (tls !== undefined && port === tls.port && port !== 0) {
    complain('POSKO_MQTTS_PORT', `is ${port}, which POSKO_MQTT_PORT is too; they must differ`);
  }
  return { host, port, tls };
}

function readMqttTls(
  files: CertificateFiles | undefined,
  root: string,
  read: Read,
  complain: Complain,
): MqttTlsConfig | undefined {
  const text = read('POSKO_MQTTS_PORT');
  if (text === undefined) return undefined;
  if (files === undefined) {
    complain(
      'POSKO_MQTTS_PORT',
      'needs a certificate: set POSKO_TLS_CERT and POSKO_TLS_KEY ("npm run posko -- cert server" makes them)',
    );
    return undefined;
  }
  return {
    ...files,
    port: portOf('POSKO_MQTTS_PORT', text, complain),
    caFile: caFileOf(root, read),
  };
}

function caFileOf(root: string, read: Read): string | undefined {
  const ca = read('POSKO_TLS_CA');
  return ca === undefined ? undefined : path.resolve(root, ca);
}

/** A broker of others. */
export type BrokerConfig = {
  /** `mqtt://` or `mqtts://`, with user name and password where it asks for them. */
  readonly url: string;
  /** Who signed its certificate, beside those whom the system knows; PEM, absolute. */
  readonly caFile: string | undefined;
};

/** Reads POSKO_BROKER_URL, and POSKO_TLS_CA for one with TLS. */
export function readBroker(root: string, read: Read, complain: Complain): BrokerConfig | undefined {
  const text = read('POSKO_BROKER_URL');
  const caFile = caFileOf(root, read);
  const isTls = text?.startsWith('mqtts:') === true;
  if (caFile !== undefined && !isTls && read('POSKO_MQTTS_PORT') === undefined) {
    complain(
      'POSKO_TLS_CA',
      'is for client certificates of trackers, or for a broker with TLS: set POSKO_MQTTS_PORT too, or a POSKO_BROKER_URL with mqtts://',
    );
  }
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') {
    // the value is not shown: it usually holds a password
    complain('POSKO_BROKER_URL', 'must look like mqtt://user:password@host:1883 or mqtts://...');
  }
  return { url: text, caFile: isTls ? caFile : undefined };
}

/** Reads POSKO_DOOR_LIMITS: `name=value` between commas; what is not named stays as it usually is. */
export function readDoorLimits(read: Read, complain: Complain): DoorLimits {
  const limits: Record<keyof DoorLimits, number> = { ...defaultDoorLimits };
  for (const part of (read('POSKO_DOOR_LIMITS') ?? '').split(',')) {
    const text = part.trim();
    if (text === '') continue;
    const [name = '', value = ''] = text.split('=', 2).map((side) => side.trim());
    if (!isLimit(name)) {
      complain(
        'POSKO_DOOR_LIMITS',
        `has "${text}"; it must list name=value, with a name of ${Object.keys(doorLimitBounds).join(', ')}`,
      );
      continue;
    }
    const [min, , max] = doorLimitBounds[name];
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      complain(
        'POSKO_DOOR_LIMITS',
        `has ${name}=${value}; it must be a whole number from ${min} to ${max}`,
      );
      continue;
    }
    limits[name] = number;
  }
  return limits;
}

function isLimit(name: string): name is keyof DoorLimits {
  return Object.hasOwn(doorLimitBounds, name);
}

function portOf(variable: string, text: string, complain: Complain): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    complain(variable, `is "${text}"; it must be a port from 0 to 65535 (0 = any free port)`);
    return 0;
  }
  return port;
}
