import { errorCode } from '../../server/domain/systemError.ts';
import type { BrokerAddress } from './externalBrokerAddress.ts';

/*
 * Why a broker of others cannot be used, each in one sentence that says what to do. Nobody has to
 * start Posko again afterwards: it keeps trying.
 */

/** Before and after the broker has let us in. */
export type Phase = 'connecting' | 'connected';

/** What the system, or TLS, said about a connection. */
export function connectionTrouble(error: unknown, phase: Phase, address: BrokerAddress): string {
  const { host, port, isTls } = address;
  const code = errorCode(error);
  const place = `${host}:${port}`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name "${host}" is not known here: check the host in POSKO_BROKER_URL and this machine's DNS`;
    case 'ECONNREFUSED':
      return `nothing listens at ${place}: start the broker, or check host and port in POSKO_BROKER_URL`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${place} cannot be reached: check the network and firewalls between here and the broker`;
    case 'ECONNRESET':
    case 'EPIPE':
      return closedTrouble(phase, address);
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${place} has expired: renew it at the broker`;
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${place} is not valid yet: check the clocks of both machines`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${place} is for another host: use the name that it was made for in POSKO_BROKER_URL`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${place} is signed by nobody that this machine trusts: name the file of its CA in POSKO_TLS_CA`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${place} does not speak TLS: use its TLS port (usually 8883), or mqtt:// in POSKO_BROKER_URL`;
    default: {
      const said = error instanceof Error ? error.message : String(error);
      return `${isTls ? 'TLS with' : 'the connection to'} ${place} failed: ${cut(said)}`;
    }
  }
}

/**
 * What a CONNACK says that lets nobody in.
 *
 * @param code [MQTT-3.1.1, 3.2.2.3] return code 2..5, or [MQTT-5.0, 3.2.2.2] reason code
 * @param said the broker's own words, if it has any
 */
export function refusalTrouble(
  code: number,
  { shown, user }: BrokerAddress,
  clientId: string,
  said: string | undefined,
): string {
  const who = user === undefined ? 'anybody without a user name' : `user "${user}"`;
  const words = said === undefined ? '' : ` (it says: ${cut(said)})`;
  switch (code) {
    case 0x01:
    case 0x84:
      return `${shown} speaks neither MQTT 5 nor MQTT 3.1.1: use a broker that does`;
    case 0x02:
    case 0x85:
      return `${shown} refuses the client id "${clientId}": allow it there${words}`;
    case 0x04:
    case 0x86:
      return `${shown} does not know ${who} with this password: check both in POSKO_BROKER_URL${words}`;
    case 0x05:
    case 0x87:
      return `${shown} does not let ${who} in: check user name and password in POSKO_BROKER_URL, and what the broker allows${words}`;
    case 0x03:
    case 0x88:
    case 0x89:
    case 0x97:
    case 0x9f:
      return `${shown} takes nobody in at the moment: look at the broker's load and limits${words}`;
    case 0x8a:
      return `${shown} has banned ${who}: lift the ban there${words}`;
    case 0x9c:
    case 0x9d:
      return `${shown} is not the broker to use any more: put its successor into POSKO_BROKER_URL${words}`;
    default:
      return `${shown} refuses the connection with code ${hex(code)}: look into the broker's log${words}`;
  }
}

/** What a DISCONNECT of the broker says ([MQTT-5.0, 3.14.2.1]). */
export function farewellTrouble(
  code: number,
  { shown }: BrokerAddress,
  clientId: string,
  said: string | undefined,
): string {
  const words = said === undefined ? '' : ` (it says: ${cut(said)})`;
  switch (code) {
    case 0x00:
    case 0x8b:
      return `${shown} is shutting down`;
    case 0x8e:
      return `another program came to ${shown} with the client id "${clientId}": let one Posko at a time use a data folder`;
    case 0x98:
      return `somebody ended the connection at ${shown}: ask who looks after the broker`;
    default:
      return `${shown} ended the connection with code ${hex(code)}: look into the broker's log${words}`;
  }
}

/** Some subscriptions were refused. */
export function subscriptionTrouble(
  refused: readonly string[],
  { shown, user }: BrokerAddress,
): string {
  const who = user === undefined ? 'Posko' : `user "${user}"`;
  return `${shown} does not let ${who} read ${refused.join(', ')}: allow that there, or messages to it do not arrive`;
}

/** It did not answer within its time. */
export function silenceTrouble(phase: Phase, { shown, isTls }: BrokerAddress): string {
  if (phase === 'connected') {
    return `${shown} does not answer any more: check the broker and the network`;
  }
  return isTls
    ? `${shown} does not answer: check that the broker runs and speaks MQTT at this port`
    : `${shown} does not answer: check that the broker runs and speaks MQTT without TLS at this port (with TLS: mqtts://)`;
}

/** It closed the connection and did not say why. */
export function closedTrouble(phase: Phase, { shown }: BrokerAddress): string {
  return phase === 'connected'
    ? `${shown} closed the connection`
    : `${shown} closed the connection before it answered: check that it speaks MQTT at this port, and with TLS or without`;
}

/** What it sent is not MQTT. */
export function nonsenseTrouble(said: string, { shown }: BrokerAddress): string {
  return `what ${shown} sends is not MQTT: check the port in POSKO_BROKER_URL (${cut(said)})`;
}

/** The file with the CA cannot be used. */
export function caTrouble(caFile: string, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `POSKO_TLS_CA ${caFile} cannot be used: check that it is there, readable and PEM (${cut(said)})`;
}

const maxText = 160;

function cut(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`;
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}
