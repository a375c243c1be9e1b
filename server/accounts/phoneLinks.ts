import { isLoopback, urlHost } from '../domain/loopback.ts';
import type { Credentials } from '../domain/submission.ts';

/** How phones reach this installation. */
export type PhoneReach = {
  /** Name or address, as phones know it. */
  readonly host: string;
  /** Undefined: not by MQTT. */
  readonly mqtt: PhonePort | undefined;
  readonly http: PhonePort;
};
export type PhonePort = { readonly port: number; readonly isTls: boolean };

/** What a phone is set up with. Each holds the secret. */
export type PhoneLinks = {
  /** Sets OwnTracks up when it is opened on the phone. */
  readonly ownTracksUrl: string;
  /** The server's URL in Traccar Client, whose device identifier must be the id. */
  readonly osmandUrl: string;
  /**
   * Sets Traccar Client up when it is opened or scanned: both of the above. Of a QR code with the URL
   * itself it would keep all but the query, and with it lose the secret.
   */
  readonly traccarUrl: string;
};

/** What is set of how phones reach it; ports as they are, or as they were asked for. */
export type DoorSettings = {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly tls: object | undefined;
    readonly names: readonly string[];
    readonly trustedProxies: readonly string[];
  };
  readonly mqtt: {
    readonly host: string;
    readonly port: number | undefined;
    readonly tls: { readonly port: number } | undefined;
  };
  /** Of others; undefined: phones come to our own. */
  readonly broker: object | undefined;
};

const httpsPort = 443;

/**
 * How phones reach an installation with these settings.
 *
 * @param host as they know it; undefined: the first of POSKO_HTTP_NAMES
 * @returns undefined when nothing says under which name
 */
export function phoneReach(
  { http, mqtt, broker }: DoorSettings,
  host: string | undefined = http.names[0],
): PhoneReach | undefined {
  if (host === undefined) return undefined;
  // a proxy has the certificate, and with it the port of its own that browsers take
  const isProxied = http.tls === undefined && http.trustedProxies.length > 0;
  const web = isProxied
    ? { port: httpsPort, isTls: true }
    : { port: http.port, isTls: http.tls !== undefined };
  const isMqttOutside = broker === undefined && (!isLoopback(mqtt.host) || isLoopback(http.host));
  return { host, mqtt: isMqttOutside ? mqttPort(mqtt) : undefined, http: web };
}

function mqttPort({ port, tls }: DoorSettings['mqtt']): PhonePort | undefined {
  if (tls !== undefined) return { port: tls.port, isTls: true };
  return port === undefined ? undefined : { port, isTls: false };
}

/**
 * What phones are set up with: OwnTracks by MQTT where that can be reached, else by HTTP.
 * Sources: OwnTracks booklet, "Remote configuration" and "JSON"; Traccar Client, "URL scheme".
 */
export function phoneLinks(reach: PhoneReach, { id, secret }: Credentials): PhoneLinks {
  const base = webBase(reach);
  const osmandUrl = `${base}/in/osmand?secret=${encodeURIComponent(secret)}`;
  const configuration = {
    _type: 'configuration',
    ...ownTracksServer(reach, base),
    auth: true,
    username: id,
    password: secret,
    deviceId: 'phone',
    tid: id.slice(-2),
  };
  const inline = Buffer.from(JSON.stringify(configuration)).toString('base64');
  return {
    ownTracksUrl: `owntracks:///config?inline=${encodeURIComponent(inline)}`,
    osmandUrl,
    traccarUrl: `org.traccar.client://config?url=${encodeURIComponent(osmandUrl)}&id=${encodeURIComponent(id)}`,
  };
}

/** Modes of OwnTracks: 0 is MQTT, 3 is HTTP. */
function ownTracksServer({ host, mqtt }: PhoneReach, base: string): object {
  if (mqtt === undefined) return { mode: 3, url: `${base}/in/owntracks` };
  return { mode: 0, host, port: mqtt.port, tls: mqtt.isTls };
}

function webBase({ host, http }: PhoneReach): string {
  const isUsual = http.port === (http.isTls ? httpsPort : 80);
  const scheme = http.isTls ? 'https' : 'http';
  return `${scheme}://${urlHost(host)}${isUsual ? '' : `:${http.port}`}`;
}
