/** Where a broker of others is, and as whom we come to it. */
export type BrokerAddress = {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** For people: without user name and password. */
  readonly shown: string;
};

/** Takes POSKO_BROKER_URL apart, whose form the settings have checked. */
export function readBrokerAddress(text: string): BrokerAddress {
  const url = new URL(text);
  const isTls = url.protocol === 'mqtts:';
  const port = url.port === '' ? (isTls ? 8883 : 1883) : Number(url.port);
  return {
    // an IPv6 address stands in brackets in a URL and nowhere else
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    isTls,
    user: url.username === '' ? undefined : plain(url.username),
    password: url.password === '' ? undefined : plain(url.password),
    shown: `${url.protocol}//${url.hostname}:${port}`,
  };
}

/** A password with a lone "%" that somebody did not write as "%25" is taken as it stands. */
function plain(part: string): string {
  return /%(?![0-9a-f]{2})/i.test(part) ? part : decodeURIComponent(part);
}
