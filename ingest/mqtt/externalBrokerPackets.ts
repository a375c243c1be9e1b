import { generate } from 'mqtt-packet';
import type { SessionSettings } from './externalBrokerSettings.ts';

/** 3.1.1 is 4 in its own packets ([MQTT-3.1.1, 3.1.2.2]). */
export type ProtocolVersion = 4 | 5;

/**
 * A session outlives a Posko that is away for a long holiday; one that never comes back must not fill
 * the broker for ever (seconds). MQTT 3.1.1 leaves that to the broker.
 */
const sessionExpiryS = 7 * 86_400;
export const pingreq = Buffer.from([0xc0, 0]);
export const disconnect = Buffer.from([0xe0, 0]);

/** CONNECT to a session that the broker keeps. */
export function connectPacket(
  version: ProtocolVersion,
  { address, clientId, inFlight, packetBytes, times }: SessionSettings,
): Buffer {
  return generate({
    cmd: 'connect',
    clientId,
    protocolVersion: version,
    clean: false,
    // the broker gives up after one and a half times this ([MQTT-3.1.2-24])
    keepalive: Math.max(1, Math.round((2 * times.beatMs) / 1000)),
    ...(address.user === undefined ? {} : { username: address.user }),
    ...(address.password === undefined ? {} : { password: Buffer.from(address.password) }),
    ...(version === 4
      ? {}
      : {
          properties: {
            sessionExpiryInterval: sessionExpiryS,
            receiveMaximum: inFlight,
            // counts the fixed header too ([MQTT-5.0, 3.1.2.11.4])
            maximumPacketSize: packetBytes + 5,
          },
        }),
  });
}

/** SUBSCRIBE with QoS 1; a subscription that is there already is replaced by itself. */
export function subscribePacket(version: ProtocolVersion, filters: readonly string[]): Buffer {
  const subscriptions = filters.map((topic) => ({
    topic,
    qos: 1 as const,
    // [MQTT-5.0, 3.8.3.1] what had lain there before does not come at all, and nothing else is
    // marked as retained, as in 3.1.1
    ...(version === 4 ? {} : { rap: false, nl: false, rh: 2 }),
  }));
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions }, { protocolVersion: version });
}
